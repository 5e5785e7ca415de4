"""Whatever is asked, a distributed engine says what the embedded one says, to the last cent and in the same order."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from compat.fleets import Ingested, day, ingested
from compat.random_fleet import random_fleet
from engine.answers import BY_NAMESPACE, costs
from fleetcost.bucket.filesystem import FilesystemBucket
from fleetcost.engine.remote import RemoteTables
from fleetcost.errors import QuestionEndedError
from fleetcost.lake.write import LakeWriter
from fleetcost.query.dialect_spark import Spark
from fleetcost.query.filters import Filter
from fleetcost.query.question import Question
from unit.query.questions import FILTERS, QUESTIONS

pytestmark = pytest.mark.real

some = settings(
    max_examples=8, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck), database=None
)
CENT = 0.01


@dataclass(frozen=True, slots=True)
class Both:
    """The same fleet in the embedded database and behind an engine."""

    made: Ingested
    bucket: FilesystemBucket
    remote: RemoteTables
    folder: Path


@pytest.fixture(scope="module")
def both(sail_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """Three days of three clusters with everything that can go wrong with sharing."""
    folder = tmp_path_factory.mktemp("equal")
    made = ingested(random_fleet(), folder)
    bucket = FilesystemBucket(folder / "bucket")
    LakeWriter(made.database, bucket, folder, lambda: made.fleet.now).write()
    remote = RemoteTables(bucket, sail_url)
    yield Both(made, bucket, remote, folder)
    remote.close()
    made.database.close()


@some
@given(question=QUESTIONS, chosen=st.one_of(st.none(), FILTERS))
def test_any_question_has_one_answer(both: Both, question: Question, chosen: Filter | None) -> None:
    """Names and their order are the same, and no amount differs by a millionth."""
    asked = replace(question, filter=chosen)
    ours = costs(both.made.database, asked, both.made.fleet.now)
    theirs = costs(both.remote, asked, both.made.fleet.now)
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
            assert view.rows(f"SELECT {Spark().text(text)}") == [(text,)]
