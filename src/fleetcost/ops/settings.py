"""
Settings: one frozen object per role, from file < environment < flag, each value with its origin.

Unknown keys are errors in all three places. `fleetcost config show` prints the result.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from fleetcost.errors import SettingsError, near
from fleetcost.ops.memory import Size, parse_size
from fleetcost.ops.paths import Paths, parse_paths
from fleetcost.ops.reading import ConfigFile, read_yaml

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


class ServerSettings(SharedSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What both roles understand: they answer over HTTP."""

    bind: Annotated[str, _At(description="address the HTTP server listens on")] = "127.0.0.1"


class AgentSettings(ServerSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The agent: builds one cluster's sets from Prometheus and pushes them."""

    cluster_id: Annotated[str, _At(description="the unique id of this cluster, its folder in the bucket")] = ""
    cluster_uid: Annotated[
        str, _At(description="the identity behind the id; empty derives it from the age of kube-system")
    ] = ""
    prometheus_url: Annotated[str, _At(description="base address of the Prometheus-compatible API")] = ""
    prometheus_bearer_token_file: Annotated[
        Path | None, _At(description="a file with a bearer token, read again for every query")
    ] = None
    prometheus_username: Annotated[str, _At(description="user of basic authentication")] = ""
    prometheus_password_file: Annotated[Path | None, _At(description="a file with the password of that user")] = None
    prometheus_headers_file: Annotated[
        Path | None, _At(description="a YAML file of headers sent with every query, such as X-Scope-OrgID: tenant")
    ] = None
    prometheus_ca_file: Annotated[Path | None, _At(description="certificates to trust besides the system's")] = None
    prometheus_cert_file: Annotated[Path | None, _At(description="our certificate, where the source asks for one")] = (
        None
    )
    prometheus_key_file: Annotated[Path | None, _At(description="the key of that certificate")] = None
    prometheus_insecure_skip_verify: Annotated[bool, _At(description="trust any certificate of the source")] = False
    prometheus_tenant: Annotated[
        str, _At(description="tenant of a shared store such as Mimir, sent as X-Scope-OrgID; several joined by |")
    ] = ""
    prometheus_sigv4_region: Annotated[
        str, _At(description="sign requests for Amazon's managed Prometheus in this region (extra `amp`)")
    ] = ""
    prometheus_concurrency: Annotated[int, _At(ge=1, le=64, description="queries under way at the same time")] = 8
    source_kind: Annotated[
        Literal["prometheus", "thanos", "mimir", "victoriametrics"], _At(description="which server answers")
    ] = "prometheus"
    accept_partial: Annotated[
        bool, _At(description="build of answers some of the storage did not contribute to; such windows are partial")
    ] = False
    thanos_dedup: Annotated[bool, _At(description="let Thanos merge the replicas of one Prometheus")] = True
    max_source_resolution: Annotated[
        Literal["auto", "raw", "5m", "1h"],
        _At(description="coarsest samples a Thanos may answer from; auto takes the finest a window still has"),
    ] = "auto"
    price_sheet: Annotated[
        Path | None, _At(description="a YAML price sheet: rates by the hour or by the month, discounts, currency")
    ] = None
    price_csv: Annotated[Path | None, _At(description="prices of single machines in the field's CSV form")] = None
    cluster_label: Annotated[
        str,
        _At(
            description="only series with this label equal to the cluster id are read; empty reads all, and is "
            "cluster_id for an agent of many clusters"
        ),
    ] = ""
    all_clusters: Annotated[
        bool, _At(description="build every cluster the source holds, distinguished by the label")
    ] = False
    clusters: Annotated[str, _At(description="build these clusters of the source, ids joined by commas")] = ""
    clusters_at_once: Annotated[int, _At(ge=1, le=64, description="clusters that are built at the same time")] = 2
    port: Annotated[int, _At(ge=0, le=65535, description="port of health, metrics and repair")] = 9003
    repair_token_file: Annotated[
        Path | None,
        _At(description="a file with the token that repair orders carry; without it only this machine may order"),
    ] = None
    resolution_seconds: Annotated[
        Annotated[int, _At(ge=10, le=3600)] | None,
        _At(description="step of the running-time queries; unset follows the scrape interval of kube-state-metrics"),
    ] = None
    build_delay_seconds: Annotated[
        Annotated[int, _At(ge=0)] | None,
        _At(description="how long after its end an hour is final; unset is 300, and 10800 for a Thanos"),
    ] = None
    interval_seconds: Annotated[int, _At(ge=1, description="pause between two rounds of the loop")] = 300
    backfill_hours: Annotated[int, _At(ge=1, description="how far back missing hours are built")] = 49
    bridge_hours: Annotated[
        int,
        _At(
            ge=0,
            le=24,
            description="what is the same before and after a time without scrapes is taken to have been there all the "
            "time, and marked as estimated, if that time is no longer than this; 0 leaves every gap a gap",
        ),
    ] = 6
    hourly_retention_days: Annotated[
        int, _At(ge=0, description="the agent deletes its own hourly objects after this many days; 0 keeps them")
    ] = 7
    currency: Annotated[str, _At(pattern="^[A-Z]{3}$", description="ISO 4217 code of the prices")] = "USD"


class AggregatorSettings(ServerSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The aggregator: ingests the bucket, serves the API and the UI."""

    port: Annotated[int, _At(ge=0, le=65535, description="port of the API and the UI")] = 9090
    interval_seconds: Annotated[int, _At(ge=1, description="pause between two ingest passes")] = 600
    hourly_retention_hours: Annotated[
        int, _At(ge=0, description="hourly rows older than this leave the database; 0 keeps them")
    ] = 49
    daily_retention_days: Annotated[
        int, _At(ge=0, description="daily rows older than this leave the database; 0 keeps them")
    ] = 91
    memory: Annotated[
        Size, _At(description="memory of the whole aggregator, such as 2GiB; 0 is half of the machine's or container's")
    ] = Size(0)
    foreign_currency: Annotated[
        str, _At(pattern="^[A-Z]{3}$", description="ISO 4217 code of the costs in other agents' sets, which name none")
    ] = "USD"
    tokens_file: Annotated[
        Path | None, _At(description="who may ask: a YAML file of tokens' hashes, scopes and filters")
    ] = None
    serve_without_authentication: Annotated[
        bool, _At(description="serve all costs to everybody who reaches an address that is not loopback")
    ] = False
    allowed_hosts: Annotated[
        str,
        _At(description="without tokens, names to answer to besides localhost, joined by commas"),
    ] = ""
    query_timeout_seconds: Annotated[
        float, _At(gt=0, le=3600, description="how long a question may take, waiting included")
    ] = 60.0
    query_queue_length: Annotated[
        int, _At(ge=0, description="questions that may wait for a place; more are asked to come again")
    ] = 64
    further_storage_configs: Annotated[
        Paths, _At(description="more buckets in one view with the first; --storage-config may be given several times")
    ] = Paths()
    contexts_file: Annotated[
        Path | None, _At(description="other installations people can switch to: a YAML list of name and address")
    ] = None
    contexts_secrets_file: Annotated[
        Path | None,
        _At(description="credentials of these installations by name; never in an answer"),
    ] = None
    display_currency: Annotated[
        str,
        _At(
            pattern="^([A-Z]{3})?$",
            description="ISO 4217 code of the currency that answers are in where a question names none; empty leaves "
            "each row in its own",
        ),
    ] = ""
    rates: Annotated[
        str, _At(description="the table of exchange rates that answers are converted with; empty converts nothing")
    ] = ""
    rates_file: Annotated[
        Path | None,
        _At(
            description="a file of exchange rates that is taken into the table `rates` at the start and when it changes"
        ),
    ] = None
    rates_fetch: Annotated[
        Literal["none", "ecb"],
        _At(description="ecb fetches the European Central Bank's rates into the table `rates` once a day"),
    ] = "none"
    rate_max_age_days: Annotated[
        int, _At(ge=0, le=31, description="days that a daily exchange rate counts on, where newer ones are missing")
    ] = 7
    home_cluster: Annotated[
        str, _At(description="the cluster this aggregator runs in, for clients that ask for one")
    ] = ""
    engine: Annotated[
        Literal["duckdb", "spark"],
        _At(description="what answers questions: the embedded database, or a distributed engine that reads the lake"),
    ] = "duckdb"
    engine_url: Annotated[str, _At(description="address of the distributed engine, sc://host:port")] = ""
    engine_lake: Annotated[
        str, _At(description="the bucket's address as the engine knows it, such as s3a://costs; empty takes its own")
    ] = ""
    lake: Annotated[
        bool,
        _At(description="keep the tables as Parquet in the bucket; with engine: spark the engine makes them"),
    ] = False
    focus_export: Annotated[
        str,
        _At(
            pattern=r"^([a-z0-9][a-z0-9-]{0,62})?$",
            description="name of a folder in the bucket in which FOCUS files are kept: bills, divided by use",
        ),
    ] = ""
    focus_export_version: Annotated[Literal["1.2", "1.3"], _At(description="the version of FOCUS of these files")] = (
        "1.3"
    )
    focus_export_level: Annotated[
        Literal["container", "pod", "controller", "namespace", "cluster"],
        _At(description="what a row of a workload stands for in these files"),
    ] = "controller"
    focus_export_days: Annotated[
        int,
        _At(ge=1, le=400, description="days, counted back from yesterday, that are kept up to date; older ones stay"),
    ] = 35
    read_only: Annotated[bool, _At(description="write nothing to the bucket: no repairs can be ordered here")] = False
    cloud_integration: Annotated[
        Path | None, _At(description="where the cloud bills are: a cloud-integration.json; without it none are read")
    ] = None
    billing_refresh_hours: Annotated[float, _At(gt=0, le=168, description="pause between two looks at the bills")] = 6.0
    billing_run_window_days: Annotated[
        int, _At(ge=1, le=366, description="days whose bills are read again each time, with the whole of their months")
    ] = 3
    billing_query_window_days: Annotated[
        int, _At(ge=1, le=366, description="days of one query to Athena or BigQuery")
    ] = 7
    billing_backfill_days: Annotated[
        int, _At(ge=1, description="how far back the first look at the bills, and a rebuild, read")
    ] = 91


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


@dataclass(frozen=True, slots=True)
class Key:
    """
    One key of a role's settings.

    Attributes:
        name: as in the file; the flag and the variable are made of it
        meaning: one line for people
        default: its value
        has_default: False where nothing is set unless somebody does
        choices: the words it may be, empty where it is not one of a few
    """

    name: str
    meaning: str
    default: object
    has_default: bool
    choices: tuple[str, ...] = ()

    @property
    def flag(self) -> str:
        """The flag that sets it."""
        return f"--{self.name.replace('_', '-')}"

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return ENVIRONMENT_PREFIX + self.name.upper()


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
    read = read_yaml(file, "settings file") if file else None
    of_file = read.mapping(keys) if read else {}
    for layer, origin in ((of_file, f"file {file}"), (_environment(keys), "environment"), (flags, "flag")):
        chosen.update(layer)
        origins.update(dict.fromkeys(layer, origin))
    try:
        settings = msgspec.convert(chosen, role, strict=False, dec_hook=_decode)
    except msgspec.ValidationError as error:
        raise SettingsError(
            f"settings of the {_role_name(role)}: {error}{_whence(str(error), origins, read)}"
        ) from error
    return Loaded(settings, origins)


def describe(role: type[SharedSettings]) -> tuple[Key, ...]:
    """Return what is known of each key of a role, for flags and documentation."""
    hints = get_type_hints(role, include_extras=True)
    return tuple(
        Key(
            field.name,
            _meta(hints[field.name]),
            field.default,
            field.default not in {None, ""},
            _words(hints[field.name]),
        )
        for field in msgspec.structs.fields(role)
    )


def _meta(hint: Any) -> str:  # noqa: ANN401 - a type annotation
    return next((meta.description or "" for meta in get_args(hint) if isinstance(meta, msgspec.Meta)), "")


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
    if kind is Paths:
        return parse_paths(value)
    if kind is Size:
        return parse_size(value)
    raise NotImplementedError(kind)


def _role_name(role: type) -> str:
    return role.__name__.removesuffix("Settings").lower()


def _whence(message: str, origins: dict[str, str], file: ConfigFile | None) -> str:
    key = message.rpartition("$.")[2].rstrip("`")
    origin = origins.get(key, "")
    line = f", line {file.line(key)}" if file and origin.startswith("file ") else ""
    return f" (from {origin}{line})" if origin else ""


def _words(hint: Any) -> tuple[str, ...]:  # noqa: ANN401 - a type annotation
    """Return the words of the literal in an annotation."""
    if get_origin(hint) is Literal:
        return tuple(str(word) for word in get_args(hint))
    return next((words for inner in get_args(hint) if (words := _words(inner))), ())


ROLES: dict[str, type[SharedSettings]] = {"agent": AgentSettings, "aggregator": AggregatorSettings}
