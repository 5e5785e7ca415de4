"""The `config` section of `type: GCS`."""

from __future__ import annotations

from dataclasses import dataclass

from fleetcost.bucket.http_config import HttpConfig, read_http, refuse_client_certificate
from fleetcost.bucket.names import bucket_name
from fleetcost.bucket.s3_config import DEFAULT_PART_BYTES, SMALLEST_PART_BYTES
from fleetcost.ops.secret import Secret
from fleetcost.ops.section import Place, Section


@dataclass(frozen=True, slots=True)
class GcsConfig:
    """
    A Google Cloud Storage bucket and how to reach it.

    Attributes:
        bucket: its name
        service_account: the JSON of a service account's key, or None for the default credentials
        part_bytes: an object larger than this is uploaded in parts of this size
        max_retries: of one request, 0 for our default
        http: time limits and certificates
        place: where the settings stand
    """

    bucket: str
    service_account: Secret | None
    part_bytes: int
    max_retries: int
    http: HttpConfig
    place: Place


def read_gcs(section: Section) -> GcsConfig:
    """
    Read and check the section.

    Raises:
        SettingsError: names key, file and line.
    """
    config = GcsConfig(
        bucket=bucket_name(section, "bucket", "the bucket's name"),
        service_account=section.secret("service_account"),
        part_bytes=_part_bytes(section),
        max_retries=section.whole("max_retries"),
        http=read_http(section.section("http_config")),
        place=section.place("service_account" if section.has("service_account") else "bucket"),
    )
    section.without_effect("requests are made over HTTP", "use_grpc", "grpc_conn_pool_size")
    section.close()
    refuse_client_certificate(config.http, "GCS")
    return config


def _part_bytes(section: Section) -> int:
    size = section.whole("chunk_size_bytes")
    return max(size, SMALLEST_PART_BYTES) if size else DEFAULT_PART_BYTES
