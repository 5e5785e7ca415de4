"""
What lies in a bucket beside sets: every folder that agents of Kubecost 2.x and 3.x, OpenCost and Thanos write, by name.

```
federated/<cluster>/etl/bingen/{allocations,assets}/10m/…                  10-minute sets
federated/<cluster>/etl/bingen/networkinsights/…                           who talked to whom
federated/<id with a slash>/etl/bingen/…                                   sets nobody can read by that id
<app>/<cluster uid>/kubemodel/{10m,1h,1d}/[YYYY/MM/DD/]YYYYMMDDHHMMSS…     KubeModel
<app>/<cluster>/{heartbeat,diagnostics,collector}/…                        of one agent
<cluster>/write-test/…                                                     a moment's objects
diagnostics/… · etl/… · cloudcosts/… · <ULID>/…                            of a 2.x primary, of Thanos
```

What is none of these is named, too, as what nobody knows. Everything here is only listed; `foreign_agents` reads what
an agent says of itself, and `bingen` what a KubeModel holds.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from fleetcost.bucket.port import BucketReader, ObjectInfo
from fleetcost.commands import ShownCommand
from fleetcost.documents.places import FEDERATED

OWN_ROOTS = (FEDERATED, "fleetcost", "cloudcosts")
"""Folders of the bucket's root that fleetcost itself writes; of `cloudcosts` others write a part."""

LATEST_SECONDS = 7_258_118_400
"""The year 2200: no block is of later."""

MOST_LISTED = 200_000
"""Objects of one folder of the root that are looked at."""


class BesideKind(enum.StrEnum):
    """What a folder beside the sets holds."""

    TEN_MINUTE_SETS = "10-minute sets"
    NETWORK_INSIGHTS = "network insights"
    KUBEMODEL = "KubeModel"
    HEARTBEAT = "heartbeats"
    DIAGNOSTICS = "diagnostics"
    COLLECTOR = "collector's log"
    WRITE_TEST = "write tests"
    SLASHED_ID = "sets of an id with a slash"
    ETL_BACKUP = "ETL backup"
    CLOUD_COSTS = "another product's cloud costs"
    THANOS = "Thanos blocks"
    NOT_KNOWN = "not known"

    @property
    def meaning(self) -> str:
        """What it is, and whether it is read; the documentation's table is made of these."""
        return _MEANINGS[self]


_MEANINGS = {
    BesideKind.TEN_MINUTE_SETS: (
        "the same costs as the sets of hours and days, in ten minutes each; not read, or they would count twice"
    ),
    BesideKind.NETWORK_INSIGHTS: "traffic by its ends; not read: its costs are in the allocations",
    BesideKind.KUBEMODEL: (
        f"an inventory without prices; nothing of it is a cost. {ShownCommand.SETS_RAW.quoted} shows its namespaces, "
        "labels and quotas"
    ),
    BesideKind.HEARTBEAT: f"that the agent is there, and its version; {ShownCommand.VERIFY.quoted} reads the newest",
    BesideKind.DIAGNOSTICS: f"the agent's own checks; {ShownCommand.VERIFY.quoted} reads the newest",
    BesideKind.COLLECTOR: "what the agent has collected and not yet written into sets; for that agent alone",
    BesideKind.WRITE_TEST: "an agent tried whether it may write; may be deleted",
    BesideKind.SLASHED_ID: (
        "the cluster id has a slash, so its folder is two folders, and no reader takes them for one cluster; give the "
        "agent an id without: the part after the last slash will do"
    ),
    BesideKind.ETL_BACKUP: (
        f"a backup of one or many clusters; {ShownCommand.IMPORT_BACKUP.quoted} makes cluster folders of it"
    ),
    BesideKind.CLOUD_COSTS: "bills as another product has added them up; not read: bills are read from the clouds",
    BesideKind.THANOS: "metrics of Thanos; an agent with source_kind: thanos reads them through its querier",
    BesideKind.NOT_KNOWN: "nothing this build knows writes it; is the bucket shared with something else?",
}


ONLY_KUBEMODEL = (
    "A KubeModel is an inventory without prices, and nothing of it can be charged: switch on exportLegacyDataModels "
    "(agent.exporter.exportLegacyDataModels: true in the agent's chart), with which the same agent writes allocations "
    "and assets, or run fleetcost's agent on the cluster"
)


@dataclass(frozen=True, slots=True)
class BesidePlace:
    """
    What a path beside the sets means.

    Attributes:
        kind: what it holds
        owner: cluster id, cluster uid or folder it belongs to; empty where it belongs to none
    """

    kind: BesideKind
    owner: str = ""


