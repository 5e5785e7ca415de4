"""`fleetcost savings`: what the fleet could do without, in a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from builders import at, bucket_of, day
from unit.api.apps import app
from unit.api.test_savings_route import DAYS, sets_of
from unit.cli.conftest import Command
from unit.cli.test_query import served

WINDOW = ("--window", f"{DAYS}d")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A cluster without hours that has an idle workload and volumes, behind a real port."""
    sets = [one for number in range(DAYS) for one in sets_of(day(number))]
    with app(tmp_path_factory.mktemp("savings"), bucket_of(*sets), at(0.5, DAYS)) as found:
        found.ingestor.pass_once()
        with served(found) as url:
            yield url


def test_a_table_and_what_was_not_judged(command: Command, address: str) -> None:
    """Rows have their money, the total what is spent, and below stands what could not be judged, and why."""
    done = command("savings", "--url", address, *WINDOW, "--facts")
    assert done.code == 0, done.err
    row = next(line for line in done.out.splitlines() if "pv-spare" in line)
    assert "unmounted-volumes" in row
    assert "7.30" in row
    assert "unmounted for" in done.out
    assert "nodes: 1 of 1 not judged: no hourly sets of its cluster are kept" in done.out


def test_one_kind_as_it_is(command: Command, address: str) -> None:
    """As JSON it is the API's own answer, of the kind that was asked for."""
    answer = json.loads(command("savings", "idle-workloads", "--url", address, *WINDOW, "--format", "json").out)
    assert [one["controller"] for one in answer["savings"]] == ["idle"]


def test_nothing_to_save(command: Command, address: str) -> None:
    """A kind of which nothing was found says so."""
    done = command("savings", "commitments", "--url", address, *WINDOW)
    assert "nothing to save was found" in done.out
