"""How often a source scrapes: the step at which times are looked for, where nobody sets one."""

from __future__ import annotations

import math

from fleetcost.model.window import Window
from fleetcost.samples.narrowing import Identity, identity
from fleetcost.samples.queries import SCRAPER_FIRST, SCRAPER_LAST, SCRAPER_STEPS
from fleetcost.samples.query import Query
from fleetcost.samples.source import Source

STEPS_SECONDS = (15, 20, 30, 60, 120, 300)
"""The usual intervals of scrapes; each divides an hour, so that steps of one hour meet those of the next."""

UNKNOWN_SECONDS = 60
"""The step of a window in which nothing was scraped twice."""

_JITTER = 0.05
"""Scrapes are a little late or early."""


def scrape_step(source: Source, window: Window) -> int:
    """
    Return the longest usual interval that is no longer than that at which kube-state-metrics was scraped in a window.

    A gap makes the mean between two samples longer, never shorter, so the shortest of all scrapes counts.

    Raises:
        SourceError: it did not answer.
    """
    finest = STEPS_SECONDS[0]

    def asked(query: Query) -> dict[Identity, float]:
        return {identity(row, query): row.value for row in source.query(query, window, finest)}

    counts, firsts, lasts = asked(SCRAPER_STEPS), asked(SCRAPER_FIRST), asked(SCRAPER_LAST)
    means = [
        (lasts[scraper] - firsts[scraper]) / (count - 1)
        for scraper, count in counts.items()
        if count > 1 and lasts.get(scraper, 0.0) > firsts.get(scraper, math.inf)
    ]
    if not means:
        return UNKNOWN_SECONDS
    return max((step for step in STEPS_SECONDS if step <= min(means) * (1 + _JITTER)), default=finest)
