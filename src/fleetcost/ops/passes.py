"""What is done after each pass of the ingest, for as long as a process lives."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from prometheus_client import Counter
from structlog.typing import FilteringBoundLogger

GLANCE_SECONDS = 2.0
"""How often it is looked whether a pass has ended."""


def after_each_pass(
    stop: threading.Event,
    passes: Callable[[], int],
    write: Callable[[], Any],
    outcomes: Counter,
    room_log: FilteringBoundLogger,
    failed: str,
) -> None:
    """
    Write after each pass until asked to stop; failures are logged, counted and tried again after the next.

    Args:
        stop: ends it
        passes: how many passes have ended
        write: what is done
        outcomes: counts it as done or failed
        room_log: where a failure is written
        failed: what the line about a failure is called
    """
    done = 0
    while not stop.wait(GLANCE_SECONDS):
        if (now := passes()) == done:
            continue
        done = now
        try:
            write()
            outcomes.labels("done").inc()
        except Exception as error:  # noqa: BLE001 - a loop goes on
            outcomes.labels("failed").inc()
            room_log.error(failed, error=str(error), kind=type(error).__name__)
