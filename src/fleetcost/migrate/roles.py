"""Which role an installation had, from its values: one pure function for each time of the charts."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from fleetcost.errors import SettingsError
from fleetcost.model.identity import DEFAULT_IDS


class Role(enum.StrEnum):
    """What an installation did."""

    NOT_NAMED = "a role the values do not name"
    STANDALONE = "standalone: its own cluster, no bucket"
    SHARED_DATABASE = "primary of a shared database of metrics: serves every cluster it holds, no bucket"
    FEDERATED_WITH_UI = "federated cluster with a UI of its own"
    AGENT = "agent: pushes and serves nothing"
    FEDERATED = "federated cluster: pushes, its UI is not served"
    PRIMARY = "primary: pushes, and serves every cluster"
    READ_ONLY_PRIMARY = "read-only primary: serves every cluster and writes nothing"

    @property
    def pushes(self) -> bool:
        """Whether it needs an agent that pushes to a bucket."""
        return self in {Role.FEDERATED_WITH_UI, Role.AGENT, Role.FEDERATED, Role.PRIMARY}

    @property
    def serves(self) -> bool:
        """Whether it needs an aggregator."""
        return self not in {Role.NOT_NAMED, Role.AGENT, Role.FEDERATED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """
    What of the values decides the role.

    Attributes:
        agent_only: `federatedETL.agentOnly`
        federated: `federatedETL.federatedCluster`
        shared_database: its source holds many clusters, and it was not limited to its own
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
    federated: bool = False
    shared_database: bool = False
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
    Return the role, as the charts 1.x and 2.x made it.

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
    _refuse_default_id(flags.cluster_id, store=flags.store and not flags.id_elsewhere)
    if flags.agent_only:
        return Role.AGENT
    if stateful:
        return Role.READ_ONLY_PRIMARY if flags.read_only_primary else Role.PRIMARY
    if not flags.store and not flags.federated:
        return Role.SHARED_DATABASE if flags.shared_database else Role.STANDALONE
    return Role.FEDERATED if flags.deploy_method == "disabled" else Role.FEDERATED_WITH_UI


@dataclass(frozen=True, slots=True, kw_only=True)
class PartFlags:
    """
    What decides the role in the charts since 3.0, whose parts are switched on and off by themselves.

    Attributes:
        aggregator: `aggregator.enabled`, None where the file does not say
        agent: `finopsagent.enabled`, None where the file does not say
        whole: the file is of the whole chart, so that its defaults stand; the agent's own chart has the same identity
        store: `global.federatedStorage` names a store
        own_store: `localStore.enabled`, which stands for a store where none is named
        frontend: `frontend.enabled`; who switches it off and says nothing of the aggregator meant either role
        cluster_id: of the values
    """

    aggregator: bool | None = None
    agent: bool | None = None
    whole: bool = False
    store: bool = False
    own_store: bool = True
    frontend: bool = True
    cluster_id: str = ""


def resolve_parts(flags: PartFlags) -> Role:
    """
    Return the role, as the charts since 3.0 make it: both parts are on where nobody switched them off.

    Raises:
        SettingsError: a store, and an id that any cluster may have.
    """
    _refuse_default_id(flags.cluster_id, store=flags.store)
    if flags.aggregator is None and flags.agent is None and not flags.whole:
        return Role.NOT_NAMED
    agent = flags.agent is not False
    if flags.aggregator is False:
        return Role.AGENT if agent else Role.NOT_NAMED
    if flags.aggregator is None and not (flags.frontend and (flags.store or flags.own_store)):
        return Role.NOT_NAMED
    if not flags.store and flags.own_store:
        return Role.STANDALONE
    return Role.PRIMARY if agent else Role.READ_ONLY_PRIMARY


def _refuse_default_id(cluster_id: str, *, store: bool) -> None:
    if store and cluster_id in DEFAULT_IDS:
        raise SettingsError(
            f"values: a store is set and the cluster id is still {cluster_id!r}; choose a unique cluster_id"
        )
