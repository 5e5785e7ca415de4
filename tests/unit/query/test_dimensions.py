"""What answers can be grouped by."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from builders import allocation, allocation_set, asset_set, day, disk, node, unmounted
from fleetcost.errors import QuestionError
from fleetcost.model.asset import Asset, AssetType
from fleetcost.model.sets import SetKind
from fleetcost.query.dimensions import ALLOCATION_NAMES, ASSET_NAMES, DEFAULTS, Dimension, parse_dimensions, sanitize
from fleetcost.query.question import Idle
from fleetcost.tables.database import Database
from unit.query.fleets import ask, ask_about_assets, tables, totals

A, S = SetKind.ALLOCATIONS, SetKind.ASSETS


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """One row with everything and one with next to nothing; assets of three types."""
    web = allocation(
        day(), namespace="frontend", controller_kind="deployment", controller="web", services=("b", "a"),
        labels={"team": "blue", "app_kubernetes_io_name": "shop"}, annotations={"owner": "ann", "team": "red"},
        cpu_cost=1,
    )  # fmt: skip
    balancer = Asset(
        type=AssetType.LOAD_BALANCER, name="shop/web", start=day().start, end=day().end, labels={"team": "blue"}
    )
    assets = [
        node(
            day(), cpu_cost=4, provider="aws", account="acc", project="p", service="Kubernetes", labels={"team": "blue"}
        ),
        disk(day(), cost=2),
        balancer,
    ]
    with tables(
        tmp_path_factory.mktemp("dimensions"),
        allocation_set([web, unmounted(day(), pv_cost=2)], day()),
        asset_set(assets, day()),
    ) as opened:
        yield opened


@pytest.mark.parametrize(
    ("by", "web", "rest"),
    [
        ("cluster", "c1", "c1"),
        ("node", "n1", ""),
        ("namespace", "frontend", "__unmounted__"),
        ("pod", "web-1", "__unmounted__"),
        ("container", "app", "__unmounted__"),
        ("controllerKind", "deployment", "__unallocated__"),
        ("controller", "deployment:web", "__unallocated__"),
        ("deployment", "web", "__unallocated__"),
        ("statefulset", "__unallocated__", "__unallocated__"),
        ("daemonset", "__unallocated__", "__unallocated__"),
        ("job", "__unallocated__", "__unallocated__"),
        ("service", "a", "__unallocated__"),
        ("providerID", "i-1", ""),
        ("label:app.kubernetes.io/name", "shop", "__unallocated__"),
        ("label:x", "__unallocated__", "__unallocated__"),
        ("annotation:owner", "ann", "__unallocated__"),
        ("team", "blue", "__unallocated__"),
        ("owner", "ann", "__unallocated__"),
        ("department", "__unallocated__", "__unallocated__"),
        ("namespace,label:team", "frontend/blue", "__unmounted__/__unallocated__"),
        ("label:team,namespace", "blue/frontend", "__unallocated__/__unmounted__"),
        ("all", "", ""),
        (None, "c1/n1/frontend/web-1/app", "c1//__unmounted__/__unmounted__/__unmounted__"),
    ],
)
def test_names_of_allocations(database: Database, by: str | None, web: str, rest: str) -> None:
    """Each dimension names a row as the field does, and what a row lacks by the field's reserved words."""
    answer = ask(database, by=by, idle=Idle.HIDE)
    assert {row.name for row in answer.rows} == {web, rest}
    assert sum(row.total_cost for row in answer.rows) == 3


NODE_NAME = "aws/acc/p/Compute/c1/Node/Kubernetes/i-1/n1"


@pytest.mark.parametrize(
    ("by", "names"),
    [
        ("type", {"Node", "Disk", "LoadBalancer"}),
        ("category", {"Compute", "Storage", "Network"}),
        ("provider", {"aws", "__undefined__"}),
        ("account", {"acc", "__undefined__"}),
        ("project", {"p", "__undefined__"}),
        ("service", {"Kubernetes"}),
        ("cluster", {"c1"}),
        ("name", {"n1", "pv-1", "shop/web"}),
        ("providerid", {"i-1", "vol-1", "__undefined__"}),
        ("label:team", {"team=blue", "__undefined__"}),
        ("team", {"blue", "__unallocated__"}),
        ("cluster,type", {"c1/Node", "c1/Disk", "c1/LoadBalancer"}),
        ("all", {""}),
    ],
)
def test_names_of_assets(database: Database, by: str, names: set[str]) -> None:
    """Each dimension names an asset as the field does."""
    assert set(totals(ask_about_assets(database, by=by))) == names


def test_the_default_names_of_assets(database: Database) -> None:
    """Ungrouped assets are named by all nine properties in the field's order."""
    names = set(totals(ask_about_assets(database, by=None)))
    assert NODE_NAME in names
    assert "__undefined__/__undefined__/__undefined__/Storage/c1/Disk/Kubernetes/vol-1/pv-1" in names


@pytest.mark.parametrize("text", ["Namespace", " namespace ", "NAMESPACE", "namespace"])
def test_plain_names_do_not_mind_case(text: str) -> None:
    """Plain names are read in any case, with blanks around them."""
    assert parse_dimensions(text, A) == (Dimension("namespace"),)


def test_nothing_asked_is_the_default() -> None:
    """No parameter and an empty one mean the kind's own grouping, `all` means one row."""
    for kind in SetKind:
        assert parse_dimensions(None, kind) == parse_dimensions("", kind) == DEFAULTS[kind]
        assert parse_dimensions("ALL", kind) == ()


def test_assets_are_grouped_as_opencosts_ui_asks() -> None:
    """`assetType`, which OpenCost's UI sends and filters know, is the type of assets and nothing of allocations."""
    assert parse_dimensions("assetType", S) == parse_dimensions("type", S)
    assert parse_dimensions("cluster,assettype", S) == parse_dimensions("cluster,type", S)
    with pytest.raises(QuestionError, match="There is no grouping by `assetType`"):
        parse_dimensions("assetType", A)


@pytest.mark.parametrize(
    ("text", "kind", "reason"),
    [
        ("namespaces", A, "did you mean `namespace`"),
        ("foo", A, "There is no grouping by `foo`: use a comma-separated list of cluster"),
        ("cluster,", A, "There is no grouping by"),
        ("cluster,all", A, "There is no grouping by"),
        ("label:", A, "There is no grouping by"),
        ("Label:x", A, "There is no grouping by"),
        ("annotation:x", S, "There is no grouping by"),
        ("namespace", S, "There is no grouping by"),
        ("type", A, "There is no grouping by"),
    ],
)
def test_unknown_names_are_refused(text: str, kind: SetKind, reason: str) -> None:
    """A name that means nothing is an error and not one row of everything."""
    with pytest.raises(QuestionError, match=reason):
        parse_dimensions(text, kind)


def test_every_known_name_can_be_asked_for(database: Database) -> None:
    """No accepted name fails when it is asked, alone or with all others."""
    for names, put in ((ALLOCATION_NAMES, ask), (ASSET_NAMES, ask_about_assets)):
        for by in (*names, ",".join(names)):
            assert put(database, by=by).rows  # type: ignore[operator]


@pytest.mark.parametrize(
    ("label", "spelled"),
    [("app", "app"), ("app.kubernetes.io/name", "app_kubernetes_io_name"), ("a'b\"c", "a_b_c"), ("ä-1", "__1")],
)
def test_label_names_are_spelled_as_prometheus_does(label: str, spelled: str) -> None:
    """Everything but letters, digits and underscores becomes an underscore."""
    assert sanitize(label) == spelled
