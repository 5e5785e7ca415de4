"""
`cloud-integration.json`, in both of its historical forms, and what is ours in it: folders, any bucket, FOCUS.

The older form has a list of flat objects for each provider, the newer one objects of lists by kind of source, each with
an authorizer. Unknown keys are errors, as everywhere.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from fleetcost.billing.authorizers import AuthorizerEntry
from fleetcost.billing.integration import (
    AthenaPlace,
    AwsAuthorizer,
    AwsChain,
    AwsKey,
    AwsRole,
    BigQueryPlace,
    FolderPlace,
    Integration,
    NoPlace,
    Place,
    S3Place,
    StorePlace,
)
from fleetcost.bucket.config import StoreConfig, parse_config
from fleetcost.errors import SettingsError
from fleetcost.model.cloud_sets import integration_id
from fleetcost.ops.reading import read_json
from fleetcost.ops.secret import Secret

_AZURE_ENDPOINTS = {"public": "", "gov": "blob.core.usgovcloudapi.net", "china": "blob.core.chinacloudapi.cn"}


def read_integrations(file: Path) -> tuple[Integration, ...]:
    """
    Read the file.

    Raises:
        SettingsError: unreadable, not JSON, or a key that is unknown, missing or of a value that cannot be used.
    """
    read = read_json(file, "the cloud integrations")
    root = AuthorizerEntry(read, (), read.mapping())
    made = [one for provider, kinds in _KINDS.items() for one in _of_provider(root, provider, kinds)]
    root.close()
    twice = {one.id for one in made if sum(other.id == one.id for other in made) > 1}
    if twice:
        raise SettingsError(f"{file}: two integrations are called {min(twice)}: give one of them another `name`")
    return tuple(made)


Reader = Callable[[AuthorizerEntry], Integration]


def _of_provider(root: AuthorizerEntry, provider: str, kinds: Mapping[str, Reader]) -> list[Integration]:
    value = root.take(provider)
    if value is None:
        return []
    if isinstance(value, list):  # the older form: the first kind of a provider is the one it knew
        return [_LEGACY.get(provider, next(iter(kinds.values())))(one) for one in root.entries(provider, value)]
    section = root.section(provider, value)
    given = {kind: section.take(kind) for kind in kinds}
    made = [kinds[kind](one) for kind in kinds if given[kind] is not None for one in section.entries(kind, given[kind])]
    section.close()
    return made


def _athena(entry: AuthorizerEntry) -> Integration:
    place = AthenaPlace(
        results=entry.required("bucket"),
        region=entry.required("region"),
        database=entry.required("database"),
        catalog=entry.text("catalog"),
        table=entry.required("table"),
        workgroup=entry.text("workgroup"),
        account=entry.required("account"),
        authorizer=entry.aws_authorizer("authorizer"),
        endpoint=entry.text("endpoint"),
    )
    return _athena_integration(entry, place)


def _athena_legacy(entry: AuthorizerEntry) -> Integration:
    key, secret = entry.text("serviceKeyName"), entry.secret("serviceKeySecret")
    authorizer: AwsAuthorizer = AwsKey(key, secret) if key and secret else AwsChain()
    if role := entry.text("masterPayerARN"):
        authorizer = AwsRole(role, authorizer)
    place = AthenaPlace(
        results=entry.required("athenaBucketName"),
        region=entry.required("athenaRegion"),
        database=entry.required("athenaDatabase"),
        catalog=entry.text("athenaCatalog"),
        table=entry.required("athenaTable"),
        workgroup=entry.text("athenaWorkgroup"),
        account=entry.required("projectID"),
        authorizer=authorizer,
    )
    return _athena_integration(entry, place)


def _athena_integration(entry: AuthorizerEntry, place: AthenaPlace) -> Integration:
    if not place.results.startswith("s3://"):
        raise entry.error("bucket", f"{place.results!r} is where Athena puts results: it begins with `s3://`")
    for key, text in (("database", place.database), ("table", place.table), ("catalog", place.catalog)):
        if '"' in text:
            raise entry.error(key, f"{text!r} is no name of Athena's")
    location = f"athena://{place.region}/{place.database}/{place.table}"
    return _made(entry, "aws-athena", "AWS", location, place, f"{place.account}-{place.database}-{place.table}")


def _s3(entry: AuthorizerEntry) -> Integration:
    if own := _own_place(entry):
        return _made(entry, "aws-s3", "AWS", _shown(own), own, _shown(own))
    place = S3Place(
        bucket=entry.required("bucket"),
        region=entry.required("region"),
        prefix=entry.text("prefix"),
        authorizer=entry.aws_authorizer("authorizer"),
    )
    account = entry.text("account")
    location = f"s3://{place.bucket}/{place.prefix}".rstrip("/")
    return _made(entry, "aws-s3", "AWS", location, place, f"{account}-{place.bucket}-{place.prefix}")


def _azure(entry: AuthorizerEntry) -> Integration:
    if own := _own_place(entry):
        return _made(entry, "azure-storage", "Azure", _shown(own), own, _shown(own))
    authorizer = entry.section("authorizer", entry.take("authorizer") or {})
    kind = authorizer.one_of("authorizerType", ("AzureAccessKey", "AzureDefaultCredential"))
    key = authorizer.secret("accessKey") if kind == "AzureAccessKey" else None
    authorizer.text("account")
    authorizer.close()
    names = {name: entry.required(name) for name in ("subscriptionID", "account", "container")}
    return _azure_integration(entry, names, entry.text("path"), entry.text("cloud"), key)


def _azure_legacy(entry: AuthorizerEntry) -> Integration:
    names = {
        "subscriptionID": entry.required("azureSubscriptionID"),
        "account": entry.required("azureStorageAccount"),
        "container": entry.required("azureStorageContainer"),
    }
    key = entry.secret("azureStorageAccessKey")
    return _azure_integration(entry, names, entry.text("azureContainerPath"), entry.text("azureCloud"), key)


def _azure_integration(
    entry: AuthorizerEntry, names: Mapping[str, str], path: str, cloud: str, key: Secret | None
) -> Integration:
    endpoint = _AZURE_ENDPOINTS.get(cloud or "public")
    if endpoint is None:
        raise entry.error("cloud", f"read {cloud!r}; accepted: {', '.join(_AZURE_ENDPOINTS)}")
    account, container = names["account"], names["container"]
    config = {"storage_account": account, "container": container, "endpoint": endpoint}
    if key:
        config["storage_account_key"] = key.reveal()
    store = _store({"type": "AZURE", "config": config, "prefix": path.strip("/")}, entry)
    location = f"az://{account}/{container}/{path.strip('/')}".rstrip("/")
    place = StorePlace(store)
    return _made(entry, "azure-storage", "Azure", location, place, f"{names['subscriptionID']}-{container}-{path}")


def _bigquery(entry: AuthorizerEntry) -> Integration:
    if own := _own_place(entry):
        return _made(entry, "gcp-bigquery", "GCP", _shown(own), own, _shown(own))
    authorizer = entry.section("authorizer", entry.take("authorizer") or {})
    kind = authorizer.one_of("authorizerType", ("GCPServiceAccountKey", "GCPWorkloadIdentity"))
    key = authorizer.take("key")
    authorizer.close()
    secret = Secret(json.dumps(key)) if kind == "GCPServiceAccountKey" else None
    project, dataset, table = (entry.required(name) for name in ("projectID", "dataset", "table"))
    return _bigquery_integration(entry, BigQueryPlace(project, dataset, table, secret, entry.text("endpoint")))


def _bigquery_legacy(entry: AuthorizerEntry) -> Integration:
    project, written = entry.required("projectID"), entry.required("billingDataDataset")
    parts = written.split(".")
    if len(parts) not in {2, 3}:
        raise entry.error("billingDataDataset", f"read {written!r}; accepted: [project.]dataset.table")
    key = entry.take("key")
    secret = Secret(json.dumps(key)) if key else None
    dataset = ".".join(parts[:-1])
    return _bigquery_integration(entry, BigQueryPlace(project, dataset, parts[-1], key=secret))


def _bigquery_integration(entry: AuthorizerEntry, place: BigQueryPlace) -> Integration:
    for key, text in (("dataset", place.dataset), ("table", place.table)):
        if not re.fullmatch(r"[A-Za-z0-9_.:\-]+", text):
            raise entry.error(key, f"{text!r} is no name of BigQuery's")
    location = f"bigquery://{place.project}/{place.dataset}.{place.table}"
    return _made(entry, "gcp-bigquery", "GCP", location, place, f"{place.project}-{place.dataset}-{place.table}")


def _focus(entry: AuthorizerEntry) -> Integration:
    own = _own_place(entry)
    if own is None:
        raise entry.error("location", "required and missing: give a folder, or `store` with a bucket")
    return _made(entry, "focus", entry.text("provider") or "FOCUS", _shown(own), own, _shown(own))


def _unread(source: str, provider: str, kind: str) -> Reader:
    def read(entry: AuthorizerEntry) -> Integration:
        entry.take_all()
        reason = f"{kind} is not read by this build; list prices stand; export FOCUS files and name them under `focus`"
        digest = hashlib.sha256(json.dumps(entry.values, sort_keys=True, default=str).encode()).hexdigest()[:8]
        return Integration(integration_id(f"{source}-{digest}"), source, provider, kind, NoPlace(reason))

    return read


def _own_place(entry: AuthorizerEntry) -> FolderPlace | StorePlace | None:
    """Return the place that is written our way: a folder, or any bucket we can open."""
    folder, store = entry.text("location"), entry.take("store")
    if folder and store:
        raise entry.error("location", "give either this or `store`, not both")
    if folder:
        return FolderPlace(Path(folder.removeprefix("file://")))
    return StorePlace(_store(store, entry)) if store else None


def _store(document: Any, entry: AuthorizerEntry) -> StoreConfig:  # noqa: ANN401 - what JSON holds; the reader judges it
    return parse_config(json.dumps(document, indent=1), Path(entry.place("store")))


def _shown(place: Place) -> str:
    if isinstance(place, FolderPlace):
        return f"file://{place.folder}"
    if isinstance(place, StorePlace):
        backend = place.store.backend
        name = next(
            (getattr(backend, key) for key in ("bucket", "container", "directory") if hasattr(backend, key)), ""
        )
        return f"{type(backend).__name__.removesuffix('Config').lower()}://{name}/{place.store.prefix}".rstrip("/")
    return ""


def _made(entry: AuthorizerEntry, source: str, provider: str, location: str, place: Place, name: str) -> Integration:
    chosen = entry.text("name") or f"{source}-{_foldable(name)}"
    entry.close()
    return Integration(integration_id(chosen), source, provider, location, place)


def _foldable(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text.partition("://")[2] or text).strip("-.")[-120:]


_KINDS: dict[str, dict[str, Reader]] = {
    "aws": {"athena": _athena, "s3": _s3},
    "azure": {"storage": _azure},
    "gcp": {"bigQuery": _bigquery},
    "focus": {"files": _focus},
    "alibaba": {"boa": _unread("alibaba-boa", "Alibaba", "Alibaba's billing API")},
    "oci": {"usageApi": _unread("oci-usage", "Oracle", "Oracle's usage API")},
}
_LEGACY: dict[str, Reader] = {"aws": _athena_legacy, "azure": _azure_legacy, "gcp": _bigquery_legacy}
