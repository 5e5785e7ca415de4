"""
Several buckets as one: regions, subsidiaries, accounts, in one view.

Each cluster belongs to the store its folder is found in. A cluster that two stores hold is a conflict: it is read from
the one named first, never from both, and reported by name. A store that cannot be listed hides its own clusters alone,
and none of them moves to another store meanwhile.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from fleetcost.bucket.port import Bucket, ObjectInfo
from fleetcost.errors import FleetcostError, ObjectMissingError

FEDERATED = "federated/"


@dataclass(frozen=True, slots=True)
class StoreState:
    """
    What is known of one store since its last listing.

    Attributes:
        name: where it is
        listed_at: when it was last listed whole, None before the first time
        error: why the last listing broke off, empty where it did not
        clusters: that are read from it, in ascending order
        newest: when its newest object of a cluster was written, None where there is none
        conflicts: clusters it holds and that are read from another store, which is named
    """

    name: str
    listed_at: datetime | None = None
    error: str = ""
    clusters: tuple[str, ...] = ()
    newest: datetime | None = None
    conflicts: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class _Listed:
    """One listing of one store."""

    objects: list[ObjectInfo] = field(default_factory=list)
    error: FleetcostError | None = None


class MultiBucket:
    """
    One view of several stores.

    Args:
        stores: in the order of their right to a cluster; what belongs to no cluster is the first one's
        clock: tells when a store was listed
    """

    def __init__(self, stores: Sequence[Bucket], clock: Callable[[], datetime]) -> None:
        self._stores = tuple(stores)
        self._clock = clock
        self._owners: dict[str, Bucket] = {}
        self._states = {store.name: StoreState(store.name) for store in stores}
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """Where this is, for messages."""
        return " + ".join(store.name for store in self._stores)

    def states(self) -> tuple[StoreState, ...]:
        """Return what is known of each store."""
        return tuple(self._states[store.name] for store in self._stores)

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """
        Iterate the objects below a path, in ascending order.

        Raises:
            StoreError, StoreRefusedError: a store could not be listed; what the others hold was given before.
        """
        owner = self._owner(f"{prefix.rstrip('/')}/")
        if owner is not None:
            yield from owner.list(prefix)
            return
        listed = [_listing(store, prefix) for store in self._stores]
        whole = FEDERATED.startswith(f"{prefix.rstrip('/')}/") or not prefix
        kept = self._settle(listed) if whole else _first(listed)
        yield from kept
        failed = next((one.error for one in listed if one.error is not None), None)
        if failed is not None:
            raise failed

    def folders(self, path: str = "") -> tuple[str, ...]:
        """Return the names of the folders right below a path, of every store."""
        return tuple(sorted({name for store in self._stores for name in store.folders(path)}))

    def get(self, path: str, *, largest_bytes: int | None = None) -> bytes:
        """Return an object's whole content."""
        owner = self._owner(path)
        if owner is not None:
            return owner.get(path, largest_bytes=largest_bytes)
        for store in self._stores[:-1]:
            try:
                return store.get(path, largest_bytes=largest_bytes)
            except ObjectMissingError:
                continue
        return self._stores[-1].get(path, largest_bytes=largest_bytes)

    def chunks(self, path: str) -> Iterator[bytes]:
        """Iterate an object's content in pieces."""
        owner = self._owner(path)
        holder = owner or next((store for store in self._stores if store.stat(path) is not None), self._stores[-1])
        yield from holder.chunks(path)

    def stat(self, path: str) -> ObjectInfo | None:
        """Return what a listing would say of one object, or None where there is none."""
        owner = self._owner(path)
        places = (owner,) if owner is not None else self._stores
        return next((info for store in places if (info := store.stat(path)) is not None), None)

    def put(self, path: str, content: bytes, *, create: bool = False, if_etag: str | None = None) -> ObjectInfo:
        """Write an object whole, into its cluster's store."""
        return (self._owner(path) or self._stores[0]).put(path, content, create=create, if_etag=if_etag)

    def delete(self, path: str) -> None:
        """Remove an object; removing an absent one is no error."""
        (self._owner(path) or self._stores[0]).delete(path)

    def _owner(self, path: str) -> Bucket | None:
        """Return the store of the cluster a path lies below, None where that is not known or not one cluster's."""
        if len(self._stores) == 1:
            return None
        with self._lock:
            return self._owners.get(_cluster(path))

    def _settle(self, listed: Sequence[_Listed]) -> Sequence[ObjectInfo]:
        """Tell every cluster's store from a listing of all, and return each cluster's objects from there alone."""
        found: dict[str, list[int]] = {}
        for number, one in enumerate(listed):
            for cluster in {_cluster(info.path) for info in one.objects} - {""}:
                found.setdefault(cluster, []).append(number)
        with self._lock:
            failed = {id(store) for store, one in zip(self._stores, listed, strict=True) if one.error is not None}
            owners = {cluster: store for cluster, store in self._owners.items() if id(store) in failed}
            for cluster, places in found.items():
                owners.setdefault(cluster, self._stores[places[0]])
            self._owners = owners
        for number, (store, one) in enumerate(zip(self._stores, listed, strict=True)):
            self._note(store, one, {cluster for cluster, places in found.items() if number in places})
        parts = (
            info
            for store, one in zip(self._stores, listed, strict=True)
            for info in one.objects
            if owners.get(_cluster(info.path), store) is store
        )
        return sorted({info.path: info for info in parts}.values())

    def _note(self, store: Bucket, one: _Listed, clusters: set[str]) -> None:
        own = tuple(sorted(cluster for cluster in clusters if self._owners[cluster] is store))
        before = self._states[store.name]
        if one.error is not None:
            # What was known of its clusters stays; the error says since when it may be old.
            self._states[store.name] = StoreState(
                store.name, before.listed_at, str(one.error), before.clusters or own, before.newest, before.conflicts
            )
            return
        conflicts = tuple((cluster, self._owners[cluster].name) for cluster in sorted(clusters - set(own)))
        written = (info.modified for info in one.objects if _cluster(info.path))
        newest = max(written, default=None)
        self._states[store.name] = StoreState(store.name, self._clock(), "", own, newest, conflicts)


def _listing(store: Bucket, prefix: str) -> _Listed:
    listed = _Listed()
    try:
        listed.objects.extend(store.list(prefix))
    except FleetcostError as error:
        listed.error = error
    return listed


def _first(listed: Sequence[_Listed]) -> list[ObjectInfo]:
    """Return every object once, of equal paths the first store's."""
    merged: dict[str, ObjectInfo] = {}
    for one in listed:
        for info in one.objects:
            merged.setdefault(info.path, info)
    return sorted(merged.values())


def _cluster(path: str) -> str:
    """Return the cluster whose folder a path lies in, empty where it lies in none."""
    if not path.startswith(FEDERATED):
        return ""
    name, slash, _ = path.removeprefix(FEDERATED).partition("/")
    return name if slash else ""
