"""`cloud-integration.json` in both of its forms, with every authorizer, and every complaint."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fleetcost.billing.config import read_integrations
from fleetcost.billing.integration import (
    AthenaPlace,
    AwsChain,
    AwsKey,
    AwsRole,
    AwsWebIdentity,
    BigQueryPlace,
    FolderPlace,
    Integration,
    NoPlace,
    S3Place,
    StorePlace,
)
from fleetcost.bucket.azure_config import AzureConfig
from fleetcost.errors import SettingsError
from fleetcost.ops.secret import Secret

ATHENA = {
    "bucket": "s3://results", "region": "eu-central-1", "database": "cur", "table": "bills", "account": "111",
    "authorizer": {"authorizerType": "AWSServiceAccount"},
}  # fmt: skip
STORAGE = {
    "subscriptionID": "s1", "account": "acct", "container": "exports", "path": "root/daily", "cloud": "gov",
    "authorizer": {"authorizerType": "AzureAccessKey", "accessKey": "a2V5", "account": "acct"},
}  # fmt: skip
BIGQUERY = {
    "projectID": "p1", "dataset": "p1.billing", "table": "gcp_billing_export_resource_v1_X",
    "authorizer": {"authorizerType": "GCPWorkloadIdentity"},
}  # fmt: skip


def read(tmp_path: Path, document: Any) -> tuple[Integration, ...]:
    """Read a document."""
    file = tmp_path / "cloud-integration.json"
    file.write_text(json.dumps(document))
    return read_integrations(file)


def test_the_newer_form(tmp_path: Path) -> None:
    """Objects of lists by kind of source, each with an authorizer."""
    made = read(tmp_path, {
        "aws": {"athena": [ATHENA], "s3": [{"bucket": "b", "region": "r", "account": "1", "authorizer": {
            "authorizerType": "AWSAccessKey", "id": "AKIA", "secret": "hush"}}]},
        "azure": {"storage": [STORAGE]},
        "gcp": {"bigQuery": [BIGQUERY]},
    })  # fmt: skip
    athena, s3, azure, google = (one.place for one in made)
    assert isinstance(athena, AthenaPlace)
    assert (athena.results, athena.authorizer) == ("s3://results", AwsChain())
    assert isinstance(s3, S3Place)
    assert s3.authorizer == AwsKey("AKIA", Secret("hush"))
    assert isinstance(azure, StorePlace)
    assert isinstance(azure.store.backend, AzureConfig)
    assert azure.store.backend.address == "https://acct.blob.core.usgovcloudapi.net"
    assert azure.store.prefix == "root/daily"
    assert isinstance(google, BigQueryPlace)
    assert google.key is None
    assert [one.id for one in made] == [
        "aws-athena-111-cur-bills", "aws-s3-1-b", "azure-storage-s1-exports-root-daily",
        "gcp-bigquery-p1-p1.billing-gcp_billing_export_resource_v1_X",
    ]  # fmt: skip
    assert "hush" not in repr(made)


def test_the_older_form(tmp_path: Path) -> None:
    """Lists of flat objects; a master payer is a role that the keys assume."""
    made = read(tmp_path, {
        "aws": [{"athenaBucketName": "s3://results", "athenaRegion": "r", "athenaDatabase": "d", "athenaCatalog": "c",
                 "athenaTable": "t", "athenaWorkgroup": "Primary", "projectID": "111", "masterPayerARN": "arn:payer",
                 "serviceKeyName": "AKIA", "serviceKeySecret": "hush"}],
        "azure": [{"azureSubscriptionID": "s", "azureStorageAccount": "a", "azureStorageAccessKey": "a2V5",
                   "azureStorageContainer": "c", "azureContainerPath": "", "azureCloud": "public"}],
        "gcp": [{"projectID": "p", "billingDataDataset": "p.d.t", "key": {"type": "service_account"}}],
    })  # fmt: skip
    athena, azure, google = (one.place for one in made)
    assert isinstance(athena, AthenaPlace)
    assert athena.authorizer == AwsRole("arn:payer", AwsKey("AKIA", Secret("hush")))
    assert athena.workgroup == "Primary"
    assert isinstance(azure, StorePlace)
    assert isinstance(azure.store.backend, AzureConfig)
    assert azure.store.backend.address == "https://a.blob.core.windows.net"
    assert isinstance(google, BigQueryPlace)
    assert (google.dataset, google.table, bool(google.key)) == ("p.d", "t", True)


@pytest.mark.parametrize("spell", [str.lower, str.upper, str.title])
def test_keys_are_found_in_any_case(tmp_path: Path, spell: Callable[[str], str]) -> None:
    """A file whose keys are written in another case is the same file; one key in two cases is one too many."""

    def spelled(value: Any) -> Any:
        if isinstance(value, dict):
            return {spell(key): spelled(inner) for key, inner in value.items()}
        return [spelled(one) for one in value] if isinstance(value, list) else value

    document = {"aws": {"athena": [ATHENA]}, "gcp": {"bigQuery": [BIGQUERY]}, "azure": {"storage": [STORAGE]}}
    found, expected = read(tmp_path, spelled(document)), read(tmp_path, document)
    assert [(one.id, one.location) for one in found] == [(one.id, one.location) for one in expected]
    with pytest.raises(SettingsError, match="unknown key"):
        read(tmp_path, {"gcp": {"bigQuery": [BIGQUERY], "bigquery": [BIGQUERY]}})


def test_roles_are_assumed_by_roles(tmp_path: Path) -> None:
    """An authorizer's authorizer may be another role, and at last a token of Google's."""
    inner = {
        "authorizerType": "AWSWebIdentity",
        "roleARN": "arn:3",
        "identityProvider": "Google",
        "tokenRetriever": {"aud": "fleet"},
    }
    nested = {"authorizerType": "AWSAssumeRole", "roleARN": "arn:2", "authorizer": inner}
    outer = {"authorizerType": "AWSAssumeRole", "roleARN": "arn:1", "authorizer": nested}
    (made,) = read(tmp_path, {"aws": {"athena": [ATHENA | {"authorizer": outer}]}})
    assert isinstance(made.place, AthenaPlace)
    assert made.place.authorizer == AwsRole("arn:1", AwsRole("arn:2", AwsWebIdentity("arn:3", "fleet")))


def test_our_own_places(tmp_path: Path) -> None:
    """A folder or any bucket in place of a cloud's, for every provider and for FOCUS."""
    store = {"type": "S3", "config": {"bucket": "b", "endpoint": "minio:9000", "insecure": True}}
    made = read(tmp_path, {
        "aws": {"s3": [{"location": "/bills/aws", "name": "payer"}]},
        "azure": {"storage": [{"location": "file:///bills/azure"}]},
        "gcp": {"bigQuery": [{"location": "/bills/gcp"}]},
        "focus": {"files": [{"store": store, "name": "focus"}]},
    })  # fmt: skip
    assert [one.place for one in made[:3]] == [
        FolderPlace(Path("/bills/aws")), FolderPlace(Path("/bills/azure")), FolderPlace(Path("/bills/gcp")),
    ]  # fmt: skip
    assert isinstance(made[3].place, StorePlace)
    assert [one.id for one in made] == ["payer", "azure-storage-bills-azure", "gcp-bigquery-bills-gcp", "focus"]


