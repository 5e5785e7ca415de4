"""
What an agent does besides its rounds: answer requests, check its health, tell its state.

Runs beside the loop; a failure here is logged and never stops a round.
"""

from __future__ import annotations

import threading
from datetime import datetime
from pathlib import Path

from fleetcost.agent.diagnostics import (
    Surroundings,
    read_diagnostics,
    run_checks,
    today_and_yesterday,
    write_diagnostics,
)
from fleetcost.agent.jobs import Jobs
from fleetcost.agent.loop import Agent
from fleetcost.agent.requests import answer_requests
from fleetcost.documents.cluster import Diagnostics, MissingHour, Noticed, noticed
from fleetcost.errors import FleetcostError, SourceError
from fleetcost.model.sets import SetKey, SetKind
from fleetcost.model.window import Resolution, Window, rfc3339
from fleetcost.ops import log, metrics
from fleetcost.samples.retention import scrapes
from fleetcost.sets.publish import header_at

EVERY_SECONDS = 300
"""How often the checks run and requests are looked for."""

_log = log.get("agent")


class Maintenance:
    """
    One agent's maintenance.

    Args:
        agent: whose
        jobs: its repairs
        data_dir: on the disk whose room is checked
        alone: the process has no other agent, so its metrics are this one's
    """

    def __init__(self, agent: Agent, jobs: Jobs, data_dir: Path, *, alone: bool = True) -> None:
        self._alone = alone
        self._agent = agent
        self._jobs = jobs
        self._data_dir = data_dir
        self._last: Diagnostics | None = None

    def run(self, stop: threading.Event) -> None:
        """Go round until asked to stop."""
        while not stop.is_set():
            try:
                self.once()
            except Exception as error:  # noqa: BLE001 - what is not ours is logged whole, and the rounds go on
                unknown = None if isinstance(error, FleetcostError) else error
                _log.warning("diagnostics not pushed", error=str(error), exc_info=unknown)
            stop.wait(EVERY_SECONDS)

    def once(self) -> Diagnostics:
        """
        Check, push the result, answer requests.

        Raises:
            StoreError, StoreRefusedError: the bucket did not answer.
        """
        now = self._agent.clock()
        cluster = self._agent.builder.identity.cluster
        before = self._last or read_diagnostics(self._agent.bucket, cluster)
        newest = {kind: self._newest_day(kind, now) for kind in SetKind}
        around = Surroundings(self._agent.builder.source, self._agent.builder.prices, self._data_dir, newest)
        built, findings = self._noticed(before)
        found = Diagnostics(
            cluster_id=cluster,
            latest_run=now,
            checks=run_checks(around, before, now),
            gaps=tuple(MissingHour(rfc3339(gap.start), self._cause(gap)) for gap in self._agent.gaps),
            built=built,
            findings=findings,
        )
        if self._alone:
            self._tell_status()
        self._last = found
        write_diagnostics(self._agent.bucket, found)
        answer_requests(self._agent.bucket, cluster, self._jobs, now)
        return found

    def _noticed(self, before: Diagnostics | None) -> tuple[datetime | None, tuple[Noticed, ...]]:
        """Return the newest hour that was built and what its build noticed; before the first, what is known of it."""
        if self._agent.noticed is None:
            return (before.built, before.findings) if before else (None, ())
        hour, findings = self._agent.noticed
        return hour.start, tuple(noticed(finding) for finding in findings)

    def _newest_day(self, kind: SetKind, now: datetime) -> datetime | None:
        for day in today_and_yesterday(now):
            key = SetKey(self._agent.builder.identity.cluster, kind, Resolution.DAY, day)
            header = header_at(self._agent.store, key)
            if header:
                return header.built_at
        return None

    def _cause(self, gap: Window) -> str:
        """Tell a source that was down from one that did not scrape what is needed."""
        try:
            scraping = scrapes(self._agent.builder.source, gap)
        except SourceError as error:
            return f"source did not answer: {error}"
        if scraping:
            return "no scrape: the source was up and had no running containers; is kube-state-metrics scraped?"
        return "source down, or past its retention: it has no sample of anything"

    def _tell_status(self) -> None:
        """Set the data-status metrics that dashboards of the field read."""
        health = self._agent.status()
        failing = health.status == "failing"
        for kind, gauge in ((SetKind.ALLOCATIONS, metrics.ALLOCATION_STATUS), (SetKind.ASSETS, metrics.ASSET_STATUS)):
            counts = self._agent.counts(kind)
            for resolution, name in ((Resolution.HOUR, "hourly"), (Resolution.DAY, "daily")):
                complete, partial = counts[resolution]
                gauge.labels(resolution=name, status="success").set(complete)
                gauge.labels(resolution=name, status="warning").set(partial)
                gauge.labels(resolution=name, status="empty").set(
                    len(self._agent.gaps) if resolution is Resolution.HOUR else 0
                )
                gauge.labels(resolution=name, status="error").set(int(failing))
