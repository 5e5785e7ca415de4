"""Several buckets as one view: whose a cluster is, what a broken store hides, what two stores hold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from builders import at, hour, open_tables, pair, put
from fleetcost.bucket.memory import MemoryBucket
from fleetcost.bucket.multi import MultiBucket
from fleetcost.bucket.port import ObjectInfo
from fleetcost.errors import ObjectMissingError, StoreError
from fleetcost.ingest.plan import Retention
from fleetcost.ingest.run import Ingestor
from fleetcost.tables.ledger import clusters, ledger_of


class Fragile(MemoryBucket):
    """A bucket that can be away."""

    away = False

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """List, unless away."""
        if self.away:
            raise StoreError(f"{self.name} does not answer")
        return super().list(prefix)


def two() -> tuple[Fragile, Fragile, MultiBucket]:
    """Return two regions with a cluster each, and their view."""
    eu, us = Fragile("eu://"), Fragile("us://")
    put(eu, *pair(hour(1), "paris"))
    put(us, *pair(hour(1), "boston"))
    return eu, us, MultiBucket((eu, us), lambda: at(3))


def test_one_view_of_both() -> None:
    """The listing holds both stores' objects in ascending order, and each is read from where it lies."""
    eu, us, view = two()
    paths = [info.path for info in view.list("federated")]

    assert paths == sorted(paths)
    assert {path.split("/")[1] for path in paths} == {"paris", "boston"}
    for store in (eu, us):
        for info in store.list("federated"):
            assert view.get(info.path) == store.get(info.path)
            assert view.stat(info.path) == info
    with pytest.raises(ObjectMissingError):
        view.get("federated/rome/x")


def test_each_store_s_freshness_is_reported() -> None:
    """Each store says when it was listed, what its newest object is and which clusters are read from it."""
    eu, _, view = two()
    list(view.list("federated"))
    first, second = view.states()

    assert (first.name, first.clusters, first.listed_at, first.error) == ("eu://", ("paris",), at(3), "")
    assert first.newest == max(info.modified for info in eu.list("federated"))
    assert second.clusters == ("boston",)


def test_a_cluster_in_two_stores_is_a_named_conflict() -> None:
    """It is read from the store named first, its other objects are not listed, and both stores are named."""
    eu, us, view = two()
    put(us, *pair(hour(2), "paris"))
    listed = [info.path for info in view.list("federated") if "/paris/" in info.path]

    assert listed == [info.path for info in eu.list("federated")]
    assert view.states()[1].conflicts == (("paris", "eu://"),)
    assert view.states()[0].conflicts == ()


def test_a_lost_store_gives_its_clusters_to_nobody() -> None:
    """While the first store is away its clusters are not read from the second, which holds a copy of one."""
    eu, us, view = two()
    put(us, *pair(hour(2), "paris"))
    list(view.list("federated"))
    eu.away = True
    seen: list[str] = []
    with pytest.raises(StoreError, match="eu://"):
        seen.extend(info.path.split("/")[1] for info in view.list("federated"))

    assert set(seen) == {"boston"}
    assert "does not answer" in view.states()[0].error
    assert view.states()[0].clusters == ("paris",)


def test_orders_go_to_the_cluster_s_own_store() -> None:
    """A request to an agent is written where its folder is; what belongs to no cluster is the first store's."""
    eu, us, view = two()
    list(view.list("federated"))
    view.put("federated/boston/requests/1.json", b"{}")
    view.put("fleetcost/state/views.json", b"[]")

    assert us.get("federated/boston/requests/1.json") == b"{}"
    assert eu.get("fleetcost/state/views.json") == b"[]"
    view.delete("federated/boston/requests/1.json")
    assert us.stat("federated/boston/requests/1.json") is None


def test_ingest_reads_what_is_there_and_keeps_the_rest(tmp_path: Path) -> None:
    """With a store away, new sets of the other are ingested and what is known of the lost one stays."""
    eu, us, view = two()
    database = open_tables(tmp_path)
    ingestor = Ingestor(view, database, Retention(None, None), lambda: at(3))
    ingestor.pass_once()
    eu.away = True
    put(us, *pair(hour(2), "boston"))
    with pytest.raises(StoreError):
        ingestor.pass_once()
    entries = ledger_of(database)
    database.close()

    assert set(clusters(entries.values())) == {"paris", "boston"}
    assert sum("/boston/" in path for path in entries) == 4
    assert all(entry.state.value == "ingested" for entry in entries.values())
