"""How a decoder says no: where it was, what it read, what it would have accepted."""

from __future__ import annotations


class Unreadable(Exception):  # noqa: N818 - a finding on its way out of the decoder, never seen outside this room
    """
    The bytes are not what the tables say.

    `decode` turns it into a `SetDamagedError` that names the file.

    Args:
        at: offset of the value that could not be read, in the unpacked content
        read: what is there
        accepted: what would be read
    """

    def __init__(self, at: int, read: str, accepted: str) -> None:
        super().__init__(at, read, accepted)
        self.at = at
        self.read = read
        self.accepted = accepted
        self._where: list[str] = []

    def inside(self, part: str) -> Unreadable:
        """Note the field or entry that holds what could not be read; called from the inside out."""
        self._where.append(part)
        return self

    def __str__(self) -> str:
        where = "".join(part if part.startswith("[") else f".{part}" for part in reversed(self._where)).lstrip(".")
        return f"{where + ' ' if where else ''}at byte {self.at:,}: read {self.read}, accepted is {self.accepted}"


def ends(at: int, size: int) -> Unreadable:
    """Return the damage of a value that reaches beyond the end."""
    return Unreadable(
        at, f"the last {max(0, size - at):,} bytes", "a whole value: the file is cut, or holds another kind"
    )
