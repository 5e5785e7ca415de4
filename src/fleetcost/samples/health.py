"""What is wrong with a source: scraped twice or seldom, labels renamed, several clusters in one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from itertools import combinations
from typing import NamedTuple

from fleetcost.model.finding import FindingKind
from fleetcost.model.window import Window
from fleetcost.samples import queries as q
from fleetcost.samples import records as r
from fleetcost.samples.reader import RowReader
from fleetcost.samples.runner import QueryRunner

_SLACK = 1.5
"""Scrapes fail now and then; up to this many times the resolution between two samples is as it should be."""


HANDOVER_SECONDS = 600
"""Two scrapes that report the same for no longer are one exporter's old pod and its new one, during a rollout."""


class _Scrape(NamedTuple):
    node: str
    scraper: str
    time: float


def diagnose(runner: QueryRunner, window: Window, resolution_seconds: int) -> Callable[[float], None]:
    """Ask what shows the source's faults; the returned function takes the coverage, waits and keeps the findings."""
    counts = runner.ask(q.SCRAPES, r.number)
    pairs = ((q.SCRAPER_FIRST, q.SCRAPER_LAST), (q.MACHINE_SCRAPER_FIRST, q.MACHINE_SCRAPER_LAST))
    scrapers = [(runner.ask(first, _scrape), runner.ask(last, _scrape)) for first, last in pairs]
    exported = runner.ask(q.EXPORTED, r.text("job"))
    clusters = runner.ask(q.CLUSTERS, r.every_label)

    def finish(coverage_minutes: float) -> None:
        scrapes = max(counts.rows(), default=0.0)
        if scrapes > 0 and coverage_minutes * 60 / scrapes > resolution_seconds * _SLACK:
            every = round(window.seconds / scrapes)
            runner.notice(FindingKind.SCRAPED_SELDOM, f"every {every} s, resolution {resolution_seconds} s")
        for firsts, lasts in scrapers:
            for pair in _doubled(firsts.rows(), lasts.rows()):
                runner.notice(FindingKind.SCRAPED_TWICE, pair)
        for job in exported.rows():
            runner.notice(FindingKind.LABELS_EXPORTED, f"job {job}")
        if len(clusters.rows()) > 1:
            for labels in clusters.rows():
                runner.notice(FindingKind.SEVERAL_CLUSTERS, _written(labels))

    return finish


def _scrape(row: RowReader) -> _Scrape:
    return _Scrape(row.name("node", "instance"), f"{row.text('job')} {row.text('instance')}".strip(), row.value)


def _doubled(firsts: Iterable[_Scrape], lasts: Iterable[_Scrape]) -> set[str]:
    """Return the pairs of scrapes that reported the same node at the same time, for longer than a rollout takes."""
    ends = {(one.node, one.scraper): one.time for one in lasts}
    spans: dict[str, list[tuple[str, float, float]]] = defaultdict(list)
    for one in firsts:
        spans[one.node].append((one.scraper, one.time, ends.get((one.node, one.scraper), one.time)))
    return {
        " and ".join(sorted((one[0], other[0])))
        for of_node in spans.values()
        for one, other in combinations(of_node, 2)
        if min(one[2], other[2]) - max(one[1], other[1]) > HANDOVER_SECONDS
    }


def _written(labels: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{name}={value}" for name, value in labels) or "(no cluster label)"
