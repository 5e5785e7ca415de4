"""
The port: what fleetcost asks of a bucket. A reader can be given less than a writer.

The contract, which `tests/contract/` runs against every backend:

1. An object is whole or absent: a `put` that is cut leaves the old object or none, never a part.
2. A `put` that returned is seen by every later `get`, `stat` and `list` (strong read-after-write).
3. `list` gives objects in ascending order of their paths, page by page in bounded memory, and only those below the
   prefix by path segment: `a/b` does not match `a/bc`. Names that `paths.unfit` names may be given, or end the
   listing with an error; `folders` helps around them.
4. An object's `etag` changes when its content changes and stays while nobody writes it. Writing equal content again may
   change it (Azure, filesystem) or not (S3).
5. `delete` of an absent object is no error.
6. Paths are relative, `/`-separated, without empty, `.` or `..` segments; anything else is a `ValueError`. No path is
   both an object and a folder of objects.
7. Of several writers that `create` the same path, or replace it with the same `if_etag`, one wins. A winner whose
   answer was lost on the way may be answered that it lost: who gets `ConditionFailedError` reads the object to know.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from fleetcost.errors import ObjectTooLargeError


@dataclass(frozen=True, slots=True, order=True)
class ObjectInfo:
    """
    What a listing says of one object.

    Attributes:
        path: relative to the bucket's prefix
        size_bytes: length of the content
        etag: opaque; equal means unchanged content
        modified: when it was written, to the second at least; by the store's clock in a listing, by ours in what `put`
            returns
    """

    path: str
    size_bytes: int
    etag: str
    modified: datetime


CHUNK_BYTES = 4 * 1024 * 1024
"""About what a piece of an object has that is read as a stream."""


class BucketReader(Protocol):
    """The reading half."""

    @property
    def name(self) -> str:
        """Where this is, for messages: `s3://bucket/prefix`, `file:///path`; never a credential."""

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """
        Iterate the objects below a path, in ascending order.

        Raises:
            StoreError, StoreRefusedError: the store did not answer, or refused.
        """

    def folders(self, path: str = "") -> tuple[str, ...]:
        """
        Return the names of the folders right below a path, in ascending order, without listing what is in them.

        Raises:
            StoreError, StoreRefusedError: the store did not answer, or refused.
        """

    def get(self, path: str, *, largest_bytes: int | None = None) -> bytes:
        """
        Return an object's whole content.

        Args:
            path: where
            largest_bytes: what it may have at most; None for as much as there is

        Raises:
            ObjectMissingError: there is none.
            ObjectTooLargeError: it is larger; its content was not read.
            StoreError, StoreRefusedError: the store did not answer, or refused.
        """

    def chunks(self, path: str) -> Iterator[bytes]:
        """
        Iterate an object's content in pieces of some megabytes, in bounded memory; all are of one version of it.

        Raises:
            ObjectMissingError: there is none.
            StoreError, StoreRefusedError: the store did not answer, or refused; also after the first pieces.
        """

    def stat(self, path: str) -> ObjectInfo | None:
        """Return what a listing would say of one object, or None where there is none."""


class Bucket(BucketReader, Protocol):
    """The writing half."""

    def put(self, path: str, content: bytes, *, create: bool = False, if_etag: str | None = None) -> ObjectInfo:
        """
        Write an object whole, replacing what is there.

        Args:
            path: where
            content: the bytes
            create: write only if there is no object yet
            if_etag: write only if the object there still has this etag; not together with `create`

        Raises:
            ConditionFailedError: `create` or `if_etag` did not hold; nothing was written.
            StoreError, StoreRefusedError: the store did not answer, or refused.
        """

    def delete(self, path: str) -> None:
        """Remove an object; removing an absent one is no error."""


def check_size(place: str, size_bytes: int, largest_bytes: int | None) -> None:
    """
    Check an object's size before its content is read.

    Raises:
        ObjectTooLargeError: it is larger than allowed.
    """
    if largest_bytes is not None and size_bytes > largest_bytes:
        raise ObjectTooLargeError(f"read {place}: {size_bytes:,} bytes, accepted are up to {largest_bytes:,}")
