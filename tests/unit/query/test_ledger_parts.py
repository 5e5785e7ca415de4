"""What stands behind an answer is read from few entries of the ledger, and judged as if from all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import at, day, hour, open_tables
from fleetcost.api.orchestrator import by_cluster, freshness
from fleetcost.api.reads.fleet import members
from fleetcost.model.sets import SetKind
from fleetcost.model.window import Resolution, Window
from fleetcost.query.completeness import completeness, coverages, observed
from fleetcost.query.known import Known
from fleetcost.query.question import Frame
from fleetcost.tables.database import Database
from fleetcost.tables.ledger import (
    Entry,
    EntryState,
    LedgerPart,
    clusters,
    read_ledger,
    read_part,
    write_entries,
)
from fleetcost.tables.statements import statement
from making.examples import examples
from unit.query.test_completeness import entry

FRAMES = (Frame(Window(at(day=-1), at(day=4)), Resolution.DAY), Frame(Window(at(0), at(6)), Resolution.HOUR))
WINDOWS = st.one_of(st.integers(-2, 4).map(day), st.integers(0, 5).map(hour))
FACTS = st.fixed_dictionaries(
    {},
    optional={
        "state": st.sampled_from(EntryState),
        "final": st.booleans(),
        "minutes": st.sampled_from([0.0, 0.5, 1.0]),
        "estimated_minutes": st.sampled_from([0.0, 30.0]),
        "reason": st.just("why"),
        "currency": st.sampled_from(["", "EUR", "USD"]),
    },
)
ENTRIES = st.lists(
    st.tuples(WINDOWS, st.sampled_from(SetKind), st.sampled_from(["c1", "c2", "c3"]), FACTS),
    max_size=24,
    unique_by=lambda one: one[:3],
)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """An empty database."""
    opened = open_tables(tmp_path_factory.mktemp("ledger"))
    yield opened
    opened.close()


def made(window: Window, kind: SetKind, cluster: str, facts: dict[str, object]) -> Entry:
    """Return an entry; `minutes` is the part of its window that was observed."""
    one = entry(window, kind, cluster)
    known = dict(facts)
    return replace(one, coverage_minutes=one.coverage_minutes * float(str(known.pop("minutes", 1.0))), **known)  # type: ignore[arg-type]


@examples(25)
@given(found=ENTRIES, now=st.integers(-24, 160).map(at), kinds=st.sampled_from([tuple(SetKind), (SetKind.ASSETS,)]))
def test_few_entries_are_judged_as_all_are(
    database: Database,
    found: list[tuple[Window, SetKind, str, dict[str, object]]],
    now: datetime,
    kinds: tuple[SetKind, ...],
) -> None:
    """Whatever the ledger holds and whenever it is asked, now or a while later, no cluster is judged otherwise."""
    with database.transaction() as writer:
        writer.execute("DELETE FROM ledger")
        write_entries(writer, [made(*one) for one in found])
        writer.execute(statement("next_generation"))
    known = Known()
    with database.snapshot() as snapshot:
        every = read_ledger(snapshot).values()
        for later in (0, 60 * 30, 60 * 60 * 50):
            moment = datetime.fromtimestamp(now.timestamp() + later, now.tzinfo)
            for frame in FRAMES:
                assert known.completeness(snapshot, frame, kinds, moment) == completeness(every, frame, kinds, moment)


@examples(15)
@given(found=ENTRIES, now=st.integers(-24, 160).map(at))
def test_entries_of_a_frame_and_ends_say_what_all_do(
    database: Database, found: list[tuple[Window, SetKind, str, dict[str, object]]], now: datetime
) -> None:
    """What windows lack is read from entries of these windows, when a cluster was seen from its first and last ones."""
    with database.transaction() as writer:
        writer.execute("DELETE FROM ledger")
        write_entries(writer, [made(*one) for one in found])
        writer.execute(statement("next_generation"))
    known = Known()
    with database.snapshot() as snapshot:
        every = tuple(read_ledger(snapshot).values())
        ends = known.ends(snapshot)
        assert known.clusters(snapshot) == clusters(every)
        assert members(snapshot, ends, now) == members(snapshot, every, now)
        for cluster, own in by_cluster(every).items():
            assert freshness(by_cluster(ends)[cluster]) == freshness(own)
        for frame in FRAMES:
            whole = LedgerPart({}, every, known.part(snapshot, frame).born)
            for read, judged in ((known.observed, observed), (known.coverages, coverages)):
                assert read(snapshot, frame, tuple(SetKind), now) == judged(whole, frame, tuple(SetKind), now, {})


def test_whole_windows_need_no_entries(database: Database) -> None:
    """Of a cluster whose sets are all there only what is not whole is read entry by entry."""
    sets = [entry(day(number), kind) for number in range(4) for kind in SetKind]
    with database.transaction() as writer:
        writer.execute("DELETE FROM ledger")
        write_entries(writer, [*sets[:-1], replace(sets[-1], final=False)])
    with database.snapshot() as snapshot:
        part = read_part(snapshot, Window(at(), at(day=4)), Resolution.DAY, tuple(SetKind), at(day=5))
    assert [one.key.window for one in part.entries] == [day(3), day(3)]
    assert {name: [one.window for one in own] for name, own in part.whole.items()} == {"c1": [day(0), day(1), day(2)]}
