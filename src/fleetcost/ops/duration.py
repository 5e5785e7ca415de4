"""Durations as people write them: `7d`, `1m30s`, `500ms`."""

from __future__ import annotations

import re

_PART = r"([0-9]{1,12}(?:\.[0-9]{1,12})?)(ns|us|µs|ms|s|m|h|d|w)"
_WHOLE = re.compile(f"(?:{_PART})+")
_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


def seconds_of(text: str) -> float | None:
    """
    Return a duration in seconds, or None where the text is none; `0` needs no unit.

    Source: the form of Go and Prometheus, which the files of the field use, with days and weeks.
    """
    if text == "0":
        return 0.0
    if not _WHOLE.fullmatch(text):
        return None
    return sum(float(number) * _SECONDS[unit] for number, unit in re.findall(_PART, text))
