"""
Record answers of the native API for the web app's unit tests, into web/src/testing/recorded.

    python scripts/record_answers.py [FLEET]

FLEET is a folder that this script or `UI_FLEET=FLEET pytest tests/e2e/ui` has filled: a week of the demonstration's
clusters, one of them late, one silent, one with a damaged set. What is missing until now is built first: two minutes of
CPU for the week, seconds for the minutes since, without which the running hour would look partial.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests")]

from servers.fleetcost import aggregator, get  # noqa: E402

INTO = ROOT / "web" / "src" / "testing" / "recorded"
CLUSTERS = tuple(f"cluster-{number}" for number in (0, 1, 2, 4, 5, 6, 7))
DAYS = 7
GAP_DAYS_AGO = 3
WEEK = {"window": "7d", "aggregate": "cluster", "step": "1d"}
ALLOCATIONS = "/api/v1/allocations"


def main() -> None:
    """Ask the fleet as it is, without one of its days, and an empty bucket."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        fleet = _built(Path(sys.argv[1]) if len(sys.argv) > 1 else work / "built")
        whole, gap = work / "whole", work / "gap"
        shutil.copytree(fleet / "bucket", whole)
        shutil.copytree(fleet / "bucket", gap)
        (work / "empty").mkdir()
        _forget_a_day(gap)
        _record(work, whole, {
            "allocations-late": (ALLOCATIONS, WEEK | {"idle": "separate"}),
            "allocations-none": (ALLOCATIONS, WEEK | {"filter": 'namespace:"shoop"'}),
            "allocations-before": (ALLOCATIONS, WEEK | {"window": _two_months_ago()}),
            "clusters-late": ("/api/v1/clusters", {}),
            "health-late": ("/api/v1/health/windows", {"window": "24h", "resolution": "1h"}),
        })  # fmt: skip
        _record(work, gap, {"allocations-gap": (ALLOCATIONS, WEEK | {"idle": "hide"})})
        _record(work, work / "empty", {"allocations-empty": (ALLOCATIONS, {"window": "7d"})})


def _built(folder: Path) -> Path:
    builder = ROOT / "tests" / "e2e" / "ui" / "build_fleet.py"
    folder.mkdir(exist_ok=True)
    builders = [subprocess.Popen([sys.executable, builder, folder, str(DAYS), cluster]) for cluster in CLUSTERS]
    if max([one.wait() for one in builders]):
        sys.exit(
            f"build the demonstration's clusters in {folder}: see above; a folder of another version is in the way"
        )
    return folder


def _two_months_ago() -> str:
    now = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return ",".join(f"{now - timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}" for days in (67, 60))


def _forget_a_day(bucket: Path) -> None:
    """Remove every set of one day, as if no agent had run."""
    day = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=GAP_DAYS_AGO)
    start = int(day.timestamp())
    for file in bucket.rglob("etl/parquet/*/*/*.parquet"):
        if start <= int(file.name.partition("-")[0]) < start + 86_400:
            file.unlink()


def _record(work: Path, bucket: Path, questions: dict[str, tuple[str, dict[str, str]]]) -> None:
    store = work / f"{bucket.name}.yaml"
    store.write_text(f"type: FILESYSTEM\nconfig:\n  directory: {bucket}\n")
    with aggregator(store, work / f"{bucket.name}-data", "--log-level", "error") as address:
        for name, (path, parameters) in questions.items():
            answer = get(address, path, **parameters)
            (INTO / f"{name}.json").write_text(json.dumps(answer, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
