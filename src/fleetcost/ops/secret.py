"""A value that never shows itself."""

from __future__ import annotations


class Secret:
    """
    A credential: prints as `***` everywhere; `reveal()` is the one way to its text.

    Source: house rule "secrets are values that repr as ***".
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text; call it only where it is handed to a client library."""
        return self._text

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __reduce__(self) -> str:
        raise TypeError("a secret cannot be pickled or copied to another process")
