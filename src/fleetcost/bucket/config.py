"""
`federated-store.yaml`, the Thanos object-store form: `type`, `config`, `prefix`.

One file describes one bucket; the same file serves every role. What is read here is values; `open` makes a bucket of
them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from fleetcost.bucket.azure_config import AzureConfig, read_azure
from fleetcost.bucket.gcs_config import GcsConfig, read_gcs
from fleetcost.bucket.paths import cleaned_prefix
from fleetcost.bucket.s3_config import S3Config, read_s3
from fleetcost.errors import SettingsError
from fleetcost.ops.reading import ConfigFile, parse_yaml, read_text
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
    content = parse_yaml(text, str(file))
    _refuse_wrapped(content, file)
    document = section_of(content, file, "`type:` and `config:`")
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


def _refuse_wrapped(content: ConfigFile, file: Path) -> None:
    """Refuse what holds the settings and is not them, in words that say where they are in it."""
    value = content.value
    if isinstance(value, dict) and "kind" in value and "apiVersion" in value:
        inside = [str(key) for part in ("data", "stringData") for key in value.get(part) or {}]
        key = f", such as what is below its key {inside[0]!r}" if inside else ""
        raise SettingsError(
            f"{file}: this is a manifest of Kubernetes (kind {value['kind']}), not the file itself: give the file it "
            f"holds{key}, decoded where the manifest has it in base64"
        )
    if isinstance(value, str):
        raise SettingsError(
            f"{file}: one text without a key; expected `type:` and `config:`. A Secret's data are the file in base64: "
            "decode them first"
        )
    for line, text in content.texts():
        if found := _TEMPLATE.search(text):
            raise SettingsError(f"{file}, line {line}: {found[0]} is a template that nobody filled in: write the value")


_TEMPLATE = re.compile(r"\$\{[A-Za-z_][\w.:-]*\}|\$\([A-Za-z_]\w*\)|\{\{[^}]*\}\}|<(?:your|my|YOUR|MY)[-_ ][\w -]+>")
"""A value of the shell's, Terraform's or Helm's templates, and a placeholder of a guide."""


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
