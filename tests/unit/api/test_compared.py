"""Our own two families of routes, compared as two products are: what differs is what they differ by on purpose."""

from __future__ import annotations

from decimal import Decimal

from fleetcost.migrate.compare import DifferenceClass, compare, read_rows
from unit.api.apps import App

ASKED = {
    "window": "2026-01-10T00:00:00Z,2026-01-11T00:00:00Z",
    "aggregate": "cluster,namespace,pod",
    "accumulate": "true",
}


def test_the_two_families_differ_by_what_is_shared(full: App) -> None:
    """Kubecost's route shares nodes' own disks and fees and OpenCost's does not; nothing else differs."""
    kubecost = full.client.get("/model/allocation", ASKED | {"idle": "true"}).content
    opencost = full.client.get("/allocation/compute", ASKED | {"includeIdle": "true"}).content
    here, there = read_rows(kubecost, "here"), read_rows(opencost, "there")
    found = compare(here, here, there)

    assert found.matched == len(here) == len(there) > 1
    large = {kind for kind, (cost, _) in found.sums().items() if abs(cost) > Decimal("0.0001")}
    assert large == {DifferenceClass.TENANCY}
    assert sum((cost for cost, _ in found.sums().values()), Decimal()) == found.here - found.there
