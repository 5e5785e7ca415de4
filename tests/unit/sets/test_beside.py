"""What lies beside the sets: every folder of the field has a name, and what its agents say is read."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetcost.bucket.memory import MemoryBucket
from fleetcost.model.states import ObjectState
from fleetcost.sets.beside import BesideKind, BesidePlace, beside, outside, take_beside
from fleetcost.sets.cloud.layout import is_cloud_set
from fleetcost.sets.discover import discover
from fleetcost.sets.foreign_agents import LARGEST_BYTES, read_agents, words_of
from fleetcost.sets.layout import locate
from making.field_bucket import MIDNIGHT, SLASHED, STAMP, UID, write_field, write_opencost, write_second, write_third

WIDTHS = st.sampled_from(["10m", "1h", "1d"])
NAMES = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=12).filter(
    lambda name: name != "combined"
)
DATED = st.sampled_from(["", "2026/06/01/"])
ENDING = st.sampled_from(["", ".bingen", ".bingen.gz", ".json", ".binpb"])


def besides(bucket: MemoryBucket) -> dict[tuple[BesideKind, str], int]:
    """Return how many objects lie beside the sets, by kind and owner."""
    inside = [one.info for one in discover(bucket) if one.location.state is ObjectState.BESIDE]
    folders = take_beside([*inside, *outside(bucket)], known=is_cloud_set)
    return {(one.place.kind, one.place.owner): one.objects for one in folders}


def test_every_folder_of_the_field_has_a_name() -> None:
    """Agents of three products side by side: each folder is named with its owner; only a stranger's is not known."""
    bucket = MemoryBucket()
    write_field(bucket)

    assert besides(bucket) == {
        (BesideKind.TEN_MINUTE_SETS, "third"): 2,
        (BesideKind.NETWORK_INSIGHTS, "third"): 2,
        (BesideKind.KUBEMODEL, UID): 3,
        (BesideKind.KUBEMODEL, "open"): 1,
        (BesideKind.HEARTBEAT, "open"): 1,
        (BesideKind.HEARTBEAT, "third"): 2,
        (BesideKind.DIAGNOSTICS, "second"): 1,
        (BesideKind.DIAGNOSTICS, "third"): 1,
        (BesideKind.COLLECTOR, "third"): 1,
        (BesideKind.WRITE_TEST, "third"): 1,
        (BesideKind.SLASHED_ID, SLASHED): 4,
        (BesideKind.ETL_BACKUP, ""): 1,
        (BesideKind.CLOUD_COSTS, ""): 1,
        (BesideKind.THANOS, ""): 2,
        (BesideKind.NOT_KNOWN, "photos"): 1,
    }
    assert [one for one in discover(bucket) if one.location.state is ObjectState.UNKNOWN] == []


@pytest.mark.parametrize("write", [write_second, write_third, write_opencost])
def test_nothing_an_agent_of_the_field_writes_is_unknown(write: object) -> None:
    """Each product's agent alone leaves nothing without a meaning."""
    bucket = MemoryBucket()
    assert callable(write)
    write(bucket)

    assert BesideKind.NOT_KNOWN not in {kind for kind, _ in besides(bucket)}
    assert all(one.location.state is not ObjectState.UNKNOWN for one in discover(bucket))


@given(NAMES, NAMES, WIDTHS, DATED, ENDING)
def test_a_kubemodel_is_known_by_its_folder(app: str, owner: str, width: str, dated: str, ending: str) -> None:
    """In whatever folder of whatever application, dated or not, in any encoding, it is its owner's."""
    for root in (f"{app}/{owner}", f"prefix/{app}/{owner}", owner, f"federated/{owner}"):
        path = f"{root}/kubemodel/{width}/{dated}{STAMP}{ending}"
        assert beside(path) == BesidePlace(BesideKind.KUBEMODEL, owner)
        assert locate(path).state is not ObjectState.SET


