"""
The aggregator is killed at random moments; whatever it was doing, its next start answers as if nothing had happened.

The suite kills it three times; `TEST_KILLS=200 pytest tests/e2e/test_crash.py` more often. Passes over random histories
and bills are killed in `tests/unit/ingest/test_history.py`, at a fraction of the cost.
"""

from __future__ import annotations

import os
import random
import shutil
import time
from pathlib import Path

import pytest

from compat.questions import answers, different, questions
from e2e.campaign import Place, contents, place, restarted, truth, turn

pytestmark = pytest.mark.real

KILLS = int(os.environ.get("TEST_KILLS", "3"))
EVERY = int(os.environ.get("TEST_KILLS_EVERY", "8"))
"""Each so manieth conformance question is asked; 1 asks all, which takes a minute a state."""

ASKED = 12
"""Questions after each kill, others each time; after the last all that were chosen."""

REBUILD_EVERY = 3
"""Each so manieth kill hits a rebuild from an empty disk, the others a pass that replaces what is there."""


def pace(here: Place) -> tuple[float, float]:
    """Return when an undisturbed pass makes its database, and when it ends, in seconds from its start."""
    began = time.monotonic()
    process = here.start()
    while not (here.data / "fleetcost.duckdb").exists():
        assert process.poll() is None, "the pass ended without a database"
        time.sleep(0.005)
    first = time.monotonic() - began
    assert process.wait(120) == 0
    return first * 0.9, time.monotonic() - began


@pytest.mark.timeout(300 + 30 * KILLS)
def test_a_killed_aggregator_answers_as_if_nothing_had_happened(tmp_path: Path) -> None:
    """After every kill the tables and the answers are those of a pass that nobody disturbed, byte for byte."""
    here, chance, targets = place(tmp_path), random.Random(2024), questions()[::EVERY]
    states = (contents(2), contents(3))
    known = []
    for number, state in enumerate(states):
        turn(here.bucket, state)
        known.append(truth(here.bucket, tmp_path / f"truth-{number}", targets))
    assert len(different(known[0][0], known[1][0])) > len(targets) // 3, "the two states answer too much alike"
    spent = pace(here)
    killed = tries = 0
    while killed < KILLS:
        tries += 1
        assert tries < 5 * KILLS + 20, f"{killed} of {tries} passes were killed; the moments {spent} are wrong"
        if chance.randrange(REBUILD_EVERY) == 0:
            shutil.rmtree(here.data)
        turn(here.bucket, states[tries % 2])
        hits = [here.killed(chance, spent) for _ in range(chance.choice((1, 1, 2)))]
        if not any(hits):
            continue
        killed += sum(hits)
        expected, digests = known[tries % 2]
        asked = targets if killed >= KILLS else chance.sample(targets, ASKED)
        with restarted(here.bucket, here.data) as (engine, found):
            assert found == digests, f"after kill {killed}"
            wrong = different(answers(engine, asked), {target: expected[target] for target in asked})
            assert wrong == [], f"after kill {killed}"
