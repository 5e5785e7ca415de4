"""An integration as its settings describe it: where bills are, and who asks for them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from fleetcost.bucket.config import StoreConfig
from fleetcost.model.cloud_sets import IntegrationId
from fleetcost.ops.secret import Secret


@dataclass(frozen=True, slots=True)
class AwsKey:
    """A pair of keys."""

    id: str
    secret: Secret


@dataclass(frozen=True, slots=True)
class AwsChain:
    """The SDK's default chain: the service account's role, the environment, the machine."""


@dataclass(frozen=True, slots=True)
class AwsRole:
    """A role to assume, by who `authorizer` is."""

    role_arn: str
    authorizer: AwsAuthorizer


@dataclass(frozen=True, slots=True)
class AwsWebIdentity:
    """A role to assume by a token of Google's metadata server."""

    role_arn: str
    audience: str


AwsAuthorizer: TypeAlias = AwsKey | AwsChain | AwsRole | AwsWebIdentity


@dataclass(frozen=True, slots=True)
class FolderPlace:
    """Bills in a folder of this machine."""

    folder: Path


@dataclass(frozen=True, slots=True)
class StorePlace:
    """Bills in any bucket `federated-store.yaml` can describe."""

    store: StoreConfig


@dataclass(frozen=True, slots=True)
class S3Place:
    """Bills in an S3 bucket whose credentials an authorizer gives."""

    bucket: str
    region: str
    prefix: str
    authorizer: AwsAuthorizer


@dataclass(frozen=True, slots=True)
class AthenaPlace:
    """Bills in a table that Athena queries; `endpoint` is empty for AWS's own."""

    results: str
    region: str
    database: str
    catalog: str
    table: str
    workgroup: str
    account: str
    authorizer: AwsAuthorizer
    endpoint: str = ""


@dataclass(frozen=True, slots=True)
class BigQueryPlace:
    """Bills in a table of BigQuery; `key` is a service account's JSON, None the default credentials."""

    project: str
    dataset: str
    table: str
    key: Secret | None
    endpoint: str = ""


@dataclass(frozen=True, slots=True)
class NoPlace:
    """Bills that cannot be read by this build, and why."""

    reason: str


Place: TypeAlias = FolderPlace | StorePlace | S3Place | AthenaPlace | BigQueryPlace | NoPlace


@dataclass(frozen=True, slots=True)
class Integration:
    """
    One source of bills.

    Attributes:
        id: its name, a folder in the bucket
        source: what kind: `aws-athena`, `aws-s3`, `azure-storage`, `gcp-bigquery`, `focus`, …
        provider: whose bills; FOCUS files name theirs in each row
        location: where they are, for messages; never a credential
        place: where they are, and who asks
    """

    id: IntegrationId
    source: str
    provider: str
    location: str
    place: Place
