"""Judging what another product's agent says of itself, with cures that name that agent and not ours."""

from __future__ import annotations

from fleetcost.model.identity import ClusterId
from fleetcost.sets.foreign_agents import ForeignAgent
from fleetcost.verify.verdict import Link, LinkVerdict, broken, holds, remark

THEIR_LOG = (
    "the cluster has another product's agent: is its pod running (finopsagent of Kubecost 3, cost-analyzer of Kubecost "
    "2, opencost), and may it write to the bucket? Read its log"
)
THEIR_OBJECTS = (
    "the cluster has another product's agent, which nothing here can order: it writes again what it still holds when "
    "it is started again; older objects come back by the bucket's versions (docs/guide/recovery.md)"
)
NO_SETS_YET = (
    "the cluster has another product's agent, which has not written its first hour, or writes none: read its log, and "
    "see that it exports allocations and assets (exportLegacyDataModels: true in the agent's chart)"
)
SHOWN = 3


def their_beat(cluster: ClusterId, agent: ForeignAgent, ago: str, *, silent: bool) -> LinkVerdict:
    """
    Judge another product's newest heartbeat.

    Args:
        cluster: whose
        agent: what it says
        ago: how long ago, in words
        silent: whether that is too long
    """
    version = f", version {agent.version}" if agent.version else ""
    account = f"another product's agent{version}, seen {ago} ago"
    return broken(Link.HEARTBEAT, account, THEIR_LOG, cluster) if silent else holds(Link.HEARTBEAT, account, cluster)


def their_checks(cluster: ClusterId, agent: ForeignAgent) -> LinkVerdict:
    """Judge another product's own checks: what fails there is named, and is mended there."""
    if agent.problem:
        return remark(Link.DIAGNOSTICS, agent.problem, cluster)
    if agent.failed:
        account = f"{len(agent.failed)} of {agent.checks} checks of its agent fail: {'; '.join(agent.failed[:SHOWN])}"
        return remark(Link.DIAGNOSTICS, account, cluster)
    return holds(Link.DIAGNOSTICS, f"{agent.checks} checks of its agent pass", cluster)
