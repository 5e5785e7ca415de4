"""The words for what makes a difference between two windows: each part of it is one item, and items add up to it."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from types import MappingProxyType


class ItemGroup(enum.StrEnum):
    """Whose doing a part of a difference is: the owner's of the workloads, the surroundings', or not known yet."""

    DONE = "done"
    HAPPENED = "happened"
    UNKNOWN = "unknown"
    LENGTH = "length"


class ChangeItem(enum.StrEnum):
    """
    One part of a difference, in the order in which a difference is split, from outside in.

    CALENDAR and COVERAGE are whole amounts of windows without a counterpart; everything else is of windows that were
    observed alike. What each item is: `meaning`.
    """

    CALENDAR = "calendar"
    COVERAGE = "coverage"
    RATES = "rates"
    BILL = "bill"
    DISCOUNTS = "discounts"
    PRICE = "price"
    RUNNING_TIME = "running_time"
    REQUEST_SIZE = "request_size"
    ABOVE_REQUEST = "above_request"
    MOVED = "moved"
    NEW = "new"
    GONE = "gone"
    AMOUNT = "amount"
    IDLE_POOL = "idle_pool"
    IDLE_PART = "idle_part"
    SHARED = "shared"
    TENANCY = "tenancy"
    EXTERNAL = "external"

    @property
    def group(self) -> ItemGroup:
        """Whose doing it is."""
        return _GROUPS[self]

    @property
    def meaning(self) -> str:
        """One sentence for people, without its full stop."""
        return _MEANINGS[self]


IN_ORDER = tuple(ChangeItem)

Items = Mapping[ChangeItem, int]
"""Billionths of a currency's unit by item; what is absent is nothing."""

NOTHING: Items = MappingProxyType({})

_DONE = {
    ChangeItem.RUNNING_TIME, ChangeItem.REQUEST_SIZE, ChangeItem.ABOVE_REQUEST, ChangeItem.MOVED, ChangeItem.NEW,
    ChangeItem.GONE, ChangeItem.AMOUNT, ChangeItem.EXTERNAL,
}  # fmt: skip
_UNKNOWN = {ChangeItem.COVERAGE, ChangeItem.BILL}
_GROUPS = {
    item: ItemGroup.LENGTH
    if item is ChangeItem.CALENDAR
    else ItemGroup.DONE
    if item in _DONE
    else ItemGroup.UNKNOWN
    if item in _UNKNOWN
    else ItemGroup.HAPPENED
    for item in ChangeItem
}
_MEANINGS = {
    ChangeItem.CALENDAR: "one window is longer: windows that the other has no counterpart of",
    ChangeItem.COVERAGE: "windows that were not observed alike on both sides; what was not observed is not saved",
    ChangeItem.RATES: "exchange rates moved",
    ChangeItem.BILL: "billed over list price where the bill of one side has not come as far as the other's",
    ChangeItem.DISCOUNTS: "billed over list price: discounts and commitments",
    ChangeItem.PRICE: "the list price of a core-hour, byte-hour or byte",
    ChangeItem.RUNNING_TIME: "containers × hours: replicas, and how long they ran",
    ChangeItem.REQUEST_SIZE: "what each container asked for",
    ChangeItem.ABOVE_REQUEST: "what each container used above its request",
    ChangeItem.MOVED: "workloads run on nodes of another type or region, or bought another way",
    ChangeItem.NEW: "workloads that were not there before",
    ChangeItem.GONE: "workloads that are no longer there",
    ChangeItem.AMOUNT: "costs that have no quantity, such as load balancers",
    ChangeItem.IDLE_POOL: "there is more or less idle cost",
    ChangeItem.IDLE_PART: "the part of the idle cost that falls here",
    ChangeItem.SHARED: "shared costs that fall here",
    ChangeItem.TENANCY: "nodes' own disks and management fees",
    ChangeItem.EXTERNAL: "costs from outside the cluster",
}
