"""When a source was silent: the stretches of a window without scrapes, found by halving it."""

from __future__ import annotations

from collections.abc import Iterator

from fleetcost.model.samples import Silence
from fleetcost.model.window import Window
from fleetcost.samples.promql import FRESH_STEPS
from fleetcost.samples.queries import STEPS_SEEN
from fleetcost.samples.source import Source


def steps_seen(source: Source, window: Window, resolution_seconds: int) -> int:
    """
    Return in how many steps of a window the source scraped.

    Raises:
        SourceError: it did not answer.
    """
    return int(max((row.value for row in source.query(STEPS_SEEN, window, resolution_seconds)), default=0))


def silences(source: Source, window: Window, resolution_seconds: int) -> tuple[Silence, ...]:
    """
    Return the stretches of a window without scrapes, oldest first, to the step; one scrape that is missing is none.

    Raises:
        SourceError: it did not answer.
    """
    found: list[Silence] = []
    for piece in _silent_steps(source, window, resolution_seconds):
        whole = Silence(found.pop().start, piece.end) if found and found[-1].end == piece.start else piece
        found.append(whole)
    return tuple(one for one in found if one.end - one.start >= FRESH_STEPS * resolution_seconds)


def _silent_steps(source: Source, window: Window, resolution_seconds: int) -> Iterator[Silence]:
    steps = int(window.seconds) // resolution_seconds
    seen = steps_seen(source, window, resolution_seconds)
    if seen >= steps:
        return
    if not seen:
        yield Silence(window.start_epoch, window.end_epoch)
        return
    middle = window.start_epoch + (steps // 2) * resolution_seconds
    for start, end in ((window.start_epoch, middle), (middle, window.end_epoch)):
        yield from _silent_steps(source, Window.of_epochs(start, end), resolution_seconds)
