"""Several files in one setting: a list in a settings file, joined by commas elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


class Paths(tuple[Path, ...]):
    """Files, in their order."""

    __slots__ = ()

    def __str__(self) -> str:
        """Write them as the environment has them."""
        return ",".join(str(path) for path in self)


def parse_paths(value: object) -> Paths:
    """
    Read a list of files, or a text that joins them by commas.

    Raises:
        ValueError: neither.
    """
    if isinstance(value, str):
        return Paths(Path(part.strip()) for part in value.split(",") if part.strip())
    if isinstance(value, Sequence) and all(isinstance(part, str) for part in value):
        return Paths(Path(part) for part in value)
    raise ValueError(f"{value!r} is no list of files")
