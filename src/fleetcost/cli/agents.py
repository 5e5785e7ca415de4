"""Putting agents together: one for one cluster, or one for many."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from fleetcost.agent.build import AgentIdentity, Builder
from fleetcost.agent.claim import OWN
from fleetcost.agent.fleet import Choice, FleetAgent
from fleetcost.agent.loop import Agent
from fleetcost.agent.plan import BuildTiming
from fleetcost.agent.uid import agent_name, cluster_uid
from fleetcost.bucket.port import Bucket
from fleetcost.cli.sources import DEFAULT_LABEL, delay, open_source, price_book
from fleetcost.cli.stores import clock, federated_storage, local_store
from fleetcost.costing.prices import PriceBook
from fleetcost.errors import SettingsError
from fleetcost.model.identity import ClusterId, cluster_id
from fleetcost.ops.settings import AgentSettings
from fleetcost.samples.client import PrometheusSource
from fleetcost.samples.clusters import Clusters

CLUSTERS_FOLDER = "clusters"


def builds_many(settings: AgentSettings) -> bool:
    """Tell whether the settings are those of an agent of many clusters."""
    return settings.all_clusters or bool(settings.clusters)


def one_agent(settings: AgentSettings, *, takeover: bool, bucket: Bucket | None = None) -> Agent:
    """
    Put the agent of one cluster together.

    Args:
        settings: the agent's
        takeover: take the id from another uid or agent
        bucket: in place of the settings'

    Raises:
        SettingsError: something is missing or cannot be used.
        SourceError: the source did not say who the cluster is.
    """
    cluster = cluster_id(settings.cluster_id)
    source = open_source(settings, cluster)
    chosen = bucket or federated_storage(settings)
    return _agent(settings, cluster, source, chosen, price_book(settings), takeover=takeover)


def many_agents(settings: AgentSettings, *, takeover: bool) -> FleetAgent:
    """
    Put the agent of many clusters together.

    Raises:
        SettingsError: something is missing, cannot be used, or belongs to an agent of one cluster.
    """
    for name in ("cluster_id", "cluster_uid"):
        if getattr(settings, name):
            raise SettingsError(
                f"{name} is one cluster's and this agent builds many: each gets its id from the label, its uid from "
                "the age of its kube-system"
            )
    label = settings.cluster_label or DEFAULT_LABEL
    source, bucket, prices = open_source(settings), federated_storage(settings), price_book(settings)
    name = agent_name(settings.data_dir / "agent-name")

    def make(cluster: ClusterId) -> Agent:
        narrowed = source.of_cluster(label, cluster)
        folder = settings.data_dir / CLUSTERS_FOLDER / cluster
        return _agent(settings, cluster, narrowed, bucket, prices, takeover=takeover, folder=folder, holder=name)

    only = tuple(name.strip() for name in settings.clusters.split(",") if name.strip())
    return FleetAgent(
        Clusters(source, label),
        Choice(label, () if settings.all_clusters else only),
        make,
        timing=timing(settings),
        at_once=settings.clusters_at_once,
        clock=clock,
    )


def timing(settings: AgentSettings) -> BuildTiming:
    """Return when windows are due."""
    keep = settings.hourly_retention_days
    return BuildTiming(
        delay=delay(settings),
        backfill=timedelta(hours=settings.backfill_hours),
        hourly_retention=timedelta(days=keep) if keep else None,
    )


def _agent(  # noqa: PLR0913 - what an agent is made of
    settings: AgentSettings,
    cluster: ClusterId,
    source: PrometheusSource,
    bucket: Bucket,
    prices: PriceBook,
    *,
    takeover: bool,
    folder: Path | None = None,
    holder: str = OWN,
) -> Agent:
    chosen = folder or settings.data_dir
    uid = cluster_uid(settings.cluster_uid, chosen / "cluster-uid", source, clock())
    return Agent(
        builder=Builder(
            AgentIdentity(cluster, uid, prices.currency),
            source,
            prices,
            settings.resolution_seconds,
            timedelta(hours=settings.bridge_hours),
        ),
        store=local_store(chosen / "store"),
        bucket=bucket,
        timing=timing(settings),
        clock=clock,
        takeover=takeover,
        holder=holder,
    )
