"""What an agent of many clusters does besides its rounds: each cluster's checks, requests and repairs."""

from __future__ import annotations

import threading
from pathlib import Path

from fleetcost.agent.fleet import FleetAgent
from fleetcost.agent.jobs import Jobs
from fleetcost.agent.loop import Agent
from fleetcost.agent.maintenance import EVERY_SECONDS, Maintenance
from fleetcost.agent.repair import Repair
from fleetcost.documents.repairs import RepairJob
from fleetcost.errors import CallerError, FleetcostError, near
from fleetcost.model.identity import ClusterId
from fleetcost.ops import log

_log = log.get("agent")


class FleetMaintenance:
    """
    The maintenance for every cluster, one after the other.

    Args:
        fleet: whose clusters
        data_dir: on the disk whose room is checked
    """

    def __init__(self, fleet: FleetAgent, data_dir: Path) -> None:
        self._fleet = fleet
        self._data_dir = data_dir
        self._sides: dict[ClusterId, tuple[Agent, Jobs, Maintenance]] = {}
        self._lock = threading.Lock()

    def run(self, stop: threading.Event) -> None:
        """Go round until asked to stop."""
        while not stop.wait(EVERY_SECONDS):
            self.once()

    def once(self) -> None:
        """Check each cluster that is ours, push the result, answer requests; a failure is logged and stays its own."""
        for cluster in self._fleet.agents():
            try:
                self._side(cluster)[2].once()
            except Exception as error:  # noqa: BLE001 - the next cluster's checks go on
                unknown = None if isinstance(error, FleetcostError) else error
                _log.warning("diagnostics not pushed", cluster=cluster, error=str(error), exc_info=unknown)

    def order(self, cluster: str, repair: Repair) -> RepairJob:
        """
        Queue a repair of one cluster.

        Raises:
            CallerError: the cluster is not built here.
        """
        known = self._fleet.agents()
        if cluster not in known:
            raise CallerError(
                f"cluster={cluster!r}: this agent builds several clusters, name one of "
                f"{', '.join(known) or 'none yet'}{near(cluster, known)}"
            )
        return self._side(ClusterId(cluster))[1].order(repair)

    def list(self) -> dict[str, tuple[RepairJob, ...]]:
        """Return the repairs that are remembered, by cluster."""
        with self._lock:
            return {cluster: jobs.list() for cluster, (_, jobs, _) in self._sides.items()}

    def stop(self) -> None:
        """Finish the running repairs."""
        with self._lock:
            for _, jobs, _ in self._sides.values():
                jobs.stop()

    def _side(self, cluster: ClusterId) -> tuple[Agent, Jobs, Maintenance]:
        agent = self._fleet.agents()[cluster]
        with self._lock:
            known = self._sides.get(cluster)
            if known is None or known[0] is not agent:
                if known is not None:
                    known[1].stop()
                jobs = Jobs(agent)
                jobs.start()
                self._sides[cluster] = known = (agent, jobs, Maintenance(agent, jobs, self._data_dir, alone=False))
        return known
