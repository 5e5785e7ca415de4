"""What was answered when a month was closed is answered again, whatever has changed since."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fleetcost.api.as_of import KNOWN_FIGURES
from fleetcost.lake.write import LakeWriter
from fleetcost.statements.pins import pinned_paths
from unit.api.apps import Client
from unit.statements.closings import JANUARY, OF_FEBRUARY, OF_JANUARY, closing_fleet, served

ASKED = {
    "window": "2026-01-01T00:00:00Z,2026-02-01T00:00:00Z", "aggregate": "label:team", "idle": "share",
    "tenancy": "share",
}  # fmt: skip
ALLOCATIONS = "/api/v1/allocations"


def figures(answer: Any) -> dict[str, dict[str, float]]:
    """Return what is compared of an answer: by row, and of all, the figures that a statement has."""
    rows = {row["name"]: {name: row[name] for name in KNOWN_FIGURES} for row in answer["rows"]}
    return rows | {"": {name: answer["totals"][name] for name in ("total_cost", "shared_cost", "cpu_core_hours")}}


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Client, Any]]:
    """January's answer, recorded when it was closed; then a bill was restated, a set came late, a pod was renamed."""
    with closing_fleet(tmp_path_factory.mktemp("as-of")) as fleet:
        fleet.day(OF_JANUARY, web=30.123456789, find=20)
        fleet.day(OF_FEBRUARY, web=30)
        fleet.bill(OF_JANUARY, 77.77)
        fleet.define()
        before = served(fleet).get(ALLOCATIONS, ASKED).json()
        fleet.close(JANUARY)
        fleet.day(OF_JANUARY, web=11, other=5)
        fleet.day(OF_JANUARY + 1, web=50)
        fleet.bill(OF_JANUARY, 60)
        yield served(fleet), before


@pytest.mark.parametrize("as_of", ["statement:team/2026-01", "statement:team/2026-01/0", "2026-04-20T12:00:00Z"])
def test_an_answer_as_of_a_closing_is_the_recorded_one(recorded: tuple[Client, Any], as_of: str) -> None:
    """By statement, by its number and by time: each row and the total are what was answered then; now they differ."""
    client, before = recorded
    answer = client.get(ALLOCATIONS, ASKED | {"as_of": as_of}).json()
    assert figures(answer) == figures(before)
    assert [row["key"] for row in answer["rows"]] == [row["key"] for row in before["rows"]]
    assert answer["as_of"] == "2026-04-20T12:00:00Z"
    assert figures(client.get(ALLOCATIONS, ASKED).json()) != figures(before)


def test_what_is_not_said_is_the_statements(recorded: tuple[Client, Any]) -> None:
    """A question that names a statement alone has its window, key and terms."""
    client, before = recorded
    answer = client.get(ALLOCATIONS, {"as_of": "statement:team/2026-01"}).json()
    assert figures(answer) == figures(before)
    assert (answer["question"]["aggregate"], answer["question"]["idle"]) == (["label:team"], "share")


@pytest.mark.parametrize(
    ("asked", "status", "said"),
    [
        ({"as_of": "statement:team/2026-01", "aggregate": "namespace"}, 409, "change aggregate"),
        ({"as_of": "statement:team/2026-01", "window": "2026-01-01T00:00:00Z,2026-01-05T00:00:00Z"}, 409, "window"),
        ({"as_of": "statement:team/2026-01", "columns": "gpu_cost", "basis": "list"}, 409, "change basis, columns"),
        ({"as_of": "2026-04-20T11:59:59Z", **ASKED}, 409, "not kept: no statement of 2026-01 by label:team"),
        ({"as_of": "statement:team/2026-02"}, 404, "2026-02 was closed 0 times"),
        ({"as_of": "statement:other/2026-01"}, 404, "no book 'other'"),
        ({"as_of": "yesterday"}, 400, "`as_of` cannot be `yesterday`"),
    ],
)
def test_what_is_not_kept_is_refused(
    recorded: tuple[Client, Any], asked: dict[str, str], status: int, said: str
) -> None:
    """A finer question, an earlier time or another statement is never answered with something else."""
    answer = recorded[0].get(ALLOCATIONS, asked)
    assert (answer.status_code, said in answer.json()["detail"]) == (status, True), answer.text
    assert status != 409 or answer.json()["type"] == "not-kept"


@pytest.fixture(scope="module")
def pinned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Client, dict[str, Any]]]:
    """
    The same with a lake that is written before the closing and long after the changes, when unused files are removed.

    Gives what asks, and answers to finer questions, recorded when the month was closed.
    """
    folder = tmp_path_factory.mktemp("pinned")
    with closing_fleet(folder) as fleet:
        fleet.lake = True
        later = timedelta(hours=0)
        lake = LakeWriter(
            fleet.database, fleet.bucket, folder, lambda: datetime.now(UTC) + later, lambda: pinned_paths(fleet.bucket)
        )
        for cluster in ("east", "west"):
            fleet.day(OF_JANUARY, cluster, web=30.123456789, find=20)
            fleet.day(OF_FEBRUARY, cluster, web=30)
        fleet.bill(OF_JANUARY, 77.77)
        fleet.define()
        client = served(fleet)
        lake.write()
        before = {name: client.get(path, asked).json() for name, (path, asked) in FINER.items()}
        assert fleet.close(JANUARY).header.inputs.lake_version == 1
        fleet.day(OF_JANUARY, "east", web=11, other=5)
        fleet.day(OF_JANUARY + 1, "west", web=50)
        fleet.bill(OF_JANUARY, 60)
        client = served(fleet)
        later = timedelta(days=30)
        lake.write()
        lake.write()
        yield client, before


WINDOW = ASKED["window"]
FINER: dict[str, tuple[str, dict[str, str]]] = {
    "pods": (ALLOCATIONS, {"window": WINDOW, "aggregate": "cluster,pod", "idle": "separate", "tenancy": "separate"}),
    "filtered": (ALLOCATIONS, {"window": WINDOW, "aggregate": "pod", "filter": 'label[team]:"web"', "idle": "share"}),
    "a day at list prices": (
        ALLOCATIONS,
        {
            "window": "2026-01-30T00:00:00Z,2026-01-31T00:00:00Z", "aggregate": "cluster", "basis": "list",
            "idle": "hide", "tenancy": "hide", "step": "1d",
        },
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FINER)
def test_with_a_lake_any_question_about_the_month_is_answered_as_then(
    pinned: tuple[Client, dict[str, Any]], name: str
) -> None:
    """Every figure of every row, the total and the series are what was answered when the month was closed."""
    client, before = pinned
    path, asked = FINER[name]
    answer = client.get(path, asked | {"as_of": "statement:team/2026-01"})
    assert answer.status_code == 200, answer.text
    found = answer.json()
    for part in ("rows", "totals", "series", "by_currency", "currency"):
        assert found.get(part) == before[name].get(part), part
    assert client.get(path, asked).json()["rows"] != before[name]["rows"]


def test_a_window_beyond_the_month_is_refused(pinned: tuple[Client, dict[str, Any]]) -> None:
    """The pinned files are of one month: a window that reaches out of it is not answered in part."""
    asked = {"window": "2026-01-30T00:00:00Z,2026-02-03T00:00:00Z", "as_of": "statement:team/2026-01"}
    answer = pinned[0].get(ALLOCATIONS, asked)
    assert (answer.status_code, answer.json()["type"]) == (409, "not-kept")
