"""Which aggregator is asked makes no difference: all answer alike, and none writes to the bucket they read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from compat.asgi import AsgiClient
from compat.catalogue import FLEETS
from compat.engine import PAGE, InProcess
from compat.fleets import fill
from compat.questions import OF_THE_PROCESS, answers, different, questions
from fleetcost.api.app import create_app
from fleetcost.api.registry import Registry
from fleetcost.api.repairs import Repairs
from fleetcost.api.services import Services
from fleetcost.bucket.filesystem import FilesystemBucket
from fleetcost.bucket.port import Bucket, BucketReader
from fleetcost.ingest.plan import Retention
from fleetcost.ingest.run import Ingestor
from fleetcost.query.known import Known
from fleetcost.tables.database import EngineLimits, open_database
from fleetcost.tables.ledger import clusters, ledger_of

FLEET = FLEETS["details"]
STRIDES = (6, pytest.param(1, marks=pytest.mark.corner))
"""Each so manieth conformance question is asked."""
HOME_QUESTIONS = ("/model/clusterInfo", "/clusterInfo", "/model/getConfigs")
"""They ask for the cluster the server runs in, which is a fact of the process."""


def asked(bucket: BucketReader, folder: Path, targets: tuple[str, ...], threads: int, writer: Bucket | None) -> Any:
    """Start an aggregator on an empty disk, ask it, and stop it."""
    memory = (1 << 28) * threads
    database = open_database(folder / "fleetcost.duckdb", EngineLimits(memory_bytes=memory, threads=threads), FLEET.now)
    ingestor = Ingestor(bucket, database, Retention(hourly=None, daily=None), lambda: FLEET.now)
    registry = Registry(bucket, lambda: clusters(ledger_of(database).values()), lambda: ingestor.status.passes)
    services = Services(
        database, lambda: ingestor.status, lambda: FLEET.now, None, 600, home=folder.name,
        registry=registry, known=Known(retired=registry.retired), repairs=Repairs(bucket, writer),
    )  # fmt: skip
    try:
        ingestor.pass_once()
        registry.refresh()
        with AsgiClient(create_app(services, PAGE)) as client:
            found = answers(InProcess(client), targets)
            order = client.ask("/api/v1/repairs", method="POST", body=b'{"cluster": "c1", "window": "3d"}')
            return found, order.status
    finally:
        database.close()


@pytest.mark.parametrize("stride", STRIDES)
def test_another_primary_with_an_empty_disk_answers_the_same_bytes(tmp_path: Path, stride: int) -> None:
    """A second aggregator, elsewhere, with other limits, gives the conformance questions the same bytes."""
    (tmp_path / "bucket").mkdir()
    bucket = FilesystemBucket(tmp_path / "bucket")
    fill(bucket, FLEET)
    targets = tuple(one for one in questions()[::stride] if not one.startswith(HOME_QUESTIONS))
    first, _ = asked(bucket, tmp_path / "eu", targets, threads=1, writer=None)
    second, _ = asked(bucket, tmp_path / "us", targets, threads=2, writer=None)
    assert len(targets) > 250 // stride
    assert different(first, second) == []


def test_a_read_only_aggregator_leaves_the_bucket_as_it_is(tmp_path: Path) -> None:
    """Ingesting, answering and refusing an order write nothing; only an order to repair does, where it may."""
    (tmp_path / "bucket").mkdir()
    bucket = FilesystemBucket(tmp_path / "bucket")
    fill(bucket, FLEET)
    before = list(bucket.list())
    some = questions()[::20]
    _, refused = asked(bucket, tmp_path / "replica", some, threads=1, writer=None)
    assert (refused, list(bucket.list())) == (409, before)
    _, taken = asked(bucket, tmp_path / "primary", some, threads=1, writer=bucket)
    assert taken == 202
    assert [one.path.rpartition("/")[0] for one in bucket.list() if one not in before] == ["federated/c1/requests"]


def test_only_questions_about_the_process_are_left_out() -> None:
    """What the comparison leaves out is little, and named."""
    every = questions()
    assert len(every) > 250
    assert not [one for one in every if one.startswith(OF_THE_PROCESS)]
