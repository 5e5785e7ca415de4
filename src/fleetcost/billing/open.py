"""An integration's settings in, its source out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from types import ModuleType

from fleetcost.billing.file_source import FileSource
from fleetcost.billing.integration import (
    AthenaPlace,
    AwsChain,
    AwsKey,
    BigQueryPlace,
    FolderPlace,
    Integration,
    NoPlace,
    S3Place,
    StorePlace,
)
from fleetcost.billing.source import BillSource
from fleetcost.bucket.config import parse_config
from fleetcost.bucket.credentials import AwsKeys
from fleetcost.bucket.filesystem import FilesystemBucket
from fleetcost.bucket.open import open_bucket
from fleetcost.bucket.port import BucketReader
from fleetcost.errors import SettingsError
from fleetcost.ops.secret import Secret


def open_source(
    integration: Integration, wait: Callable[[float], None], query_window: timedelta, environment: Mapping[str, str]
) -> BillSource:
    """
    Make the source an integration describes.

    Args:
        integration: its settings
        wait: pauses, where a source must be asked again
        query_window: days of one query
        environment: variables where the clouds' default credentials begin

    Raises:
        SettingsError: it cannot be read by this build, or a file it names is not there.
        BillError, BillRefusedError: a role could not be assumed.
    """
    place = integration.place
    if isinstance(place, NoPlace):
        raise SettingsError(f"integration {integration.id}: {place.reason}")
    if isinstance(place, AthenaPlace):
        athena: BillSource = _extra("athena").AthenaSource(place, wait, query_window)
        return athena
    if isinstance(place, BigQueryPlace):
        bigquery: BillSource = _extra("bigquery").BigQuerySource(place, wait, query_window)
        return bigquery
    if isinstance(place, FolderPlace):
        if not place.folder.is_dir():
            raise SettingsError(f"integration {integration.id}: there is no folder {place.folder.absolute()}")
        return FileSource(FilesystemBucket(place.folder), folder=place.folder.absolute())
    if isinstance(place, StorePlace):
        return FileSource(open_bucket(place.store, environment))
    return FileSource(_s3(place, environment), place.prefix)


def _s3(place: S3Place, environment: Mapping[str, str]) -> BucketReader:
    config = {"bucket": place.bucket, "endpoint": f"s3.{place.region}.amazonaws.com", "region": place.region}
    if not isinstance(place.authorizer, AwsChain):
        if isinstance(place.authorizer, AwsKey):
            keys = AwsKeys(Secret(place.authorizer.id), place.authorizer.secret)
        else:
            keys = _extra("aws_session").aws_keys(place.authorizer, place.region)
        revealed = keys.revealed()
        config |= {"access_key": revealed["access_key_id"], "secret_key": revealed["secret_access_key"]}
        if token := revealed.get("token"):
            config["session_token"] = token
    document = json.dumps({"type": "S3", "config": config}, indent=1)
    return open_bucket(parse_config(document, Path("cloud-integration.json")), environment)


def _extra(module: str) -> ModuleType:
    try:
        return import_module(f"fleetcost.billing.{module}")
    except ModuleNotFoundError as error:
        if error.name and error.name.startswith("fleetcost"):
            raise
        raise SettingsError(
            f"these bills need the package {error.name}, which is not installed: pip install 'fleetcost[billing]'"
        ) from None
