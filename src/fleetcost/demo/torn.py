"""A bucket in which one object is torn, whoever writes it again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fleetcost.bucket.port import Bucket, ObjectInfo


@dataclass(frozen=True, slots=True)
class TornBucket:
    """
    Another bucket, that keeps half of what is written under one path, as a broken copy would.

    An agent that sees its set damaged in the bucket pushes it again, and so would mend what the demonstration shows.

    Attributes:
        bucket: the other one
        path: of the object that is torn
    """

    bucket: Bucket
    path: str

    @property
    def name(self) -> str:
        """Where the other one is."""
        return self.bucket.name

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """Iterate the other one's objects."""
        return self.bucket.list(prefix)

    def folders(self, path: str = "") -> tuple[str, ...]:
        """Return the names of the other one's folders."""
        return self.bucket.folders(path)

    def get(self, path: str, *, largest_bytes: int | None = None) -> bytes:
        """Return what the other one has."""
        return self.bucket.get(path, largest_bytes=largest_bytes)

    def chunks(self, path: str) -> Iterator[bytes]:
        """Iterate what the other one has."""
        return self.bucket.chunks(path)

    def stat(self, path: str) -> ObjectInfo | None:
        """Return what the other one says of an object."""
        return self.bucket.stat(path)

    def put(self, path: str, content: bytes, *, create: bool = False, if_etag: str | None = None) -> ObjectInfo:
        """Write an object, or half of the one that is torn; the same half again is not written."""
        if path != self.path:
            return self.bucket.put(path, content, create=create, if_etag=if_etag)
        half = content[: len(content) // 2]
        there = self.bucket.stat(path)
        if there is not None and self.bucket.get(path) == half:
            return there
        return self.bucket.put(path, half, create=create, if_etag=if_etag)

    def delete(self, path: str) -> None:
        """Remove an object from the other one."""
        self.bucket.delete(path)

    def tear(self) -> None:
        """Tear what was written before this bucket stood in front of the other one."""
        if self.stat(self.path) is not None:
            content = self.get(self.path)
            if content.endswith(b"PAR1"):
                self.put(self.path, content)
