"""What a cluster's agent says of itself: `cluster.json`, claim and heartbeat, and `diagnostics.json`, its checks."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

import msgspec

from fleetcost import __version__
from fleetcost.documents.document import BucketDocument
from fleetcost.model.finding import Finding


class ClusterClaim(BucketDocument, frozen=True, kw_only=True):
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
    claimed_at: datetime
    last_seen: datetime
    last_push: datetime | None = None
    retired_at: datetime | None = None
    agent_version: str = __version__
    previous_uid: str = ""
    holder: str = ""


class CheckResult(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """
    What a check found, in the field's names.

    Attributes:
        diagnostic_passed: whether it is well
        num_failures: failures in a row
        first_failure_date: when the row began, empty while it passes
        diagnostic_output: what was seen, in words
    """

    diagnostic_passed: bool
    num_failures: int = 0
    first_failure_date: str = ""
    diagnostic_output: str = ""


class MissingHour(msgspec.Struct, frozen=True):
    """One hour without samples, and why."""

    start: str
    cause: str


class Noticed(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """
    What a build noticed, as `model.finding` defines it.

    Attributes:
        kind: what
        of_prices: it says that a price may not be right
        of_source: it names what the source lacks and that makes the costs wrong or say less
        count: on how many objects
        subjects: the first few of them
        meaning: what it means and what to do
    """

    kind: str
    of_prices: bool = False
    of_source: bool = False
    count: int = 0
    subjects: tuple[str, ...] = ()
    meaning: str = ""


def noticed(finding: Finding) -> Noticed:
    """Return a finding as the document has it."""
    kind = finding.kind
    return Noticed(
        kind=str(kind),
        of_prices=kind.of_prices,
        of_source=kind.of_source,
        count=finding.count,
        subjects=finding.subjects,
        meaning=kind.meaning,
    )


class Diagnostics(BucketDocument, frozen=True, kw_only=True, rename="camel"):
    """
    The document in `diagnostics.json`.

    Attributes:
        cluster_id, version: whose, and of which agent
        latest_run: when the checks ran
        checks: the field's name of each check to its result
        gaps: hours within the backfill of which there is no set
        built, findings: start of the newest hour that was built, None of an agent that does not say it, and what that
            build noticed
    """

    largest_bytes: ClassVar[int] = 4 * 1024 * 1024

    cluster_id: str
    version: str = __version__
    latest_run: datetime
    checks: dict[str, CheckResult]
    gaps: tuple[MissingHour, ...] = ()
    built: datetime | None = None
    findings: tuple[Noticed, ...] = ()
