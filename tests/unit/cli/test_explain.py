"""`fleetcost explain`: a tree in a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from unit.api.apps import app, fleet_bucket
from unit.cli.conftest import Command
from unit.cli.test_query import served

DAY = "2026-01-10T00:00:00Z,2026-01-11T00:00:00Z"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The application with a fleet in its tables, behind a real port."""
    with app(tmp_path_factory.mktemp("explain"), fleet_bucket()) as found:
        found.ingestor.pass_once()
        with served(found) as address:
            yield address


def test_a_number_is_a_tree(command: Command, address: str) -> None:
    """Each part has a line with its amount and what it is; what opens has its path where that is asked for."""
    done = command("explain", "--url", address, "--window", DAY, "--paths")
    assert done.code == 0, done.err
    lines = done.out.splitlines()
    assert lines[0] == "total_cost of all rows, 2026-01-10T00:00:00Z to 2026-01-11T00:00:00Z, in USD, prices: billed"
    assert "CPU" in done.out
    assert "--path 'part=cpu/basis=list/cluster=" in done.out


def test_json_is_what_the_server_says(command: Command, address: str) -> None:
    """With `--format json` the whole answer comes out, of the row that is named."""
    done = command("explain", "c1", "--url", address, "--window", DAY, "--format", "json", "--depth", "1")
    assert json.loads(done.out)["row"] == "c1"


def test_a_row_that_is_not_there_is_an_error(command: Command, address: str) -> None:
    """A name that no row has ends with 2 and says what would be accepted."""
    done = command("explain", "nowhere", "--url", address, "--window", DAY)
    assert done.code == 2
    assert "no row `nowhere`" in done.err
