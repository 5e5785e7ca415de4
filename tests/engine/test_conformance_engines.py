"""The API's whole conformance suite, answered by distributed engines from the lake."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from compat.catalogue import FLEETS
from compat.engine import Engine, on_engine
from compat.test_conformance import CASES, check
from engine.chosen import ON_SPARK, WHOLE, Case, features, named, representative

pytestmark = pytest.mark.real

SAIL_CASES = CASES if WHOLE else representative(CASES)
SPARK_CASES = [case for case in CASES if WHOLE or named(case) in ON_SPARK]


class Started:
    """One application per fleet, each started when it is first asked."""

    def __init__(self, url: str, factory: pytest.TempPathFactory, *, derived: bool) -> None:
        self._url = url
        self._derived = derived
        self._factory = factory
        self._stack = ExitStack()
        self._started: dict[str, Engine] = {}

    def __getitem__(self, name: str) -> Engine:
        if name not in self._started:
            entered = on_engine(self._url, FLEETS[name], self._factory.mktemp(name), derived=self._derived)
            self._started[name] = self._stack.enter_context(entered)
        return self._started[name]

    def close(self) -> None:
        """Stop all of them."""
        self._stack.close()


@pytest.fixture(scope="module")
def by_sail(sail_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    """The fleets, derived and answered by Sail."""
    started = Started(sail_url, tmp_path_factory, derived=True)
    yield started
    started.close()


@pytest.fixture(scope="module")
def by_spark(spark_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    """The fleets, from lakes of the database, answered by Spark."""
    started = Started(spark_url, tmp_path_factory, derived=False)
    yield started
    started.close()


OF_THE_LAKE = {"diagnostics: the database's files": {"equal": {"data>files>0>name": "asset_1d/"}}}
"""Cases about files, and what is right where these are the lake's."""


def of_the_lake(case: Case) -> Case:
    """Return what to expect of a server that keeps no database."""
    return case | {"expect": OF_THE_LAKE.get(named(case), case["expect"])}


@pytest.mark.parametrize("case", SAIL_CASES, ids=named)
def test_sail_answers_as_the_suite_says(by_sail: Started, case: Case) -> None:
    """The answer has the names, the shape, the order and the numbers the case says."""
    check(by_sail[case["fleet"]], of_the_lake(case))


@pytest.mark.parametrize("case", SPARK_CASES, ids=named)
def test_spark_answers_as_the_suite_says(by_spark: Started, case: Case) -> None:
    """The answer has the names, the shape, the order and the numbers the case says."""
    check(by_spark[case["fleet"]], of_the_lake(case))


def test_the_chosen_cases_ask_for_everything() -> None:
    """What any case of the suite asks for, a chosen one asks for too; each case of Spark's is there."""
    chosen = representative(CASES)
    assert frozenset().union(*map(features, chosen)) == frozenset().union(*map(features, CASES))
    assert len(chosen) < len(CASES) / 2
    assert set(ON_SPARK) <= {named(case) for case in CASES}
