"""Logging: one structured line an event, `key=value` for people or JSON for machines."""

from __future__ import annotations

import logging
import sys
from typing import Literal, TextIO, cast

import stamina.instrumentation
import structlog

Format = Literal["text", "json"]


def configure(level: str = "info", fmt: Format = "text") -> None:
    """
    Set up logging for the process, to standard error.

    Args:
        level: `debug`, `info`, `warning` or `error`
        fmt: `text` is `time level event key=value …`; `json` is one object a line
    """
    renderer = (
        structlog.processors.JSONRenderer()
        if fmt == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=0, pad_level=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(file=cast("TextIO", _CurrentStandardError())),
        cache_logger_on_first_use=False,
    )

    stamina.instrumentation.set_on_retry_hooks([_retried])


class _CurrentStandardError:
    """Standard error as it is when a line is written, not as it was when logging was set up."""

    def write(self, text: str) -> int:
        """Write to it."""
        return sys.stderr.write(text)

    def flush(self) -> None:
        """Flush it."""
        sys.stderr.flush()


def _retried(details: stamina.instrumentation.RetryDetails) -> None:
    """Tell of a retry in one line: what went wrong and how long the pause is."""
    get("retry").warning(
        "trying again",
        reason=str(details.caused_by),
        attempt=details.retry_num,
        wait_seconds=round(details.wait_for, 1),
    )


def get(room: str) -> structlog.typing.FilteringBoundLogger:
    """Return the logger of a room; every line it writes carries `room=<room>`."""
    return cast("structlog.typing.FilteringBoundLogger", structlog.get_logger(room=room))
