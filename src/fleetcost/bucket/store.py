"""Every object store through one client library: S3, GCS and Azure behave alike from here on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar, cast

import obstore
from obstore.exceptions import BaseError

from fleetcost.bucket.faults import StoreOperation, lost, translate
from fleetcost.bucket.paths import checked, cleaned_prefix
from fleetcost.bucket.port import CHUNK_BYTES, ObjectInfo, check_size
from fleetcost.errors import ConditionFailedError, ObjectMissingError

if TYPE_CHECKING:
    from obstore import Attributes, ObjectMeta, PutMode
    from obstore.store import ObjectStore

    from fleetcost.bucket.credentials import Provider

PAGE_OBJECTS = 1000
"""What S3 gives in one answer at most; a listing holds one page at a time."""

_FAULTS = (BaseError, OSError)
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Upload:
    """
    How objects are written.

    Attributes:
        part_bytes: larger objects are uploaded in parts of this size
        multipart: False uploads every object whole
        attributes: headers and user metadata of each object
    """

    part_bytes: int = 64 * 1024 * 1024
    multipart: bool = True
    attributes: tuple[tuple[str, str], ...] = ()


class ObjectStoreBucket:
    """
    A bucket behind the client library.

    Args:
        name: such as `s3://bucket/prefix`
        host: the endpoint, for messages
        reader: the library's store
        writer: the same with the headers that only writes carry, or the same object
        upload: how objects are written
        provider: keeps why it gave no credential, or None where the library finds them
        versioned: whether a conditional replace goes by the version and not by the etag, as at Google
        signed: whether requests carry a signature in their address, as Azure's shared access signatures do
    """

    def __init__(  # noqa: PLR0913 - what differs between the clouds
        self,
        name: str,
        host: str,
        reader: ObjectStore,
        writer: ObjectStore,
        upload: Upload,
        provider: Provider[Any] | None = None,
        *,
        versioned: bool = False,
        signed: bool = False,
    ) -> None:
        self._name = name
        self._host = host
        self._reader = reader
        self._writer = writer
        self._upload = upload
        self._provider = provider
        self._versioned = versioned
        self._signed = signed

    @property
    def name(self) -> str:
        """Where this is, for messages."""
        return self._name

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """Iterate the objects below a path, in ascending order."""
        below = cleaned_prefix(prefix)
        operation = self._operation("list", below)
        pages = self._tried(operation, lambda: iter(obstore.list(self._reader, below or None, chunk_size=PAGE_OBJECTS)))
        held: ObjectInfo | None = None
        while (page := self._tried(operation, lambda: next(pages, None))) is not None:
            for found in map(_info, page):
                if held is not None and not _is_folder_mark(held, below, found):
                    yield held
                held = found
        if held is not None and not _is_folder_mark(held, below, None):
            yield held

    def folders(self, path: str = "") -> tuple[str, ...]:
        """Return the names of the folders right below a path."""
        below = cleaned_prefix(path)
        operation = self._operation("list", below)
        found = self._tried(operation, lambda: obstore.list_with_delimiter(self._reader, below or None))
        return tuple(sorted(one.rstrip("/").rpartition("/")[2] for one in found["common_prefixes"]))

    def get(self, path: str, *, largest_bytes: int | None = None) -> bytes:
        """Return an object's whole content."""
        return self._tried(self._operation("get", checked(path)), lambda: self._read(path, largest_bytes))

    def chunks(self, path: str) -> Iterator[bytes]:
        """Iterate an object's content in pieces, from one request."""
        operation = self._operation("get", checked(path))
        stream = self._tried(
            operation, lambda: iter(obstore.get(self._reader, path).stream(min_chunk_size=CHUNK_BYTES))
        )
        while (chunk := self._tried(operation, lambda: next(stream, None))) is not None:
            yield bytes(chunk)

    def stat(self, path: str) -> ObjectInfo | None:
        """Return what a listing would say of one object, or None where there is none."""
        try:
            return _info(self._tried(self._operation("stat", checked(path)), lambda: obstore.head(self._reader, path)))
        except ObjectMissingError:
            return None

    def put(self, path: str, content: bytes, *, create: bool = False, if_etag: str | None = None) -> ObjectInfo:
        """Write an object whole, replacing what is there."""
        verb = "create" if create else "replace" if if_etag is not None else "put"
        operation = self._operation(verb, checked(path))
        mode: PutMode = "create" if create else "overwrite"
        if if_etag is not None:
            mode = self._condition(path, if_etag, operation)
        try:
            written = self._tried(operation, lambda: self._write(path, content, mode))
        except ConditionFailedError:
            if if_etag is None or self._versioned or self._etag(path) != if_etag:
                raise
            # Nobody has written: the store compares the etag without its quotes, as Ceph does.
            written = self._tried(operation, lambda: self._write(path, content, {"e_tag": if_etag}))
        return ObjectInfo(path, len(content), written or self._etag(path), datetime.now(UTC))

    def delete(self, path: str) -> None:
        """Remove an object; removing an absent one is no error."""
        operation = self._operation("delete", checked(path))
        try:
            self._tried(operation, lambda: obstore.delete(self._writer, path))
        except ObjectMissingError:
            return

    def _read(self, path: str, largest_bytes: int | None) -> bytes:
        found = obstore.get(self._reader, path)
        check_size(f"{self._name}/{path}", found.meta["size"], largest_bytes)
        return bytes(found.bytes())

    def _write(self, path: str, content: bytes, mode: PutMode) -> str:
        whole = mode != "overwrite" or not self._upload.multipart or len(content) <= self._upload.part_bytes
        result = obstore.put(
            self._writer,
            path,
            content,
            mode=mode,
            attributes=cast("Attributes", dict(self._upload.attributes)) or None,
            use_multipart=not whole,
            chunk_size=self._upload.part_bytes,
        )
        return _bare(result["e_tag"])

    def _condition(self, path: str, etag: str, operation: StoreOperation) -> PutMode:
        if not self._versioned:
            return {"e_tag": _quoted(etag)}
        # The version that has this etag now; whoever writes in between makes another version, and we lose.
        try:
            found = self._tried(operation, lambda: obstore.head(self._reader, path))
        except ObjectMissingError:
            found = None
        if found is None or _bare(found["e_tag"]) != etag:
            raise lost(operation)
        return {"e_tag": _quoted(etag), "version": found["version"]}

    def _etag(self, path: str) -> str:
        # Some stores answer a multipart upload without an etag (Ceph 16 does).
        found = self.stat(path)
        return found.etag if found else ""

    def _operation(self, verb: str, path: str) -> StoreOperation:
        return StoreOperation(verb, f"{self._name}/{path}" if path else self._name, self._host, self._signed)

    def _tried(self, operation: StoreOperation, do: Callable[[], _Result]) -> _Result:
        try:
            return do()
        except _FAULTS as error:
            unprovided = self._provider.fault() if self._provider else None
            fault = type(unprovided)(f"{operation}: {unprovided}") if unprovided else translate(error, operation)
        # Raised outside the handler: a traceback would print the library's message, which may carry a token.
        raise fault


def _is_folder_mark(info: ObjectInfo, below: str, following: ObjectInfo | None) -> bool:
    """
    Tell whether an entry only stands for a folder.

    Consoles write an empty object `a/` for a folder, which the client library shows as `a`. It sorts right before the
    folder's first object.
    """
    if info.size_bytes:
        return False
    return info.path == below or (following is not None and following.path.startswith(f"{info.path}/"))


def _info(found: ObjectMeta) -> ObjectInfo:
    return ObjectInfo(found["path"], found["size"], _bare(found["e_tag"]), found["last_modified"])


def _bare(etag: str | None) -> str:
    """Return an etag without its quotes, which Azure leaves out in listings and nowhere else."""
    return (etag or "").strip('"')


def _quoted(etag: str) -> str:
    return f'"{etag}"'
