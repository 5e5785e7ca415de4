"""Which role a Kubecost installation had, from its values; one pure function."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from fleetcost.errors import SettingsError
from fleetcost.model.identity import DEFAULT_IDS


class Role(enum.StrEnum):
    """What an installation did."""

    STANDALONE = "standalone: its own cluster, no bucket"
    FEDERATED_WITH_UI = "federated cluster with a UI of its own"
    AGENT = "agent: pushes and serves nothing"
    FEDERATED = "federated cluster: pushes, its UI is not served"
    PRIMARY = "primary: pushes, and serves every cluster"
    READ_ONLY_PRIMARY = "read-only primary: serves every cluster and writes nothing"

    @property
    def pushes(self) -> bool:
        """Whether it needs an agent that pushes to a bucket."""
        return self not in {Role.STANDALONE, Role.READ_ONLY_PRIMARY}

    @property
    def serves(self) -> bool:
        """Whether it needs an aggregator."""
        return self in {Role.STANDALONE, Role.FEDERATED_WITH_UI, Role.PRIMARY, Role.READ_ONLY_PRIMARY}


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """
    What of the values decides the role.

    Attributes:
        agent_only: `federatedETL.agentOnly`
        primary_cluster: `federatedETL.primaryCluster`, or `federatedETL.federator.enabled` before it
        aggregator_enabled: `kubecostAggregator.enabled`
        deploy_method: `kubecostAggregator.deployMethod`
        read_only_primary: `federatedETL.readOnlyPrimary`
        store: a store is configured, by secret or inline
        both_stores: by both
        cluster_id: of the values
        id_elsewhere: the id comes from a ConfigMap
    """

    agent_only: bool = False
    primary_cluster: bool = False
    aggregator_enabled: bool = False
    deploy_method: str = "singlepod"
    read_only_primary: bool = False
    store: bool = False
    both_stores: bool = False
    cluster_id: str = ""
    id_elsewhere: bool = False


def resolve(flags: Flags) -> Role:
    """
    Tell the role, as the chart did.

    Raises:
        SettingsError: a combination the chart refused, too.
    """
    stateful = flags.deploy_method == "statefulset" or flags.primary_cluster or flags.aggregator_enabled
    if flags.both_stores:
        raise SettingsError("values: federatedStorageConfig and federatedStorageConfigSecret are both given; keep one")
    if flags.agent_only and flags.deploy_method == "statefulset":
        raise SettingsError("values: federatedETL.agentOnly contradicts kubecostAggregator.deployMethod: statefulset")
    if stateful and not flags.agent_only and not flags.store:
        raise SettingsError("values: a primary reads a bucket; give kubecostModel.federatedStorageConfigSecret")
    if flags.store and flags.cluster_id in DEFAULT_IDS and not flags.id_elsewhere:
        raise SettingsError(
            f"values: a store is set and the cluster id is still {flags.cluster_id!r}; choose a unique cluster_id"
        )
    if flags.agent_only:
        return Role.AGENT
    if stateful:
        return Role.READ_ONLY_PRIMARY if flags.read_only_primary else Role.PRIMARY
    if not flags.store:
        return Role.STANDALONE
    return Role.FEDERATED if flags.deploy_method == "disabled" else Role.FEDERATED_WITH_UI
