"""
`fleetcost aggregator run --local DIR`: one cluster, one process, one directory and no bucket.

The directory holds what a bucket would: the agent, if one is asked for, writes into it and the aggregator reads it.
Two processes share it just as well: the agent is then given a `federated-store.yaml` of type FILESYSTEM with it.
"""

from __future__ import annotations

import argparse
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from fleetcost.agent.loop import Agent
from fleetcost.bucket.multi import MultiBucket
from fleetcost.bucket.port import Bucket
from fleetcost.cli.agents import one_agent
from fleetcost.cli.stores import clock, local_store
from fleetcost.errors import FleetcostError, SettingsError
from fleetcost.ops import log
from fleetcost.ops.settings import AgentSettings, AggregatorSettings, load

BUCKET_FOLDER = "bucket"
AGENT_FOLDER = "agent"
DATA_FOLDER = "aggregator"
LOOK_SECONDS = 60
"""How often a local directory is looked at, at least; it costs nothing."""

_log = log.get("cli")


@dataclass(frozen=True, slots=True)
class Local:
    """
    A local installation.

    Attributes:
        settings: the aggregator's, with its folder in the directory
        bucket: the directory as a bucket
        agent: runs the agent until the event is set; None where another process does
    """

    settings: AggregatorSettings
    bucket: MultiBucket
    agent: Callable[[threading.Event], None] | None


def open_local(parsed: argparse.Namespace, settings: AggregatorSettings) -> Local:
    """
    Open a local installation.

    Raises:
        SettingsError: a bucket is named as well, or an agent's setting is missing.
    """
    if settings.storage_config is not None or settings.further_storage_configs:
        raise SettingsError("--local and a storage_config are both given: costs lie in the directory or in the bucket")
    folder: Path = parsed.local
    bucket = MultiBucket((local_store(folder / BUCKET_FOLDER),), clock)
    given = {"cluster_id": parsed.cluster_id, "prometheus_url": parsed.prometheus_url}
    flags = {name: value for name, value in given.items() if value}
    agent = None
    home = settings.home_cluster
    if flags or parsed.agent:
        wanted = load(AgentSettings, flags | {"data_dir": str(folder / AGENT_FOLDER)}, parsed.agent).settings
        home = home or wanted.cluster_id
        agent = _loop(wanted, bucket)
    chosen = msgspec.structs.replace(
        settings,
        data_dir=folder / DATA_FOLDER,
        home_cluster=home,
        interval_seconds=min(settings.interval_seconds, LOOK_SECONDS),
    )
    return Local(chosen, bucket, agent)


def _loop(settings: AgentSettings, bucket: Bucket) -> Callable[[threading.Event], None]:
    """Return the agent's loop; a source that is not there yet at the start is waited for."""

    def started(stop: threading.Event) -> Agent | None:
        while not stop.is_set():
            try:
                return one_agent(settings, takeover=False, bucket=bucket)
            except SettingsError:
                raise
            except FleetcostError as error:
                _log.warning("the agent cannot start yet", error=str(error))
                stop.wait(LOOK_SECONDS)
        return None

    def run(stop: threading.Event) -> None:
        try:
            agent = started(stop)
            if agent is not None:
                agent.run(stop, settings.interval_seconds)
        except FleetcostError as error:
            _log.error("the agent has stopped; what it built is still served", error=str(error))

    return run
