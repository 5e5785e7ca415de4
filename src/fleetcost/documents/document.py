"""Reading and writing a document: its size, its depth and the range of its values are checked in this one place."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import ClassVar, TypeVar

import msgspec

from fleetcost.bucket.port import Bucket, BucketReader, ObjectInfo
from fleetcost.errors import DocumentDamagedError

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
"""Times of a document lie between these two; beyond them arithmetic with windows and epochs ends somewhere."""


class BucketDocument(msgspec.Struct, frozen=True, kw_only=True):
    """
    What all documents have in common.

    Attributes:
        largest_bytes: a document of this kind is never larger
    """

    largest_bytes: ClassVar[int] = 64 * 1024

    def __post_init__(self) -> None:
        """
        Check times and numbers.

        Raises:
            ValueError: a time without a zone or out of range, or a number that is none.
        """
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if isinstance(value, datetime) and not (value.tzinfo and EARLIEST <= value < LATEST):
                raise ValueError(f"{name}: {value} is no time with a zone between {EARLIEST:%Y} and {LATEST:%Y}")
            if isinstance(value, float) and not math.isfinite(value):
                raise ValueError(f"{name}: {value} is no number")


Kind = TypeVar("Kind", bound=BucketDocument)


def read_document(bucket: BucketReader, path: str, kind: type[Kind]) -> Kind:
    """
    Read a document.

    Raises:
        ObjectMissingError: there is none.
        DocumentDamagedError: it is too large or not of this kind.
        StoreError, StoreRefusedError: the bucket did not answer, or refused.
    """
    return decode(bucket.get(path, largest_bytes=kind.largest_bytes), kind, f"{bucket.name}/{path}")


def write_document(
    bucket: Bucket, path: str, document: BucketDocument, *, create: bool = False, if_etag: str | None = None
) -> ObjectInfo:
    """Write a document; conditions and errors as the port's `put`."""
    return bucket.put(path, msgspec.json.encode(document), create=create, if_etag=if_etag)


def decode(content: bytes, kind: type[Kind], name: str) -> Kind:
    """
    Return the document that some bytes are.

    Args:
        content: the bytes
        kind: which document
        name: where they come from, for messages

    Raises:
        DocumentDamagedError: too large or not of this kind.
    """
    if len(content) > kind.largest_bytes:
        raise DocumentDamagedError(f"read {name}: {len(content):,} bytes, accepted are up to {kind.largest_bytes:,}")
    try:
        return msgspec.json.decode(content, type=kind)
    except RecursionError:
        raise DocumentDamagedError(f"read {name}: values inside values too deeply to be read") from None
    # A text that is not UTF-8 and a number beyond every range are no errors of the decoder's own.
    except (msgspec.MsgspecError, ValueError, OverflowError) as error:
        raise DocumentDamagedError(f"read {name}: {error}") from None
