"""Bills asked of the clouds' own protocols: pages, busy answers, refusals and their words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from moto.server import ThreadedMotoServer

from builders import at
from fleetcost.billing.config import read_integrations
from fleetcost.billing.open import open_source
from fleetcost.billing.plan import BillTiming, plan
from fleetcost.billing.refresh import Refreshed, Work
from fleetcost.billing.run import Billing
from fleetcost.bucket.config import parse_config
from fleetcost.bucket.memory import MemoryBucket
from fleetcost.bucket.open import open_bucket
from fleetcost.model.cloud_sets import CloudSetKey, ConnectionStatus, IntegrationId
from fleetcost.model.window import Resolution
from fleetcost.sets.cloud.publish import read
from making.bills import amazon, others
from making.bills.ledger import Charge, truth
from making.bills.reading import ENGINE, plain_rows
from servers.athena import Athena, athena
from servers.azurite import ACCOUNT, ACCOUNT_KEY, CONTAINER, Azurite
from servers.bigquery import BigQuery, bigquery
from servers.minio import ACCESS_KEY, BUCKET, SECRET_KEY, Minio

pytestmark = pytest.mark.real

FIRST = datetime(2026, 1, 5, tzinfo=UTC)
NOW = datetime(2026, 1, 20, tzinfo=UTC)
AMAZON = amazon.charges(FIRST, 9)
GOOGLE = others.google(FIRST, 3)


def run(tmp_path: Path, document: dict[str, Any]) -> tuple[Refreshed, MemoryBucket, IntegrationId]:
    """Run once with these settings."""
    file = tmp_path / "cloud-integration.json"
    file.write_text(json.dumps(document))
    (integration,) = read_integrations(file)
    bucket = MemoryBucket()
    waits: list[float] = []
    work = Work(bucket, tmp_path / "work", ENGINE, lambda: NOW)
    opened = lambda one: open_source(one, waits.append, timedelta(days=7), {})  # noqa: E731 - one expression
    done = Billing([integration], work, BillTiming(), opened).run_once(
        lambda _one: plan(NOW, BillTiming(), first=False)
    )
    return done[integration.id], bucket, integration.id


def check(done: Refreshed, bucket: MemoryBucket, name: IntegrationId, charges: list[Charge]) -> None:
    """Hold every set against the ledger."""
    assert (done.status, done.message) == (ConnectionStatus.SUCCESSFUL, "")
    expected = truth(charges, until=NOW + timedelta(days=1))
    found = {day: plain_rows(read(bucket, CloudSetKey(name, Resolution.DAY.window_of(day)))) for day in expected}
    assert found == expected
    assert len(done.days) == len(expected)


@pytest.fixture
def cur(tmp_path: Path) -> Iterator[Athena]:
    report = tmp_path / "report.parquet"
    report.write_bytes(amazon.as_parquet(AMAZON))
    with athena(report) as service:
        yield service


def athena_settings(service: Athena, key: str = "AKIAGOOD") -> dict[str, Any]:
    """Return the integration of a service."""
    return {"aws": {"athena": [{
        "bucket": "s3://results", "region": "eu-central-1", "database": "cur", "table": "bills", "account": "111",
        "endpoint": service.address, "authorizer": {"authorizerType": "AWSAccessKey", "id": key, "secret": "x"},
    }]}}  # fmt: skip


@pytest.mark.parametrize("version", [1, 2])
def test_athena_in_pages(cur: Athena, tmp_path: Path, version: int) -> None:
    """Rows come seven a page, added up by the service; the sets are the ledger's to the last digit."""
    cur.report.write_bytes(amazon.as_parquet(AMAZON, version=version))
    check(*run(tmp_path, athena_settings(cur)), amazon.athena_labels(AMAZON))
    assert cur.asked.count("GetQueryResults") > 3 * len(cur.queries)


