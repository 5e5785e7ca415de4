"""What people keep on the server: saved views and contexts, as small documents by name."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Protocol

from fleetcost.errors import ConditionFailedError

LARGEST = 1 << 20
"""Bytes of one document."""


class StateStore(Protocol):
    """Small documents with conditional writes; a name is a few letters and `-`."""

    @property
    def read_only(self) -> bool:
        """Whether nothing can be written here."""

    def read(self, name: str) -> bytes:
        """Return a document, empty where there is none."""

    def write(self, name: str, content: bytes, previous: bytes) -> None:
        """
        Replace a document.

        Args:
            name: which
            content: the new one
            previous: what `read` gave before the change

        Raises:
            ConditionFailedError: somebody else has changed it since.
        """


class FolderState:
    """Documents as files of a folder; one process writes them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()

    @property
    def read_only(self) -> bool:
        """Never: the folder is ours."""
        return False

    def read(self, name: str) -> bytes:
        """Return a document, empty where there is none."""
        try:
            return self._file(name).read_bytes()
        except FileNotFoundError:
            return b""

    def write(self, name: str, content: bytes, previous: bytes) -> None:
        """
        Replace a document; after a crash it is the old one or the new one.

        Raises:
            ConditionFailedError: somebody else has changed it since.
        """
        with self._lock:
            if self.read(name) != previous:
                raise ConditionFailedError(f"write {name}: it was changed meanwhile; read it again")
            self._folder.mkdir(parents=True, exist_ok=True)
            aside = self._file(name).with_suffix(".next")
            with aside.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            aside.replace(self._file(name))

    def _file(self, name: str) -> Path:
        return self._folder / f"{name}.json"


class NoState:
    """Nothing is kept: every document is empty and stays so."""

    @property
    def read_only(self) -> bool:
        """Always."""
        return True

    def read(self, name: str) -> bytes:
        """Return nothing."""
        del name
        return b""

    def write(self, name: str, content: bytes, previous: bytes) -> None:
        """
        Refuse.

        Raises:
            ConditionFailedError: always.
        """
        del content, previous
        raise ConditionFailedError(f"write {name}: this server keeps nothing")
