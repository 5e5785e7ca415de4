"""Reading one window: every query asked, every answer turned into records."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from fleetcost.model.finding import summarise
from fleetcost.model.samples import Samples
from fleetcost.model.window import Window
from fleetcost.samples import queries as q
from fleetcost.samples import records as r
from fleetcost.samples.filling import ask_all
from fleetcost.samples.health import diagnose
from fleetcost.samples.runner import QueryRunner
from fleetcost.samples.source import Source

CONCURRENCY = 4
"""Queries under way at once: enough to hide latency, few enough to leave the server to others."""


def read(source: Source, window: Window, resolution_seconds: int, concurrency: int = CONCURRENCY) -> Samples:
    """
    Read everything a source knows of one window.

    Args:
        source: where to ask
        window: half-open
        resolution_seconds: step of the running-time queries; no finer than the scrape interval
        concurrency: queries under way at once

    Returns:
        The samples; `coverage_minutes` is 0 where the source observed nothing.

    Raises:
        SourceError: a query was not answered; a window is never built from half its answers unless the source is to
            accept partial ones, and then the samples are marked so.
    """
    with ThreadPoolExecutor(concurrency, thread_name_prefix="samples") as executor:
        runner = QueryRunner(source, window, resolution_seconds, executor)
        try:
            return _read(runner, source.name, window, resolution_seconds)
        except BaseException:
            executor.shutdown(wait=False, cancel_futures=True)
            raise


def _read(runner: QueryRunner, name: str, window: Window, resolution_seconds: int) -> Samples:
    observed = runner.ask(q.OBSERVED, r.number)
    finish = diagnose(runner, window, resolution_seconds)
    filled = ask_all(runner, q.every())
    samples = Samples(
        window=window,
        resolution_seconds=resolution_seconds,
        coverage_minutes=min(max(observed.rows(), default=0.0), window.minutes),
        source=name,
        **filled(),
    )
    finish(samples.coverage_minutes)
    return replace(samples, findings=summarise(runner.noticed()), partial=runner.partial)
