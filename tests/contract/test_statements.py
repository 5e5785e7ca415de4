"""Statements on real stores: created once by whoever is first, whole or absent when the writer is killed."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from fleetcost.bucket.config import parse_config
from fleetcost.bucket.open import open_bucket
from fleetcost.bucket.port import Bucket
from fleetcost.errors import ConditionFailedError
from fleetcost.statements.store import read_chain
from fleetcost.statements.verify import verify_book
from unit.statements.test_verify import closed

SOURCE = Path(__file__).parents[2]
MONTHS = [f"20{year}-{month:02}" for year in range(30, 70) for month in range(1, 13)]

CLOSING = """
import sys
sys.path[:0] = {paths!r}
from pathlib import Path
from fleetcost.bucket.config import parse_config
from fleetcost.bucket.open import open_bucket
from unit.statements.test_verify import closed
config = Path(sys.argv[1])
bucket = open_bucket(parse_config(config.read_text(), config), {{}})
print("ready", flush=True)
for month in sys.argv[2:]:
    closed(bucket, month, "10")
    print(month, flush=True)
"""


@pytest.fixture(params=["filesystem", pytest.param("s3", marks=pytest.mark.real)])
def config(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The configuration of a store with a prefix of its own."""
    prefix = f"run-{uuid.uuid4().hex[:12]}"
    file = tmp_path / "federated-store.yaml"
    if request.param == "filesystem":
        file.write_text(f"type: FILESYSTEM\nprefix: {prefix}\nconfig:\n  directory: {tmp_path}\n")
    else:
        file.write_text(request.getfixturevalue("s3_server").config(prefix))
    # A directory that nobody has written to is not there yet, and says so.
    opened(file).put("made", b"")
    return file


def opened(config: Path) -> Bucket:
    """Open the store."""
    return open_bucket(parse_config(config.read_text(), config), {})


def test_of_many_that_close_at_once_each_number_has_one_winner(config: Path) -> None:
    """Eight closings at once of eight months, then of one: no number is there twice, nothing is lost or changed."""

    def close(month: str) -> bool:
        bucket = opened(config)
        while True:
            try:
                closed(bucket, month, "10")
            except ConditionFailedError:
                if any(one.header.month == month for one in read_chain(bucket, "team")):
                    return False
            else:
                return True

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(close, MONTHS[:8]))
    chain = read_chain(opened(config), "team")
    assert sorted(one.header.month for one in chain) == MONTHS[:8]
    assert verify_book(opened(config), "team").faults == ()


@pytest.mark.parametrize("round_number", range(2))
def test_a_writer_that_is_killed_leaves_whole_statements(config: Path, round_number: int) -> None:
    """
    A process that closes month after month is killed at a moment that nobody chose, and another goes on.

    Each month it said was closed is there, every statement is whole, and the chain is continued without a gap.
    """
    code = CLOSING.format(paths=[str(SOURCE / "src"), str(SOURCE / "tests")])
    command = [sys.executable, "-c", code, str(config), *MONTHS]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        said = [writer.stdout.readline().strip() for _ in range(2 + round_number)]
        time.sleep(0.013 * (round_number + 1))
        writer.send_signal(signal.SIGKILL)
        said += [line.strip() for line in writer.stdout.read().splitlines() if line.strip() in MONTHS]
    bucket = opened(config)
    chain = read_chain(bucket, "team")
    months = [one.header.month for one in chain]
    assert months[: len(said)] == said
    assert len(months) - len(said) in (0, 1)
    assert verify_book(bucket, "team").faults == ()
    closed(bucket, MONTHS[len(months)], "10")
    found = verify_book(bucket, "team")
    assert (len(found.statements), found.faults) == (len(months) + 1, ())
    assert len(found.leftovers) <= 1
