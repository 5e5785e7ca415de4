"""The lake in a real S3 store, read and made by an engine that knows S3 by itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from compat.catalogue import FLEETS
from compat.fleets import fill, ingested
from engine.answers import BY_NAMESPACE, costs
from engine.lakes import by_engine
from fleetcost.bucket.config import parse_config
from fleetcost.bucket.open import open_bucket
from fleetcost.bucket.port import Bucket
from fleetcost.engine.remote import RemoteTables
from fleetcost.lake.write import LakeWriter
from servers.engines import sail, sail_is_here
from servers.minio import ACCESS_KEY, SECRET_KEY, find_minio, minio

pytestmark = pytest.mark.real

FLEET = FLEETS["details"]


@dataclass(frozen=True, slots=True)
class Cloud:
    """A bucket of MinIO, and a Sail that may read and write it."""

    bucket: Bucket
    url: str


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    """An empty bucket."""
    program = find_minio()
    if program is None or not sail_is_here():
        pytest.skip("MinIO or Sail is not installed: run scripts/setup servers engines")
    with minio(program, tmp_path / "minio") as store:
        keys = {
            "AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY, "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT": f"http://{store.endpoint}", "AWS_ALLOW_HTTP": "true",
            "AWS_VIRTUAL_HOSTED_STYLE_REQUEST": "false",
        }  # fmt: skip
        with sail(tmp_path, keys) as url:
            yield Cloud(open_bucket(parse_config(store.config("prod"), tmp_path)), url)


def test_sail_reads_the_lake_from_minio(cloud: Cloud, tmp_path: Path) -> None:
    """What the aggregator wrote into a bucket of MinIO, Sail reads from there, and answers to the last place."""
    made = ingested(FLEET, tmp_path)
    LakeWriter(made.database, cloud.bucket, tmp_path, lambda: FLEET.now).write()
    with closing(RemoteTables(cloud.bucket, cloud.url)) as tables:
        assert costs(tables, BY_NAMESPACE, FLEET.now) == costs(made.database, BY_NAMESPACE, FLEET.now)
        assert tables.place.startswith("s3://fleet/prod")
    made.database.close()


def test_sail_derives_the_lake_in_minio(cloud: Cloud, tmp_path: Path) -> None:
    """Sets that agents pushed into MinIO become the lake there, no row passing through us, and answer the same."""
    fill(cloud.bucket, FLEET)
    with closing(by_engine(cloud.url, cloud.bucket, tmp_path / "data", FLEET.now)) as deriver:
        assert deriver.pass_once().bad == 0
    made = ingested(FLEET, tmp_path)
    with closing(RemoteTables(cloud.bucket, cloud.url)) as tables:
        assert costs(tables, BY_NAMESPACE, FLEET.now) == costs(made.database, BY_NAMESPACE, FLEET.now)
    made.database.close()
    assert not list(cloud.bucket.list("fleetcost/lake/scratch"))
