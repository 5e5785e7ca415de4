"""
Every command that a message or a page shows, once: its text, and where it is run.

The web app has them as `web/src/words/commands.json`, which `scripts/docs_commands.py` makes of this table. A test has
each read by the command line's own parser or rendered by Helm; another finds commands that are written anywhere else.
"""

from __future__ import annotations

import enum
from typing import Self

_IN_AGENT = "kubectl exec --namespace fleetcost statefulset/fleetcost-agent -- fleetcost"
_AS_AGENT = "--settings /etc/fleetcost/settings/agent.yaml"

BUCKET = "where the file of the bucket is"
CLUSTER = "on that cluster"
PRIMARY = "on the primary"


class ShownCommand(enum.StrEnum):
    """
    A command that people are shown.

    Attributes:
        where: where it is run, as words that follow "Run"
    """

    where: str

    def __new__(cls, text: str, where: str) -> Self:
        """Make a member of its text, in which braces name what the reader's case fills in, and its place."""
        made = str.__new__(cls, text)
        made._value_ = text
        made.where = where
        return made

    INSTALL_AGENT = (
        (
            "helm upgrade --install fleetcost deploy/helm/fleetcost --namespace fleetcost --create-namespace "
            "--set clusterId={cluster} --set-file storage.config=federated-store.yaml "
            "--set agent.prometheus.url={prometheus} --set aggregator.deployMethod=disabled"
        ),
        "in a copy of the repository of fleetcost, with the context of the cluster",
    )
    AGENT_RUN = "fleetcost agent run", "on each cluster"
    AGENT_BUILD = f"{_IN_AGENT} agent build {_AS_AGENT} --window {{window}}", CLUSTER
    AGENT_CHECK = "fleetcost agent check", CLUSTER
    AGENT_RETIRE = "fleetcost agent retire --cluster-id {cluster}", BUCKET
    STORAGE_CHECK = "fleetcost storage check", BUCKET
    STORAGE_CHECK_BELOW = "fleetcost storage check --below federated/{cluster}", CLUSTER
    STORAGE_LIST = "fleetcost storage ls", BUCKET
    STORAGE_LIST_CLUSTER = "fleetcost storage ls --cluster {cluster}", BUCKET
    VERIFY = "fleetcost verify", PRIMARY
    BILLING_RUN = "fleetcost billing run", PRIMARY
    BILLING_CHECK = "fleetcost billing check", PRIMARY
    RATES_IMPORT = "fleetcost rates import rates.csv --table booked", BUCKET
    STATEMENTS_DEFINE = "fleetcost statements define team.yaml", BUCKET
    CONFIG_AGGREGATOR = "fleetcost config show aggregator", PRIMARY
    SETS_RAW = "fleetcost sets show --raw kubemodel.bingen", "where the file is"
    IMPORT_BACKUP = "fleetcost import etl-backup etl-backup-store.yaml", BUCKET
    COMPLETION = "fleetcost completion bash", "in that shell"
    QUERY = "fleetcost query allocation --window 7d --aggregate cluster", "where the aggregator can be reached"
    PORT_FORWARD = (
        "kubectl port-forward --namespace fleetcost statefulset/fleetcost-aggregator 9090:9090",
        "with the context of the primary",
    )
    PORT_FORWARD_AGENT = (
        "kubectl port-forward --namespace fleetcost statefulset/fleetcost-agent 9003:9003",
        "with the context of that cluster",
    )

    def filled(self, **parts: str) -> str:
        """Return the text with what the reader's case fills in."""
        return self.value.format(**parts)

    @property
    def quoted(self) -> str:
        """The text as messages quote it."""
        return f"`{self.value}`"
