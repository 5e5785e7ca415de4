"""A whole values file into settings: the role is found, every step is taken, every key accounted for."""

from __future__ import annotations

from collections.abc import Iterator

from fleetcost.errors import SettingsError
from fleetcost.migrate.keys import KeyVerdict, judge, shown
from fleetcost.migrate.roles import Flags, resolve
from fleetcost.migrate.steps import STEPS
from fleetcost.migrate.values import STORE_FILE, Accounted, HelmValues, Imported, identity
from fleetcost.ops.reading import parse_yaml


def read_values(text: str, name: str) -> Imported:
    """
    Read a file.

    Args:
        text: its content
        name: for messages

    Raises:
        SettingsError: no YAML, or a combination of roles the chart refused, too.
    """
    # Helm takes the last of two equal keys and says nothing. Which of them a person meant is not ours to guess.
    document = parse_yaml(text, f"values {name}").mapping()
    # A chart that bundles this one nests its values.
    nested = document.get("cost-analyzer")
    values = HelmValues({**document, **nested} if isinstance(nested, dict) else document)
    values.flat = {key: value for key, value in values.flat.items() if not key.startswith("cost-analyzer.")}
    made = Imported(resolve(_flags(values)))
    for step in STEPS:
        try:
            step(values, made)
        except (ValueError, TypeError, AttributeError) as error:
            raise SettingsError(
                f"read values {name}: the keys of {step.__name__.strip('_')}: {error}; a value is not of the kind the "
                "chart takes (a template that was not filled in?)"
            ) from error
    made.keys = tuple(_accounted(values))
    return made


def _flags(values: HelmValues) -> Flags:
    role = "the role"
    by_secret = values.take("kubecostModel.federatedStorageConfigSecret", f"storage_config: {STORE_FILE}")
    inline = values.take("kubecostModel.federatedStorageConfig", f"storage_config: {STORE_FILE}")
    values.flag("federatedETL.federatedCluster", f"{role}: an agent with a bucket is a federated cluster")
    primary = values.flag("federatedETL.primaryCluster", role)
    federator = values.flag("federatedETL.federator.enabled", role)
    return Flags(
        agent_only=values.flag("federatedETL.agentOnly", role),
        primary_cluster=primary or federator,
        aggregator_enabled=values.flag("kubecostAggregator.enabled", role),
        deploy_method=str(values.take("kubecostAggregator.deployMethod", role, "singlepod")),
        read_only_primary=values.flag("federatedETL.readOnlyPrimary", role),
        store=bool(by_secret or inline),
        both_stores=bool(by_secret and inline),
        cluster_id=identity(values),
        id_elsewhere=bool(values.take("prometheus.server.clusterIDConfigmap", "FLEETCOST_CLUSTER_ID from that map")),
    )


def _accounted(values: HelmValues) -> Iterator[Accounted]:
    for key, value in values.flat.items():
        if key in values.taken:
            yield Accounted(key, shown(key, value), KeyVerdict.USED, values.taken[key])
        else:
            yield Accounted(key, shown(key, value), *judge(key))
