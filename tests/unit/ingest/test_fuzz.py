"""Readers of what others write, fed with inputs changed by chance; `scripts/fuzz.py` does it for longer."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from making.fuzzing import attack, targets

TIMES = {"bills": 6, "sets": 60, "foreign sets": 60, "documents": 300, "settings": 200, "filters": 500}


@pytest.mark.parametrize("name", TIMES)
def test_readers_answer_or_refuse(name: str, tmp_path: Path) -> None:
    """Whatever bytes it is fed, a reader takes them or refuses with a reason; it never fails in another way."""
    counts = attack(name, targets(tmp_path)[name], random.Random(7), TIMES[name])
    assert counts["refused"] > 0
