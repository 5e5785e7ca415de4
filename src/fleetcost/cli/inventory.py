"""What is in a bucket: per cluster, kind, resolution and form the windows, their size, and the holes between them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import pairwise

from fleetcost.bucket.port import BucketReader
from fleetcost.model.identity import ClusterId
from fleetcost.model.sets import SetKey, SetKind
from fleetcost.model.states import ObjectState
from fleetcost.model.window import Resolution, Window
from fleetcost.sets.discover import Found, discover
from fleetcost.sets.survey import BucketSurvey, survey

FORMS = {ObjectState.SET: "parquet", ObjectState.FOREIGN_SET: "bingen"}


@dataclass(frozen=True, slots=True)
class InventoryRow:
    """
    The sets of one cluster, kind, resolution and form.

    Attributes:
        cluster: whose
        kind: what they hold
        resolution: their width
        form: `parquet` or `bingen`
        windows: how many
        size_bytes: of all of them
        span: from the start of the oldest to the end of the newest
        holes: spans in between without a set, oldest first
    """

    cluster: ClusterId
    kind: SetKind
    resolution: Resolution
    form: str
    windows: int
    size_bytes: int
    span: Window
    holes: tuple[Window, ...]

    @property
    def missing(self) -> int:
        """How many windows the holes amount to."""
        return sum(int(hole.seconds) // self.resolution.seconds for hole in self.holes)


@dataclass(frozen=True, slots=True)
class Stranger:
    """An object that is no set and nothing else this build knows."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Inventory:
    """
    A bucket's content.

    Attributes:
        rows: the sets, by cluster, kind, resolution and form
        identities: how many identities, diagnostics and requests
        combined: how many objects of an older product's merged output, which are skipped
        strangers: objects with names this build does not know
        beside: what other products' agents write beside their sets, and what they say of themselves
    """

    rows: tuple[InventoryRow, ...]
    identities: int
    combined: int
    strangers: tuple[Stranger, ...]
    beside: BucketSurvey = field(default_factory=BucketSurvey)

    @property
    def size_bytes(self) -> int:
        """Bytes of all sets."""
        return sum(row.size_bytes for row in self.rows)


@dataclass(slots=True)
class _Tally:
    size_bytes: int = 0
    windows: set[Window] = field(default_factory=set)


def whole_inventory(bucket: BucketReader, cluster: ClusterId | None = None) -> Inventory:
    """
    Count what is in a bucket, what is not below `federated/` included; of one cluster only its folder.

    Raises:
        StoreError, StoreRefusedError: the store did not answer, or refused.
    """
    found = list(discover(bucket, cluster))
    return replace(take_inventory(found), beside=survey(bucket, found, whole=cluster is None))


def take_inventory(objects: Iterable[Found]) -> Inventory:
    """Count a listing's objects; each ends up in a row, a number or among the strangers."""
    tallies: dict[tuple[ClusterId, SetKind, Resolution, str], _Tally] = {}
    states: Counter[ObjectState] = Counter()
    strangers = []
    for found in objects:
        location = found.location
        states[location.state] += 1
        if location.key:
            tally = tallies.setdefault(_row_of(location.key, FORMS[location.state]), _Tally())
            tally.size_bytes += found.info.size_bytes
            tally.windows.add(location.key.window)
        elif location.state is ObjectState.UNKNOWN:
            strangers.append(Stranger(found.info.path, location.reason))
    rows = tuple(_row(of, tally) for of, tally in sorted(tallies.items()))
    return Inventory(rows, states[ObjectState.IDENTITY], states[ObjectState.COMBINED], tuple(strangers))


def _row_of(key: SetKey, form: str) -> tuple[ClusterId, SetKind, Resolution, str]:
    return key.cluster, key.kind, key.resolution, form


def _row(of: tuple[ClusterId, SetKind, Resolution, str], tally: _Tally) -> InventoryRow:
    windows = sorted(tally.windows)
    holes = tuple(Window(before.end, after.start) for before, after in pairwise(windows) if before.end < after.start)
    return InventoryRow(*of, len(windows), tally.size_bytes, Window(windows[0].start, windows[-1].end), holes)
