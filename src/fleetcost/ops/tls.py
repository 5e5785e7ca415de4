"""Certificates of our HTTP clients: who is trusted, and who we are."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path

from fleetcost.errors import SettingsError


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """
    Certificates.

    Attributes:
        ca_file: who is trusted besides whom the system trusts
        cert_file, key_file: ours, where the server asks for one
        verify: False trusts anybody
    """

    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    verify: bool = True

    def context(self) -> ssl.SSLContext:
        """
        Return the context for connections.

        Raises:
            SettingsError: a file is missing or holds no certificate or key.
        """
        context = ssl.create_default_context()
        if not self.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        try:
            if self.ca_file is not None:
                context.load_verify_locations(self.ca_file)
            if self.cert_file is not None:
                context.load_cert_chain(self.cert_file, self.key_file)
        except (OSError, ssl.SSLError) as error:
            files = ", ".join(str(file) for file in (self.ca_file, self.cert_file, self.key_file) if file)
            raise SettingsError(f"read certificates from {files}: {error}") from error
        return context