def test_athena_that_is_busy_is_asked_again(cur: Athena, tmp_path: Path) -> None:
    """Throttled requests succeed when they are asked again."""
    cur.throttled = 2
    assert run(tmp_path, athena_settings(cur))[0].status is ConnectionStatus.SUCCESSFUL


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (
            "COLUMN_NOT_FOUND: Column 'line_item_resource_id' cannot be resolved",
            "turn them on in the report's settings",
        ),
        ("Unable to verify/create output bucket results", "may not write to the results' bucket"),
        ("TABLE_NOT_FOUND: Table cur.bills does not exist", "check `catalog`, `database` and `table`"),
        ("outputLocation is not a valid S3 path", "such as s3://results/athena"),
    ],
)
def test_queries_that_fail_name_the_cure(cur: Athena, tmp_path: Path, reason: str, said: str) -> None:
    """The service's reason is reported, and what to do about it."""
    cur.reason = reason
    done, _, _ = run(tmp_path, athena_settings(cur))
    assert done.status is ConnectionStatus.FAILED_CONNECTION
    assert reason in done.message
    assert said in done.message


def test_athena_that_refuses(cur: Athena, tmp_path: Path) -> None:
    """An identity without the permission is a failed connection that names the permission, never the key."""
    done, _, _ = run(tmp_path, athena_settings(cur, "AKIABAD"))
    assert done.status is ConnectionStatus.FAILED_CONNECTION
    assert "athena:StartQueryExecution" in done.message
    assert "AKIABAD" not in done.message


@pytest.fixture
def export(tmp_path: Path) -> Iterator[BigQuery]:
    file = tmp_path / "export.parquet"
    file.write_bytes(others.google_parquet(GOOGLE))
    with bigquery(file) as service:
        yield service


def bigquery_settings(service: BigQuery) -> dict[str, Any]:
    """Return the integration of a service."""
    return {"gcp": {"bigQuery": [{
        "projectID": "fleet", "dataset": "fleet.billing", "table": "gcp_billing_export_resource_v1_A",
        "endpoint": service.address, "authorizer": {"authorizerType": "GCPServiceAccountKey", "key": service.key},
    }]}}  # fmt: skip


def test_bigquery_in_pages(export: BigQuery, tmp_path: Path) -> None:
    """Jobs that need a second look, rows nine a page; the sets are the ledger's to the last digit."""
    check(*run(tmp_path, bigquery_settings(export)), GOOGLE)
    assert export.pages > len(export.jobs)


def test_bigquery_that_is_busy_is_asked_again(export: BigQuery, tmp_path: Path) -> None:
    """An exceeded rate is waited for, and for ever exceeded it is a failed connection."""
    export.busy = 3
    assert run(tmp_path, bigquery_settings(export))[0].status is ConnectionStatus.SUCCESSFUL
    export.busy = 1000
    done, _, _ = run(tmp_path, bigquery_settings(export))
    assert done.status is ConnectionStatus.FAILED_CONNECTION
    assert "rateLimitExceeded" in done.message


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        ((403, "accessDenied"), "BigQuery Data Viewer"),
        ((403, "ACCESS_TOKEN_SCOPE_INSUFFICIENT"), "no BigQuery scope"),
        ((404, "notFound"), "check project, dataset and table"),
        ((400, "invalidQuery"), "invalidQuery"),
    ],
)
def test_bigquery_that_refuses(export: BigQuery, tmp_path: Path, refusal: tuple[int, str], said: str) -> None:
    """A refusal is a failed connection with its reason and cure."""
    export.refusal = refusal
    done, _, _ = run(tmp_path, bigquery_settings(export))
    assert done.status is ConnectionStatus.FAILED_CONNECTION
    assert said in done.message


def test_bigquery_that_is_away(tmp_path: Path, export: BigQuery) -> None:
    """An address where nobody listens is a failed connection."""
    gone = replace_port(bigquery_settings(export), 9)
    assert run(tmp_path, gone)[0].status is ConnectionStatus.FAILED_CONNECTION


def replace_port(document: dict[str, Any], port: int) -> dict[str, Any]:
    """Return settings that lead to another port."""
    (one,) = document["gcp"]["bigQuery"]
    return {"gcp": {"bigQuery": [one | {"endpoint": f"http://127.0.0.1:{port}"}]}}


