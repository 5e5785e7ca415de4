"""`fleetcost compare`: what changed between two windows, in a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from builders import at, bucket_of
from unit.api.apps import app
from unit.cli.conftest import Command
from unit.cli.test_query import served
from unit.why.worlds import LENGTH, cluster, only

ASKED = ("--window", "2026-01-17T00:00:00Z,2026-01-24T00:00:00Z", "--aggregate", "namespace", "--idle", "hide")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A cluster whose web workload has two more replicas, behind a real port."""
    sets = cluster("east", only("web", replicas=5))
    with app(tmp_path_factory.mktemp("compare"), bucket_of(*sets), at(day=2 * LENGTH), timedelta(days=30)) as found:
        found.ingestor.pass_once()
        with served(found) as url:
            yield url


def test_a_table_and_a_sentence(command: Command, address: str) -> None:
    """Rows have both sides and what makes the difference; below stands the sentence, and what was left out."""
    done = command("compare", "--url", address, *ASKED)
    assert done.code == 0, done.err
    shop = next(line for line in done.out.splitlines() if "shop" in line)
    assert "running time +" in shop
    assert "east/shop/web: 5.0 containers on average instead of 3.0 +" in done.out
    assert "note: 1 rows changed by less than is shown (--fold)" in done.out


def test_the_answer_as_it_is(command: Command, address: str) -> None:
    """As JSON it is the API's own answer, against the base that was asked for."""
    base = "2026-01-12T00:00:00Z,2026-01-14T00:00:00Z"
    answer = json.loads(command("compare", "--url", address, *ASKED, "--base", base, "--format", "json").out)
    assert answer["question"]["base"] == dict(zip(("start", "end"), base.split(","), strict=True))


def test_nothing_to_compare(command: Command, address: str) -> None:
    """A question that nothing matches says so."""
    done = command("compare", "--url", address, "--filter", 'namespace:"none"', "--tenancy", "hide", "--idle", "hide")
    assert "nothing to compare" in done.out


def test_a_base_that_is_no_window(command: Command, address: str) -> None:
    """It is the caller's mistake, and the message names the parameter."""
    done = command("compare", "--url", address, "--base", "yesterdays")
    assert done.code == 2
    assert "base" in done.err
