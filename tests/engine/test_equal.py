"""Whatever is asked, a distributed engine says what the embedded one says, to the last cent and in the same order."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, example, given, settings
from hypothesis import strategies as st

from compat.fleets import Ingested, day, ingested
from compat.fleets import time as time_of
from compat.random_fleet import random_fleet
from engine.answers import BY_NAMESPACE, costs
from engine.chosen import WHOLE
from fleetcost.bucket.filesystem import FilesystemBucket
from fleetcost.engine.remote import RemoteTables
from fleetcost.errors import QuestionEndedError, TryAgainError
from fleetcost.lake.write import LakeWriter
from fleetcost.model.sets import SetKind
from fleetcost.query.dialect_spark import Spark, SparkLiterals
from fleetcost.query.dimensions import Dimension
from fleetcost.query.filters import Compare, Filter, Match
from fleetcost.query.question import Question, Step
from fleetcost.query.sharing import Sharing, Tenancy
from unit.query.questions import FILTERS, FRAME, QUESTIONS

pytestmark = pytest.mark.real

some = settings(
    max_examples=60 if WHOLE else 8, deadline=None, phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck), database=None,
    report_multiple_bugs=False,
)  # fmt: skip
few = settings(some, max_examples=10 if WHOLE else 4, phases=[Phase.explicit, Phase.generate])
SHRINK_SECONDS = 60.0
CENT = 0.01


class Both:
    """The same fleet in the embedded database and behind an engine."""

    def __init__(self, made: Ingested, remote: RemoteTables) -> None:
        self.made = made
        self.remote = remote


@pytest.fixture(scope="module")
def both(sail_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """Three days of three clusters with everything that can go wrong with sharing, and Sail."""
    with written_for(sail_url, tmp_path_factory.mktemp("equal")) as both:
        yield both


@pytest.fixture(scope="module")
def both_with_spark(spark_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """The same, and Spark."""
    with written_for(spark_url, tmp_path_factory.mktemp("equal")) as both:
        yield both


@contextmanager
def written_for(url: str, folder: Path) -> Iterator[Both]:
    """Ingest the fleet and write its lake for an engine."""
    made = ingested(random_fleet(), folder)
    bucket = FilesystemBucket(folder / "bucket")
    LakeWriter(made.database, bucket, folder, lambda: made.fleet.now).write()
    remote = RemoteTables(bucket, url)
    yield Both(made, remote)
    remote.close()
    made.database.close()


class Shrinking:
    """Ends the search for a smaller question in time: then only those are asked that were different before."""

    def __init__(self) -> None:
        self._different: set[str] = set()
        self._until = float("inf")

    def may_ask(self, asked: str) -> bool:
        """Tell whether a question is worth asking."""
        return time.monotonic() < self._until or asked in self._different

    def found(self, asked: str) -> None:
        """Note a question with two answers."""
        if not self._different:
            self._until = time.monotonic() + SHRINK_SECONDS
        self._different.add(asked)


@pytest.fixture(scope="module")
def shrinking() -> Shrinking:
    """What was found so far."""
    return Shrinking()


def asks(*dimensions: Dimension, chosen: Filter | None = None, **more: Any) -> Question:
    """Return a question about all days of the fleet."""
    return Question(
        kind=SetKind.ALLOCATIONS,
        frame=FRAME,
        step=Step.ALL,
        dimensions=dimensions,
        filter=chosen,
        now=time_of("2024-01-05"),
        **more,
    )


class Asked:
    """A question; only what is not as in the plainest one is shown."""

    def __init__(self, question: Question) -> None:
        self.question = question

    def __repr__(self) -> str:
        plain, given = asks(), self.question
        names = [one.name for one in fields(Question)]
        return ", ".join(
            f"{name}={getattr(given, name)}" for name in names if getattr(given, name) != getattr(plain, name)
        )


@st.composite
def anything(draw: st.DrawFn) -> Asked:
    """Draw a question."""
    return Asked(replace(draw(QUESTIONS), filter=draw(st.one_of(st.none(), FILTERS))))


def negated(field: str, match: Match, value: str) -> Compare:
    """Return the negation of a comparison."""
    return Compare(field, None, match, negated=True, values=(value,), position=0)


POD, TEAM = Dimension("pod"), Dimension("team")


def differently_read(test: Any) -> Any:
    """Ask questions about which engines have differed before."""
    for asked in (
        Asked(asks(POD, chosen=negated("services", Match.STARTS_WITH, "__unallocated__"))),
        Asked(asks(POD, chosen=negated("services", Match.ENDS_WITH, "__unallocated__"))),
        Asked(asks(POD, TEAM, tenancy=Tenancy.SHARE, chosen=negated("team", Match.ENDS_WITH, "green"))),
        Asked(asks(POD, TEAM, sharing=Sharing(labels=(("team", "red"),)))),
        Asked(asks(TEAM, Dimension("label", "team"), sharing=Sharing(namespaces=("platform",)))),
    ):
        test = example(asked)(test)
    return test


@some
@given(asked=anything())
@differently_read
def test_any_question_has_one_answer(both: Both, shrinking: Shrinking, asked: Asked) -> None:
    """Names and their order are the same, and no amount differs by a millionth."""
    assume(shrinking.may_ask(repr(asked)))
    try:
        hold_against_each_other(both, asked)
    except (AssertionError, TryAgainError) as error:
        shrinking.found(repr(asked))
        raise AssertionError(f"{asked}: {error}") from None


@pytest.mark.corner
@few
@given(asked=anything())
@differently_read
def test_any_question_has_one_answer_on_spark(both_with_spark: Both, asked: Asked) -> None:
    """Names and their order are the same, and no amount differs by a millionth."""
    hold_against_each_other(both_with_spark, asked)


def hold_against_each_other(both: Both, asked: Asked) -> None:
    """Ask both and compare."""
    ours = costs(both.made.database, asked.question, both.made.fleet.now)
    theirs = costs(both.remote, asked.question, both.made.fleet.now)
    assert [name for name, _ in theirs] == [name for name, _ in ours]
    assert [cost for _, cost in theirs] == pytest.approx([cost for _, cost in ours], abs=CENT / 10_000)


def test_a_view_keeps_its_state_while_the_tables_change(both: Both, tmp_path: Path, sail_url: str) -> None:
    """A view that is open when a new manifest comes answers from the old one; the next view sees the new one."""
    bucket = FilesystemBucket(tmp_path / "bucket")
    now = both.made.fleet.now
    LakeWriter(both.made.database, bucket, tmp_path, lambda: datetime.now(UTC)).write()
    tables = RemoteTables(bucket, sail_url)
    fewer = replace(random_fleet(), windows=[one for one in random_fleet().windows if one.window != day("2024-01-01")])
    other = ingested(fewer, tmp_path / "later")
    with tables.snapshot() as old:
        before = old.rows("SELECT count(*) FROM container_1d")
        LakeWriter(other.database, bucket, tmp_path, lambda: datetime.now(UTC)).write()
        tables.refresh()
        assert old.rows("SELECT count(*) FROM container_1d") == before
        assert old.generation == 1
    with tables.snapshot() as new:
        assert new.generation == 2
        assert new.rows("SELECT count(*) FROM container_1d") < before
    assert costs(tables, BY_NAMESPACE, now) == costs(other.database, BY_NAMESPACE, now)
    assert tables.status().passes == 2
    tables.close()
    other.database.close()


def test_a_question_can_be_ended(both: Both) -> None:
    """An interrupt from another thread ends what the engine computes, or what has not begun."""
    with both.remote.snapshot() as view:
        threading.Timer(0, view.interrupt).run()
        with pytest.raises(QuestionEndedError):
            view.rows("SELECT count(*) FROM container_1d")


def test_a_text_of_a_user_stays_a_text(both: Both) -> None:
    """Neither quotes, backslashes nor the names of a server's variables are more than what somebody searched for."""
    with both.remote.snapshot() as view:
        for text in ("a'b", "a\\", "${env:HOME}", '"x"', "-- x"):
            for dialect in (Spark(), SparkLiterals()):
                assert view.rows(f"SELECT {dialect.text(text)}", dialect.bound) == [(text,)]
