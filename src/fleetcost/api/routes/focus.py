"""The native route of FOCUS files: bills divided by the use that clusters made of them."""

from __future__ import annotations

import tempfile
from pathlib import Path

from fleetcost.api.context import Context
from fleetcost.api.export import pieces
from fleetcost.api.operation import Operation, Parameter, Reply
from fleetcost.api.questions import DEFAULT_WINDOW, NEVER, asked_window
from fleetcost.api.words import Family
from fleetcost.focus.export import put_together, write_days
from fleetcost.focus.split import FocusAsked
from fleetcost.model.focus import FocusFormat, FocusPart, FocusVersion
from fleetcost.model.sets import SetKind
from fleetcost.query.filters import parse_filter
from fleetcost.query.question import Step, framed
from fleetcost.query.windows import ACCEPTED

_MEDIA_TYPES = {FocusFormat.PARQUET: "application/vnd.apache.parquet", FocusFormat.CSV: "text/csv; charset=utf-8"}


def focus(context: Context) -> Reply:
    """Return the rows of a window as a FOCUS file."""
    parameters = context.parameters
    asked = FocusAsked(
        version=FocusVersion(parameters.get("version", FocusVersion.V1_3)),
        level=FocusPart(parameters.get("level", FocusPart.CONTROLLER)),
        filter=context.narrowed(parse_filter(parameters.get("filter", "")), SetKind.ALLOCATIONS),
        # A part and its ratio say what the whole cost, which may be of clusters that the caller does not see.
        origins=not context.caller.narrowed,
    )
    how = FocusFormat(parameters.get("format", FocusFormat.PARQUET))
    frame, _ = framed(asked_window(context), Step.DAY, NEVER, context.now)
    with tempfile.TemporaryDirectory(prefix="fleetcost-focus-") as name, context.snapshot() as snapshot:
        folder = Path(name)
        days = list(write_days(snapshot, asked, frame.window, folder))
        file = folder / f"focus.{how}"
        put_together(snapshot, asked, days, how, file)
        # The open file stays readable when its folder is gone.
        opened = file.open("rb")
    span = f"{frame.window.start:%Y%m%d}-{frame.window.end:%Y%m%d}"
    headers = {"content-disposition": f'attachment; filename="focus-{asked.version}-{span}.{how}"'}
    return Reply(media_type=_MEDIA_TYPES[how], headers=headers, chunks=pieces(opened))


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        path="/api/v1/focus",
        handler=focus,
        family=Family.NATIVE,
        answers=None,
        summary="Bills divided by the use that clusters made of them, as a FOCUS file",
        parameters=(
            Parameter("window", f"the time that is asked about, in whole days: {ACCEPTED}", default=DEFAULT_WINDOW),
            Parameter(
                "filter",
                "which workloads count, in the filter language; with one, rows outside of clusters are left out",
            ),
            Parameter("version", "of the specification", default=FocusVersion.V1_3, choices=tuple(FocusVersion)),
            Parameter("level", "what a row of a workload stands for", FocusPart.CONTROLLER, tuple(FocusPart)),
            Parameter("granularity", "what a charge's period is: bills are kept by day", default="1d", choices=("1d",)),
            Parameter("format", "how the file is written", default=FocusFormat.PARQUET, choices=tuple(FocusFormat)),
        ),
        media_types=tuple(_MEDIA_TYPES.values()),
        cached=False,
    ),
)
