"""What a cluster's agent says of itself in the bucket, as readers see it: `cluster.json` and `diagnostics.json`."""

from __future__ import annotations

from dataclasses import dataclass

from fleetcost.bucket.port import BucketReader
from fleetcost.documents.cluster import ClusterClaim, Diagnostics
from fleetcost.documents.document import Kind, read_document
from fleetcost.documents.places import diagnostics_path, identity_path
from fleetcost.errors import FleetcostError, ObjectMissingError
from fleetcost.model.identity import ClusterId


@dataclass(frozen=True, slots=True)
class AgentStatus:
    """
    What one cluster's agent says.

    Attributes:
        identity, checks: None where there is no such document
        problem: why a document could not be read, empty where all could
    """

    cluster: ClusterId
    identity: ClusterClaim | None = None
    checks: Diagnostics | None = None
    problem: str = ""


def read_agent_status(bucket: BucketReader, cluster: ClusterId) -> AgentStatus:
    """Read what a cluster's agent says; a document that cannot be read is reported and stops nobody."""
    problems: list[str] = []
    identity = _read(bucket, identity_path(cluster), ClusterClaim, problems)
    checks = _read(bucket, diagnostics_path(cluster), Diagnostics, problems)
    return AgentStatus(cluster, identity, checks, "; ".join(problems))


def _read(bucket: BucketReader, path: str, kind: type[Kind], problems: list[str]) -> Kind | None:
    try:
        return read_document(bucket, path, kind)
    except ObjectMissingError:
        return None
    except FleetcostError as error:
        problems.append(str(error))
        return None
