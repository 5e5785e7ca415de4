"""Where one cause alone changed, the difference is that cause's."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from builders import at
from fleetcost.query.filters import parse_filter
from fleetcost.query.question import Idle
from fleetcost.tables.database import Database
from fleetcost.why.compare import ChangeRow, WindowChange
from fleetcost.why.compare_items import ChangeItem
from unit.why.worlds import LENGTH, cluster, compare, made_rates, only, tables

NOW = at(day=2 * LENGTH, hour=12)
GAPS = (2, LENGTH + 4, LENGTH + 5)

CAUSES = {
    "price": (ChangeItem.PRICE, only("search", core_price=0.05)),
    "replicas": (ChangeItem.RUNNING_TIME, only("web", replicas=5)),
    "replicas-without-request": (ChangeItem.RUNNING_TIME, only("batch", replicas=1)),
    "request": (ChangeItem.REQUEST_SIZE, only("search", request_cores=3.0)),
    "use": (ChangeItem.ABOVE_REQUEST, only("web", used_cores=2.2)),
    "node": (ChangeItem.MOVED, only("search", node_type="m7.large", core_price=0.03)),
    "spot": (ChangeItem.MOVED, only("cart", spot=True, core_price=0.01)),
    "gap": (ChangeItem.COVERAGE, only("nothing")),
    "gone": (ChangeItem.GONE, lambda one: None if one.name == "search" else one),
    "discount": (ChangeItem.DISCOUNTS, only("cart", billed=0.6)),
    "bill": (ChangeItem.BILL, lambda one: one if one.name == "cart" else only(one.name, billed=0.9)(one)),
}
"""By cluster, the item that its difference is, and what changes in it."""


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A cluster for each cause, one whose label is renamed, one in which nothing changes."""
    sets = [one for name, (_, change) in CAUSES.items() for one in cluster(name, change, GAPS if name == "gap" else ())]
    sets += [*cluster("label", only("search", team="seek")), *cluster("nothing", only("nothing"))]
    sets += cluster("euros", only("nothing"), currency="EUR")
    with tables(tmp_path_factory.mktemp("worlds"), sets, NOW) as found:
        yield found


def changed(database: Database, name: str, by: str = "namespace", idle: Idle = Idle.HIDE) -> WindowChange:
    """Compare the two windows of a cluster, without idle, so that all of it is rows' own cost."""
    return compare(database, by=by, idle=idle, filter=f'cluster:"{name}"').change


def only_total(change: WindowChange) -> ChangeRow:
    """Return the total of an answer in one currency."""
    (total,) = change.totals
    return total


@pytest.mark.parametrize("name", CAUSES)
def test_one_cause_alone_has_the_difference(database: Database, name: str) -> None:
    """At least 99 % of the difference of every row, and of the total, is the item of what changed."""
    change = changed(database, name)
    assert only_total(change).delta
    for row in (*change.rows, only_total(change)):
        assert sum(row.items.values()) == row.delta
        assert abs(row.items.get(CAUSES[name][0], 0) - row.delta) <= abs(row.delta) / 100


def test_a_renamed_label_is_gone_and_new(database: Database) -> None:
    """What moves from one value of a label to another is gone there and new here, and together nothing."""
    change = changed(database, "label", by="label:team")
    rows = {row.key.name: row for row in change.rows}
    assert set(rows["seek"].items) == {ChangeItem.NEW}
    assert set(rows["find"].items) == {ChangeItem.GONE}
    total = only_total(change)
    assert total.delta == 0
    assert total.items[ChangeItem.NEW] == -total.items[ChangeItem.GONE] == rows["seek"].delta


@pytest.mark.parametrize("idle", Idle)
def test_nothing_changed(database: Database, idle: Idle) -> None:
    """Two equal windows have no items at all, with idle and without."""
    assert not any(row.items for row in changed(database, "nothing", idle=idle).rows)


def test_exchange_rates_alone_are_rates(database: Database) -> None:
    """Costs that stay the same in their own currency differ by its rates alone."""
    shown = made_rates([Decimal("1.10")] * LENGTH + [Decimal("1.20")] * LENGTH)
    total = only_total(compare(database, idle=Idle.HIDE, filter='cluster:"euros"', shown=shown).change)
    assert total.key.currency == "USD"
    assert total.delta > 0
    assert total.items == {ChangeItem.RATES: total.delta}


@pytest.mark.parametrize("idle", [Idle.SEPARATE, Idle.SHARE])
def test_who_sees_a_part_is_not_shown_all_idle(database: Database, idle: Idle) -> None:
    """How much idle there is besides is no item where the caller sees one namespace; items still add up."""
    seen = parse_filter('cluster:"request"+namespace:"shop"')
    change = compare(
        database, by="namespace", idle=idle, filter='cluster:"request"+namespace:"shop"', scope=seen
    ).change
    assert only_total(change).items[ChangeItem.IDLE_PART]
    for row in (*change.rows, only_total(change)):
        assert ChangeItem.IDLE_POOL not in row.items
        assert sum(row.items.values()) == row.delta
