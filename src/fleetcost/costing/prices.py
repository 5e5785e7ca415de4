"""
Prices: the price book, and the one function that decides what a node's resources cost.

Rates are per hour and per core, GiB (2^30 bytes) or GPU, before discounts, in the currency of the sets. Allocations and
assets are both priced by what `node_prices` returns, so their books close.
"""

from __future__ import annotations

from dataclasses import dataclass

from fleetcost.costing.notes import Notes
from fleetcost.model.asset import PriceSource
from fleetcost.model.finding import FindingKind

HOURS_PER_MONTH = 730
GIB = 2**30

HIGHEST_HOURLY = 1e7
"""No single thing costs more an hour in any currency; a higher price is taken for a fault of its source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceBook:
    """
    What is charged where the samples hold no prices.

    The defaults are the field's: list prices of a general-purpose machine, 0.04 a GiB-month of storage.

    Attributes:
        currency: ISO 4217 code
        custom: these rates are used even where the samples hold prices
        discount, negotiated_discount: fractions; together 1 − (1 − a)(1 − b) off CPU and RAM
        discounts_gpu: the discounts are taken off GPUs too
    """

    currency: str = "USD"
    custom: bool = False
    cpu_hourly: float = 0.031611
    cpu_spot_hourly: float = 0.006655
    ram_gib_hourly: float = 0.004237
    ram_gib_spot_hourly: float = 0.000892
    gpu_hourly: float = 0.95
    gpu_spot_hourly: float = 0.308
    storage_gib_hourly: float = 0.04 / HOURS_PER_MONTH
    local_disk_gib_hourly: float = 0.04 / HOURS_PER_MONTH
    zone_egress_gib: float = 0.01
    region_egress_gib: float = 0.01
    internet_egress_gib: float = 0.12
    load_balancer_hourly: float = 0.025
    discount: float = 0.0
    negotiated_discount: float = 0.0
    discounts_gpu: bool = False

    @property
    def combined_discount(self) -> float:
        """Both discounts together, as a fraction."""
        return 1 - (1 - self.discount) * (1 - self.negotiated_discount)


@dataclass(frozen=True, slots=True)
class Price:
    """A price an hour and where it came from."""

    value: float
    source: PriceSource


@dataclass(frozen=True, slots=True)
class Offer:
    """What the source says a node's resources cost; None where it says nothing."""

    cpu: float | None = None
    ram_gib: float | None = None
    gpu: float | None = None
    spot: bool = False


@dataclass(frozen=True, slots=True)
class NodePrices:
    """
    What a node's resources cost an hour, discounts taken off.

    Attributes:
        discount: the fraction that was taken off CPU and RAM
        source: the weakest of the sources of the three
    """

    cpu: float
    ram_gib: float
    gpu: float
    discount: float
    source: PriceSource


def node_prices(offer: Offer, book: PriceBook, *, has_gpus: bool, subject: str, notes: Notes) -> NodePrices:
    """
    Decide what a node's resources cost.

    Args:
        offer: what the source says
        book: what is charged where it says nothing
        has_gpus: the node holds GPUs, so the absence of their price matters
        subject: the node, for findings
        notes: keeps the findings
    """
    cpu = choose(offer.cpu, book.cpu_spot_hourly if offer.spot else book.cpu_hourly, book, f"{subject}: CPU", notes)
    ram = choose(
        offer.ram_gib, book.ram_gib_spot_hourly if offer.spot else book.ram_gib_hourly, book, f"{subject}: RAM", notes
    )
    prices = [cpu, ram]
    gpu = Price(0.0, PriceSource.NONE)
    if has_gpus:
        gpu = choose(offer.gpu, book.gpu_spot_hourly if offer.spot else book.gpu_hourly, book, f"{subject}: GPU", notes)
        prices.append(gpu)
    discount = book.combined_discount
    left = 1 - discount
    return NodePrices(
        cpu.value * left,
        ram.value * left,
        gpu.value * (left if book.discounts_gpu else 1),
        discount,
        weakest(prices),
    )


def choose(offered: float | None, rate: float, book: PriceBook, subject: str, notes: Notes) -> Price:
    """
    Choose between what the source says and the price book's rate.

    A price of zero, below zero or beyond reason is no price: a source that knows none says 0.
    """
    if book.custom:
        return _checked(Price(rate, PriceSource.CUSTOM), subject, notes)
    if offered is not None and 0 < offered <= HIGHEST_HOURLY:
        return Price(offered, PriceSource.METRIC)
    if offered is not None and offered != 0:
        notes.notice(FindingKind.VALUE_REFUSED, f"{subject} price {offered}")
    notes.notice(FindingKind.PRICE_DEFAULTED, subject)
    return _checked(Price(rate, PriceSource.PRICE_BOOK), subject, notes)


def weakest(prices: list[Price]) -> PriceSource:
    """Return the source that deserves least trust: a node priced half from the price book is priced from it."""
    return max((price.source for price in prices), key=_TRUST.index)


_TRUST = (
    PriceSource.BILL,
    PriceSource.METRIC,
    PriceSource.CUSTOM,
    PriceSource.FOREIGN,
    PriceSource.PRICE_BOOK,
    PriceSource.NONE,
)


def _checked(price: Price, subject: str, notes: Notes) -> Price:
    if price.value > 0:
        return price
    notes.notice(FindingKind.PRICE_ZERO, subject)
    return Price(0.0, price.source)
