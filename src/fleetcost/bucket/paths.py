"""The rule for names of objects, the same for every backend."""

from __future__ import annotations

LONGEST_BYTES = 1024
"""S3's limit, which GCS and Azure share; it counts the prefix as well."""

UNDECODED = "\ufffd"
"""Stands in a name for bytes that are no UTF-8."""


def unfit(path: str) -> str:
    """Return why an object may not have this name, empty where it may."""
    if not path or any(segment in ("", ".", "..") for segment in path.split("/")):
        return "accepted are segments joined by `/`, none of them empty, `.` or `..`"
    if UNDECODED in path or any("\ud800" <= each <= "\udfff" for each in path):
        return "names that are not UTF-8 are not accepted"
    if not path.isprintable():
        return "control characters and characters without a width are not accepted"
    if len(path.encode()) > LONGEST_BYTES:
        return f"{len(path.encode())} bytes, accepted are {LONGEST_BYTES}"
    return ""


def checked(path: str) -> str:
    """
    Return the path if it may name an object.

    Raises:
        ValueError: empty, too long, or with an empty, `.` or `..` segment or a character that cannot be seen.
    """
    if reason := unfit(path):
        shown = path if len(path) <= LONGEST_BYTES else f"{path[:40]}…"
        raise ValueError(f"object path {shown!r}: {reason}")
    return path


def cleaned_prefix(prefix: str) -> str:
    """
    Return a listing prefix or a bucket's folder without outer slashes, empty for everything.

    Raises:
        ValueError: as `checked`.
    """
    trimmed = prefix.strip("/")
    return checked(trimmed) if trimmed else ""
