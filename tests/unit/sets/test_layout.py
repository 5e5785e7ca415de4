"""Paths in the bucket, both ways."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import DAY, day, hour, key
from fleetcost.bucket.memory import MemoryBucket
from fleetcost.documents.places import cluster_folder, identity_path
from fleetcost.errors import SettingsError
from fleetcost.model.identity import ClusterId, cluster_id
from fleetcost.model.sets import SetKey, SetKind
from fleetcost.model.states import ObjectState
from fleetcost.model.window import Resolution
from fleetcost.sets.discover import discover
from fleetcost.sets.layout import locate, set_folder, set_path

START, END = int(DAY.timestamp()), int(DAY.timestamp()) + 3600
HOURS = "federated/c1/etl/parquet/allocations/1h"


def test_a_set_lies_where_the_design_says() -> None:
    """Cluster, form, kind, resolution and the window's epochs make the path."""
    assert set_path(key(hour(0))) == f"{HOURS}/{START}-{END}.parquet"
    assert set_path(key(day(), SetKind.ASSETS)) == (
        f"federated/c1/etl/parquet/assets/1d/{START}-{START + 86400}.parquet"
    )
    assert set_folder(ClusterId("c1"), SetKind.ALLOCATIONS, Resolution.HOUR) == HOURS
    assert identity_path(ClusterId("c1")) == f"{cluster_folder(ClusterId('c1'))}/cluster.json"


@st.composite
def keys(draw: st.DrawFn) -> SetKey:
    """Any key an agent could have."""
    name = draw(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:@=+ -]{0,30}", fullmatch=True))
    try:
        cluster = cluster_id(name)
    except SettingsError:
        cluster = ClusterId("c1")
    resolution = draw(st.sampled_from(Resolution))
    zone = st.just(UTC)
    instant = draw(st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1), timezones=zone))  # noqa: DTZ001 - zoned
    return SetKey(cluster, draw(st.sampled_from(SetKind)), resolution, resolution.window_of(instant))


@given(keys())
def test_paths_go_both_ways(chosen: SetKey) -> None:
    """The path of every key names that key again."""
    location = locate(set_path(chosen))
    assert (location.state, location.key, location.cluster) == (ObjectState.SET, chosen, chosen.cluster)


@given(st.text(alphabet="0123456789-/.abcdefghlprtu1hd", max_size=60))
def test_every_name_of_ours_is_the_only_one(tail: str) -> None:
    """What is read as a set of ours has exactly the path its key is written to, so no set is there twice."""
    path = f"{HOURS}/{tail}"
    location = locate(path)
    if location.state is ObjectState.SET:
        assert location.key is not None
        assert set_path(location.key) == path


@pytest.mark.parametrize(
    "name",
    [
        f"0{START}-{END}.parquet",
        f"{START}-{END}",
        f"{START}-{END}.parquet.tmp",
        f"{START}-{END}.PARQUET",
        f"x.{START}-{END}.parquet",
        f"{END}-{START}.parquet",
        f"{START}-{START}.parquet",
        f"{START + 60}-{END + 60}.parquet",
        f"{START}-{START + 86400}.parquet",
        "٠١٢٣٤٥٦٧٨٩-1234567890.parquet",
        ".parquet",
    ],
)
def test_other_names_are_unknown_with_a_reason(name: str) -> None:
    """A name that is not exactly a window of its folder's resolution is unknown, and the reason says what was read."""
    location = locate(f"{HOURS}/{name}")
    assert location.state is ObjectState.UNKNOWN
    assert location.cluster == "c1"
    assert location.key is None
    assert location.reason


@pytest.mark.parametrize(
    ("path", "state"),
    [
        (f"{HOURS}/{START}-{END}.parquet", ObjectState.SET),
        (f"federated/c1/etl/bingen/allocations/1h/{START}-{END}", ObjectState.FOREIGN_SET),
        (f"federated/c1/etl/bingen/assets/1h/c1.{START}-{END}.gz", ObjectState.FOREIGN_SET),
        ("federated/c1/cluster.json", ObjectState.IDENTITY),
        ("federated/c1/diagnostics.json", ObjectState.IDENTITY),
        ("federated/c1/requests/2026/x.json", ObjectState.IDENTITY),
        (f"federated/combined/etl/bingen/allocations/1d/{START}-{START + 86400}", ObjectState.COMBINED),
        ("federated/combined/anything", ObjectState.COMBINED),
        ("federated/c1/notes.txt", ObjectState.UNKNOWN),
        ("federated/c1/etl/parquet/allocations/1w/1-2.parquet", ObjectState.UNKNOWN),
        ("federated/c1/etl/parquet/clouds/1h/1-2.parquet", ObjectState.UNKNOWN),
        ("federated/c1/etl/csv/allocations/1h/1-2", ObjectState.UNKNOWN),
        ("federated/c1/etl/bingen/allocations/1h/1-2", ObjectState.UNKNOWN),
        ("federated/readme", ObjectState.UNKNOWN),
        ("federated", ObjectState.UNKNOWN),
        ("cloudcosts/aws/1d/1-2.parquet", ObjectState.UNKNOWN),
        ("", ObjectState.UNKNOWN),
    ],
)
def test_every_path_is_in_a_named_state(path: str, state: ObjectState) -> None:
    """Sets, foreign sets, identities, merged output and everything else are distinguished by the path alone."""
    location = locate(path)
    assert location.state is state
    assert bool(location.reason) is (state is ObjectState.UNKNOWN)


@given(st.text(max_size=80))
def test_no_path_crashes(path: str) -> None:
    """Whatever an object is called, it is in some state."""
    assert locate(path).state in ObjectState
    assert locate(f"federated/{path}").state in ObjectState


def test_discover_names_every_object() -> None:
    """Everything below `federated/` comes out in the bucket's order; nothing outside of it and nothing is left out."""
    bucket = MemoryBucket()
    names = ["a/cluster.json", f"a/etl/parquet/assets/1h/{START}-{END}.parquet", "b/odd", "combined/x"]
    for path in [*(f"federated/{name}" for name in names), "fleetcost/state/x", "other"]:
        bucket.put(path, b"x")
    found = list(discover(bucket))
    assert [f.info.path for f in found] == [f"federated/{name}" for name in names]
    assert [f.location.state for f in found] == [
        ObjectState.IDENTITY, ObjectState.SET, ObjectState.UNKNOWN, ObjectState.COMBINED,
    ]  # fmt: skip


def test_discover_can_look_at_one_cluster() -> None:
    """One cluster's folder is listed alone, without those whose name merely begins alike."""
    bucket = MemoryBucket()
    for cluster in ("a", "a1", "ab"):
        bucket.put(identity_path(ClusterId(cluster)), b"{}")
    assert [f.location.cluster for f in discover(bucket, ClusterId("a"))] == ["a"]
