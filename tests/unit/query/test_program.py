"""Questions as statements: values are bound, and nothing is added up that is not there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import allocation_set, asset_set, day, node
from fleetcost.model.sets import SetKind
from fleetcost.model.window import Resolution
from fleetcost.query.ask import ask_allocations, ask_assets, prepare
from fleetcost.query.compile import Program
from fleetcost.query.conditions import columns_of
from fleetcost.query.dialect import DuckDb
from fleetcost.query.filters import Compare, Every, Match
from fleetcost.query.gather import Gathered
from fleetcost.query.known import Known
from fleetcost.query.question import Idle, Ordering, Page, Question, Step
from fleetcost.query.records import asset_of
from fleetcost.query.sharing import Sharing, Tenancy
from fleetcost.query.sql.source import FromClause
from fleetcost.tables.database import Database
from making.examples import examples
from unit.query.fleets import NOW, ask, container, question, tables
from unit.query.questions import TEXTS

PAGE = Page(Ordering(), 5)
FIELDS = (("namespace", None, Match.EQUALS), ("label", "app", Match.STARTS_WITH), ("pod", None, Match.CONTAINS))


def statements(asked: Question) -> tuple[str, ...]:
    """Return every statement of a question."""
    program = Program(asked, DuckDb())
    read = [program.groups([("x",)]), program.ranked(), program.sums(), program.steps(), program.points([("x",)])]
    return (
        *(stage.query for stage in program.stages()),
        *(cells.query for cells in (*read, *program.others(), *program.details().values())),
        program.page(),
    )


def with_everything(text: str, idle: Idle, *, shares: bool) -> Question:
    """Return a question that has a text of a user wherever one may stand."""
    names = [f"written {place} {text}" for place in range(3)]
    parts = [
        Compare(*field, negated=False, values=(name,), position=0) for field, name in zip(FIELDS, names, strict=True)
    ]
    asked = question(
        by="controller,label:team", idle=idle, tenancy=Tenancy.SEPARATE, series=Step.DAY, page=PAGE, parts=True,
        metadata=True, proportions=True,
        sharing=Sharing(namespaces=(names[0],), labels=(("team", names[1]),)) if shares else None,
    )  # fmt: skip
    return replace(asked, filter=Every(tuple(parts)))


@examples(5)
@given(text=TEXTS, idle=st.sampled_from(Idle), shares=st.booleans())
def test_what_users_write_is_in_no_statement(text: str, idle: Idle, shares: bool) -> None:  # noqa: FBT001
    """Questions that differ in what users wrote are one text, whatever is divided and shared: all values are bound."""
    one, other = (statements(with_everything(each, idle, shares=shares)) for each in (text, "something else"))
    assert one == other
    assert not any("written" in each for each in one)


@pytest.fixture(scope="module")
def cancelling(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Two namespaces whose adjustments are one up and one down, and a GPU that no container uses."""
    rows = [
        container("up", "a", "c", gpu_cost=0, cpu_cost_adjustment=1),
        container("down", "b", "c", gpu_cost=0, cpu_cost_adjustment=-1),
    ]
    sets = (allocation_set(rows, day()), asset_set([node(day(), cpu_cost=10, ram_cost=10, gpu_cost=5)], day()))
    with tables(tmp_path_factory.mktemp("cancelling"), *sets) as database:
        yield database


def test_amounts_that_cancel_out_are_there(cancelling: Database) -> None:
    """A measure is left out where no single row has anything of it, not where its rows add up to nothing."""
    with cancelling.snapshot() as snapshot:
        absent = Known().absent(snapshot, Resolution.DAY)
        answer = ask_allocations(snapshot, question(by="namespace", idle=Idle.HIDE), NOW, Known())
    assert "gpu_cost" in absent
    assert not absent & {"cpu_cost", "cpu_cost_adjustment"}
    assert {row.name: row.cpu_cost_adjustment for row in answer.rows} == {"up": 1, "down": -1}
    assert [(total.row.cpu_cost_adjustment, total.row.gpu_cost) for total in answer.totals] == [(0, 0)]


