"""
The checksum of a set file: the SHA-256 of the whole file, in its footer, taken while its own digits are zeros.

A changed byte in a compressed page or in Parquet's own metadata can decode to other rows without any error, or end the
engine that decodes it, so the checksum is checked before anything is decoded.
"""

from __future__ import annotations

import hashlib

from fleetcost.errors import SetDamagedError

NO_CHECKSUM = "0" * 64
_MARK = b'"file_sha256":"'


def with_checksum(content: bytes) -> bytes:
    """Put the hash of a file in the place of the zeros that its footer has for it."""
    start = content.rindex(_MARK) + len(_MARK)
    return content[:start] + hashlib.sha256(content).hexdigest().encode() + content[start + len(NO_CHECKSUM) :]


def check_checksum(content: bytes, path: str) -> None:
    """
    Hold a file against its own hash.

    Raises:
        SetDamagedError: the file was changed after it was written.
    """
    start = content.rfind(_MARK) + len(_MARK)
    end = start + len(NO_CHECKSUM)
    hasher = hashlib.sha256(memoryview(content)[:start])
    hasher.update(NO_CHECKSUM.encode())
    hasher.update(memoryview(content)[end:])
    found, expected = hasher.hexdigest(), content[start:end].decode(errors="replace")
    if found != expected:
        raise SetDamagedError(f"read {path}: the file was changed after it was written: hash {found}, not {expected}")
