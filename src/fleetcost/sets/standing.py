"""What a cluster's agent says of itself in the bucket, as readers see it: `cluster.json` and `diagnostics.json`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import msgspec

from fleetcost.bucket.port import BucketReader
from fleetcost.errors import FleetcostError, ObjectMissingError
from fleetcost.model.identity import ClusterId
from fleetcost.sets.layout import cluster_folder, identity_path

Document = TypeVar("Document")


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """What readers need of `cluster.json`: when the agent was there, when it pushed, whether the cluster is gone."""

    uid: str = ""
    last_seen: datetime | None = None
    last_push: datetime | None = None
    retired_at: datetime | None = None
    agent_version: str = ""


class CheckFound(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """
    What one of the agent's checks found.

    Attributes:
        diagnostic_passed: whether it is well
        num_failures, first_failure_date: failures in a row, and since when
        diagnostic_output: what was seen, in words
    """

    diagnostic_passed: bool
    num_failures: int = 0
    first_failure_date: str = ""
    diagnostic_output: str = ""


class ChecksRun(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What readers need of `diagnostics.json`: which agent ran which checks when."""

    version: str
    latest_run: datetime
    checks: dict[str, CheckFound]


@dataclass(frozen=True, slots=True)
class Standing:
    """
    What one cluster's agent says.

    Attributes:
        identity, checks: None where there is no such document
        problem: why a document could not be read, empty where all could
    """

    cluster: ClusterId
    identity: Identity | None = None
    checks: ChecksRun | None = None
    problem: str = ""


def read_standing(bucket: BucketReader, cluster: ClusterId) -> Standing:
    """Read what a cluster's agent says; a document that cannot be read is told and stops nobody."""
    problems: list[str] = []
    identity = _read(bucket, identity_path(cluster), Identity, problems)
    checks = _read(bucket, f"{cluster_folder(cluster)}/diagnostics.json", ChecksRun, problems)
    return Standing(cluster, identity, checks, "; ".join(problems))


def _read(bucket: BucketReader, path: str, kind: type[Document], problems: list[str]) -> Document | None:
    try:
        return msgspec.json.decode(bucket.get(path), type=kind)
    except ObjectMissingError:
        return None
    except (msgspec.MsgspecError, FleetcostError) as error:
        problems.append(f"read {bucket.name}/{path}: {error}")
        return None
