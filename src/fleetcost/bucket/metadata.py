"""`put_user_metadata`: which entries are headers of their own, and which are the object's metadata."""

from __future__ import annotations

STANDARD = ("cache-control", "content-disposition", "content-encoding", "content-language", "content-type")
USER_PREFIX = "x-amz-meta-"


def split_metadata(pairs: tuple[tuple[str, str], ...]) -> tuple[dict[str, str], tuple[tuple[str, str], ...]]:
    """
    Return the raw headers and the attributes of an upload.

    `X-Amz-Acl` and every other `X-Amz-` name is a header as it stands, the standard content headers are the object's
    attributes, and any other name becomes user metadata. Source: the Thanos form, whose client does the same.
    """
    headers: dict[str, str] = {}
    attributes: list[tuple[str, str]] = []
    for name, value in pairs:
        lower = name.lower()
        if lower in STANDARD:
            attributes.append((lower.title(), value))
        elif lower.startswith(USER_PREFIX):
            attributes.append((lower.removeprefix(USER_PREFIX), value))
        elif lower.startswith("x-amz-"):
            headers[lower] = value
        else:
            attributes.append((lower, value))
    return headers, tuple(attributes)
