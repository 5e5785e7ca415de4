"""Lists of small documents in the state store: read, put, remove, each change conditional on what was read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

import msgspec

from fleetcost.api.problem import ReadOnlyError, RequestTooLargeError
from fleetcost.api.state import LARGEST, StateStore
from fleetcost.errors import CallerError, ConditionFailedError, DamagedError

Document = TypeVar("Document")

_ATTEMPTS = 5


class Documents(Generic[Document]):
    """
    One list.

    Args:
        state: where it is kept
        name: under which name
        kind: type of its documents
        key: what names a document in the list
    """

    def __init__(self, state: StateStore, name: str, kind: type[Document], key: Callable[[Document], str]) -> None:
        self._state = state
        self._name = name
        self._kind = kind
        self._key = key

    def all(self) -> list[Document]:
        """Return every document, in the order of their names."""
        return self._decoded(self._state.read(self._name))

    def put(self, key: str, document: Document, most: int) -> None:
        """
        Add a document, or replace the one of the same name.

        Raises:
            ReadOnlyError: nothing can be written here.
            CallerError: the list is full.
            ConditionFailedError: others keep changing it.
        """

        def changed(documents: list[Document]) -> list[Document]:
            rest = [one for one in documents if self._key(one) != key]
            if len(rest) >= most:
                raise CallerError(f"{self._name} holds {most} already; remove one first")
            return sorted([*rest, document], key=self._key)

        self._change(changed)

    def remove(self, key: str) -> bool:
        """
        Remove a document; tell whether there was one.

        Raises:
            ReadOnlyError: nothing can be written here.
            ConditionFailedError: others keep changing it.
        """
        if key not in {self._key(one) for one in self.all()}:
            return False
        self._change(lambda documents: [one for one in documents if self._key(one) != key])
        return True

    def _change(self, change: Callable[[list[Document]], list[Document]]) -> None:
        if self._state.read_only:
            raise ReadOnlyError(f"{self._name} cannot be changed: this server keeps nothing")
        for attempt in range(_ATTEMPTS):
            before = self._state.read(self._name)
            content = msgspec.json.encode(change(self._decoded(before)))
            if len(content) > LARGEST:
                raise RequestTooLargeError(f"{self._name} would be larger than {LARGEST} bytes; remove something first")
            try:
                self._state.write(self._name, content, before)
            except ConditionFailedError:
                if attempt == _ATTEMPTS - 1:
                    raise
            else:
                return

    def _decoded(self, content: bytes) -> list[Document]:
        try:
            return msgspec.json.decode(content, type=list[self._kind]) if content else []  # type: ignore[name-defined]
        except msgspec.MsgspecError as error:
            raise DamagedError(f"read {self._name}: what is kept cannot be read: {error}") from error
