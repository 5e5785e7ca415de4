"""
`federated-store.yaml`, the Thanos object-store form: `type`, `config`, `prefix`.

One file describes one bucket; the same file serves every role. What is read here is values; `open` makes a bucket of
them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from fleetcost.bucket.azure_config import AzureConfig, read_azure
from fleetcost.bucket.gcs_config import GcsConfig, read_gcs
from fleetcost.bucket.paths import cleaned_prefix
from fleetcost.bucket.s3_config import S3Config, read_s3
from fleetcost.ops.reading import parse_yaml, read_text
from fleetcost.ops.section import Ineffective, Section, section_of


@dataclass(frozen=True, slots=True)
class FilesystemConfig:
    """A directory as a bucket; every process that shares it sees the same objects."""

    directory: Path


BackendConfig: TypeAlias = FilesystemConfig | S3Config | GcsConfig | AzureConfig


@dataclass(frozen=True, slots=True)
class StoreConfig:
    """
    One bucket as the file describes it.

    Attributes:
        backend: the provider's settings
        prefix: folder in the bucket below which everything of ours lies, empty for the whole bucket
        ineffective: keys that are understood and have no effect, each with its reason
    """

    backend: BackendConfig
    prefix: str = ""
    ineffective: tuple[Ineffective, ...] = ()


def read_config(file: Path) -> StoreConfig:
    """
    Read the file.

    Raises:
        SettingsError: unreadable, not YAML, or a key that is unknown, missing or of a value that cannot be used;
            names key, file and line.
    """
    return parse_config(read_text(file, "the storage settings"), file)


def parse_config(text: str, file: Path) -> StoreConfig:
    """
    Read the file's content.

    Args:
        text: the YAML
        file: where it came from, for messages

    Raises:
        SettingsError: as `read_config`.
    """
    document = section_of(parse_yaml(text, str(file)), file, "`type:` and `config:`")
    read = _reader(document)
    prefix = document.text("prefix")
    config = document.section("config")
    document.close()
    backend = read(config)
    try:
        cleaned = cleaned_prefix(prefix)
    except ValueError as error:
        raise document.error("prefix", str(error)) from None
    return StoreConfig(backend, cleaned, tuple(document.ineffective))


def _reader(document: Section) -> Callable[[Section], BackendConfig]:
    accepted = ", ".join(_READERS)
    read = document.required("type", f"the kind of store: {accepted}").upper()
    if read in _READERS:
        return _READERS[read]
    if read in _FOREIGN:
        raise document.error(
            "type", f"{read} is not spoken here; most such stores offer an S3 endpoint: use `type: S3` with it"
        )
    raise document.error("type", f"unknown store {read!r}; accepted: {accepted}")


def _read_filesystem(section: Section) -> FilesystemConfig:
    config = FilesystemConfig(Path(section.required("directory", "the path of the directory")))
    section.close()
    return config


_READERS: dict[str, Callable[[Section], BackendConfig]] = {
    "FILESYSTEM": _read_filesystem,
    "S3": read_s3,
    "GCS": read_gcs,
    "AZURE": read_azure,
}
_FOREIGN = ("SWIFT", "COS", "ALIYUNOSS", "BOS", "OBS", "OCI")
"""Types of the Thanos form without a backend of ours."""
