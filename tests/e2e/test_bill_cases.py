"""Small bills that were read wrong once, each with its right answer: read where they lie, beside the checkout."""

from __future__ import annotations

import importlib.util
import json
import os
from pathlib import Path
from types import ModuleType

import pytest

CASES = Path(os.environ.get("TEST_SHARED") or Path(__file__).parents[2].parent / "shared") / "data/field-2/bills"
FOLDERS = sorted(file.parent for file in CASES.glob("*/expect.json"))

ABSENT = f"no cases in {CASES}; TEST_SHARED names the folder that has data"
pytestmark = [pytest.mark.real, pytest.mark.skipif(not FOLDERS, reason=ABSENT)]


@pytest.fixture(scope="module")
def judge() -> ModuleType:
    """The cases' own runner: it knows the commands, the files in the bucket and the API alone."""
    spec = importlib.util.spec_from_file_location("judge_of_bills", CASES / "check.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_case_has_its_right_answer(judge: ModuleType, folder: Path) -> None:
    """Sums, statuses, messages, matched rows and shares are those that the case says."""
    expect = json.loads((folder / "expect.json").read_text())
    assert judge.wrong(expect, judge.run(folder)) == []


@pytest.mark.corner
@pytest.mark.parametrize(
    "folder", [folder for folder in FOLDERS if (folder / "control").is_dir()], ids=lambda folder: folder.name
)
def test_the_same_charges_written_plainly_give_the_same_answer(judge: ModuleType, folder: Path) -> None:
    """What mends a case takes nothing from bills that were right before: its control has the same answer."""
    expect = json.loads((folder / "expect.json").read_text())
    assert judge.wrong(expect, judge.run(folder, "control")) == []
