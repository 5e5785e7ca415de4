"""A fleet in two states, and an aggregator that is killed on the way from one to the other."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time as clock
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from zlib import crc32

from compat.asgi import AsgiClient
from compat.engine import PAGE, InProcess
from compat.fleets import ClusterWindow, Fleet, fill, time
from compat.questions import answers
from compat.random_fleet import random_fleet
from fleetcost.api.app import create_app
from fleetcost.api.services import Services
from fleetcost.bucket.filesystem import FilesystemBucket
from fleetcost.bucket.memory import MemoryBucket
from fleetcost.ingest.plan import Retention
from fleetcost.ingest.run import Ingestor
from fleetcost.model.window import Window
from fleetcost.tables.database import EngineLimits, open_database

NOW = time("2024-01-05")
TABLES = ("container", "asset", "idle")

Answers = Mapping[str, tuple[int, bytes]]
Contents = Mapping[str, bytes]


def fleet(seed: int, fleets: int = 4) -> Fleet:
    """Return clusters with days, and with hours for some; another seed costs something else everywhere."""
    windows: list[ClusterWindow] = []
    for number in range(fleets):
        days = random_fleet(seed * 100 + number).windows
        windows += [replace(one, cluster=f"{one.cluster}-{number}") for one in days]
        for one in days[: 6 if number < 2 else 0]:
            windows += [replace(one, cluster=f"{one.cluster}-{number}", window=hour) for hour in _hours(one.window)]
    return Fleet(f"campaign {seed}", NOW, windows)


def _hours(day: Window) -> list[Window]:
    return [Window(day.start + timedelta(hours=number), day.start + timedelta(hours=number + 1)) for number in range(8)]


def contents(seed: int) -> Contents:
    """Return the objects of a state by path; of every other one some clusters have lost a day."""
    bucket = MemoryBucket()
    fill(bucket, fleet(seed))
    paths = [info.path for info in bucket.list()]
    return {path: bucket.get(path) for number, path in enumerate(paths) if seed % 2 == 0 or number % 7}


def turn(bucket: FilesystemBucket, state: Contents) -> None:
    """
    Make a bucket hold exactly this.

    When an object was written is part of what a bucket holds, and answers tell it: here it follows from the content.
    """
    for info in list(bucket.list()):
        if info.path not in state:
            bucket.delete(info.path)
    for path, content in state.items():
        bucket.put(path, content)
        written = NOW.timestamp() - crc32(content) / 1000
        os.utime(bucket._file(path), (written, written))


@dataclass(frozen=True, slots=True)
class Place:
    """
    Where the campaign happens.

    Attributes:
        bucket: the fleet
        config: leads to it
        data: the aggregator's folder
    """

    bucket: FilesystemBucket
    config: Path
    data: Path

    def start(self) -> subprocess.Popen[bytes]:
        """Start a real ingest process."""
        command = [sys.executable, "-m", "fleetcost", "aggregator", "ingest", "--storage-config", str(self.config)]
        command += ["--data-dir", str(self.data), "--hourly-retention-hours", "0", "--daily-retention-days", "0"]
        return subprocess.Popen(command, env=dict(os.environ), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def killed(self, chance: random.Random, spent: tuple[float, float]) -> bool:
        """
        Start an ingest and kill it at a random moment; tell whether it was still at work.

        Args:
            chance: chooses the moment
            spent: seconds an undisturbed pass takes before its first and until its last write
        """
        process = self.start()
        clock.sleep(chance.uniform(*spent))
        at_work = process.poll() is None
        process.kill()
        process.wait()
        return at_work


def place(folder: Path) -> Place:
    """Make a place."""
    (folder / "bucket").mkdir(parents=True)
    config = folder / "federated-store.yaml"
    config.write_text(f"type: FILESYSTEM\nconfig:\n  directory: {folder / 'bucket'}\n")
    return Place(FilesystemBucket(folder / "bucket"), config, folder / "data")


@contextmanager
def restarted(bucket: FilesystemBucket, data: Path) -> Iterator[tuple[InProcess, dict[str, tuple[int, str]]]]:
    """Open the database as it was left, finish the pass, and give who answers, with a digest of every table."""
    database = open_database(data / "fleetcost.duckdb", EngineLimits(memory_bytes=1 << 29, threads=2), NOW)
    ingestor = Ingestor(bucket, database, Retention(hourly=None, daily=None), lambda: NOW)
    try:
        ingestor.pass_once()
        services = Services(database, lambda: ingestor.status, lambda: NOW, None, 600)
        with database.snapshot() as snapshot:
            digests = {
                f"{table}_{resolution}": snapshot.rows(
                    f"SELECT count(*), sum(hash(t))::VARCHAR FROM (SELECT * FROM {table}_{resolution}) AS t"
                )[0]
                for table in TABLES
                for resolution in ("1h", "1d")
            }
        with AsgiClient(create_app(services, PAGE)) as client:
            yield InProcess(client), digests  # type: ignore[misc] - a row is a tuple of two
    finally:
        database.close()


def truth(bucket: FilesystemBucket, data: Path, targets: Sequence[str]) -> tuple[Answers, dict[str, tuple[int, str]]]:
    """Return what an undisturbed aggregator answers, and the digests of its tables."""
    with restarted(bucket, data) as (engine, digests):
        return answers(engine, targets), digests
