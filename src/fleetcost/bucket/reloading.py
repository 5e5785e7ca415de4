"""A bucket that follows its settings: keys and certificates are replaced without a restart."""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from fleetcost.bucket.config import read_config
from fleetcost.bucket.open import files_behind, open_bucket
from fleetcost.errors import SettingsError, StoreRefusedError
from fleetcost.ops.log import get

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from fleetcost.bucket.config import StoreConfig
    from fleetcost.bucket.port import Bucket, ObjectInfo

_Result = TypeVar("_Result")
_Mark = tuple[tuple[str, int, int, int] | None, ...]


class ReloadingBucket:
    """
    The bucket of a settings file, opened again when the file, or one it names, has changed.

    Before each operation the files are looked at, not read. After a refusal the bucket is opened again as well, which
    asks for fresh temporary credentials. Settings that cannot be used are reported once, and the bucket stays as it is.

    Args:
        file: the `federated-store.yaml`
        environment: variables where the clouds' default credentials begin

    Raises:
        SettingsError: the settings cannot be used now, at the start.
    """

    def __init__(self, file: Path, environment: Mapping[str, str] = os.environ) -> None:
        self._file = file
        self._environment = environment
        self._lock = threading.Lock()
        self._refused = False
        self._log = get("bucket")
        self._config, self._mark, self._bucket = self._open()
        self._tell()

    @property
    def name(self) -> str:
        """Where this is, for messages."""
        return self._bucket.name

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """Iterate the objects below a path, in ascending order."""
        bucket = self._now()
        with self._noticing():
            yield from bucket.list(prefix)

    def folders(self, path: str = "") -> tuple[str, ...]:
        """Return the names of the folders right below a path."""
        return self._do(lambda bucket: bucket.folders(path))

    def get(self, path: str, *, largest_bytes: int | None = None) -> bytes:
        """Return an object's whole content."""
        return self._do(lambda bucket: bucket.get(path, largest_bytes=largest_bytes))

    def chunks(self, path: str) -> Iterator[bytes]:
        """Iterate an object's content in pieces."""
        bucket = self._now()
        with self._noticing():
            yield from bucket.chunks(path)

    def stat(self, path: str) -> ObjectInfo | None:
        """Return what a listing would say of one object, or None where there is none."""
        return self._do(lambda bucket: bucket.stat(path))

    def put(self, path: str, content: bytes, *, create: bool = False, if_etag: str | None = None) -> ObjectInfo:
        """Write an object whole, replacing what is there."""
        return self._do(lambda bucket: bucket.put(path, content, create=create, if_etag=if_etag))

    def delete(self, path: str) -> None:
        """Remove an object; removing an absent one is no error."""
        self._do(lambda bucket: bucket.delete(path))

    def _do(self, operation: Callable[[Bucket], _Result]) -> _Result:
        bucket = self._now()
        with self._noticing():
            return operation(bucket)

    @contextmanager
    def _noticing(self) -> Iterator[None]:
        try:
            yield
        except StoreRefusedError:
            self._refused = True
            raise

    def _now(self) -> Bucket:
        with self._lock:
            changed = self._look(self._config) != self._mark
            if changed or self._refused:
                self._refused = False
                self._reopen(changed=changed)
            return self._bucket

    def _reopen(self, *, changed: bool) -> None:
        seen = self._look(self._config)
        try:
            self._config, self._mark, self._bucket = self._open()
        except SettingsError as error:
            self._mark = seen
            self._log.warning("storage settings cannot be used, the former stay", error=str(error))
            return
        if changed:
            self._log.info("storage settings changed, bucket opened again", bucket=self._bucket.name)
            self._tell()

    def _open(self) -> tuple[StoreConfig, _Mark, Bucket]:
        # Each file is looked at before it is read, so that a change in between is seen the next time.
        first = _stamp(self._file)
        config = read_config(self._file)
        mark = (first, *self._stamps(config))
        return config, mark, open_bucket(config, self._environment)

    def _look(self, config: StoreConfig) -> _Mark:
        return (_stamp(self._file), *self._stamps(config))

    def _stamps(self, config: StoreConfig) -> _Mark:
        return tuple(_stamp(path) for path in files_behind(config, self._environment))

    def _tell(self) -> None:
        for entry in self._config.ineffective:
            self._log.info("storage setting without effect", key=entry.place.key, reason=entry.reason)


def _stamp(path: Path) -> tuple[str, int, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return (str(path), status.st_mtime_ns, status.st_ino, status.st_size)
