"""
One id, one cluster: the claim in `cluster.json`.

The first agent of a cluster id creates the object conditionally; every later one must carry the same uid. The object is
also the heartbeat: it says when the agent was last there and when it last pushed.

Two agents can speak for one cluster with the same uid: the cluster's own, and one that builds many clusters from a
shared source. The claim names which of them does; the shared one stands back while the own one is there.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from fleetcost import __version__
from fleetcost.bucket.port import Bucket, BucketReader, ObjectInfo
from fleetcost.errors import ClaimRefusedError, ConditionFailedError, SetDamagedError
from fleetcost.model.identity import ClusterId
from fleetcost.model.window import rfc3339
from fleetcost.sets.layout import identity_path

OWN = ""
"""In a claim: the cluster's own agent holds it."""

FRESH = timedelta(hours=1)
"""An agent that was there this long ago is taken to be still there."""


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """
    The document in `cluster.json`.

    Attributes:
        cluster: the id, equal to the folder's name
        uid: the identity behind it
        claimed_at: when this uid claimed the id
        last_seen: when its agent last did a round
        last_push: when sets were last pushed, None before the first
        retired_at: when it was declared gone on purpose, None while it is in service
        agent_version: of the last agent that wrote this
        previous_uid: who held the id before a takeover, empty where nobody did
        holder: which agent speaks for the cluster: empty for its own, else the name of one that builds many
    """

    cluster: str
    uid: str
    claimed_at: str
    last_seen: str
    last_push: str | None = None
    retired_at: str | None = None
    agent_version: str = __version__
    previous_uid: str = ""
    holder: str = OWN


def read_claim(bucket: BucketReader, cluster: ClusterId) -> Claim | None:
    """
    Return who holds a cluster id, None where nobody does.

    Raises:
        SetDamagedError: the object is there and is no claim.
    """
    path = identity_path(cluster)
    return _decoded(bucket, path) if bucket.stat(path) else None


def claim(
    bucket: Bucket, cluster: ClusterId, uid: str, now: datetime, *, takeover: bool = False, holder: str = OWN
) -> Claim:
    """
    Claim a cluster id, or confirm the claim.

    Args:
        bucket: Federated Storage
        cluster: the id
        uid: the identity behind it
        now: the clock's reading
        takeover: take the id from another uid or agent; its sets stay where they are
        holder: which agent asks

    Raises:
        ClaimRefusedError: another uid holds the id, or another agent does and was there within the hour.
        SetDamagedError: the object is there and is no claim.
    """
    instant = rfc3339(now)
    wanted = Claim(cluster=cluster, uid=uid, claimed_at=instant, last_seen=instant, holder=holder)
    path = identity_path(cluster)
    try:
        bucket.put(path, msgspec.json.encode(wanted), create=True)
    except ConditionFailedError:
        return _confirm(bucket, wanted, bucket.stat(path), now, takeover=takeover)
    return wanted


def is_fresh(there: Claim, now: datetime) -> bool:
    """Tell whether the agent of a claim was there of late; one that was retired on purpose was not."""
    try:
        return there.retired_at is None and now - datetime.fromisoformat(there.last_seen) < FRESH
    except ValueError:
        return False


def heartbeat(bucket: Bucket, held: Claim, now: datetime, *, pushed: bool) -> Claim:
    """
    Write into the claim that the agent is there, and whether it pushed.

    Raises:
        ClaimRefusedError: another uid or agent has taken the id over meanwhile; this agent must stop.
    """
    path = identity_path(ClusterId(held.cluster))
    info = bucket.stat(path)
    there = _decoded(bucket, path) if info else held
    _check(bucket, there, held)
    _check_holder(bucket, there, held, now)
    beaten = msgspec.structs.replace(
        there,
        last_seen=rfc3339(now),
        last_push=rfc3339(now) if pushed else there.last_push,
        retired_at=None,
        agent_version=__version__,
        holder=held.holder,
    )
    try:
        return _replace(bucket, path, info, beaten)
    except ConditionFailedError:
        # Somebody wrote in between, or our own write arrived twice: what lies there tells.
        there = _decoded(bucket, path)
        _check(bucket, there, held)
        return there


def retire(bucket: Bucket, cluster: ClusterId, now: datetime) -> Claim:
    """
    Declare a cluster gone on purpose: its costs stay, its silence is no longer a finding.

    Raises:
        ClaimRefusedError: nobody has claimed this id.
    """
    path = identity_path(cluster)
    info = bucket.stat(path)
    if info is None:
        raise ClaimRefusedError(f"retire {bucket.name}/{path}: there is no such claim; is the cluster id right?")
    return _replace(bucket, path, info, msgspec.structs.replace(_decoded(bucket, path), retired_at=rfc3339(now)))


def _confirm(bucket: Bucket, wanted: Claim, info: ObjectInfo | None, now: datetime, *, takeover: bool) -> Claim:
    path = identity_path(ClusterId(wanted.cluster))
    there = _decoded(bucket, path)
    if takeover and there.uid != wanted.uid:
        return _replace(bucket, path, info, msgspec.structs.replace(wanted, previous_uid=there.uid))
    _check(bucket, there, wanted)
    if there.holder == wanted.holder:
        return there
    if not takeover:
        _check_holder(bucket, there, wanted, now)
    # Written at once and not with the first heartbeat: until then two agents would both think that they hold it.
    return _replace(
        bucket, path, info, msgspec.structs.replace(there, holder=wanted.holder, last_seen=wanted.last_seen)
    )


def _check_holder(bucket: BucketReader, there: Claim, wanted: Claim, now: datetime) -> None:
    """Refuse an agent of many clusters one that another agent speaks for; a cluster's own agent is never refused."""
    if wanted.holder in {OWN, there.holder} or not is_fresh(there, now):
        return
    who = there.holder or "its own agent"
    raise ClaimRefusedError(
        f"claim {bucket.name}/{identity_path(ClusterId(wanted.cluster))}: {who} speaks for cluster {wanted.cluster!r} "
        f"(last seen {there.last_seen}); two agents would build the same sets from different sources: stop that one "
        "and wait an hour, leave this cluster out with --clusters, or start once with --takeover"
    )


def _check(bucket: BucketReader, there: Claim, wanted: Claim) -> None:
    if there.uid == wanted.uid:
        return
    raise ClaimRefusedError(
        f"claim {bucket.name}/{identity_path(ClusterId(wanted.cluster))}: cluster id {wanted.cluster!r} belongs to the "
        f"cluster with uid {there.uid} (last seen {there.last_seen}, last push {there.last_push or 'never'}), this one "
        f"has uid {wanted.uid}; two clusters with one id would overwrite each other: give this cluster an id of its "
        "own, or, if it is the same cluster rebuilt, start it once with --takeover"
    )


def _replace(bucket: Bucket, path: str, info: ObjectInfo | None, document: Claim) -> Claim:
    content = msgspec.json.encode(document)
    if info is None:
        bucket.put(path, content, create=True)
    else:
        bucket.put(path, content, if_etag=info.etag)
    return document


def _decoded(bucket: BucketReader, path: str) -> Claim:
    try:
        return msgspec.json.decode(bucket.get(path), type=Claim)
    except msgspec.MsgspecError as error:
        raise SetDamagedError(
            f"read claim {bucket.name}/{path}: not a claim: {error}; delete it to claim anew"
        ) from error
