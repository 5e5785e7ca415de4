"""The state of every cluster-window, for the health page."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import msgspec

from fleetcost.api.compared import WindowJson, window_document
from fleetcost.api.context import Context
from fleetcost.api.operation import Handed, Operation, Parameter
from fleetcost.api.questions import DEFAULT_WINDOW
from fleetcost.api.reads.doubts import DoubtJson, doubts
from fleetcost.api.services import HealthFacts, IngestPace, LiveTables, Services
from fleetcost.api.words import Family
from fleetcost.documents.cluster import Noticed
from fleetcost.errors import QuestionCode, QuestionError
from fleetcost.model.identity import ClusterId
from fleetcost.model.sets import SetKind
from fleetcost.model.states import WindowState
from fleetcost.model.window import Resolution, Window, rfc3339
from fleetcost.query.completeness import Cell, cells_of
from fleetcost.query.question import Frame
from fleetcost.query.windows import ACCEPTED, parse_window

MOST_CELLS = 50_000
"""Cells of one answer."""


class CellJson(msgspec.Struct, frozen=True):
    """
    One window of one cluster.

    Attributes:
        state, cause: what is known of it, and why
        path, rows, size_bytes: the object behind it, None where there is none
        written_at, ingested_at: when it was uploaded and read
    """

    window: WindowJson
    state: WindowState
    coverage_minutes: float | None
    cause: str | None
    path: str | None
    rows: int | None
    size_bytes: int | None
    written_at: str | None
    ingested_at: str | None


class ClusterCellsJson(msgspec.Struct, frozen=True):
    """
    The windows of one cluster, oldest first; those that cannot have arrived yet are left out.

    Attributes:
        noticed: what its newest build noticed of prices that may not be right and of what its source lacks
    """

    cluster: str
    cells: list[CellJson]
    noticed: list[DoubtJson]


class IngestJson(msgspec.Struct, frozen=True):
    """
    The ingest loop and its tables.

    Attributes:
        phase: starting, listing, ingesting, waiting or failed
        queue_length: objects this pass still has to read
        passes, last_pass_at, last_pass_seconds: since this process started
        last_error: why the last pass failed, empty where it did not
        interval_seconds: pause between two passes
        database_bytes: file and log
        hourly_retention_hours, daily_retention_days: how long rows are kept, None for ever
    """

    phase: str
    queue_length: int
    passes: int
    last_pass_at: str | None
    last_pass_seconds: float
    last_error: str
    interval_seconds: float
    database_bytes: int
    hourly_retention_hours: float | None
    daily_retention_days: float | None


class HealthJson(msgspec.Struct, frozen=True):
    """Every known cluster's windows; `ingest` is None for who sees a part of the fleet."""

    clusters: list[ClusterCellsJson]
    as_of: str
    ingest: IngestJson | None = None


def windows(context: Context, facts: HealthFacts) -> HealthJson:
    """Return the state of each window of each cluster."""
    parameters, now = context.parameters, context.now
    kind = SetKind(parameters.get("kind", SetKind.ALLOCATIONS.value))
    resolution = Resolution(parameters.get("resolution", Resolution.HOUR.value))
    asked = parse_window(parameters.get("window", DEFAULT_WINDOW), now)
    known, frame = context.tables.known, Frame(asked, resolution)
    with context.snapshot() as snapshot:
        allowed = context.clusters(snapshot)
        fleet = [one for one in known.clusters(snapshot) if allowed is None or one in allowed]
        count = asked.seconds / resolution.seconds * max(1, len(fleet))
        if count > MOST_CELLS:
            case = f"This asks for {count:.0f} cells, and at most {MOST_CELLS} are answered"
            shorter, code = "a shorter window or resolution=1d", QuestionCode.TOO_LARGE
            raise QuestionError("window", parameters.get("window", DEFAULT_WINDOW), shorter, case=case, code=code)
        part = known.part(snapshot, frame)
        as_of = rfc3339(context.as_of(snapshot))
    part = replace(part, born={one: part.born[one] for one in fleet})
    judged = cells_of(part, frame, (kind,), now, known.retired())
    statuses = facts.fleet.statuses()
    found = [
        ClusterCellsJson(one, [_cell(cell) for cell in own], doubts(statuses.get(ClusterId(one)), _is_shown))
        for one, own in judged.items()
    ]
    return HealthJson(found, as_of, None if context.caller.narrowed else _ingest(context.tables, facts.pace))


def _is_shown(noticed: Noticed) -> bool:
    return noticed.of_prices or noticed.of_source


def _ingest(tables: LiveTables, pace: IngestPace) -> IngestJson:
    status = tables.status()
    hourly, daily = tables.hourly_retention, pace.daily_retention
    return IngestJson(
        phase=str(status.phase),
        queue_length=max(0, status.total - status.done),
        passes=status.passes,
        last_pass_at=rfc3339(status.last_pass_at) if status.last_pass_at else None,
        last_pass_seconds=round(status.last_pass_seconds, 3),
        last_error=status.last_error,
        interval_seconds=pace.interval_seconds,
        database_bytes=tables.database.size_bytes(),
        hourly_retention_hours=None if hourly is None else hourly / timedelta(hours=1),
        daily_retention_days=None if daily is None else daily / timedelta(days=1),
    )


def _cell(cell: Cell) -> CellJson:
    entry = cell.entry
    return CellJson(
        window=window_document(Window(cell.window.start, cell.window.end)),
        state=cell.state,
        coverage_minutes=cell.coverage_minutes if entry else None,
        cause=cell.cause or None,
        path=entry.path if entry else None,
        rows=entry.rows if entry else None,
        size_bytes=entry.size_bytes if entry else None,
        written_at=rfc3339(entry.written_at) if entry else None,
        ingested_at=rfc3339(entry.ingested_at) if entry else None,
    )


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        path="/api/v1/health/windows", handler=Handed(windows, Services.health_facts),
        family=Family.NATIVE, answers=HealthJson,
        summary="The state of each window of each cluster",
        parameters=(
            Parameter("window", f"the time that is asked about: {ACCEPTED}", default=DEFAULT_WINDOW),
            Parameter("kind", "which sets", SetKind.ALLOCATIONS.value, tuple(kind.value for kind in SetKind)),
            Parameter("resolution", "which width", Resolution.HOUR.value, tuple(one.value for one in Resolution)),
        ),
    ),
)  # fmt: skip