@given(NAMES, WIDTHS, st.sampled_from(["allocations", "assets"]))
def test_a_set_is_never_beside_the_sets(cluster: str, width: str, kind: str) -> None:
    """Hours and days of allocations and assets are sets; ten minutes of them are not, and never unknown."""
    seconds = {"10m": 600, "1h": 3600, "1d": 86400}[width]
    found = locate(f"federated/{cluster}/etl/bingen/{kind}/{width}/{MIDNIGHT}-{MIDNIGHT + seconds}")

    assert found.state is (ObjectState.BESIDE if width == "10m" else ObjectState.FOREIGN_SET)
    assert found.cluster == cluster


@given(st.integers(0, 7_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)))
def test_blocks_are_dated_by_their_names(made: datetime) -> None:
    """Blocks of Thanos are not listed one by one: their names say that they are there, and since when."""
    milliseconds, name = int(made.timestamp() * 1000), ""
    for _ in range(10):
        milliseconds, rest = divmod(milliseconds, 32)
        name = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"[rest] + name
    bucket = MemoryBucket()
    for file in ("meta.json", "index", "chunks/000001"):
        bucket.put(f"{name}{'0' * 16}/{file}", b"x")
    (info,) = outside(bucket)

    assert abs(info.modified - made) < timedelta(milliseconds=2)
    assert beside(info.path) == BesidePlace(BesideKind.THANOS)


def test_an_id_with_a_slash_is_no_cluster() -> None:
    """Its first folder is not taken for a cluster, and its meaning says what to do."""
    found = locate(f"federated/{SLASHED}/etl/bingen/allocations/1d/{MIDNIGHT}-{MIDNIGHT + 86400}")

    assert (found.state, found.cluster) == (ObjectState.BESIDE, None)
    assert "give the agent an id without" in found.reason


@pytest.mark.parametrize("kind", BesideKind)
def test_every_kind_says_what_it_means(kind: BesideKind) -> None:
    """Each has its sentence."""
    assert kind.meaning


def agents_of(bucket: MemoryBucket) -> dict[str, str]:
    """Return what each agent says, in words."""
    folders = take_beside(outside(bucket), known=is_cloud_set)
    return {cluster: words_of(agent) for cluster, agent in read_agents(bucket, folders).items()}


def test_what_agents_say_of_themselves() -> None:
    """The newest heartbeat and the newest checks of each agent are read, packed or not."""
    bucket = MemoryBucket()
    write_field(bucket)

    assert agents_of(bucket) == {
        "open": "seen at 2026-06-01T12:00:00Z, version 1.0.25",
        "second": "no heartbeat, 2 checks, 1 of them failed, nodes: no node answered",
        "third": "seen at 2026-06-01T12:00:00Z, version 1.0.25, 2 checks, 1 of them failed, nodes: no node answered",
    }


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\x1f\x8b",
        gzip.compress(b"{}", mtime=0)[:-4],
        json.dumps({"version": 7}).encode(),
        b"x" * (LARGEST_BYTES + 1),
        gzip.compress(b"0" * (LARGEST_BYTES + 1), mtime=0),
        b"[" * 100_000,
    ],
)
def test_a_heartbeat_that_cannot_be_read_is_named(content: bytes) -> None:
    """Whatever a heartbeat holds, its agent is listed and the file is named."""
    bucket = MemoryBucket()
    bucket.put(f"finops-agent/third/heartbeat/{STAMP}.json", content)

    assert f"read finops-agent/third/heartbeat/{STAMP}.json: " in agents_of(bucket)["third"]


KEYS = st.sampled_from(["version", "timestamp", "results", "x"])
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.text(max_size=5) | st.floats(),
    lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner),
    max_leaves=6,
)


@given(ANY_JSON)
def test_no_document_of_an_agent_is_a_traceback(document: object) -> None:
    """Any JSON at all is read, or named as what cannot be read."""
    bucket = MemoryBucket()
    for kind in ("heartbeat", "diagnostics"):
        bucket.put(f"a/c/{kind}/{STAMP}.json", json.dumps(document).encode())

    assert set(agents_of(bucket)) == {"c"}
