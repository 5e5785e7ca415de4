"""What happens when a part of a Spark cluster dies: a worker in the middle of a question, the server altogether."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from compat.fleets import Ingested, ingested
from compat.random_fleet import random_fleet
from engine.answers import BY_NAMESPACE, costs
from engine.chosen import WHOLE
from fleetcost.bucket.filesystem import FilesystemBucket
from fleetcost.engine.remote import RemoteTables
from fleetcost.errors import TryAgainError
from fleetcost.lake.write import LakeWriter
from servers.engines import SparkCluster

pytestmark = [
    pytest.mark.real,
    pytest.mark.filterwarnings(r"ignore:\[RETRIES_EXCEEDED"),
    pytest.mark.skipif(not WHOLE, reason="servers are killed and waited for with ENGINE_CASES=all only"),
]

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


def test_a_worker_that_is_killed_changes_no_answer(spark_cluster: SparkCluster, written: Written) -> None:
    """A worker and its executor get SIGKILL while both compute; the question ends with the right answer."""
    with spark_cluster.connect():
        tables = RemoteTables(written.bucket, spark_cluster.url)
        with written.made.database.snapshot() as embedded:
            ((rows, cost),) = embedded.rows("SELECT count(*), sum(cpu_cost) FROM container_1d")
        tables.refresh()
        answers: list[object] = []

        def ask() -> None:
            with tables.snapshot() as view:
                answers.append(view.rows(SLOW))

        asking = threading.Thread(target=ask)
        asking.start()
        spark_cluster.wait_for_work(0)
        spark_cluster.kill_worker(0)
        assert asking.is_alive(), "the question was over before the worker was killed"
        asking.join()
        assert answers == [[(rows * TIMES, cost * TIMES)]]
        assert costs(tables, BY_NAMESPACE, written.made.fleet.now) == costs(
            written.made.database, BY_NAMESPACE, written.made.fleet.now
        )
        tables.close()


def test_a_server_that_is_killed_is_an_error_in_time_and_comes_back(
    spark_cluster: SparkCluster, written: Written
) -> None:
    """Without the server a question fails within its time and says where; with it back the same object answers."""
    now = written.made.fleet.now
    with spark_cluster.connect() as server:
        tables = RemoteTables(written.bucket, spark_cluster.url)
        before = costs(tables, BY_NAMESPACE, now)
        server.kill()
        server.wait()
        began = time.monotonic()
        with pytest.raises(TryAgainError, match=f"ask the engine at {spark_cluster.url}"):
            costs(tables, BY_NAMESPACE, now)
        assert time.monotonic() - began < DEADLINE_SECONDS
    with spark_cluster.connect():
        assert costs(tables, BY_NAMESPACE, now) == before
    tables.close()
