"""The window, which the other sets hold; its version is counted in a set of its own."""

from __future__ import annotations

from fleetcost.sets.bingen.grammar import TIME, Pointer, Struct, each
from fleetcost.sets.bingen.versions import DEFAULT

CLOSED_WINDOW_BYTES = 45
"""Head 5, and twice flag 1, count 4, time 15."""

WINDOW = Struct("Window", DEFAULT, each(Pointer(TIME), "Start", "End"), often_bytes=CLOSED_WINDOW_BYTES)
