"""Files that released versions wrote are read for ever."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from builders import bucket_of
from fleetcost.model.sets import FORMAT_VERSION, SetKind
from fleetcost.sets.files import from_bytes, header_from_bytes
from fleetcost.sets.publish import publish, read
from fleetcost.sets.schema import TABLES

GOLDEN = Path(__file__).parents[2] / "golden"
FILES = sorted(GOLDEN.glob("v*/*.parquet"))


def plain(value: Any) -> Any:
    """Return a value as JSON has it."""
    return json.loads(json.dumps(value, default=str))


def test_there_are_golden_files() -> None:
    """Both kinds of set are kept for every version; `scripts/golden.py` writes those of a new one."""
    kept = [f"v{version}/{kind}.parquet" for version in range(1, FORMAT_VERSION + 1) for kind in SetKind]
    assert [file.relative_to(GOLDEN).as_posix() for file in FILES] == kept


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_golden_files_are_read_as_they_were_meant(file: Path) -> None:
    """Every column of every row, and the whole header, is what was written then; columns that came later are beside."""
    expected = json.loads(file.with_suffix(".json").read_text())
    cost_set = from_bytes(file.read_bytes(), file.name)
    header = {name: getattr(cost_set.header, name) for name in expected["header"]}
    header |= {"key": str(header["key"]), "built_at": header["built_at"].isoformat()}
    assert plain(header) == expected["header"]
    later = {one.name for one in TABLES[cost_set.header.key.kind].columns} - {*expected["rows"][0]}
    rows = [{name: value for name, value in row.items() if name not in later} for row in cost_set.table.to_pylist()]
    assert plain(rows) == expected["rows"]
    assert header_from_bytes(file.read_bytes(), file.name) == cost_set.header


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_golden_sets_are_still_the_same_set(file: Path) -> None:
    """Writing an old set again with this build says the same: it is unchanged, not replaced."""
    cost_set = from_bytes(file.read_bytes(), file.name)
    bucket = bucket_of(cost_set)
    assert read(bucket, cost_set.header.key) == cost_set
    assert publish(bucket, cost_set).outcome.value == "unchanged"
