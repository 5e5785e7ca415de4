"""What every answer of a tool says of itself: its window, prices, currency, and how much was observed. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

Json = dict[str, Any]

LARGEST_ROWS = 20_000
"""Characters that rows may take: what a model reads costs its user money, and a long answer hides what matters."""

MOST_NAMED = 8
"""Clusters that are named because they lack something."""

REST = "__rest__"
"""The name of the row that sums what was not shown, so that the rows still add up."""

WHOLE_STATES = frozenset({"complete", "estimated"})


def standing(document: Json) -> Json:
    """Say what stands behind a native answer."""
    question, prices = document["question"], document.get("prices") or {}
    return {
        "window": question["window"],
        "filter": question["filter"],
        "currency": document["currency"] or None,
        "basis": question["basis"],
        "priceState": _prices(question["basis"], prices.get("uncovered_share")),
        "coverage": coverage(document["completeness"]),
        "warnings": [one["message"] for one in document["warnings"]],
        "asOf": document["as_of"],
    }


def coverage(entries: Sequence[Json]) -> Json:
    """Say how much of the clusters' time was observed, and which clusters lack something."""
    observed = sum(one["coverage_minutes"] for one in entries)
    expected = sum(one["expected_minutes"] for one in entries)
    lacking = [one for one in entries if one["state"] not in WHOLE_STATES]
    return {
        "observedPercent": round(100 * observed / expected, 2) if expected else None,
        "whole": not lacking,
        "clusters": len(entries),
        "lacking": [
            {"cluster": one["cluster"], "state": one["state"], "causes": one["causes"][:2]}
            for one in lacking[:MOST_NAMED]
        ],
        "lackingNotNamed": max(0, len(lacking) - MOST_NAMED),
    }


def _prices(basis: str, uncovered: float | None) -> str:
    if basis == "list":
        return "list prices"
    if uncovered is None:
        return "billed prices"
    return "billed prices" if uncovered == 0 else f"billed prices; list prices for {uncovered:.1%} of the assets' cost"


def exact(amounts: Iterable[float | None]) -> Decimal:
    """Add up amounts of JSON as they are written, so that parts and their sum agree to the last digit."""
    return sum((Decimal(repr(one)) for one in amounts if one is not None), Decimal(0))


def money(amount: Decimal) -> Json:
    """Write a sum: exact for programs, to the cent for people."""
    return {"exact": f"{amount:f}", "rounded": f"{amount:.2f}"}


def sums(names: Sequence[str]) -> Callable[[Sequence[Json]], Json]:
    """Return what adds up rows by the figures that are named."""
    return lambda rows: {name: float(exact(row.get(name) for row in rows)) for name in names}


def closed(
    rows: Sequence[Json], added: Callable[[Sequence[Json]], Json], room: int = LARGEST_ROWS
) -> tuple[list[Json], Json]:
    """
    Shorten rows to the room there is; what is left out becomes one row.

    Args:
        rows: the ones that matter most first, each with its `name`
        added: sums the figures of those that are left out
        room: characters of JSON

    Returns:
        The rows, the last of which is the rest where some were left out, and how many of how many are shown.
    """
    shown: list[Json] = []
    for row in rows:
        room -= len(json.dumps(row))
        if room < 0 and shown:
            break
        shown.append(row)
    left = rows[len(shown) :]
    truncated = {"shown": len(shown), "of": len(rows)}
    if not left:
        return shown, truncated
    return [*shown, {"name": REST, "rows": len(left)} | added(left)], truncated
