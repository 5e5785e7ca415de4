"""How often Python's garbage collector looks: seldom where many rows are made that nothing but memory ends."""

from __future__ import annotations

import gc

NEW_OBJECTS, YOUNG_LOOKS, OLD_LOOKS = 200_000, 50, 100
"""New objects before a look at them, and looks before one at older objects, of each generation."""


def collect_rarely() -> None:
    """
    Look for reference cycles two hundred times more seldom than Python does by itself, in this process.

    Samples and rows refer to each other in no cycle, so counting references frees them. Python looks anyway, at every
    700th new object (https://docs.python.org/3/library/gc.html#gc.set_threshold), and finds nothing: a quarter of what
    reading an hour takes on recorded answers. Cycles, of connections and errors, are few and still found.
    """
    gc.set_threshold(NEW_OBJECTS, YOUNG_LOOKS, OLD_LOOKS)
