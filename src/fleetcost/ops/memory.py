"""Sizes of memory: as people write them, and what this process may use."""

from __future__ import annotations

import os
import re
from pathlib import Path

_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT]?)(i?)B?", re.IGNORECASE)
_POWERS = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4}
_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


class Size(int):
    """A number of bytes that people may write as `2GiB`, `500MB` or plain bytes."""

    __slots__ = ()

    def __str__(self) -> str:
        """Write the number with the largest unit that divides it."""
        for letter, power in reversed(_POWERS.items()):
            unit = 1024**power
            if letter and self and not self % unit:
                return f"{self // unit}{letter}iB"
        return repr(int(self))


def parse_size(text: object) -> Size:
    """
    Read a size: `2GiB` and `2Gi` count in 1024s, `2GB` and `2G` in 1000s.

    Raises:
        ValueError: not a size.
    """
    match = _SIZE.fullmatch(str(text).strip())
    if match is None:
        raise ValueError(
            f"{text!r} is no size: accepted are bytes from 0 up, or a number with KB, KiB, MB, MiB, GB, GiB, TB or TiB"
        )
    number, letter, binary = match.groups()
    return Size(float(number) * (1024 if binary else 1000) ** _POWERS[letter.upper()])


def machine_memory_bytes() -> int:
    """Return what this process may use: the control group's limit where there is one, else the machine's memory."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for file in _LIMITS:
        try:
            text = Path(file).read_text().strip()
        except OSError:
            continue
        if text.isdigit():
            return min(machine, int(text))
    return machine
