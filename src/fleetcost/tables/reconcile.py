"""Bills and assets brought together."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from fleetcost.tables.database import Writer


def reconcile_days(writer: Writer, days: Collection[datetime]) -> None:
    """Reconcile the clusters of these days with their bills."""
    del writer, days
