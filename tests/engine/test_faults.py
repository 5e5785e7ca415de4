"""What happens when a part of a Spark cluster dies: a worker in the middle of a question, the server altogether."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from compat.fleets import Ingested, ingested
from compat.random_fleet import random_fleet
from engine.answers import BY_NAMESPACE, costs
from fleetcost.bucket.filesystem import FilesystemBucket
from fleetcost.engine.remote import RemoteTables
from fleetcost.errors import TryAgainError
from fleetcost.lake.write import LakeWriter
from servers.engines import SparkCluster, spark, spark_is_here

pytestmark = [pytest.mark.real, pytest.mark.filterwarnings(r"ignore:\[RETRIES_EXCEEDED")]

DEADLINE_SECONDS = 20.0
"""A third of what a question may take."""

TIMES = 200 * 400
"""How often `SLOW` looks at each row."""

SLOW = (
    "SELECT count(*), sum(a.cpu_cost) FROM container_1d AS a CROSS JOIN (SELECT explode(sequence(1, 200)) AS i) "
    "CROSS JOIN (SELECT explode(sequence(1, 400)) AS j) WHERE sin(i * j) < 2"
)
"""A question that keeps both workers busy for some seconds."""


@dataclass(frozen=True, slots=True)
class Written:
    """A fleet in tables, and its lake."""

    made: Ingested
    bucket: FilesystemBucket


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Written]:
    """Three days of three clusters."""
    folder: Path = tmp_path_factory.mktemp("faults")
    made = ingested(random_fleet(), folder)
    bucket = FilesystemBucket(folder / "bucket")
    LakeWriter(made.database, bucket, folder, lambda: made.fleet.now).write()
    yield Written(made, bucket)
    made.database.close()


@pytest.fixture(scope="module")
def doomed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkCluster]:
    """A cluster of our own: what is killed here, nobody else misses."""
    if not spark_is_here():
        pytest.skip("Spark or Java 17 is not installed: run scripts/setup engines")
    with spark(tmp_path_factory.mktemp("doomed")) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def server(doomed: SparkCluster) -> Iterator[subprocess.Popen[bytes]]:
    """Its Connect server; the last test kills it."""
    with doomed.connect() as process:
        yield process


@pytest.fixture(scope="module")
def tables(doomed: SparkCluster, server: subprocess.Popen[bytes], written: Written) -> Iterator[RemoteTables]:
    """The lake behind that server; it has answered a question, so that both executors are there."""
    del server
    behind = RemoteTables(written.bucket, doomed.url)
    assert costs(behind, BY_NAMESPACE, written.made.fleet.now) == expected(written)
    yield behind
    behind.close()


def expected(written: Written) -> list[tuple[str, float]]:
    """Return what the embedded database answers."""
    return costs(written.made.database, BY_NAMESPACE, written.made.fleet.now)


@pytest.mark.corner
def test_a_worker_that_is_killed_changes_no_answer(
    doomed: SparkCluster, tables: RemoteTables, written: Written
) -> None:
    """A worker and its executor get SIGKILL while both compute; the question ends with the right answer."""
    with written.made.database.snapshot() as embedded:
        ((rows, cost),) = embedded.rows("SELECT count(*), sum(cpu_cost) FROM container_1d")
    answers: list[object] = []
    asking = threading.Thread(target=lambda: answers.append(ask_slowly(tables)))
    asking.start()
    doomed.wait_for_work(0)
    doomed.kill_worker(0)
    assert asking.is_alive(), "the question was over before the worker was killed"
    asking.join()
    assert answers == [[(rows * TIMES, cost * TIMES)]]
    assert costs(tables, BY_NAMESPACE, written.made.fleet.now) == expected(written)


@pytest.mark.corner
def test_a_server_that_is_killed_is_an_error_in_time_and_comes_back(
    doomed: SparkCluster, server: subprocess.Popen[bytes], tables: RemoteTables, written: Written
) -> None:
    """Amid a question or before one, its death is an error in time that says where; with it back we answer again."""
    now = written.made.fleet.now
    killing = threading.Timer(2, server.kill)
    killing.start()
    for question in (lambda: ask_slowly(tables), lambda: costs(tables, BY_NAMESPACE, now)):
        began = time.monotonic()
        with pytest.raises(TryAgainError, match=f"ask the engine at {doomed.url}"):
            question()
        assert time.monotonic() - began < DEADLINE_SECONDS
    server.wait()
    with doomed.connect():
        assert costs(tables, BY_NAMESPACE, now) == expected(written)


def ask_slowly(tables: RemoteTables) -> object:
    """Ask what takes some seconds."""
    with tables.snapshot() as view:
        return view.rows(SLOW)
