"""Savings of what asks for something else since some day: only what it asks for now is counted, at its own rate."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from builders import GIB, allocation, allocation_set, asset_set, at, bucket_of, day, money, node
from fleetcost.api.state import FolderState
from fleetcost.model.histogram import UsageScale, histogram_of
from fleetcost.model.window import Window
from unit.api.apps import app

DAYS = 10
SEEN = DAYS - 1
"""Days of the sets in the window, which ends with today."""
NOW = (0.8, 2)
"""Cores and GiB that are asked for today; a tenth is used."""


def sets_of(window: Window, asked: tuple[float, float]) -> list[Any]:
    """Return a cluster of a node and a pod that is charged what it asks for, at 0.05 a core and 0.01 a GiB an hour."""
    hours = window.seconds / 3600
    cores, gib = asked
    pod = allocation(
        window, controller="web", pod="web-0", pod_uid="web-0",
        cpu_core_hours=cores * hours, cpu_core_request_hours=cores * hours, cpu_core_usage_hours=0.05 * hours,
        cpu_core_usage_max=0.1, cpu_cost=money(0.05 * cores * hours),
        ram_byte_hours=int(gib * GIB * hours), ram_byte_request_hours=int(gib * GIB * hours),
        ram_byte_usage_hours=int(0.2 * GIB * hours), ram_byte_usage_max=0.2 * GIB, ram_cost=money(0.01 * gib * hours),
        cpu_usage_histogram=histogram_of([0.05] * round(12 * hours), UsageScale.CPU),
        ram_usage_histogram=histogram_of([0.2 * GIB] * round(12 * hours), UsageScale.RAM), restarts=0, oom_kills=0,
    )  # fmt: skip
    held = node(
        window, cpu_core_hours=16 * hours, ram_byte_hours=int(64 * GIB * hours), cpu_cost=money(0.8 * hours),
        ram_cost=money(0.64 * hours),
    )  # fmt: skip
    return [allocation_set([pod], window, "c1"), asset_set([held], window, "c1")]


def freed(folder: Path, before: tuple[float, float], days: int) -> dict[str, Any]:
    """Return the saving of the pod's request, where it asked for something else on so many days."""
    sets = [one for number in range(DAYS) for one in sets_of(day(number), before if number <= days else NOW)]
    with app(folder / "tables", bucket_of(*sets), at(0.5, DAYS), state=FolderState(folder / "state")) as opened:
        opened.ingestor.pass_once()
        rows: list[dict[str, Any]] = opened.get("/api/v1/savings/requests", window=f"{DAYS}d")["savings"]
    return rows[0] if rows else {}


def hourly(asked: tuple[float, float]) -> Decimal:
    """Return what the pod is charged an hour."""
    return (Decimal("0.05") * Decimal(str(asked[0]))) + Decimal("0.01") * Decimal(str(asked[1]))


@pytest.mark.parametrize("days", [1, 5], ids=["seldom", "often"])
@pytest.mark.parametrize("before", [(8.0, 20), (0.2, 0.5)], ids=["much more", "less"])
def test_what_was_asked_for_before_changes_no_money(tmp_path: Path, before: tuple[float, float], days: int) -> None:
    """What is freed is per month what it were had it always asked for what it asks now, within what was spent."""
    found, always = freed(tmp_path / "changed", before, days), freed(tmp_path / "always", NOW, 0)
    assert Decimal(found["cost"]) == pytest.approx(Decimal(always["cost"]), abs=Decimal("0.000001"))
    spent = (hourly(before) * days + hourly(NOW) * (SEEN - days)) / SEEN * 730
    expected = min(Decimal(always["freed"]), spent)
    assert expected > 0
    assert Decimal(found["freed"]) == pytest.approx(expected, abs=Decimal("0.000001"))
