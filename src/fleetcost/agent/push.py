"""Copying the local store's sets to the bucket, and learning from the bucket what the local store has lost."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta

from fleetcost.agent.store import SetIndex
from fleetcost.bucket.port import Bucket, BucketReader, ObjectInfo
from fleetcost.errors import DamagedError, ObjectMissingError
from fleetcost.model.sets import SetKey
from fleetcost.model.window import Resolution, Window
from fleetcost.ops import log, metrics
from fleetcost.sets.layout import set_path
from fleetcost.sets.publish import Outcome, Published, copy

_log = log.get("agent")


CLOCK_SKEW = timedelta(hours=1)
"""How far the bucket's clock may be ahead of ours; object stores refuse requests that are off by a quarter of it."""

Settled = dict[SetKey, tuple[str, str]]
"""Pairs of local and remote etag that were compared and need no copy."""


def unpushed(local: SetIndex, remote: SetIndex, settled: Settled) -> tuple[SetKey, ...]:
    """
    Return what the bucket lacks or may hold in an older copy, oldest window first, hours before their day.

    Args:
        local: the local store's sets
        remote: the bucket's
        settled: what an earlier round has compared
    """
    keys = [key for key, info in local.objects.items() if _stale(info, remote.objects.get(key), settled.get(key))]
    return tuple(sorted(keys, key=lambda key: (key.window.end, key.resolution.seconds, key.kind)))


def _stale(local: ObjectInfo, remote: ObjectInfo | None, settled: tuple[str, str] | None) -> bool:
    if remote is None:
        return True
    return remote.modified < local.modified + CLOCK_SKEW and settled != (local.etag, remote.etag)


def lost(local: SetIndex, remote: SetIndex, window: Window) -> tuple[SetKey, ...]:
    """Return the sets of this time that only the bucket holds."""
    return tuple(sorted(key for key in remote.objects if key not in local.objects and key.window.meets(window)))


def expired(local: SetIndex, keep_after: datetime) -> tuple[SetKey, ...]:
    """Return the hourly sets that ended before this time; daily sets stay for ever."""
    return tuple(
        sorted(key for key in local.objects if key.resolution is Resolution.HOUR and key.window.end <= keep_after)
    )


def push(keys: Iterable[SetKey], local: Bucket, bucket: Bucket, forced: Collection[SetKey] = ()) -> Iterator[Published]:
    """
    Copy sets to the bucket one by one, a log line each.

    A damaged set is deleted from the local store: it will be built again, or learnt from the bucket.

    Args:
        keys: what to copy
        local: the local store
        bucket: Federated Storage
        forced: these replace even fuller sets

    Raises:
        StoreError, StoreRefusedError: the bucket did not take one; the earlier ones stay pushed.
    """
    for key in keys:
        try:
            published = copy(key, local, bucket, force=key in forced)
        except DamagedError as error:
            _log.error("not uploaded: the local copy is damaged and was deleted", reason=str(error))
            local.delete(set_path(key))
            published = Published(Outcome.DAMAGED, set_path(key), 0, 0)
        _report(key, published, bucket.name)
        yield published


def _report(key: SetKey, published: Published, where: str) -> None:
    path = f"{where}/{published.path}"
    if published.written:
        facts = {"kind": key.kind.value, "resolution": key.resolution.value, "window": str(key.window)}
        metrics.UPLOADED.labels(key.kind.value, key.resolution.value).inc()
        metrics.UPLOADED_BYTES.inc(published.size_bytes)
        _log.info("uploaded", path=path, rows=published.rows, bytes=published.size_bytes, **facts)
    elif published.outcome is Outcome.KEPT_FULLER:
        _log.warning("not uploaded", path=path, reason=published.outcome.value)


def adopt(keys: Iterable[SetKey], bucket: BucketReader, local: Bucket) -> int:
    """
    Copy sets from the bucket into the local store, which has lost them or never had them; return how many.

    One that is damaged or has gone meanwhile is left out: where the source still has its hour it is built again.
    """
    count = 0
    for key in keys:
        try:
            copy(key, bucket, local)
            count += 1
        except (DamagedError, ObjectMissingError) as error:
            _log.warning("not learnt from the bucket", reason=str(error))
    if count:
        _log.info("learnt from the bucket", sets=count)
    return count
