"""Statements that released versions wrote are read for ever."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from fleetcost.model.statement import STATEMENT_FORMAT_VERSION
from fleetcost.sets.statements import lines_from_bytes

GOLDEN = Path(__file__).parents[2] / "golden"
FILES = sorted(GOLDEN.glob("statements-v*/*.parquet"))


def test_there_are_golden_statements() -> None:
    """Lines are kept for every version; `scripts/golden.py` writes those of a new one."""
    kept = [f"statements-v{version}/statement.parquet" for version in range(1, STATEMENT_FORMAT_VERSION + 1)]
    assert [file.relative_to(GOLDEN).as_posix() for file in FILES] == kept


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.parent.name)
def test_golden_statements_are_read_as_they_were_meant(file: Path) -> None:
    """Every column of every line is what was written then."""
    header, lines = lines_from_bytes(file.read_bytes(), file.name)
    assert (header.book, header.month, header.seq, header.rows) == ("team", "2026-10", 0, len(lines))
    expected = json.loads(file.with_suffix(".json").read_text())
    assert json.loads(json.dumps([asdict(one) for one in lines], default=str)) == expected
