"""Filters on real rows: what each comparison lets through."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from builders import allocation, allocation_set, asset_set, day, disk, node, unmounted
from fleetcost.errors import QuestionError
from fleetcost.model.sets import SetKind
from fleetcost.query.ask import ask_allocations
from fleetcost.query.conditions import columns_of, fields, may_hold
from fleetcost.query.conditions import comparisons as in_order
from fleetcost.query.filters import Compare, Every, Filter, Match, every
from fleetcost.query.question import Idle
from fleetcost.tables.database import Database
from making.examples import examples
from unit.query.fleets import NOW, ask, ask_about_assets, question, tables, totals
from unit.query.questions import ANY_FILTER

ROWS = [
    allocation(
        day(), pod="a", namespace="shop", labels={"team": "web", "app_kubernetes_io_name": "store"},
        services=("web", "api"), annotations={"owner": "ann"}, cpu_cost=1,
    ),
    allocation(
        day(), pod="b", namespace="shop-dev", labels={"team": "Data", "app": "x"}, services=("api",), ram_cost=2
    ),
    allocation(
        day(), pod="c", namespace="it's", controller_kind="", controller="", node="n2", provider_id="i-2",
        labels={"team": ""}, gpu_cost=4,
    ),
    unmounted(day(), pv_cost=8),
]  # fmt: skip
NAMES = {"__unmounted__": "u"}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Four rows that differ in everything, on two nodes; another cluster with one."""
    assets = [
        node(day(), cpu_cost=10, ram_cost=10, gpu_cost=10, labels={"pool": "general"}, provider="aws"),
        node(day(), name="n2", provider_id="i-2", cpu_cost=10, provider="gcp"),
        disk(day(), cost=8, labels={"team": "web"}),
    ]
    other = allocation_set([allocation(day(), pod="d", namespace="other", cpu_cost=16)], day(), "c2")
    far = asset_set([node(day(), cpu_cost=20)], day(), "c2")
    sets = [allocation_set(ROWS, day()), asset_set(assets, day()), other, far]
    with tables(tmp_path_factory.mktemp("rows"), *sets) as opened:
        yield opened


def passing(database: Database, text: str) -> str:
    """Return the pods that pass, a letter each."""
    answer = ask(database, by="pod", filter=text, idle=Idle.HIDE)
    return "".join(sorted(NAMES.get(row.name, row.name) for row in answer.rows))


@pytest.mark.parametrize(
    ("text", "pods"),
    [
        ("", "abcdu"),
        ('namespace:"shop"', "a"),
        ('namespace:"shop","other"', "ad"),
        ('namespace!:"shop","other"', "bcu"),
        ('namespace~:"hop"', "ab"),
        ('namespace!~:"hop"', "cdu"),
        ('namespace<~:"shop"', "ab"),
        ('namespace!<~:"shop","o"', "cu"),
        ('namespace~>:"dev"', "b"),
        ('namespace!~>:"dev"', "acdu"),
        ('namespace:"Shop"', ""),
        ('namespace:"it\'s"', "c"),
        ('namespace~:"%"', ""),
        ('namespace~:"_"', "u"),
        ('cluster:"c1"', "abcu"),
        ('node:"n2"', "c"),
        ('node:""', "u"),
        ('node:"__unallocated__"', "u"),
        ('container:"app"', "abcd"),
        ('pod:"a","b"', "ab"),
        ('provider:"i-2"', "c"),
        ('providerID:"i-2"', "c"),
        ('controllerName:"web"', "abd"),
        ('controllerKind:"deployment"', "abd"),
        ('controllerKind:"__unallocated__"', "cu"),
        ('controllerKind!:"__unallocated__"', "abd"),
        ('services:"api"', "ab"),
        ('services!:"web"', "bcdu"),
        ('services~:"ap"', ""),
        ('services~:"api"', "ab"),
        ('services<~:"we"', "a"),
        ('services~>:"i"', "ab"),
        ('services:"__unallocated__"', "cdu"),
        ('services!:""', "ab"),
        ('label[team]:"web"', "a"),
        ('label[team]!:"web"', "bcdu"),
        ('label[team]~:"at"', "b"),
        ('label[team]<~:"D"', "b"),
        ('label[team]:""', "cdu"),
        ('label[team]:"__unallocated__"', "cdu"),
        ('label[team]!:""', "ab"),
        ('label[app.kubernetes.io/name]:"store"', "a"),
        ('label:"team"', "abc"),
        ('label!:"team"', "du"),
        ('label:"app"', "b"),
        ('label~:"app"', "b"),
        ('label<~:"app"', "ab"),
        ('label!<~:"app"', "cdu"),
        ('label~>:"name"', "a"),
        ('annotation[owner]:"ann"', "a"),
        ('annotation:"owner"', "a"),
        ('team:"web"', "a"),
        ('owner:"ann"', "a"),
        ('owner!:"ann"', "bcdu"),
        ('product:"x"', "b"),
        ('team:"__unallocated__"', "cdu"),
        ('cluster:"c1"+(namespace:"shop"|label[app]:"x")', "ab"),
        ('(namespace:"shop"+label:"nothing")|pod:"d"', "d"),
    ],
)
def test_what_passes(database: Database, text: str, pods: str) -> None:
    """Each operator, on plain fields, lists, labels with and without a name, annotations and aliases."""
    assert passing(database, text) == pods


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('type:"Node"', {"c1/n1", "c1/n2", "c2/n1"}),
        ('assetType:"Disk"', {"c1/pv-1"}),
        ('category:"Storage"', {"c1/pv-1"}),
        ('category!:"Storage","Compute"', set()),
        ('name:"n2"+cluster:"c1"', {"c1/n2"}),
        ('provider:"aws"', {"c1/n1"}),
        ('providerID:"vol-1"', {"c1/pv-1"}),
        ('label[pool]:"general"', {"c1/n1"}),
        ('label:"team"', {"c1/pv-1"}),
        ('team:"web"', {"c1/pv-1"}),
        ('account:"__unallocated__"', {"c1/n1", "c1/n2", "c1/pv-1", "c2/n1"}),
    ],
)
def test_which_assets_pass(database: Database, text: str, names: set[str]) -> None:
    """The fields of assets, the computed category among them."""
    assert set(totals(ask_about_assets(database, by="cluster,name", filter=text))) == names


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('namespac:"x"', "did you mean `namespace`"),
        ('Namespace:"x"', "There is no field `Namespace`"),
        ('namespace[x]:"y"', r"There is no field `namespace\[x\]`"),
        ('team[x]:"y"', r"There is no field `team\[x\]`"),
        ('services[x]:"y"', r"There is no field `services\[x\]`"),
        ('assetType:"x"', "There is no field `assetType`"),
    ],
)
def test_unknown_fields_are_refused(database: Database, text: str, reason: str) -> None:
    """A field that allocations do not have is refused with those they have and the nearest."""
    with pytest.raises(QuestionError, match=reason) as raised:
        passing(database, text)
    assert raised.value.accepted.startswith("a field of allocations: cluster, node, namespace")
    with pytest.raises(QuestionError) as raised:
        ask_about_assets(database, filter='name:"y"+namespace:"x"')
    assert raised.value.accepted.startswith("a field of assets")
    assert (raised.value.code, raised.value.position) == ("unknown-field", 10)


values = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)
texts = st.one_of(
    values, st.sampled_from(["", "shop", "web", "__unallocated__", "'; DROP TABLE ledger; --", "%", "\\", '"'])
).map(lambda value: value.replace("\\", "\\\\").replace('"', '\\"'))
comparisons = st.builds(
    lambda field, operator, found: field + operator + ",".join(f'"{value}"' for value in found),
    st.sampled_from(["namespace", "pod", "services", "label", "label[team]", "annotation", "team", "node"]),
    st.sampled_from([":", "~:", "<~:", "~>:"]),
    st.lists(texts, min_size=1, max_size=3),
)


@given(comparisons)
@examples(20)
def test_a_comparison_and_its_negation_are_everything(database: Database, text: str) -> None:
    """Whatever is asked, a row passes either the comparison or its negation, never both and never neither."""
    operator = next(sign for sign in ("<~:", "~>:", "~:", ":") if sign in text)
    negated = text.replace(operator, f"!{operator}", 1)
    assert "".join(sorted(passing(database, text) + passing(database, negated))) == "abcdu"


@given(comparisons, comparisons)
@examples(10)
def test_and_or_mean_what_they_say(database: Database, first: str, second: str) -> None:
    """`+` lets through what passes both, `|` what passes either."""
    one, two = set(passing(database, first)), set(passing(database, second))
    assert set(passing(database, f"{first}+{second}")) == one & two
    assert set(passing(database, f"{first}|{second}")) == one | two


@examples(20)
@given(tree=ANY_FILTER)
@example(
    Every(tuple(Compare("pod", None, Match.EQUALS, negated=True, values=(f"p{n}",), position=0) for n in range(256)))
)
def test_the_engine_runs_every_filter(database: Database, tree: Filter) -> None:
    """Every filter the reader accepts runs, with texts of any kind in it, and takes no more than everything."""
    with database.snapshot() as snapshot:
        rows = ask_allocations(snapshot, replace(question(by="namespace", idle=Idle.HIDE), filter=tree), NOW).rows
    assert 0 <= sum(row.total_cost for row in rows) <= 31


@given(tree=ANY_FILTER, cluster=st.sampled_from(["c1", "c2", ""]))
def test_a_filter_of_clusters_is_judged_without_rows(tree: Filter, cluster: str) -> None:
    """Whether a cluster can pass is known from the filter alone, and joined filters allow what both allow."""
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
            assert list(in_order(compare)) == [compare]


def test_idle_follows_a_filter_that_speaks_of_clusters(database: Database) -> None:
    """A resource that nobody was charged for is idle of its cluster, and of none of its namespaces."""
    idle = {row.cluster: row for row in ask(database, filter='cluster:"c1"').rows if row.idle}
    assert (idle["c1"].cpu_cost, idle["c1"].ram_cost, idle["c1"].gpu_cost) == (19, 8, 6)
    namespace = [row for row in ask(database, filter='namespace:"shop"').rows if row.idle]
    assert [(row.cpu_cost, row.ram_cost, row.gpu_cost) for row in namespace] == [(19, 0, 0)]


def test_idle_shares_count_adjustments(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The part of idle a filter lets through is measured in what was really charged, adjustments included."""
    rows = [
        allocation(day(), pod="a", namespace="x", cpu_cost=2, cpu_cost_adjustment=-1),
        allocation(day(), pod="b", namespace="y", cpu_cost=2, cpu_cost_adjustment=1),
    ]
    with tables(
        tmp_path_factory.mktemp("adjusted"), allocation_set(rows, day()), asset_set([node(day(), cpu_cost=12)], day())
    ) as opened:
        assert totals(ask(opened, by="namespace", filter='namespace:"x"')) == {"x": 1, "__idle__": 2}
        assert totals(ask(opened, by="namespace", filter='namespace:"y"')) == {"y": 3, "__idle__": 6}
