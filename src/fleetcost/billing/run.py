"""Every integration in turn: refresh, status, and the loop that comes back every few hours."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from fleetcost.billing.integration import Integration
from fleetcost.billing.open import open_source
from fleetcost.billing.plan import BillTiming, Due, plan
from fleetcost.billing.refresh import Refreshed, Work, refresh, status_of
from fleetcost.billing.source import BillSource
from fleetcost.errors import FleetcostError, SetDamagedError
from fleetcost.model.cloud_sets import ConnectionStatus, IntegrationStatus
from fleetcost.model.window import Window
from fleetcost.ops import log
from fleetcost.sets.cloud.layout import CloudObject, discover
from fleetcost.sets.cloud.status import read_status, write_status

_log = log.get("billing")

OpenSource = Callable[[Integration], BillSource]
ChooseDue = Callable[[Integration], Due]


@dataclass(frozen=True, slots=True)
class Billing:
    """
    Every integration and what is needed to refresh it.

    Attributes:
        integrations: of the settings
        work: bucket, folder, engine, clock
        timing: when bills are read
        open_source: makes an integration's source
    """

    integrations: Sequence[Integration]
    work: Work
    timing: BillTiming
    open_source: OpenSource

    def run_once(self, choose: ChooseDue | None = None) -> dict[str, Refreshed]:
        """
        Refresh every integration; the failure of one stops no other.

        Args:
            choose: which days, where that is not what an ordinary run does
        """
        return {one.id: self._run(one, choose or self._ordinary) for one in self.integrations}

    def loop(self, stop: threading.Event) -> None:
        """Refresh again and again until asked to stop."""
        while not stop.is_set():
            try:
                self.run_once()
            except FleetcostError as error:
                _log.exception("bills could not be refreshed", reason=str(error))
            stop.wait(self.timing.refresh.total_seconds())

    def _ordinary(self, integration: Integration) -> Due:
        return plan(self.work.clock(), self.timing, first=coverage(integration, self.work) is None)

    def _run(self, integration: Integration, choose: ChooseDue) -> Refreshed:
        began = self.work.clock()
        try:
            done = refresh(integration, self.open_source(integration), choose(integration), self.work)
        except FleetcostError as error:
            done = Refreshed(status_of(error), str(error))
        _tell(integration, done)
        write_status(self.work.bucket, self._status(integration, done, began))
        return done

    def _status(self, integration: Integration, done: Refreshed, began: datetime) -> IntegrationStatus:
        before = _before(integration, self.work)
        return IntegrationStatus(
            integration=integration.id,
            source=integration.source,
            provider=integration.provider,
            location=integration.location,
            status=done.status,
            message=done.message,
            created=before.created if before else began,
            last_run=began,
            next_run=began + self.timing.refresh,
            refresh_seconds=int(self.timing.refresh.total_seconds()),
            runs=(before.runs if before else 0) + 1,
            coverage=coverage(integration, self.work),
        )


def opener(wait: Callable[[float], None], timing: BillTiming, environment: Mapping[str, str]) -> OpenSource:
    """Return what opens the source of an integration."""
    return lambda integration: open_source(integration, wait, timing.query_window, environment)


def coverage(integration: Integration, work: Work) -> Window | None:
    """Return from the first to the last day for which there is a set."""
    found = [one.location for one in discover(work.bucket, integration.id)]
    windows = [one.key.window for one in found if one.state is CloudObject.SET and one.key]
    return Window(min(w.start for w in windows), max(w.end for w in windows)) if windows else None


def _before(integration: Integration, work: Work) -> IntegrationStatus | None:
    try:
        return read_status(work.bucket, integration.id)
    except SetDamagedError:
        return None


def _tell(integration: Integration, done: Refreshed) -> None:
    fields = {
        "integration": integration.id, "location": integration.location, "status": done.status.value,
        "days": len(done.days), "written": done.written,
    }  # fmt: skip
    if done.status is ConnectionStatus.SUCCESSFUL and not done.message:
        _log.info("bills refreshed", **fields)
    else:
        _log.warning("bills refreshed", **fields, reason=done.message)
