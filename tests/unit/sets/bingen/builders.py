"""Sets made for the tests of the conversion: one hour, one row, few fields."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fleetcost.sets.bingen.decode import Decoded, decode
from fleetcost.sets.bingen.fields_allocation import ALLOCATION, ALLOCATION_SET
from fleetcost.sets.bingen.fields_allocation import PROPERTIES as ALLOCATION_PROPERTIES
from fleetcost.sets.bingen.fields_asset import ASSET_SET
from fleetcost.sets.bingen.fields_asset import PROPERTIES as ASSET_PROPERTIES
from fleetcost.sets.bingen.fields_window import WINDOW
from fleetcost.sets.bingen.findings import Findings, SetFinding, SetFindingKind
from fleetcost.sets.bingen.grammar import Struct
from fleetcost.sets.bingen.kinds import BingenKind
from fleetcost.sets.bingen.record import Record, WireTime
from unit.sets.bingen.writer import Writer, build

START = datetime(2024, 10, 20, 5, tzinfo=UTC)
END = datetime(2024, 10, 20, 6, tzinfo=UTC)
YEAR_1 = datetime(1, 1, 1, tzinfo=UTC)


def at(instant: datetime) -> WireTime:
    """Return a time as the file has it."""
    return WireTime(int((instant - YEAR_1).total_seconds()), instant.microsecond * 1000, 0)


HOUR = build(WINDOW, 18, Start=at(START), End=at(END))
RUN = {"Start": at(START), "End": at(END), "Window": HOUR}


def properties(version: int = 25, **fields: Any) -> Record:
    """Return an allocation's properties, of cluster c1."""
    return build(ALLOCATION_PROPERTIES, version, **{"Cluster": "c1", **fields})


def row(version: int = 25, **fields: Any) -> Record:
    """Return an allocation that runs the whole hour."""
    return build(ALLOCATION, version, **{"Properties": properties(version), **RUN, **fields})


def asset(shape: Struct, version: int = 21, **fields: Any) -> Record:
    """Return an asset that exists the whole hour, called `name`."""
    run = {name: value for name, value in RUN.items() if name in {field.name for field in shape.fields}}
    owner = build(ASSET_PROPERTIES, version, Cluster="c1", Name="name")
    return build(shape, version, **{"Properties": owner, **run, **fields})


def allocation_set(rows: dict[str, Record | None], version: int = 25, **fields: Any) -> Decoded:
    """Return a set of allocations as it comes out of a file."""
    top = build(ALLOCATION_SET, version, **{"Allocations": rows, "Window": HOUR, **fields})
    return decode(Writer().file(ALLOCATION_SET, top), BingenKind.ALLOCATIONS, "a/set")


def asset_set(rows: dict[str, Record | None], version: int = 21, **fields: Any) -> Decoded:
    """Return a set of assets as it comes out of a file."""
    top = build(ASSET_SET, version, **{"Assets": rows, "Window": HOUR, **fields})
    return decode(Writer().file(ASSET_SET, top), BingenKind.ASSETS, "a/set")


def counts(findings: Findings) -> dict[SetFindingKind, int]:
    """Return how often each kind was found."""
    return {finding.kind: finding.count for finding in findings.all()}


def only(findings: Findings) -> SetFinding:
    """Return the one finding there is."""
    (finding,) = findings.all()
    return finding
