"""Where the files of real writers are, and what is in them; they are read in place."""

from __future__ import annotations

import gzip
import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from fleetcost.sets.bingen.kinds import BingenKind, kind_in_path

ROOT = Path(__file__).parents[4]
SHARED = Path(os.environ.get("TEST_SHARED", ROOT.parent / "shared"))
FOLDER = SHARED / "data" / "bingen"
ABSENT = f"no bingen files in {FOLDER}; TEST_SHARED names the folder that has data/bingen"

FILES = sorted(FOLDER.glob("*.bin*"))
DAMAGED = "v20__allocations_overlong_damaged.bin"


def params(*patterns: str) -> list[Any]:
    """Return the good files that match one of the patterns, as test parameters; a skip where the folder is absent."""
    found = [file for file in FILES if file.name != DAMAGED and any(file.match(pattern) for pattern in patterns)]
    if not FOLDER.is_dir():
        return [pytest.param(None, marks=pytest.mark.skip(reason=ABSENT))]
    return [pytest.param(file, id=file.name) for file in found]


def file(name: str) -> Path:
    """Return one file, or skip the test where the folder is absent."""
    if not FOLDER.is_dir():
        pytest.skip(ABSENT)
    return FOLDER / name


def kind_of(path: Path) -> BingenKind:
    """Return the kind of set in a file."""
    kind = kind_in_path(path.name)
    assert kind is not None
    return kind


@cache
def beside(path: Path) -> dict[str, Any]:
    """Return what the writer itself says of a file: the JSON beside it."""
    stem = path.name.partition(".bin")[0]
    plain = path.with_name(stem + ".json")
    text = plain.read_bytes() if plain.exists() else gzip.decompress(path.with_name(stem + ".json.gz").read_bytes())
    document: dict[str, Any] = json.loads(text)
    return document