def azure_settings(server: Azurite, key: str = ACCOUNT_KEY) -> dict[str, Any]:
    """Return the integration of an emulator."""
    config = {
        "storage_account": ACCOUNT, "container": CONTAINER, "endpoint": server.address, "storage_account_key": key,
        "max_retries": 1, "http_config": {"tls_config": {"ca_file": str(server.authority.file)}},
    }  # fmt: skip
    return {"azure": {"storage": [{"store": {"type": "AZURE", "prefix": "bills", "config": config}, "name": "azure"}]}}


def test_azure_blobs(azure_server: Azurite, tmp_path: Path) -> None:
    """Exports in a container, the newest run of the month, read over TLS."""
    charges = others.azure(FIRST, 9)
    (one,) = azure_settings(azure_server)["azure"]["storage"]
    bucket = open_bucket(parse_config(json.dumps(one["store"]), Path("store")), {})
    base = "root/daily/20260101-20260131"
    bucket.put(f"{base}/run-1/part_0_0001.csv", others.azure_csv(charges[:3]))
    bucket.put(f"{base}/run-2/part_0_0001.csv", others.azure_csv(charges[::2]))
    bucket.put(f"{base}/run-2/part_1_0001.csv", others.azure_csv(charges[1::2]))
    listed = {"blobs": [{"blobName": f"bills/{base}/run-2/part_{n}_0001.csv"} for n in (0, 1)]}
    bucket.put(f"{base}/run-2/manifest.json", json.dumps(listed).encode())
    check(*run(tmp_path, azure_settings(azure_server)), charges)


def test_azure_that_refuses(azure_server: Azurite, tmp_path: Path) -> None:
    """A wrong key is a failed connection."""
    done, _, _ = run(tmp_path, azure_settings(azure_server, "d3Jvbmc="))
    assert done.status is ConnectionStatus.FAILED_CONNECTION


def test_reports_in_s3(s3_server: Minio, tmp_path: Path) -> None:
    """A legacy report behind its manifest, in a bucket that checks signatures; a wrong key is a failed connection."""
    config = {
        "bucket": BUCKET,
        "endpoint": s3_server.endpoint,
        "insecure": True,
        "access_key": ACCESS_KEY,
        "secret_key": SECRET_KEY,
        "max_retries": 1,
    }
    store = {"type": "S3", "prefix": "bills", "config": config}
    period = "cur/daily/20260101-20260201"
    client = s3_server.client()
    listed = [f"bills/{period}/daily-00001.csv.gz"]
    client.put_object(Bucket=BUCKET, Key=listed[0], Body=amazon.as_csv_gz(AMAZON))
    client.put_object(Bucket=BUCKET, Key=f"bills/{period}/daily-Manifest.json", Body=amazon.manifest(listed, at()))
    check(*run(tmp_path, {"aws": {"s3": [{"store": store, "name": "s3"}]}}), AMAZON)
    refused = {"aws": {"s3": [{"store": store | {"config": config | {"secret_key": "wrong"}}, "name": "s3"}]}}
    assert run(tmp_path, refused)[0].status is ConnectionStatus.FAILED_CONNECTION


def test_roles_are_assumed_one_after_another(cur: Athena, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys assume a role, that role another one; Athena is asked with the keys of the last."""
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", f"http://{host}:{port}")
        document = athena_settings(cur)
        (one,) = document["aws"]["athena"]
        inner = {
            "authorizerType": "AWSAssumeRole",
            "roleARN": "arn:aws:iam::111122223333:role/a",
            "authorizer": one["authorizer"],
        }
        outer = {"authorizerType": "AWSAssumeRole", "roleARN": "arn:aws:iam::999988887777:role/b", "authorizer": inner}
        refused, _, _ = run(tmp_path, {"aws": {"athena": [one | {"authorizer": outer}]}})
        assert refused.status is ConnectionStatus.FAILED_CONNECTION
        assert cur.strangers
        cur.known.update(cur.strangers)
        cur.any_temporary = True
        done, _, _ = run(tmp_path, {"aws": {"athena": [one | {"authorizer": outer}]}})
        assert done.status is ConnectionStatus.SUCCESSFUL
    finally:
        server.stop()
