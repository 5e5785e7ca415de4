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
from fleetcost.documents.cluster import ClusterClaim
from fleetcost.documents.document import read_document, write_document
from fleetcost.documents.places import identity_path
from fleetcost.errors import ClaimRefusedError, ConditionFailedError, DocumentDamagedError
from fleetcost.model.identity import ClusterId
from fleetcost.model.window import rfc3339

OWN = ""
"""In a claim: the cluster's own agent holds it."""

FRESH = timedelta(hours=1)
"""An agent that was there this long ago is taken to be still there."""


def read_claim(bucket: BucketReader, cluster: ClusterId) -> ClusterClaim | None:
    """
    Return who holds a cluster id, None where nobody does.

    Raises:
        DocumentDamagedError: the object is there and is no claim.
    """
    path = identity_path(cluster)
    return _decoded(bucket, path) if bucket.stat(path) else None


def claim(
    bucket: Bucket, cluster: ClusterId, uid: str, now: datetime, *, takeover: bool = False, holder: str = OWN
) -> ClusterClaim:
    """
    ClusterClaim a cluster id, or confirm the claim.

    Args:
        bucket: Federated Storage
        cluster: the id
        uid: the identity behind it
        now: the clock's reading
        takeover: take the id from another uid or agent; its sets stay where they are
        holder: which agent asks

    Raises:
        ClaimRefusedError: another uid holds the id, or another agent does and was there within the hour.
        DocumentDamagedError: the object is there and is no claim.
    """
    wanted = ClusterClaim(cluster=cluster, uid=uid, claimed_at=now, last_seen=now, holder=holder)
    path = identity_path(cluster)
    try:
        write_document(bucket, path, wanted, create=True)
    except ConditionFailedError:
        return _confirm(bucket, wanted, bucket.stat(path), now, takeover=takeover)
    return wanted


def is_fresh(there: ClusterClaim, now: datetime) -> bool:
    """Tell whether the agent of a claim was there of late; one that was retired on purpose was not."""
    return there.retired_at is None and now - there.last_seen < FRESH


def heartbeat(bucket: Bucket, held: ClusterClaim, now: datetime, *, pushed: bool) -> ClusterClaim:
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
        last_seen=now,
        last_push=now if pushed else there.last_push,
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


def retire(bucket: Bucket, cluster: ClusterId, now: datetime) -> ClusterClaim:
    """
    Declare a cluster gone on purpose: its costs stay, its silence is no longer a finding.

    Raises:
        ClaimRefusedError: nobody has claimed this id.
    """
    path = identity_path(cluster)
    info = bucket.stat(path)
    if info is None:
        raise ClaimRefusedError(f"retire {bucket.name}/{path}: there is no such claim; is the cluster id right?")
    return _replace(bucket, path, info, msgspec.structs.replace(_decoded(bucket, path), retired_at=now))


def _confirm(
    bucket: Bucket, wanted: ClusterClaim, info: ObjectInfo | None, now: datetime, *, takeover: bool
) -> ClusterClaim:
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


def _check_holder(bucket: BucketReader, there: ClusterClaim, wanted: ClusterClaim, now: datetime) -> None:
    """Refuse an agent of many clusters one that another agent speaks for; a cluster's own agent is never refused."""
    if wanted.holder in {OWN, there.holder} or not is_fresh(there, now):
        return
    who = there.holder or "its own agent"
    raise ClaimRefusedError(
        f"claim {bucket.name}/{identity_path(ClusterId(wanted.cluster))}: {who} speaks for cluster {wanted.cluster!r} "
        f"(last seen {rfc3339(there.last_seen)}); two agents would build the same sets from different sources: stop "
        "that one and wait an hour, leave this cluster out with --clusters, or start once with --takeover"
    )


def _check(bucket: BucketReader, there: ClusterClaim, wanted: ClusterClaim) -> None:
    if there.uid == wanted.uid:
        return
    raise ClaimRefusedError(
        f"claim {bucket.name}/{identity_path(ClusterId(wanted.cluster))}: cluster id {wanted.cluster!r} belongs to the "
        f"cluster with uid {there.uid} (last seen {rfc3339(there.last_seen)}, last push "
        f"{rfc3339(there.last_push) if there.last_push else 'never'}), this one "
        f"has uid {wanted.uid}; two clusters with one id would overwrite each other: give this cluster an id of its "
        "own, or, if it is the same cluster rebuilt, start it once with --takeover"
    )


def _replace(bucket: Bucket, path: str, info: ObjectInfo | None, document: ClusterClaim) -> ClusterClaim:
    if info is None:
        write_document(bucket, path, document, create=True)
    else:
        write_document(bucket, path, document, if_etag=info.etag)
    return document


def _decoded(bucket: BucketReader, path: str) -> ClusterClaim:
    try:
        return read_document(bucket, path, ClusterClaim)
    except DocumentDamagedError as error:
        raise DocumentDamagedError(f"{error}: this is no claim; delete it to claim the id again") from None
