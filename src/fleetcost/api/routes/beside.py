"""What lies in the bucket beside the sets, as the health page shows it."""

from __future__ import annotations

import msgspec

from fleetcost.api.context import Context
from fleetcost.api.operation import Handed, Operation
from fleetcost.api.services import FleetFacts, Services
from fleetcost.api.words import Family
from fleetcost.model.window import rfc3339
from fleetcost.sets.beside import ONLY_KUBEMODEL, BesideFolder
from fleetcost.sets.foreign_agents import ForeignAgent
from fleetcost.sets.survey import BucketSurvey


class BesideJson(msgspec.Struct, frozen=True):
    """
    All of one kind and owner.

    Attributes:
        kind, meaning: what it is
        owner: cluster id, cluster uid or folder; empty where it belongs to none
        name: of the cluster whose uid the owner is, empty where it is not known
        objects, size_bytes: how much
        newest_path, newest_at: the object that was written last
    """

    kind: str
    meaning: str
    owner: str
    name: str
    objects: int
    size_bytes: int
    newest_path: str
    newest_at: str


class ForeignAgentJson(msgspec.Struct, frozen=True):
    """
    What another product's agent says of itself.

    Attributes:
        cluster: as the agent calls itself
        version: empty where it does not say
        seen_at: of its newest heartbeat, None without one
        failed: its own checks that fail, each with its error
        problem: why a file of it could not be read, empty where all could
    """

    cluster: str
    version: str
    seen_at: str | None
    failed: list[str]
    problem: str


class BucketBesideJson(msgspec.Struct, frozen=True):
    """Everything beside the sets; `notice` says what is to be done where nothing in the bucket can be priced."""

    folders: list[BesideJson]
    agents: list[ForeignAgentJson]
    notice: str


def beside_sets(_context: Context, facts: FleetFacts) -> BucketBesideJson:
    """Return what other agents write besides sets, and what they say of themselves."""
    found = facts.registry.survey() if facts.registry else BucketSurvey()
    return BucketBesideJson(
        folders=[_folder(one, found.names.get(one.place.owner, "")) for one in found.folders],
        agents=[_agent(one) for one in found.agents.values()],
        notice=ONLY_KUBEMODEL if found.only_inventories else "",
    )


def _folder(one: BesideFolder, name: str) -> BesideJson:
    return BesideJson(
        kind=one.place.kind,
        meaning=one.place.kind.meaning,
        owner=one.place.owner,
        name=name,
        objects=one.objects,
        size_bytes=one.size_bytes,
        newest_path=one.newest.path,
        newest_at=rfc3339(one.newest.modified),
    )


def _agent(one: ForeignAgent) -> ForeignAgentJson:
    seen_at = rfc3339(one.seen_at) if one.seen_at else None
    return ForeignAgentJson(one.cluster, one.version, seen_at, list(one.failed), one.problem)


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        path="/api/v1/health/bucket", handler=Handed(beside_sets, Services.fleet_facts),
        family=Family.NATIVE, answers=BucketBesideJson, cached=False, whole_fleet=True,
        summary="What other agents write in the bucket besides sets, and what they say of themselves",
    ),
)  # fmt: skip
