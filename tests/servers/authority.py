"""A private certificate authority, made for each run."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

import trustme

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Certificate:
    """
    A certificate with its key, as files.

    Attributes:
        certificate: PEM file with the chain
        key: PEM file
    """

    certificate: Path
    key: Path


class Authority:
    """
    A certificate authority whose files lie in one folder.

    Args:
        folder: an empty folder
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._authority = trustme.CA()
        self.file = folder / "ca.pem"
        self._authority.cert_pem.write_to_path(str(self.file))

    def issue(self, *names: str, expires: datetime | None = None) -> Certificate:
        """Make a certificate for host names or addresses, laid out as MinIO expects its own."""
        leaf = self._authority.issue_cert(*names, not_after=expires)
        folder = self._folder / f"leaf-{len(list(self._folder.iterdir()))}"
        folder.mkdir()
        made = Certificate(folder / "public.crt", folder / "private.key")
        for pem in leaf.cert_chain_pems:
            pem.write_to_path(str(made.certificate), append=True)
        leaf.private_key_pem.write_to_path(str(made.key))
        return made

    def server_context(self, made: Certificate, *, client_certificates: bool = False) -> ssl.SSLContext:
        """Return a server's TLS context; with `client_certificates` it demands one that this authority issued."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(made.certificate, made.key)
        if client_certificates:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(self.file)
        return context
