"""
Prices: the price book, and the one function that decides what a node's resources cost.

Rates are per hour and per core, GiB (2^30 bytes) or GPU, before discounts, in the currency of the sets. Allocations and
assets are both priced by what `node_prices` returns, so their books close.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from fleetcost.costing.notes import Notes
from fleetcost.costing.price_table import PriceTable
from fleetcost.model.asset import PriceSource
from fleetcost.model.finding import FindingKind

HOURS_PER_MONTH = 730
GIB = 2**30

HIGHEST_HOURLY = 1e7
"""No single thing costs more an hour in any currency; a higher price is taken for a fault of its source."""


@dataclass(frozen=True, slots=True)
class Price:
    """A price an hour and where it came from."""

    value: float
    source: PriceSource


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceBook:
    """
    What is charged where the samples hold no prices.

    The defaults are the field's: list prices of a general-purpose machine, 0.04 a GiB-month of storage.

    Attributes:
        currency: ISO 4217 code
        custom: these rates are used even where the samples hold prices
        *_egress_gib: price of a GiB to another zone, to another region, to the internet
        local_disk_gib_hourly: of nodes' own disks; 0 leaves those out
        storage_classes: rates of a GiB-hour by storage class, before `storage_gib_hourly`
        discount, negotiated_discount: fractions; together 1 - (1 - a)(1 - b) off CPU and RAM
        discounts_gpu: the discounts are taken off GPUs too
        written: the names of the rates that somebody wrote in a price sheet; the others are built in
        table: prices of single machines, GPUs and volumes; a row that matches wins over everything else
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
    cluster_management_hourly: float = 0.0
    storage_classes: tuple[tuple[str, float], ...] = ()
    discount: float = 0.0
    negotiated_discount: float = 0.0
    discounts_gpu: bool = False
    written: frozenset[str] = frozenset()
    table: PriceTable = field(default_factory=PriceTable)

    @property
    def combined_discount(self) -> float:
        """Both discounts together, as a fraction."""
        return 1 - (1 - self.discount) * (1 - self.negotiated_discount)

    @property
    def given(self) -> bool:
        """Whether somebody wrote prices: in a sheet or in a file."""
        return self.custom or bool(self.written - {"currency"}) or bool(self.table.rows)

    def rate(self, name: str) -> Price:
        """Return a rate by its name here, and whether somebody wrote it."""
        written = self.custom or name in self.written
        return Price(getattr(self, name), PriceSource.CUSTOM if written else PriceSource.PRICE_BOOK)

    def storage_rate(self, storage_class: str) -> Price:
        """Return the rate of a GiB-hour of a storage class."""
        of_class = dict(self.storage_classes).get(storage_class)
        return self.rate("storage_gib_hourly") if of_class is None else Price(of_class, PriceSource.CUSTOM)


@dataclass(frozen=True, slots=True)
class Offer:
    """
    What is offered for a node's resources; None where nothing is.

    Attributes:
        spot: the node may be taken back any time
        source: of CPU and RAM: a metric, or a price file's row, which wins over the price book's own rates
        gpu_source: of the GPU
    """

    cpu: float | None = None
    ram_gib: float | None = None
    gpu: float | None = None
    spot: bool = False
    source: PriceSource = PriceSource.METRIC
    gpu_source: PriceSource = PriceSource.METRIC


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
        offer: what is offered
        book: what is charged where nothing is
        has_gpus: the node holds GPUs, so the absence of their price matters
        subject: the node, for findings
        notes: keeps the findings
    """
    spot = offer.spot
    kind = "spot_hourly" if spot else "hourly"
    cpu = choose(offer.cpu, book.rate(f"cpu_{kind}"), book, f"{subject}: CPU", notes, offer.source)
    ram = choose(offer.ram_gib, book.rate(f"ram_gib_{kind}"), book, f"{subject}: RAM", notes, offer.source)
    prices = [cpu, ram]
    gpu = Price(0.0, PriceSource.NONE)
    if has_gpus:
        gpu = choose(offer.gpu, book.rate(f"gpu_{kind}"), book, f"{subject}: GPU", notes, offer.gpu_source)
        prices.append(gpu)
    discount = book.combined_discount
    left = 1 - discount
    gpu_left = left if book.discounts_gpu else 1.0
    return NodePrices(cpu.value * left, ram.value * left, gpu.value * gpu_left, discount, weakest(prices))


def choose(
    offered: float | None,
    rate: Price,
    book: PriceBook,
    subject: str,
    notes: Notes,
    source: PriceSource = PriceSource.METRIC,
) -> Price:
    """
    Choose between what is offered and the price book's rate.

    A price below zero or beyond reason is no price, and neither is a metric's zero: a source that knows none says 0.
    What somebody wrote as zero is a price.

    Args:
        offered: the price, or None
        rate: the price book's
        book: which says whether its own rates win over metrics
        subject: what is priced, for findings
        notes: keeps the findings
        source: where the offer comes from
    """
    written = source is PriceSource.CUSTOM
    if offered is not None and (written or not book.custom):
        if 0 < offered <= HIGHEST_HOURLY or (written and offered == 0):
            return Price(offered, source)
        if offered != 0:
            notes.notice(FindingKind.VALUE_REFUSED, f"{subject} price {offered}")
    if not book.custom:
        in_sheet = rate.source is PriceSource.CUSTOM
        notes.notice(FindingKind.PRICE_SHEET if in_sheet else FindingKind.PRICE_DEFAULTED, subject)
        if rate.value == 0:
            notes.notice(FindingKind.PRICE_ZERO, subject)
    return _bounded(rate, subject, notes)


def split_node_price(total: float, cores: float, ram_gib: float, gpus: float, book: PriceBook) -> Offer | None:
    """
    Split the price of a whole node over its resources, in the proportions of the price book's rates.

    Returns:
        The parts, which add up to the total times the node's size; None where the node has no size.
    """
    units = cores * book.cpu_hourly + ram_gib * book.ram_gib_hourly + gpus * book.gpu_hourly
    if units <= 0:
        return None
    scale = total / units
    return Offer(
        book.cpu_hourly * scale,
        book.ram_gib_hourly * scale,
        book.gpu_hourly * scale,
        source=PriceSource.CUSTOM,
        gpu_source=PriceSource.CUSTOM,
    )


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


def _bounded(price: Price, subject: str, notes: Notes) -> Price:
    if 0 <= price.value <= HIGHEST_HOURLY:
        return price
    notes.notice(FindingKind.VALUE_REFUSED, f"{subject} price {price.value}")
    return Price(0.0, price.source)