def test_clouds_without_a_reader_are_named(tmp_path: Path) -> None:
    """Alibaba and Oracle integrations are understood, and say that they are not read."""
    made = read(tmp_path, {"alibaba": {"boa": [{"account": "1"}]}, "oci": {"usageApi": [{"tenancyID": "t"}]}})
    assert all(isinstance(one.place, NoPlace) and "not read" in one.place.reason for one in made)


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ([], "expected `key: value` lines"),
        ({"awz": {}}, "unknown key"),
        ({"aws": {"athna": []}}, "did you mean 'athena'"),
        ({"aws": {"athena": [ATHENA | {"bucket": "results"}]}}, "begins with `s3://`"),
        ({"aws": {"athena": [{**ATHENA, "databas": "x"}]}}, "unknown key .did you mean 'database'"),
        ({"aws": {"athena": [ATHENA | {"authorizer": {"authorizerType": "AWSKey"}}]}}, "accepted: AWSAccessKey"),
        ({"aws": {"athena": [ATHENA | {"table": 'x" --'}]}}, "no name of Athena's"),
        ({"aws": {"athena": {}}}, "expected a list"),
        ({"aws": {"athena": [ATHENA, ATHENA]}}, "two integrations are called"),
        ({"azure": {"storage": [STORAGE | {"cloud": "moon"}]}}, "accepted: public, gov, china"),
        ({"gcp": [{"projectID": "p", "billingDataDataset": "t"}]}, r"accepted: \[project.\]dataset.table"),
        ({"gcp": {"bigQuery": [BIGQUERY | {"table": "a`b"}]}}, "no name of BigQuery's"),
        ({"focus": {"files": [{}]}}, "give a folder"),
        ({"focus": {"files": [{"location": "/x", "store": {}, "name": "../x"}]}}, "cannot be a folder name"),
        ({"focus": {"files": [{"store": {"type": "S3", "config": {}}}]}}, "config.bucket"),
    ],
)
def test_complaints_name_the_key(tmp_path: Path, document: Any, said: str) -> None:
    """What cannot be used is reported with its place and what would be accepted."""
    with pytest.raises(SettingsError, match=said):
        read(tmp_path, document)


def test_a_file_that_is_no_json_is_reported(tmp_path: Path) -> None:
    """So is one that is not there."""
    file = tmp_path / "x.json"
    with pytest.raises(SettingsError, match="read the cloud integrations"):
        read_integrations(file)
    file.write_text("{")
    with pytest.raises(SettingsError, match="not JSON"):
        read_integrations(file)
