"""
A directory as a bucket, for one machine or a shared volume.

Written here and not taken from the client library, because its local store has no conditional replace, does not flush
to the disk and lists in no order. An object is written beside its place, flushed and renamed into it. Writers exclude
each other across processes while they compare and rename; readers never wait.
"""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from fleetcost.bucket.paths import checked, cleaned_prefix, unfit
from fleetcost.bucket.port import CHUNK_BYTES, ObjectInfo, check_size
from fleetcost.errors import ConditionFailedError, FleetcostError, ObjectMissingError, StoreError, StoreRefusedError

STAGING = ".fleetcost"
"""Folder in the bucket's root with the lock and half-written objects; never listed."""

_NEVER = datetime.fromtimestamp(0, UTC)
"""When a name was written that stands for no object."""

ABANDONED_SECONDS = 86_400
"""A half-written object this old belongs to a writer that was killed."""


class FilesystemBucket:
    """
    A bucket in a directory; the directory is made when something is written.

    Args:
        directory: the root; a prefix is a folder below it
    """

    def __init__(self, directory: Path) -> None:
        self._root = directory.absolute()

    @property
    def name(self) -> str:
        """Where this is, for messages."""
        return f"file://{self._root}"

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """
        Iterate the objects below a path, in ascending order; holds one folder's names a level.

        What no object may be called is given with a name that stands for it; a folder of such a name, or one that leads
        back to itself, is given in place of what lies in it.
        """
        below = cleaned_prefix(prefix)
        folder = self._root / below
        above = tuple(one.resolve() for one in folder.parents if one.is_relative_to(self._root))
        yield from self._walk(folder, f"{below}/" if below else "", above)

    def folders(self, path: str = "") -> tuple[str, ...]:
        """Return the names of the folders right below a path."""
        with self._translated("list", path):
            names = _names(self._root, self._root / cleaned_prefix(path))
        return tuple(
            name[:-1] for name in names if name.endswith("/") and not unfit(name[:-1]) and name[:-1] != STAGING
        )

    def get(self, path: str, *, largest_bytes: int | None = None) -> bytes:
        """Return an object's whole content."""
        with self._translated("get", path):
            try:
                with self._file(path).open("rb") as file:
                    check_size(f"{self.name}/{path}", os.fstat(file.fileno()).st_size, largest_bytes)
                    return file.read()
            except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
                raise ObjectMissingError(f"get {self.name}/{path}: there is no such object") from None

    def chunks(self, path: str) -> Iterator[bytes]:
        """Iterate an object's content in pieces; a file that is replaced meanwhile is read to its end."""
        with self._translated("get", path):
            try:
                file = self._file(path).open("rb")
            except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
                raise ObjectMissingError(f"get {self.name}/{path}: there is no such object") from None
            with file:
                while chunk := file.read(CHUNK_BYTES):
                    yield chunk

    def stat(self, path: str) -> ObjectInfo | None:
        """Return what a listing would say of one object, or None where there is none."""
        with self._translated("stat", path):
            try:
                return _info(path, self._file(path).stat()) if self._file(path).is_file() else None
            except FileNotFoundError:
                return None

    def put(self, path: str, content: bytes, *, create: bool = False, if_etag: str | None = None) -> ObjectInfo:
        """Write an object whole, replacing what is there."""
        target = self._file(path)
        with self._translated("put", path):
            target.parent.mkdir(parents=True, exist_ok=True)
            draft = self._draft(content)
            try:
                with self._locked():
                    self._check(path, create=create, if_etag=if_etag)
                    return self._place(draft, target, path)
            finally:
                draft.unlink(missing_ok=True)

    def delete(self, path: str) -> None:
        """Remove an object; removing an absent one is no error."""
        target = self._file(path)
        with self._translated("delete", path):
            if target.exists():
                with self._locked():
                    target.unlink(missing_ok=True)
                    _flush(target.parent)

    def _file(self, path: str) -> Path:
        if checked(path).split("/", 1)[0] == STAGING:
            raise ValueError(f"object path {path!r}: the folder {STAGING} is reserved")
        return self._root / path

    def _walk(self, folder: Path, path: str, above: tuple[Path, ...]) -> Iterator[ObjectInfo]:
        with self._translated("list", path):
            names = _names(self._root, folder)
            above = (*above, folder.resolve())
        for name in names:
            if path + name == f"{STAGING}/":
                continue
            loops = name.endswith("/") and (folder / name).resolve() in above
            if loops or unfit(path + name.removesuffix("/")):
                yield ObjectInfo(_shown(path + name.removesuffix("/")), 0, "", _NEVER)
            elif name.endswith("/"):
                yield from self._walk(folder / name, path + name, above)
            elif (info := self._listed(path + name)) is not None:
                yield info

    def _listed(self, path: str) -> ObjectInfo | None:
        """Return what a listing says of a name, None where it is no file, such as a pipe."""
        with self._translated("list", path):
            try:
                status = (self._root / path).stat()
            except FileNotFoundError:
                return None
            except OSError as error:
                if error.errno == errno.ELOOP:
                    return ObjectInfo(path, 0, "", _NEVER)
                raise
        return _info(path, status) if stat.S_ISREG(status.st_mode) else None

    def _check(self, path: str, *, create: bool, if_etag: str | None) -> None:
        there = self.stat(path)
        if create and there is not None:
            raise ConditionFailedError(f"create {self.name}/{path}: it exists already; nothing was written")
        if if_etag is not None and (there is None or there.etag != if_etag):
            raise ConditionFailedError(
                f"replace {self.name}/{path}: it is no longer the one that was read; nothing was written: "
                "read it again and decide again"
            )

    def _draft(self, content: bytes) -> Path:
        staging = self._staging()
        _sweep(staging)
        draft = staging / f"draft-{secrets.token_hex(8)}"
        with draft.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        return draft

    def _place(self, draft: Path, target: Path, path: str) -> ObjectInfo:
        # The etag is made of the time of writing, so the time must move on even where the clock does not.
        written_ns = time.time_ns()
        if target.exists():
            written_ns = max(written_ns, target.stat().st_mtime_ns + 1)
        os.utime(draft, ns=(written_ns, written_ns))
        draft.replace(target)
        _flush(target.parent)
        return _info(path, target.stat())

    def _staging(self) -> Path:
        folder = self._root / STAGING
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    @contextmanager
    def _locked(self) -> Iterator[None]:
        descriptor = os.open(self._staging() / "lock", os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    @contextmanager
    def _translated(self, verb: str, path: str) -> Iterator[None]:
        try:
            yield
        except FleetcostError:
            raise
        except PermissionError as error:
            raise StoreRefusedError(
                f"{verb} {self.name}/{path}: {error.strerror}: "
                f"give user {os.getuid()} the right to {_right(verb)} there"
            ) from error
        except OSError as error:
            raise StoreError(f"{verb} {self.name}/{path}: {error.strerror}") from error


def _info(path: str, status: os.stat_result) -> ObjectInfo:
    etag = f"{status.st_mtime_ns:x}-{status.st_ino:x}-{status.st_size:x}"
    return ObjectInfo(path, status.st_size, etag, datetime.fromtimestamp(status.st_mtime, UTC))


def _names(root: Path, folder: Path) -> list[str]:
    # A folder's name ends in a slash, which puts `a.b` before `a/b` as every object store does.
    try:
        with os.scandir(folder) as entries:
            return sorted(entry.name + ("/" if _is_folder(entry) else "") for entry in entries)
    except (FileNotFoundError, NotADirectoryError):
        if root.is_dir():
            return []
        raise StoreRefusedError(
            f"list file://{root}: there is no such directory: create it, mount it or correct `config.directory`"
        ) from None


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads to itself
        return False


def _shown(path: str) -> str:
    """Return a name as text: bytes that are no UTF-8, which the system's names may have, are replaced."""
    return os.fsencode(path).decode(errors="replace")


def _right(verb: str) -> str:
    return "write" if verb in ("put", "delete") else "read"


def _flush(folder: Path) -> None:
    """Make the folder's names durable; a file's own flush does not."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sweep(staging: Path) -> None:
    """Remove what writers left behind that were killed."""
    horizon = time.time() - ABANDONED_SECONDS
    for draft in staging.glob("draft-*"):
        with suppress(FileNotFoundError):
            if draft.stat().st_mtime < horizon:
                draft.unlink()
