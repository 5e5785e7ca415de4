"""Readers of what others write, fed with inputs changed by chance; `scripts/fuzz.py` does it for longer."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from making.fuzzing import SETTINGS, attack, foreign_sets, taken_settings, targets
from unit.sets.bingen.fixtures import ABSENT, FOLDER

TIMES = {
    "bills": 6,
    "sets": 60,
    "foreign sets": 60,
    "documents": 300,
    "settings": 200,
    "filters": 500,
}


@pytest.mark.parametrize("name", TIMES)
def test_readers_answer_or_refuse(name: str, tmp_path: Path) -> None:
    """Whatever bytes it is fed, a reader takes them or refuses with a reason; it never fails in another way."""
    counts = attack(name, targets(tmp_path)[name], random.Random(7), TIMES[name])
    assert counts["refused"] > 0


def test_what_is_changed_was_right(tmp_path: Path) -> None:
    """Each set, document, filter and settings file that is changed by chance is taken by its reader while whole."""
    chosen = targets(tmp_path)
    checked = [(name, seed) for name in ("sets", "documents", "filters") for seed in chosen[name].seeds]
    assert [(name, seed) for name, seed in checked if not chosen[name].feed(seed)] == []
    assert taken_settings(tmp_path) == set(SETTINGS)


def test_foreign_sets_that_are_changed_are_of_real_writers(tmp_path: Path) -> None:
    """Sets of real writers, old and new, are taken while they are whole."""
    if not FOLDER.is_dir():
        pytest.skip(ABSENT)
    target = targets(tmp_path)["foreign sets"]
    assert [target.feed(seed) for seed in foreign_sets()] == [True, True, True]
