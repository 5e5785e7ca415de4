"""One memory budget for everything: how it is split, and that a pass keeps it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from builders import allocation, allocation_set, asset_set, at, node, put
from fleetcost.bucket.filesystem import FilesystemBucket
from fleetcost.cli.aggregator import assemble
from fleetcost.ingest.budget import LARGEST_DOWNLOAD_BYTES, LEAST_BYTES, MIB, split
from fleetcost.model.window import Resolution
from fleetcost.ops.memory import Size
from fleetcost.ops.settings import AggregatorSettings

ROOT = Path(__file__).parents[3]
ROWS, WINDOWS = 2000, 8

MEASURED = """
import sys
from pathlib import Path
from fleetcost.cli.main import main
try:
    main(sys.argv[1:])
finally:
    sys.stderr.write(Path("/proc/self/status").read_text())
"""
# The command and its own peak: what the system says of a child may hold the parent's peak.


@pytest.mark.parametrize("gib", [0.5, 1, 2, 4, 16, 64])
@pytest.mark.parametrize("cores", [1, 2, 8, 64])
def test_the_parts_leave_room_for_the_rest(gib: float, cores: int) -> None:
    """Engine, decoders, downloads and what is remembered together stay below the whole, on any machine."""
    whole = int(gib * 1024 * MIB)
    budget = split(whole, cores)
    decoders = budget.decoders * budget.decoder_bytes
    parts = budget.engine_bytes + decoders + budget.download_bytes + budget.known_bytes
    most = whole * 15 / 16 if whole > LEAST_BYTES else whole * 31 / 32
    assert parts <= most
    assert 1 <= budget.decoders <= cores
    assert budget.download_bytes <= LARGEST_DOWNLOAD_BYTES


def test_less_than_the_least_is_the_least() -> None:
    """Below what libraries need there is nothing to split."""
    assert split(1, 2) == split(LEAST_BYTES, 2)


def test_the_setting_reaches_the_engine(tmp_path: Path) -> None:
    """The engine's own limit is its part of the setting, and so is what it may put aside on the disk."""
    settings = AggregatorSettings(data_dir=tmp_path / "data", memory=Size(2048 * MIB))
    aggregator = assemble(settings, FilesystemBucket(tmp_path))
    with aggregator.database.snapshot() as snapshot:
        limits = snapshot.rows("SELECT current_setting('memory_limit'), current_setting('max_temp_directory_size')")
    aggregator.database.close()
    assert limits == [("1.0 GiB", "4.0 GiB")]


def test_a_pass_keeps_its_budget(tmp_path: Path) -> None:
    """The command with 512 MiB loads many sets and never holds more than that."""
    bucket = FilesystemBucket(tmp_path / "bucket")
    for number in range(WINDOWS):
        window = Resolution.HOUR.window_of(at(number))
        pods = [allocation(window, pod=f"p-{number}-{row}", pod_uid=f"u{row}", cpu_cost=row) for row in range(ROWS)]
        put(bucket, allocation_set(pods, window), asset_set([node(window, cpu_cost=1)], window))
    config = tmp_path / "store.yaml"
    config.write_text(f"type: FILESYSTEM\nconfig:\n  directory: {tmp_path / 'bucket'}\n")
    words = [
        "aggregator", "ingest", "--storage-config", str(config), "--data-dir", str(tmp_path / "data"),
        "--memory", "512MiB", "--hourly-retention-hours", "0",
    ]  # fmt: skip
    process = subprocess.run(
        [sys.executable, "-c", MEASURED, *words],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
    )
    assert f"{2 * WINDOWS} loaded" in process.stdout
    peak = next(line for line in process.stderr.splitlines() if line.startswith("VmHWM:"))
    assert int(peak.split()[1]) * 1024 < 512 * MIB
