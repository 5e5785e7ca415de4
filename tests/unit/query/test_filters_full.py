"""The filter language under anything a client may send."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from compat.fleets import Ingested, day, ingested
from compat.topology import DAY, TOPOLOGY
from fleetcost.errors import QuestionError
from fleetcost.model.sets import SetKind
from fleetcost.model.window import Resolution
from fleetcost.query.ask import ask_allocations
from fleetcost.query.conditions import columns_of, comparisons, fields, may_hold
from fleetcost.query.dimensions import Dimension
from fleetcost.query.filters import (
    DEEPEST,
    LONGEST,
    WIDEST,
    Compare,
    Every,
    Filter,
    Match,
    Some,
    every,
    parse_filter,
)
from fleetcost.query.question import Frame, Idle, Question, Step

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
KEYS = st.text(st.characters(exclude_characters='"]\0', exclude_categories=["Cs"]), min_size=1, max_size=8)
COMPARES = st.builds(
    Compare,
    field=st.sampled_from(["cluster", "namespace", "controllerName", "provider", "services", "team", "deployment"]),
    key=st.none(),
    match=st.sampled_from(Match),
    negated=st.booleans(),
    values=st.lists(TEXTS, min_size=1, max_size=3).map(tuple),
    position=st.just(0),
)
KEYED = st.builds(
    Compare,
    field=st.sampled_from(["label", "annotation", "namespaceLabel"]),
    key=st.one_of(st.none(), KEYS),
    match=st.sampled_from(Match),
    negated=st.booleans(),
    values=st.lists(TEXTS, min_size=1, max_size=2).map(tuple),
    position=st.just(0),
)
TREES: st.SearchStrategy[Filter] = st.recursive(
    st.one_of(COMPARES, KEYED),
    lambda parts: st.one_of(
        st.builds(Every, st.lists(parts, min_size=2, max_size=3).map(tuple)),
        st.builds(Some, st.lists(parts, min_size=2, max_size=3).map(tuple)),
    ),
    max_leaves=6,
)
SOUP = st.lists(
    st.sampled_from(
        ["namespace", "label", "[app]", '"x"', '"', ":", "!:", "~:", "<~:", "~>:", "!~>:", *list("+|(), \\")]
    ),
    max_size=14,
).map("".join)


def written(tree: Filter, *, inside: bool = False) -> str:
    """Write a filter as a client would."""
    if isinstance(tree, Compare):
        values = ",".join('"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' for value in tree.values)
        key = "" if tree.key is None else f"[{tree.key}]"
        return f"{tree.field}{key}{'!' if tree.negated else ''}{tree.match.value}{values}"
    joined = ("+" if isinstance(tree, Every) else "|").join(written(part, inside=True) for part in tree.parts)
    return f"({joined})" if inside else joined


def unplaced(tree: Filter) -> Filter:
    """Return a filter without the positions at which its comparisons were read."""
    if isinstance(tree, Compare):
        return Compare(tree.field, tree.key, tree.match, tree.negated, tree.values, 0)
    return type(tree)(tuple(unplaced(part) for part in tree.parts))


@given(tree=TREES)
def test_what_is_written_is_read(tree: Filter) -> None:
    """Every filter, written as text, is read as the same filter."""
    read = parse_filter(written(tree))
    assert read is not None
    assert unplaced(read) == tree


@given(text=st.one_of(SOUP, st.text(max_size=40)))
@example("(" * 500)
@example('a:"' + "\\" * 51 + '"')
@example('namespace:"a"' + '+pod:"b"' * 300)
def test_any_text_is_read_or_refused(text: str) -> None:
    """Whatever is sent, the reader returns a filter or says what was expected where; nothing else happens."""
    tree, refusal = None, None
    try:
        tree = parse_filter(text)
    except QuestionError as error:
        refusal = error
    assert (tree is not None) + (refusal is not None) + (not text.strip()) == 1
    assert refusal is None or (refusal.parameter == "filter" and refusal.accepted)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(" * (DEEPEST + 2) + 'a:"b"' + ")" * (DEEPEST + 2), "parentheses inside each other"),
        ("+".join(['pod:"a"'] * (WIDEST + 1)), f"at most {WIDEST} comparisons"),
        ('pod:"' + "x" * LONGEST + '"', f"at most {LONGEST} characters"),
        ('pod:"a\0b"', "NUL"),
        ('pod:"a"pod', "one of : !: ~:"),
        ('pod:"a",', "a value in double quotes"),
        ('pod:"a"+namespace:"b"|node:"c"', "parentheses where + and | meet"),
    ],
)
def test_limits_are_told(text: str, expected: str) -> None:
    """What is too deep, too wide, too long or cut off is refused with the reason."""
    with pytest.raises(QuestionError, match=None) as refused:
        parse_filter(text)
    assert expected in str(refused.value)


@pytest.fixture(scope="module")
def topology(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ingested]:
    """The worked example in tables."""
    made = ingested(TOPOLOGY, tmp_path_factory.mktemp("topology"))
    yield made
    made.database.close()


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tree=TREES)
@example(
    Every(tuple(Compare("pod", None, Match.EQUALS, negated=True, values=(f"p{n}",), position=0) for n in range(256)))
)
def test_the_engine_runs_every_filter(topology: Ingested, tree: Filter) -> None:
    """Every filter the reader accepts runs, with texts of any kind in it, and takes no more than everything."""
    question = Question(
        kind=SetKind.ALLOCATIONS, frame=Frame(day(DAY), Resolution.DAY), step=Step.ALL,
        dimensions=(Dimension("namespace"),), idle=Idle.HIDE, filter=tree,
    )  # fmt: skip
    with topology.database.snapshot() as snapshot:
        answer = ask_allocations(snapshot, question, topology.fleet.now)
    assert 0 <= sum(row.total_cost for row in answer.rows) <= 82


@given(tree=TREES, cluster=st.sampled_from(["c1", "c2", ""]))
def test_a_filter_of_clusters_is_judged_without_rows(tree: Filter, cluster: str) -> None:
    """Whether a cluster can pass is told from the filter alone, and joined filters allow what both allow."""
    only = Compare("cluster", None, Match.EQUALS, negated=False, values=(cluster,), position=0)
    assert may_hold(only, cluster)
    assert not may_hold(only, cluster + "x")
    assert may_hold(every(tree, only), cluster) == may_hold(tree, cluster)


def test_every_field_has_its_columns() -> None:
    """Each field a filter may name reads at least one column, of both kinds."""
    for kind in SetKind:
        for field in fields(kind):
            name, _, key = field.partition("[")
            compare = Compare(name, "k" if key else None, Match.EQUALS, negated=False, values=("v",), position=0)
            assert columns_of(compare, kind), field
            assert list(comparisons(compare)) == [compare]
