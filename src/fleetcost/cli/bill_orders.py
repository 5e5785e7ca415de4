"""Orders of the API to read bills again, carried out beside the server, one after the other."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace

from fleetcost.billing.plan import Due, rebuild, repair
from fleetcost.billing.run import Billing
from fleetcost.errors import FleetcostError
from fleetcost.model.cloud_sets import IntegrationId
from fleetcost.model.window import Window
from fleetcost.ops import log

_log = log.get("billing")


class Orders:
    """
    Takes orders; `fleetcost.api.bills.BillOrders` is what the API sees of it.

    Args:
        billing: reads the bills
    """

    def __init__(self, billing: Billing) -> None:
        self._billing = billing
        self._turn = threading.Lock()

    def rebuild(self, chosen: Sequence[IntegrationId]) -> None:
        """Read everything within the backfill again."""
        self._begin(chosen, rebuild(self._billing.work.clock(), self._billing.timing))

    def repair(self, window: Window, chosen: Sequence[IntegrationId]) -> None:
        """Read the days of a window again, and touch no other ones."""
        self._begin(chosen, repair(window))

    def _begin(self, chosen: Sequence[IntegrationId], due: Due) -> None:
        own = [one for one in self._billing.integrations if not chosen or one.id in chosen]
        billing = replace(self._billing, integrations=own)
        threading.Thread(target=self._run, args=(billing, due), name="bill order", daemon=True).start()

    def _run(self, billing: Billing, due: Due) -> None:
        with self._turn:
            try:
                billing.run_once(lambda _integration: due)
            except FleetcostError as error:
                _log.exception("bills could not be read again", reason=str(error), window=str(due.window))
