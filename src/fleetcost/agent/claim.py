"""
One id, one cluster: the claim in `cluster.json`.

The first agent of a cluster id creates the object conditionally; every later one must carry the same uid. The object is
also the heartbeat: it says when the agent last pushed.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from pathlib import Path

import msgspec

from fleetcost import __version__
from fleetcost.bucket.port import Bucket
from fleetcost.errors import ClaimRefusedError, ConditionFailedError, DamagedError
from fleetcost.model.identity import ClusterId
from fleetcost.model.window import rfc3339
from fleetcost.sets.layout import identity_path


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """
    The document in `cluster.json`.

    Attributes:
        cluster: the id, equal to the folder's name
        uid: the identity behind it
        claimed_at: when the first agent came
        last_push: when sets were last pushed, None before the first
        agent_version: of the last agent that wrote this
    """

    cluster: str
    uid: str
    claimed_at: str
    last_push: str | None
    agent_version: str


def local_uid(file: Path) -> str:
    """Return the uid kept beside the local store, made at the first call."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        # Renamed into its place: a half-written uid would be another cluster's.
        draft = file.with_name(f"{file.name}.draft")
        draft.write_text(str(uuid.uuid4()))
        draft.replace(file)
    return file.read_text().strip()


def claim(bucket: Bucket, cluster: ClusterId, uid: str, now: datetime) -> Claim:
    """
    Claim a cluster id, or confirm the claim.

    Raises:
        ClaimRefusedError: another uid holds the id.
        DamagedError: what lies there is no claim.
    """
    wanted = Claim(cluster=cluster, uid=uid, claimed_at=rfc3339(now), last_push=None, agent_version=__version__)
    try:
        bucket.put(identity_path(cluster), msgspec.json.encode(wanted), create=True)
    except ConditionFailedError:
        return _confirm(bucket, wanted)
    return wanted


def heartbeat(bucket: Bucket, held: Claim, now: datetime) -> Claim:
    """
    Write into the claim that sets were pushed now.

    Raises:
        ClaimRefusedError: another uid holds the id by now.
    """
    beaten = msgspec.structs.replace(held, last_push=rfc3339(now), agent_version=__version__)
    path = identity_path(ClusterId(held.cluster))
    there = bucket.stat(path)
    try:
        if there is not None:
            _confirm(bucket, held)
            bucket.put(path, msgspec.json.encode(beaten), if_etag=there.etag)
        else:
            bucket.put(path, msgspec.json.encode(beaten), create=True)
    except ConditionFailedError:
        # Somebody wrote in between, or our own write arrived twice: what lies there tells.
        return _confirm(bucket, beaten)
    return beaten


def _confirm(bucket: Bucket, wanted: Claim) -> Claim:
    path = identity_path(ClusterId(wanted.cluster))
    try:
        there = msgspec.json.decode(bucket.get(path), type=Claim)
    except msgspec.MsgspecError as error:
        raise DamagedError(f"read claim {bucket.name}/{path}: not a claim: {error}; delete it to claim anew") from error
    if there.uid != wanted.uid:
        raise ClaimRefusedError(
            f"claim {bucket.name}/{path}: cluster id {wanted.cluster!r} belongs to the cluster with uid {there.uid} "
            f"(claimed {there.claimed_at}, last push {there.last_push or 'never'}), this one has uid {wanted.uid}; "
            "two clusters with one id would overwrite each other: give this cluster an id of its own; if it is the "
            "same cluster and its agent has lost its data directory, delete that object"
        )
    return there
