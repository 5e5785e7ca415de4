"""What SECURITY.md promises is held by tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
PROMISES = REPOSITORY / "SECURITY.md"
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def test_each_promise_is_held_by_a_test_that_exists() -> None:
    """Every row of the promises names at least one test, and every test that is named is in its file."""
    promised = PROMISES.read_text().partition("## What is not promised")[0]
    rows = [line for line in promised.splitlines() if line.startswith("| ") and "held by" not in line]
    assert len(rows) > 20
    for row in rows:
        named = NAMED.findall(row)
        assert named, f"no test holds: {row}"
        for file, test in named:
            assert f"def {test}(" in (REPOSITORY / file).read_text(), f"{file} has no {test}"
