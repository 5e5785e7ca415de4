"""
Settings: one frozen object per role, from file < environment < flag, each value with its origin.

Unknown keys are errors in all three places. `fleetcost config show` prints the result.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, TypeVar

import msgspec
import yaml

from fleetcost.errors import SettingsError, near

ENVIRONMENT_PREFIX = "FLEETCOST_"
SETTINGS_FILE_VARIABLE = "FLEETCOST_SETTINGS"

_At = msgspec.Meta


class SharedSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every role understands."""

    storage_config: Annotated[
        Path | None, _At(description="the bucket: a federated-store.yaml (Thanos object-store form)")
    ] = None
    data_dir: Annotated[Path, _At(description="where this role keeps its local files")] = Path("fleetcost-data")
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], _At(description="least severe line that is logged")
    ] = "info"
    log_format: Annotated[Literal["text", "json"], _At(description="log lines for people or for machines")] = "text"
    bind: Annotated[str, _At(description="address the HTTP server listens on")] = "127.0.0.1"


class AgentSettings(SharedSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The agent: builds one cluster's sets from Prometheus and pushes them."""

    cluster_id: Annotated[str, _At(description="the unique id of this cluster, its folder in the bucket")] = ""
    prometheus_url: Annotated[str, _At(description="base address of the Prometheus-compatible API")] = ""
    cluster_label: Annotated[
        str, _At(description="only series with this label equal to the cluster id are read; empty reads all")
    ] = ""
    port: Annotated[int, _At(ge=0, le=65535, description="port of health, metrics and repair")] = 9003
    resolution_seconds: Annotated[int, _At(ge=10, le=3600, description="step of the running-time queries")] = 60
    build_delay_seconds: Annotated[
        int, _At(ge=0, description="how long after its end an hour is final; raise it for slow stores")
    ] = 300
    interval_seconds: Annotated[int, _At(ge=1, description="pause between two rounds of the loop")] = 300
    backfill_hours: Annotated[int, _At(ge=1, description="how far back missing hours are built")] = 49
    hourly_retention_days: Annotated[
        int, _At(ge=0, description="the agent deletes its own hourly objects after this many days; 0 keeps them")
    ] = 7
    currency: Annotated[str, _At(pattern="^[A-Z]{3}$", description="ISO 4217 code of the prices")] = "USD"


class AggregatorSettings(SharedSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The aggregator: ingests the bucket, serves the API and the UI."""

    port: Annotated[int, _At(ge=0, le=65535, description="port of the API and the UI")] = 9090
    interval_seconds: Annotated[int, _At(ge=1, description="pause between two ingest passes")] = 600
    hourly_retention_hours: Annotated[
        int, _At(ge=0, description="hourly rows older than this leave the database; 0 keeps them")
    ] = 49
    daily_retention_days: Annotated[
        int, _At(ge=0, description="daily rows older than this leave the database; 0 keeps them")
    ] = 91
    memory_bytes: Annotated[int, _At(ge=0, description="memory budget of the engine; 0 is half of the machine's")] = 0
    tokens_file: Annotated[
        Path | None, _At(description="who may ask: a YAML file of tokens' hashes, scopes and filters")
    ] = None
    serve_without_authentication: Annotated[
        bool, _At(description="serve all costs to everybody who reaches an address that is not loopback")
    ] = False
    query_timeout_seconds: Annotated[
        float, _At(gt=0, le=3600, description="how long a question may take, waiting included")
    ] = 60.0
    query_queue_length: Annotated[
        int, _At(ge=0, description="questions that may wait for a place; more are told to come again")
    ] = 64
    home_cluster: Annotated[
        str, _At(description="the cluster this aggregator runs in, for clients that ask for one")
    ] = ""


Role = TypeVar("Role", bound=SharedSettings)


@dataclass(frozen=True, slots=True)
class Loaded(Generic[Role]):
    """
    Effective settings of a role.

    Attributes:
        settings: the values
        origins: for each key `default`, `file <path>`, `environment` or `flag`
    """

    settings: Role
    origins: dict[str, str]


def load(role: type[Role], flags: dict[str, str], file: Path | None = None) -> Loaded[Role]:
    """
    Read a role's settings from its file, the environment and the flags, the later winning.

    Args:
        role: the settings class
        flags: key to text, only those that were given
        file: the YAML file, or None

    Raises:
        SettingsError: an unknown key, an unreadable file, a value out of its bounds.
    """
    keys = role.__struct_fields__
    chosen: dict[str, Any] = {}
    origins = dict.fromkeys(keys, "default")
    for layer, origin in ((_file(file, keys), f"file {file}"), (_environment(keys), "environment"), (flags, "flag")):
        chosen.update(layer)
        origins.update(dict.fromkeys(layer, origin))
    try:
        settings = msgspec.convert(chosen, role, strict=False, dec_hook=_decode)
    except msgspec.ValidationError as error:
        raise SettingsError(f"settings of the {_role_name(role)}: {error}{_whence(str(error), origins)}") from error
    return Loaded(settings, origins)


def _file(file: Path | None, keys: tuple[str, ...]) -> dict[str, Any]:
    if file is None:
        return {}
    try:
        document = yaml.safe_load(file.read_text()) or {}
    except OSError as error:
        raise SettingsError(f"read settings file {file}: {error.strerror}") from error
    except yaml.YAMLError as error:
        raise SettingsError(f"read settings file {file}: not YAML: {error}") from error
    if not isinstance(document, dict):
        raise SettingsError(f"read settings file {file}: expected `key: value` lines, found {type(document).__name__}")
    for key in document:
        if key not in keys:
            raise SettingsError(
                f"settings file {file}: unknown key {key!r}{near(str(key), keys)}; known: {_list(keys)}"
            )
    return document


def _environment(keys: tuple[str, ...]) -> dict[str, str]:
    known = {ENVIRONMENT_PREFIX + key.upper(): key for key in keys}
    every = {ENVIRONMENT_PREFIX + k.upper() for role in ROLES.values() for k in role.__struct_fields__}
    every.add(SETTINGS_FILE_VARIABLE)
    chosen = {}
    for name, value in os.environ.items():
        if name in known:
            chosen[known[name]] = value
        elif name.startswith(ENVIRONMENT_PREFIX) and name not in every:
            raise SettingsError(f"unknown environment variable {name}{near(name, every)}")
    return chosen


def _decode(kind: type, value: Any) -> Any:  # noqa: ANN401 - the signature of msgspec's hook
    if kind is Path:
        return Path(value)
    raise NotImplementedError(kind)


def _role_name(role: type) -> str:
    return role.__name__.removesuffix("Settings").lower()


def _whence(message: str, origins: dict[str, str]) -> str:
    key = message.rpartition("$.")[2].rstrip("`")
    return f" (from {origins[key]})" if key in origins else ""


def _list(keys: tuple[str, ...]) -> str:
    return ", ".join(sorted(keys))


ROLES: dict[str, type[SharedSettings]] = {"agent": AgentSettings, "aggregator": AggregatorSettings}