@pytest.mark.parametrize("idle", list(Idle))
def test_what_is_left_out_changes_nothing(cancelling: Database, idle: Idle) -> None:
    """An answer that knows what is absent is the answer that adds up everything."""
    for joined in (False, True):
        asked = question(by="namespace", idle=idle, joined=joined, series=Step.DAY, tenancy=Tenancy.SHARE)
        with cancelling.snapshot() as snapshot:
            known = ask_allocations(snapshot, asked, NOW, Known())
            every = ask_allocations(snapshot, asked, NOW, None, DuckDb())
        assert (known.steps, known.totals, known.series) == (every.steps, every.totals, every.series)


@pytest.mark.parametrize("joined", [False, True])
def test_what_is_left_out_of_assets_changes_nothing(cancelling: Database, joined: bool) -> None:  # noqa: FBT001
    """What no container has, an asset may have: assets leave out what no asset has, which changes no answer."""
    asked = question(SetKind.ASSETS, by="type", joined=joined, series=Step.DAY)
    with cancelling.snapshot() as snapshot:
        known = ask_assets(snapshot, asked, NOW, Known())
        every = Gathered(snapshot, asked, prepare(snapshot, asked))
        assert (known.rows, known.series) == ([asset_of(facts, asked) for facts in every.page], every.series())
    assert known.rows[0].gpu_cost == 5


@pytest.mark.parametrize(
    "order", [None, Ordering(), Ordering(descending=False), Ordering("name"), Ordering("name", descending=False)]
)
def test_a_page_is_a_part_of_all_rows(mock: Database, order: Ordering | None) -> None:
    """Whatever rows are ordered by, a page has those of all rows that are at its place, and counts all of them."""
    whole = ask(mock, by="namespace,pod,container", page=Page(order))
    for limit, offset in ((1, 0), (3, 0), (4, 2), (50, 1), (0, 0)):
        page = ask(mock, by="namespace,pod,container", page=Page(order, limit, offset))
        assert page.rows == whole.rows[offset : offset + limit]
        assert page.totals == whole.totals


@pytest.mark.parametrize("text", ['label[app]:"a"', 'label[app]!:"a"', 'label[app]:"a"|services:"s"', 'services!:"s"'])
def test_labels_are_looked_up_once(tmp_path: Path, text: str) -> None:
    """Rows pass a filter of labels as they do without a look-up, whether their table is asked for labels or for it."""
    rows = [
        container(name, name, "c", labels=labels)
        for name, labels in (("x", {"app": "a"}), ("y", {}), ("z", {"b": "a"}))
    ]
    rows.append(container("w", "w", "c", services=("s",)))
    asked = question(filter=text)
    with tables(tmp_path, allocation_set(rows, day())) as database, database.snapshot() as snapshot:
        found = []
        for looked_up in (False, True):
            source = FromClause(asked, dialect := DuckDb())
            for stage in source.stages() if looked_up else ():
                snapshot.keep(stage.name, stage.query, dialect.bound)
            for columns in (columns_of(asked.filter, asked.kind), source.filtered()):
                rows_of = source.table("allocation", {"namespace", *columns})
                read = f"SELECT namespace FROM {rows_of} WHERE {source.passes()}"
                found.append(sorted(snapshot.rows(read, dialect.bound)))
    assert found == found[:1] * 4
    assert 0 < len(found[0]) < 4


def test_a_filter_takes_what_its_rows_weigh(tmp_path: Path) -> None:
    """Of a node's idle a filter keeps the part that its rows weigh, to the nano, and all of it where all rows pass."""
    rows = [container(name, name, "c", cpu_cost=cost, ram_cost=0, gpu_cost=0) for name, cost in (("a", 1), ("b", 2))]
    sets = (allocation_set(rows, day()), asset_set([node(day(), cpu_cost=4)], day()))
    with tables(tmp_path, *sets) as database, database.snapshot() as snapshot:
        idle = {}
        for text in ("", 'namespace:"a"', 'namespace:"b"', 'namespace:"a","b"'):
            asked = question(by="namespace", filter=text)
            found = ask_allocations(snapshot, asked, NOW)
            idle[text] = Decimal(str(sum(row.total_cost for row in found.rows if row.idle)))
    assert list(idle.values()) == [Decimal(1), Decimal("0.333333333"), Decimal("0.666666667"), Decimal(1)]
