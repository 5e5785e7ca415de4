"""The API's whole conformance suite, answered by distributed engines from the lake."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from compat.catalogue import FLEETS
from compat.engine import Engine, on_engine
from compat.test_conformance import CASES, check
from engine.chosen import ON_SPARK, WHOLE, Case, features, named, representative

pytestmark = pytest.mark.real

SAIL_CASES = CASES if WHOLE else representative(CASES)
SPARK_CASES = CASES if WHOLE else [
    case for case in CASES if named(case) in ON_SPARK or case in representative(CASES, new=2)
]  # fmt: skip


class Started:
    """One application per fleet, each started when it is first asked."""

    def __init__(self, url: str, factory: pytest.TempPathFactory) -> None:
        self._url = url
        self._factory = factory
        self._stack = ExitStack()
        self._started: dict[str, Engine] = {}

    def __getitem__(self, name: str) -> Engine:
        if name not in self._started:
            entered = on_engine(self._url, FLEETS[name], self._factory.mktemp(name))
            self._started[name] = self._stack.enter_context(entered)
        return self._started[name]

    def close(self) -> None:
        """Stop all of them."""
        self._stack.close()


@pytest.fixture(scope="module")
def by_sail(sail_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    """The fleets, answered by Sail."""
    started = Started(sail_url, tmp_path_factory)
    yield started
    started.close()


@pytest.fixture(scope="module")
def by_spark(spark_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    """The fleets, answered by Spark."""
    started = Started(spark_url, tmp_path_factory)
    yield started
    started.close()


EMBEDDED_ONLY = {"diagnostics: the database's files"}
"""Cases about what only the embedded engine has."""


def _cases(cases: list[Case]) -> list[Any]:
    none = pytest.mark.xfail(reason="a server that answers by an engine keeps no database", strict=True)
    return [pytest.param(case, marks=none if named(case) in EMBEDDED_ONLY else ()) for case in cases]


@pytest.mark.parametrize("case", _cases(SAIL_CASES), ids=named)
def test_sail_answers_as_the_suite_says(by_sail: Started, case: Case) -> None:
    """The answer has the names, the shape, the order and the numbers the case says."""
    check(by_sail[case["fleet"]], case)


@pytest.mark.parametrize("case", _cases(SPARK_CASES), ids=named)
def test_spark_answers_as_the_suite_says(by_spark: Started, case: Case) -> None:
    """The answer has the names, the shape, the order and the numbers the case says."""
    check(by_spark[case["fleet"]], case)


def test_the_chosen_cases_ask_for_everything() -> None:
    """What any case of the suite asks for, a chosen one asks for too; each case of Spark's is there."""
    chosen = representative(CASES)
    assert frozenset().union(*map(features, chosen)) == frozenset().union(*map(features, CASES))
    assert len(chosen) < len(CASES) / 2
    assert set(ON_SPARK) <= {named(case) for case in CASES}