@dataclass(frozen=True, slots=True)
class BesideFolder:
    """
    All of one kind and owner.

    Attributes:
        place: whose, and what
        objects: how many
        size_bytes: of all of them
        newest: the object that was written last
    """

    place: BesidePlace
    objects: int
    size_bytes: int
    newest: ObjectInfo


_RESOLUTIONS = r"(?:10m|1h|1d)"
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")
_RULES: tuple[tuple[re.Pattern[str], BesideKind], ...] = tuple(
    (re.compile(pattern), kind)
    for pattern, kind in (
        (rf"(?:.+/)?(?P<owner>[^/]+)/kubemodel/{_RESOLUTIONS}/.+", BesideKind.KUBEMODEL),
        (r"(?:.+/)?(?P<owner>[^/]+)/heartbeat/.+", BesideKind.HEARTBEAT),
        (r"(?:.+/)?(?P<owner>[^/]+)/collector/.+", BesideKind.COLLECTOR),
        (r"(?:.+/)?(?P<owner>[^/]+)/write-test/.+", BesideKind.WRITE_TEST),
        (rf"{FEDERATED}/(?P<owner>[^/]+)/etl/bingen/(?:allocations|assets)/10m/.+", BesideKind.TEN_MINUTE_SETS),
        (rf"{FEDERATED}/(?P<owner>[^/]+)/etl/bingen/network-?insights?/.+", BesideKind.NETWORK_INSIGHTS),
        (rf"{FEDERATED}/(?P<owner>[^/]+)/(?:etl/bingen/)?cloud-?costs?/.+", BesideKind.CLOUD_COSTS),
        (rf"{FEDERATED}/(?P<owner>[^/]+/.+?)/etl/bingen/.+", BesideKind.SLASHED_ID),
        (r"diagnostics/(?:(?P<owner>[^/]+)/)?.+", BesideKind.DIAGNOSTICS),
        (r"(?:.+/)?(?P<owner>[^/]+)/diagnostics/.+", BesideKind.DIAGNOSTICS),
        (r"cloudcosts?/(?:etl|bingen)/.+|(?:.+/)?etl/bingen/cloudcosts?/.+", BesideKind.CLOUD_COSTS),
        (r"etl/.+", BesideKind.ETL_BACKUP),
        (rf"{_ULID.pattern}/.+|debug/metas/.+", BesideKind.THANOS),
    )
)


def beside(path: str) -> BesidePlace | None:
    """Return what a path beside the sets means; None for what no known agent writes."""
    for pattern, kind in _RULES:
        found = pattern.fullmatch(path)
        if found:
            return BesidePlace(kind, (found.groupdict().get("owner") or "").strip("/"))
    return None


def take_beside(objects: Iterable[ObjectInfo], known: Callable[[str], bool]) -> tuple[BesideFolder, ...]:
    """
    Add up what lies beside the sets, by kind and owner.

    Args:
        objects: a listing, or several
        known: whether a path is a set or a document of ours, which are left out
    """
    folders: dict[BesidePlace, BesideFolder] = {}
    for info in objects:
        if known(info.path):
            continue
        place = beside(info.path) or BesidePlace(BesideKind.NOT_KNOWN, info.path.partition("/")[0])
        one = folders.get(place, BesideFolder(place, 0, 0, info))
        newest = max(one.newest, info, key=lambda each: (each.modified, each.path))
        folders[place] = BesideFolder(place, one.objects + 1, one.size_bytes + info.size_bytes, newest)
    order = list(BesideKind)
    return tuple(sorted(folders.values(), key=lambda one: (order.index(one.place.kind), one.place.owner)))


def outside(bucket: BucketReader) -> Iterator[ObjectInfo]:
    """
    Iterate what lies outside of the folders fleetcost writes; Thanos' blocks, which are many, are known by their names.

    Raises:
        StoreError, StoreRefusedError: the store did not answer, or refused.
    """
    for root in bucket.folders():
        if _ULID.fullmatch(root):
            yield ObjectInfo(f"{root}/meta.json", 0, "", _made_at(root))
        elif root not in OWN_ROOTS or root == "cloudcosts":
            yield from islice(bucket.list(root), MOST_LISTED)


def _made_at(ulid: str) -> datetime:
    """Return when a ULID was made: its first ten characters are milliseconds, https://github.com/ulid/spec."""
    milliseconds = 0
    for character in ulid[:10]:
        milliseconds = milliseconds * 32 + _CROCKFORD.index(character)
    return datetime.fromtimestamp(min(milliseconds / 1000, LATEST_SECONDS), UTC)
