"""Questions and filters of every kind about the made-up fleet, and filters of any text about any."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st

from compat.fleets import day, time
from compat.random_fleet import DAYS, NAMESPACES, TEAMS
from fleetcost.model.sets import SetKind
from fleetcost.model.window import Resolution, Window
from fleetcost.query.dimensions import Dimension
from fleetcost.query.filters import Compare, Every, Filter, Match, Some
from fleetcost.query.question import Frame, Idle, Question, Step
from fleetcost.query.sharing import Sharing, Split, Tenancy

FRAME = Frame(Window(day(DAYS[0]).start, day(DAYS[-1]).end), Resolution.DAY)


def _compare(field: str, values: list[str], key: str | None = None) -> st.SearchStrategy[Compare]:
    return st.builds(
        Compare,
        field=st.just(field),
        key=st.just(key),
        match=st.sampled_from(Match),
        negated=st.booleans(),
        values=st.lists(st.sampled_from(values), min_size=1, max_size=2, unique=True).map(tuple),
        position=st.just(0),
    )


LEAVES = st.one_of(
    _compare("cluster", ["c1", "c2", "c", "3"]),
    _compare("node", ["n1", "n2"]),
    _compare("namespace", [*NAMESPACES, "a", "__unmounted__"]),
    _compare("controllerKind", ["deployment", "__unallocated__"]),
    _compare("pod", ["c1-pod-1", "pod-2", "free", "refunded"]),
    _compare("label", [*TEAMS, "__unallocated__"], key="team"),
    _compare("services", ["svc-0", "svc-1", "__unallocated__"]),
    _compare("team", ["red", "green"]),
)
FILTERS: st.SearchStrategy[Filter] = st.recursive(
    LEAVES,
    lambda parts: st.one_of(
        st.builds(Every, st.lists(parts, min_size=2, max_size=3).map(tuple)),
        st.builds(Some, st.lists(parts, min_size=2, max_size=3).map(tuple)),
    ),
    max_leaves=4,
)
DIMENSIONS = st.lists(
    st.sampled_from(
        [Dimension(name) for name in ("cluster", "node", "namespace", "controller", "pod", "service", "team")]
        + [Dimension("label", "team")]
    ),
    max_size=3,
    unique=True,
).map(tuple)
SHARINGS = st.one_of(
    st.none(),
    st.builds(
        Sharing,
        namespaces=st.sampled_from([(), ("platform",), ("alpha", "platform")]),
        labels=st.sampled_from([(), (("team", "red"),)]),
        monthly_cost=st.sampled_from([Decimal(0), Decimal("365.25")]),
        split=st.sampled_from(Split),
    ).filter(lambda sharing: sharing.takes_rows or bool(sharing.monthly_cost)),
)
QUESTIONS = st.builds(
    Question,
    kind=st.just(SetKind.ALLOCATIONS),
    frame=st.just(FRAME),
    step=st.sampled_from([Step.ALL, Step.DAY]),
    dimensions=DIMENSIONS,
    idle=st.sampled_from(Idle),
    idle_by_node=st.booleans(),
    idle_split=st.sampled_from(Split),
    tenancy=st.sampled_from(Tenancy),
    sharing=SHARINGS,
    adjusted=st.booleans(),
    now=st.just(time("2024-01-05")),
)

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
ANY_FILTER: st.SearchStrategy[Filter] = st.recursive(
    st.one_of(COMPARES, KEYED),
    lambda parts: st.one_of(
        st.builds(Every, st.lists(parts, min_size=2, max_size=3).map(tuple)),
        st.builds(Some, st.lists(parts, min_size=2, max_size=3).map(tuple)),
    ),
    max_leaves=6,
)
