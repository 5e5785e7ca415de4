"""Certificates as files, for libraries that take nothing else."""

from __future__ import annotations

import shutil
import ssl
import weakref
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fleetcost.bucket.http_config import TlsConfig


def tls_folder(owner: object) -> Path:
    """Make a folder only this user can read; it is removed when its owner is, or the process ends."""
    folder = Path(mkdtemp(prefix="fleetcost-tls-"))
    weakref.finalize(owner, shutil.rmtree, folder, ignore_errors=True)
    return folder


def verification(tls: TlsConfig, folder: Path, environment: Mapping[str, str]) -> bool | str:
    """
    Return what to verify a server's certificate with, as `requests` and boto3 want it.

    Args:
        tls: the settings
        folder: where to lay out the trusted certificates
        environment: may name the system's with `SSL_CERT_FILE`

    Returns:
        False for not at all, a file with the system's certificates and ours, or True for the library's own.
    """
    if not tls.verify:
        return False
    system = Path(environment.get("SSL_CERT_FILE") or ssl.get_default_verify_paths().openssl_cafile)
    trusted = [system.read_text(encoding="utf-8")] if system.is_file() else []
    if tls.authority:
        trusted.append(tls.authority.read())
    if not trusted:
        return True
    bundle = folder / "authorities.pem"
    bundle.write_text("\n".join(trusted), encoding="utf-8")
    return str(bundle)
