"""Asking: steps, totals, details, exactness."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import (
    GIB,
    allocation,
    allocation_set,
    asset_set,
    at,
    bucket_of,
    day,
    disk,
    hour,
    ingest,
    money,
    node,
    pair,
)
from fleetcost.model.allocation import LoadBalancerShare, VolumeShare
from fleetcost.model.window import Resolution, Window
from fleetcost.query.ask import ask_allocations
from fleetcost.query.dimensions import ALLOCATION_NAMES
from fleetcost.query.question import Idle, Step
from fleetcost.tables.database import Database
from making.examples import examples
from unit.query.fleets import NOW, ask, ask_about_assets, question, tables, totals

DAYS = 10
WHOLE = Window(at(0), at(24 * DAYS))


def three_rows(number: int) -> list[Any]:
    """Return a day's rows, whose costs have no short binary form."""
    share = VolumeShare("pv-1", "vol-1", GIB, money("0.1"))
    return [
        allocation(
            day(number), pod="a", namespace="x", labels={"v": str(number)}, cpu_cost=0.1, ram_cost=0.2, pv_cost=0.1,
            volumes=(share,), cpu_core_usage_max=float(number), cpu_core_hours=24, cpu_core_request_hours=24,
            cpu_core_usage_hours=12, services=(f"s{number}",),
        ),
        allocation(day(number), pod="b", namespace="x", cpu_cost=0.7, cpu_core_request_hours=0, cpu_core_usage_hours=6),
        allocation(day(number), pod="c", namespace="y", controller="z", network_cost=0.3, cpu_cost_adjustment=-0.05),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Ten days of three rows, from Saturday to Monday of the week after next, and one day in hours."""
    sets = []
    for number in range(DAYS):
        sets.append(allocation_set(three_rows(number), day(number)))
        sets.append(asset_set([node(day(number), cpu_cost=3, ram_cost=1, adjustment=-0.5)], day(number)))
    for number in range(24):
        sets += pair(hour(number))
    with tables(tmp_path_factory.mktemp("days"), *sets) as opened:
        yield opened


GROUPINGS = ["all", "cluster", "namespace", "controller", "pod", "label:v", "service", "cluster,namespace,pod"]


@pytest.mark.parametrize("by", GROUPINGS)
def test_grouping_never_changes_the_total(database: Database, by: str) -> None:
    """However rows are grouped, idle included, they cost what the assets of nodes and the other rows cost."""
    answer = ask(database, by=by, window=WHOLE)
    cost = sum(row.total_cost for row in answer.rows)
    assert cost == pytest.approx(DAYS * (0.4 + 0.7 + 0.25) + DAYS * (3.5 - 0.95), abs=1e-9)
    assert answer.currency == "USD"


@given(st.lists(st.sampled_from(ALLOCATION_NAMES), max_size=4, unique=True), st.sampled_from(list(Idle)))
@examples(15)
def test_any_grouping_keeps_every_amount(database: Database, names: list[str], idle: Idle) -> None:
    """Costs, hours and bytes of a grouped answer add up to those of the answer that is not grouped."""
    grouped = ask(database, by=",".join(names) or "all", window=WHOLE, idle=idle)
    single = ask(database, by="all", window=WHOLE, idle=idle)
    for amount in ("total_cost", "cpu_cost", "ram_cost", "pv_cost", "cpu_core_hours", "pv_byte_hours"):
        ours, theirs = (sum(getattr(row, amount) for row in each.rows) for each in (grouped, single))
        assert ours == pytest.approx(theirs, rel=1e-12, abs=1e-9), amount


@pytest.mark.parametrize(
    ("step", "starts"),
    [
        (Step.ALL, [0]),
        (Step.DAY, list(range(10))),
        (Step.WEEK, [0, 1, 8]),
        (Step.MONTH, [0]),
        (Step.QUARTER, [0]),
    ],
)
def test_steps_cut_the_answer_and_keep_the_total(database: Database, step: Step, starts: list[int]) -> None:
    """Each step has its window and the rows of its days; the steps together are the whole."""
    answer = ask(database, by="namespace", window=WHOLE, step=step)
    assert [each.window.start for each in answer.steps] == [at(day=number) for number in starts]
    assert answer.steps[-1].window.end == WHOLE.end
    whole = sum(row.total_cost for row in ask(database, by="all", window=WHOLE).rows)
    assert sum(row.total_cost for row in answer.rows) == pytest.approx(whole, abs=1e-9)
    for each in answer.steps:
        expected = each.window.hours / 24 * (0.4 + 0.7 + 0.25 + 3.5 - 0.95)
        assert sum(row.total_cost for row in each.rows) == pytest.approx(expected, abs=1e-9)


def test_hours_are_steps_of_hourly_rows(database: Database) -> None:
    """Hourly steps are read from hourly sets."""
    answer = ask(database, by="cluster", step=Step.HOUR, resolution=Resolution.HOUR)
    assert len(answer.steps) == 24
    assert {tuple(totals_of(step.rows).items()) for step in answer.steps} == {(("c1", 1.0), ("__idle__", 1.0))}


def totals_of(rows: Any) -> dict[str, float]:
    """Return total cost by name."""
    return {row.name: row.total_cost for row in rows}


def test_a_step_without_rows_is_there(database: Database) -> None:
    """A day nobody knows is a step with no rows, not a step that is left out."""
    answer = ask(database, by="cluster", step=Step.DAY, window=Window(at(-24), at(24)))
    assert [len(step.rows) for step in answer.steps] == [0, 2]


def test_rows_span_the_time_their_members_ran(database: Database) -> None:
    """Start, end and hours of a group are those of all its members in the step."""
    (row,) = ask(database, by="all", window=WHOLE, idle=Idle.HIDE).rows
    assert (row.start, row.end, row.hours) == (WHOLE.start, WHOLE.end, 240)


def test_efficiency_is_use_over_request(database: Database) -> None:
    """Used over requested, 1 for use without a request, unknown where nothing was measured."""
    rows = {row.name: row for row in ask(database, by="pod", idle=Idle.HIDE).rows}
    assert [rows[name].cpu_efficiency for name in "abc"] == [0.5, 1.0, None]
    assert [rows[name].ram_efficiency for name in "abc"] == [None, None, None]
    assert rows["a"].total_efficiency == 0.5
    assert rows["c"].total_efficiency is None
    assert (rows["a"].cpu_core_usage_hours, rows["c"].cpu_core_usage_hours) == (12, None)


def test_efficiencies_are_weighted_by_cost(tmp_path: Path) -> None:
    """CPU at 0.4 and RAM at 0.75 weigh as much as they cost: the worked example of one container for a day."""
    one = allocation(
        day(), cpu_cost=0.379332, ram_cost=0.101688, cpu_core_request_hours=12, cpu_core_usage_hours=4.8,
        ram_byte_request_hours=24 * GIB, ram_byte_usage_hours=18 * GIB,
    )  # fmt: skip
    with tables(tmp_path, allocation_set([one], day())) as opened:
        (row,) = ask(opened, idle=Idle.HIDE).rows
    assert (row.cpu_efficiency, row.ram_efficiency) == (pytest.approx(0.4), pytest.approx(0.75))
    assert row.total_efficiency == pytest.approx(0.473990, abs=1e-6)
    assert row.total_cost == pytest.approx(0.48102)


def test_details_of_a_single_row(database: Database) -> None:
    """An answer that is not grouped carries what cannot be added: labels, volumes, maxima."""
    rows = {row.pod: row for row in ask(database, by=None, detailed=True, parts=True, idle=Idle.HIDE).rows}
    details = rows["a"].details
    assert details is not None
    assert (details.labels, details.services) == ({"v": "0"}, ("s0",))
    assert [(v.volume, v.byte_hours, v.cost) for v in rows["a"].volumes] == [("pv-1", GIB, 0.1)]
    assert (details.cpu_core_usage_max, details.ram_byte_usage_max) == (0.0, None)
    assert ask(database, by="pod").rows[0].details is None


def test_details_over_several_days(database: Database) -> None:
    """Labels are of the newest day, maxima the highest, and volumes add up to what the row pays for them."""
    asked = {"detailed": True, "parts": True, "window": WHOLE, "idle": Idle.HIDE}
    rows = {row.pod: row for row in ask(database, by=None, **asked).rows}
    details = rows["a"].details
    assert details is not None
    assert (details.labels, details.services, details.cpu_core_usage_max) == ({"v": "9"}, ("s9",), 9.0)
    assert [(v.byte_hours, v.cost) for v in rows["a"].volumes] == [(DAYS * GIB, 1.0)]
    assert sum(v.cost for v in rows["a"].volumes) == rows["a"].pv_cost


def test_load_balancer_shares_add_up(tmp_path: Path) -> None:
    """Shares of one service's balancers are one share, whatever addresses they had; nothing is lost or named twice."""

    def shares(number: int) -> tuple[LoadBalancerShare, ...]:
        ips = ["1.1.1.1", "2.2.2.2"][: number + 1]
        return tuple(LoadBalancerShare("shop/web", ip, False, money(24), money("0.6")) for ip in ips)  # noqa: FBT003 - a field

    sets = [
        allocation_set([allocation(day(n), load_balancers=shares(n), load_balancer_cost=0.6)], day(n)) for n in (0, 1)
    ]
    with tables(tmp_path, *sets) as opened:
        (row,) = ask(opened, by=None, parts=True, window=Window(at(0), at(48)), idle=Idle.HIDE).rows
    found = [(share.service, share.ip, share.hours, share.cost) for share in row.load_balancers]
    assert found == [("shop/web", "1.1.1.1", 72.0, 1.8)]


def test_currencies_are_never_added(tmp_path: Path) -> None:
    """Rows and totals of clusters in two currencies stay apart; what leaves a single currency is answered in it."""
    sets = [*pair(day()), *pair(day(), "c2", currency="EUR")]
    with tables(tmp_path, *sets) as opened:
        for answer in (ask(opened, by="all"), ask_about_assets(opened, by="all")):
            assert (answer.currency, answer.total) == ("", None)
            assert (
                {one.row.currency for one in answer.totals} == {row.currency for row in answer.rows} == {"EUR", "USD"}
            )
        euros = ask(opened, by="cluster", filter='cluster:"c2"')
    assert (euros.currency, totals(euros)) == ("EUR", {"c2": 1, "__idle__": 1})


def test_an_answer_without_rows_has_no_currency(database: Database) -> None:
    """Nothing is not zero dollars."""
    assert ask(database, filter='pod:"nobody"').currency == ""


def test_assets_cost_after_discount_and_adjustment(database: Database) -> None:
    """An asset's total is its cost and what the bill made of it."""
    (row,) = ask_about_assets(database, by="type").rows
    assert (row.name, row.cost, row.adjustment, row.total_cost) == ("Node", 4, -0.5, 3.5)


def test_fractions_of_assets_are_weighted(tmp_path: Path) -> None:
    """Means over nodes weigh by the cost they are a fraction of; without cost they are plain."""
    nodes = [
        node(day(), name="a", cpu_cost=1, ram_cost=9, preemptible=1.0, cpu_user_fraction=0.2, ram_user_fraction=0.4),
        node(day(), name="b", cpu_cost=3, ram_cost=1, gpu_cost=6, preemptible=0.0, cpu_user_fraction=0.6,
             ram_user_fraction=0.8),
        node(day(), name="c", cpu_cost=100),
        node(day(), name="d", preemptible=0.25),
        node(day(), name="e", preemptible=0.75),
    ]  # fmt: skip
    with tables(tmp_path, asset_set(nodes, day())) as opened:
        (row,) = ask_about_assets(opened, by="type").rows
        (free,) = ask_about_assets(opened, by="type", filter='name:"d","e"').rows
    assert row.preemptible == pytest.approx(10 / 20)
    assert row.cpu_user_fraction == pytest.approx((0.2 + 3 * 0.6) / 4)
    assert row.ram_user_fraction == pytest.approx((9 * 0.4 + 0.8) / 10)
    assert (row.discount, free.preemptible) == (None, 0.5)


def test_labels_of_a_single_asset(tmp_path: Path) -> None:
    """An asset that is not grouped carries its labels, the newest where there are several days."""
    sets = [asset_set([disk(day(n), cost=1, labels={"v": str(n)}, byte_usage_max=float(n))], day(n)) for n in (0, 1)]
    with tables(tmp_path, *sets) as opened:
        (row,) = ask_about_assets(opened, by=None, detailed=True, window=Window(at(0), at(48))).rows
        (grouped,) = ask_about_assets(opened, by="type").rows
    assert (row.labels, row.byte_usage_max, row.total_cost) == ({"v": "1"}, 1.0, 2.0)
    assert grouped.labels == {}


def test_the_same_question_gets_the_same_answer(database: Database) -> None:
    """Asked again, with two threads underneath, an answer is equal to the last digit."""
    asked = {"by": None, "window": WHOLE, "detailed": True, "step": Step.WEEK}
    first = ask(database, **asked)
    assert all(ask(database, **asked) == first for _ in range(5))


def test_an_answer_is_of_one_snapshot(tmp_path: Path) -> None:
    """Rows, idle and completeness of one answer belong together even if a pass commits in between."""
    with tables(tmp_path, *pair(day())) as opened, opened.snapshot() as snapshot:
        before = ask_allocations(snapshot, question(by="cluster"), NOW)
        ingest(bucket_of(*pair(day()), *pair(day(), "c2")), opened)
        assert ask_allocations(snapshot, question(by="cluster"), NOW) == before


def test_many_pods_of_one_name_are_one_row(tmp_path: Path) -> None:
    """A StatefulSet's pod that was made again under its name is one row with the newest one's labels."""
    early = allocation(day(), pod_uid="u2", end=at(10), labels={"v": "old"}, cpu_cost=1)
    late = replace(early, pod_uid="u1", start=at(10), end=at(24), labels={"v": "new"})
    with tables(tmp_path, allocation_set([early, late], day())) as opened:
        (row,) = ask(opened, by=None, detailed=True, idle=Idle.HIDE).rows
    assert row.details is not None
    assert (row.total_cost, row.details.labels) == (2, {"v": "new"})
    assert row.end - row.start == timedelta(hours=24)
