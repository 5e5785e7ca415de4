"""The lake in a real S3 store, read by an engine that knows S3 by itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from compat.catalogue import FLEETS
from compat.fleets import ingested
from engine.answers import BY_NAMESPACE, costs
from fleetcost.bucket.config import parse_config
from fleetcost.bucket.open import open_bucket
from fleetcost.engine.remote import RemoteTables
from fleetcost.lake.write import LakeWriter
from servers.engines import sail, sail_is_here
from servers.minio import ACCESS_KEY, SECRET_KEY, find_minio, minio

pytestmark = pytest.mark.real


def test_sail_reads_the_lake_from_minio(tmp_path: Path) -> None:
    """What the aggregator wrote into a bucket of MinIO, Sail reads from there, and answers to the last place."""
    program = find_minio()
    if program is None or not sail_is_here():
        pytest.skip("MinIO or Sail is not installed: run scripts/setup servers engines")
    fleet = FLEETS["details"]
    made = ingested(fleet, tmp_path)
    with minio(program, tmp_path / "minio") as store:
        keys = {
            "AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY, "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT": f"http://{store.endpoint}", "AWS_ALLOW_HTTP": "true",
            "AWS_VIRTUAL_HOSTED_STYLE_REQUEST": "false",
        }  # fmt: skip
        bucket = open_bucket(parse_config(store.config("prod"), tmp_path))
        LakeWriter(made.database, bucket, tmp_path, lambda: fleet.now).write()
        with sail(tmp_path, keys) as url:
            tables = RemoteTables(bucket, url)
            assert costs(tables, BY_NAMESPACE, fleet.now) == costs(made.database, BY_NAMESPACE, fleet.now)
            assert tables.place.startswith("s3://fleet/prod")
            tables.close()
    made.database.close()
