"""The rule for names of objects, the same for every backend."""

from __future__ import annotations

LONGEST_BYTES = 1024
"""S3's limit, which GCS and Azure share; it counts the prefix as well."""


def checked(path: str) -> str:
    """
    Return the path if it may name an object.

    Raises:
        ValueError: empty, too long, or with an empty, `.` or `..` segment or a control character.
    """
    segments = path.split("/")
    if not path or any(segment in ("", ".", "..") for segment in segments):
        raise ValueError(f"object path {path!r}: accepted are segments joined by `/`, none of them empty, `.` or `..`")
    if not path.isprintable():
        raise ValueError(f"object path {path!r}: control characters are not accepted")
    if len(path.encode()) > LONGEST_BYTES:
        raise ValueError(f"object path {path[:40]!r}…: {len(path.encode())} bytes, accepted are {LONGEST_BYTES}")
    return path


def cleaned_prefix(prefix: str) -> str:
    """
    Return a listing prefix or a bucket's folder without outer slashes, empty for everything.

    Raises:
        ValueError: as `checked`.
    """
    trimmed = prefix.strip("/")
    return checked(trimmed) if trimmed else ""
