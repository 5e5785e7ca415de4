"""The simplest bucket: a mapping in memory, for tests and as the contract's model."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

from fleetcost.bucket.paths import checked, cleaned_prefix
from fleetcost.bucket.port import ObjectInfo, check_size
from fleetcost.errors import ConditionFailedError, ObjectMissingError


class MemoryBucket:
    """A bucket that lives as long as the object; safe for several threads."""

    def __init__(self, name: str = "memory://") -> None:
        self._name = name
        self._objects: dict[str, tuple[bytes, ObjectInfo]] = {}
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """Where this is, for messages."""
        return self._name

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """Iterate the objects below a path, in ascending order."""
        cleaned = cleaned_prefix(prefix)
        below = f"{cleaned}/" if cleaned else ""
        with self._lock:
            found = sorted(info for path, (_, info) in self._objects.items() if path.startswith(below))
        yield from found

    def folders(self, path: str = "") -> tuple[str, ...]:
        """Return the names of the folders right below a path."""
        cleaned = cleaned_prefix(path)
        below = f"{cleaned}/" if cleaned else ""
        with self._lock:
            inside = [one.removeprefix(below) for one in self._objects if one.startswith(below)]
        return tuple(sorted({name for name, slash, _ in (one.partition("/") for one in inside) if slash}))

    def get(self, path: str, *, largest_bytes: int | None = None) -> bytes:
        """Return an object's whole content."""
        with self._lock:
            if checked(path) not in self._objects:
                raise ObjectMissingError(f"get {self._name}/{path}: there is no such object")
            check_size(f"{self._name}/{path}", len(self._objects[path][0]), largest_bytes)
            return self._objects[path][0]

    def chunks(self, path: str) -> Iterator[bytes]:
        """Iterate an object's content; it is in memory anyway."""
        yield self.get(path)

    def stat(self, path: str) -> ObjectInfo | None:
        """Return what a listing would say of one object, or None where there is none."""
        with self._lock:
            return self._objects[path][1] if checked(path) in self._objects else None

    def put(self, path: str, content: bytes, *, create: bool = False, if_etag: str | None = None) -> ObjectInfo:
        """Write an object whole, replacing what is there."""
        etag = hashlib.sha256(content).hexdigest()
        info = ObjectInfo(checked(path), len(content), etag, datetime.now(UTC))
        with self._lock:
            there = self._objects.get(path)
            if create and there is not None:
                raise ConditionFailedError(f"create {self._name}/{path}: it exists already")
            if if_etag is not None and (there is None or there[1].etag != if_etag):
                raise ConditionFailedError(f"replace {self._name}/{path}: it is no longer the one that was read")
            self._objects[path] = (bytes(content), info)
        return info

    def delete(self, path: str) -> None:
        """Remove an object; removing an absent one is no error."""
        with self._lock:
            self._objects.pop(checked(path), None)
