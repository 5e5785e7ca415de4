"""What the server knows of the integrations, and what it can have done to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from fleetcost.api.problem import ReadOnlyError
from fleetcost.bucket.port import BucketReader
from fleetcost.errors import QuestionError, closest
from fleetcost.model.cloud_sets import IntegrationId, IntegrationStatus
from fleetcost.model.window import Window
from fleetcost.sets.cloud.status import integrations, read_status


class BillOrders(Protocol):
    """What reads bills, beside this server; the composition root hands it in."""

    def rebuild(self, chosen: Sequence[IntegrationId]) -> None:
        """Read everything again, as if nothing had been read before."""

    def repair(self, window: Window, chosen: Sequence[IntegrationId]) -> None:
        """Read the days of a window again."""


@dataclass(frozen=True, slots=True)
class Bills:
    """
    The integrations.

    Attributes:
        bucket: where their status is
        orders: takes orders; None where this server reads no bills
    """

    bucket: BucketReader
    orders: BillOrders | None = None

    def statuses(self) -> tuple[IntegrationStatus, ...]:
        """Return what is known of each integration after its last run."""
        found = (read_status(self.bucket, name) for name in integrations(self.bucket))
        return tuple(one for one in found if one is not None)

    def chosen(self, key: str) -> tuple[IntegrationId, ...]:
        """
        Return the integrations a key stands for; the empty one is all of them.

        Raises:
            QuestionError: there is no such integration.
        """
        known = integrations(self.bucket)
        if not key:
            return known
        if key not in known:
            accepted = ", ".join(known) or "none: no integration has run yet"
            case = f"There is no integration `{key}`"
            raise QuestionError("integrationKey", key, accepted, case=case, suggestion=closest(key, known))
        return (IntegrationId(key),)

    def ordered(self) -> BillOrders:
        """
        Return what takes orders.

        Raises:
            ReadOnlyError: this server reads no bills.
        """
        if self.orders is None:
            raise ReadOnlyError(
                "this server reads no bills: give it a cloud integration, or order it where they are read"
            )
        return self.orders
