"""
What a container should ask for: its use, with room; or nothing, with the reason.

CPU is a quantile of five-minute means, of all pods or of the worst one, memory the highest use that was ever seen, and
never less. Whether to believe it is a table of rules, in the order of `docs/guide/savings.md`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from fleetcost.model.histogram import Histogram, UsageScale
from fleetcost.query.usage import ContainerUse, ResourceUse
from fleetcost.savings.words import SavingReason, Verdict

MILLICORE, MIB = 0.001, 1 << 20
LEAST_CORES, LEAST_BYTES = 0.010, 20 * MIB
"""Nobody asks for less."""

RAM_MARGIN = 1.15
KILLED_MARGIN = 1.25
"""Above the limit at which it was killed for want of memory, or above its peak where that is higher."""

UNEVEN = 1.25
"""Pods are unlike where the worst one's quantile is so many times that of all."""

SHORT_HOURS, THIN_HOURS, THIN_WEEKDAYS = 24, 72, 7
THIN_COVERAGE, LEAST_COVERAGE = 0.8, 0.5
POINTS_OF_A_RUN = 2
POINT_HOURS = 1 / 12
MOST_THROTTLED = MOST_PRESSURE = 0.05
AT_LIMIT = 0.95
FLAT, RESERVED, RESERVED_DAYS = 1.05, 0.8, 7
_SURE = 1.96
"""Standard deviations on either side that hold 95 % of what chance does to a rank."""

_JOBS = frozenset({"job", "cronjob"})
WITHHOLDING = frozenset({
    SavingReason.NO_USAGE, SavingReason.SHORT_LIFE, SavingReason.TOO_SHORT_TO_SEE, SavingReason.NOT_SEEN,
})  # fmt: skip
"""Reasons for which there is no figure at all; others withhold only less than it asks for, or make a figure thin."""


@dataclass(frozen=True, slots=True)
class SizingRule:
    """
    How much is recommended.

    Attributes:
        quantile: of CPU use; 1 is the highest that was seen
        cpu_target: part of the CPU that is asked for which that should be
        ram_margin: of memory over its highest use
        ram_quantile: of memory use; 1, the highest that was seen, but where clients of the field ask for another
        least_cores, least_bytes: nobody is to ask for less
    """

    quantile: float = 0.95
    cpu_target: float = 0.65
    ram_margin: float = RAM_MARGIN
    ram_quantile: float = 1.0
    least_cores: float = LEAST_CORES
    least_bytes: float = LEAST_BYTES


@dataclass(frozen=True, slots=True)
class ResourceAdvice:
    """
    What to ask for of one resource, in cores or bytes.

    Attributes:
        now: what is asked for
        request: what should be; None where that is withheld
        low, high: both ends of what chance may make of it; None where it rests on a peak
        base: the use it rests on
        reasons: why it is withheld, or thin
        uneven: pods are so unlike that the worst of them counts
        exceeded: of points in the second half, the part above what the first half would have said; None where one half
            is empty
    """

    now: float
    request: float | None
    low: float | None
    high: float | None
    base: float | None
    reasons: tuple[SavingReason, ...]
    uneven: bool = False
    exceeded: float | None = None


@dataclass(frozen=True, slots=True)
class RequestAdvice:
    """
    What a container should ask for, and whether to believe it.

    Attributes:
        observed_hours: for how long its use was measured
        cpu_freed_nanos, ram_freed_nanos: per month, negative where more would be held
    """

    use: ContainerUse
    cpu: ResourceAdvice
    ram: ResourceAdvice
    verdict: Verdict
    observed_hours: float
    cpu_freed_nanos: int = 0
    ram_freed_nanos: int = 0

    @property
    def reasons(self) -> tuple[SavingReason, ...]:
        """Why it is thin or withheld, each once."""
        return tuple(dict.fromkeys((*self.cpu.reasons, *self.ram.reasons)))

    @property
    def changes(self) -> bool:
        """Whether anything else is recommended than what is asked for."""
        return any(one.request is not None and one.request != one.now for one in (self.cpu, self.ram))


def recommend(use: ContainerUse, rule: SizingRule) -> RequestAdvice:
    """Return what a container should ask for."""
    observed = use.observed_hours
    common = tuple(_common(use, observed))
    cpu = _advice(use.cpu, _cpu_size(use.cpu, rule), (*common, *_cpu_reasons(use)), _exceeded_cpu(use, rule))
    ram = _advice(use.ram, _ram_size(use, rule), (*common, *_ram_reasons(use)), _exceeded_ram(use, rule))
    return RequestAdvice(use, cpu, ram, _verdict(cpu, ram), observed)


def bare_sizes(use: ContainerUse, rule: SizingRule) -> tuple[float | None, float | None]:
    """Return the cores and bytes a rule asks for, whatever there is to say against them; None where not measured."""
    cpu, ram = _cpu_size(use.cpu, rule), _ram_size(use, rule)
    return None if cpu.base is None else cpu.request, None if ram.base is None else ram.request


@dataclass(frozen=True, slots=True)
class _Size:
    base: float | None = None
    request: float = 0.0
    low: float | None = None
    high: float | None = None
    uneven: bool = False


def _cpu_size(use: ResourceUse, rule: SizingRule) -> _Size:
    whole = use.whole
    pooled = _quantile(whole, use.peak, rule.quantile, UsageScale.CPU)
    if pooled is None:
        return _Size()
    uneven = rule.quantile < 1 and use.worst_pod is not None and use.worst_pod > UNEVEN * pooled
    base = max(pooled, use.worst_pod or 0.0) if uneven else pooled

    def asked(value: float) -> float:
        return up(max(value / rule.cpu_target, rule.least_cores), MILLICORE)

    low, high = (None, None) if whole is None else _ends(whole, rule.quantile, UsageScale.CPU)
    if low is None or high is None:
        return _Size(base, asked(base), uneven=uneven)
    return _Size(base, asked(base), min(asked(low), asked(base)), max(asked(high), asked(base)), uneven)


def _ram_size(use: ContainerUse, rule: SizingRule) -> _Size:
    base = _quantile(use.ram.whole, use.ram.peak, rule.ram_quantile, UsageScale.RAM)
    if base is None:
        return _Size()
    wanted = base * rule.ram_margin
    if use.oom_kills:
        wanted = max(wanted, max(use.ram.peak or 0.0, use.killed_limit_bytes or 0.0) * KILLED_MARGIN)
    return _Size(base, up(max(wanted, rule.least_bytes), MIB))


def _quantile(whole: Histogram | None, peak: float | None, quantile: float, scale: UsageScale) -> float | None:
    """Return a use: the exact peak for the highest, an upper edge for what is below; None where not measured."""
    if quantile >= 1:
        return peak
    return None if whole is None else whole.upper(quantile, scale)


def _ends(whole: Histogram, quantile: float, scale: UsageScale) -> tuple[float | None, float | None]:
    """Return the values between which chance leaves a quantile, were points independent; None for a peak."""
    points = whole.points
    if quantile >= 1 or not points:
        return None, None
    around = _SURE * math.sqrt(quantile * (1 - quantile) / points)
    return whole.upper(max(quantile - around, 1 / points), scale), whole.upper(min(quantile + around, 1.0), scale)


def up(value: float, step: float) -> float:
    """Round up to a step; what is computed to lie a hair above one lies on it."""
    return math.ceil(round(value / step, 6)) * step


def _advice(use: ResourceUse, size: _Size, reasons: tuple[SavingReason, ...], exceeded: float | None) -> ResourceAdvice:
    if size.base is None:
        reasons = (SavingReason.NO_USAGE,)
    lower = size.request < use.asked
    blocked = [
        one for one in reasons
        if one in WITHHOLDING or (lower and one in {SavingReason.CAPPED, SavingReason.AT_ITS_LIMIT})
        or one is SavingReason.AUTOSCALED
    ]  # fmt: skip
    if not lower:
        reasons = tuple(one for one in reasons if one not in {SavingReason.CAPPED, SavingReason.AT_ITS_LIMIT})
    if blocked:
        return ResourceAdvice(use.asked, None, None, None, size.base, tuple(dict.fromkeys(blocked)), size.uneven)
    return ResourceAdvice(use.asked, size.request, size.low, size.high, size.base, reasons, size.uneven, exceeded)


def _verdict(cpu: ResourceAdvice, ram: ResourceAdvice) -> Verdict:
    """Return the verdict of both: what is withheld of one does not withhold the other."""
    given = [one for one in (cpu, ram) if one.request is not None]
    if not given:
        return Verdict.WITHHELD
    return Verdict.THIN if any(one.reasons for one in given) else Verdict.OK


def _common(use: ContainerUse, observed: float) -> Iterator[SavingReason]:
    job = use.controller_kind in _JOBS
    if job and use.pods and use.hours / use.pods < POINTS_OF_A_RUN * POINT_HOURS:
        yield SavingReason.TOO_SHORT_TO_SEE
    if use.hours < SHORT_HOURS and not (job and use.pods > 1):
        yield SavingReason.SHORT_LIFE
    if not observed:
        yield SavingReason.NO_USAGE
    elif observed < LEAST_COVERAGE * use.hours:
        yield SavingReason.NOT_SEEN
    elif observed < THIN_COVERAGE * use.hours:
        yield SavingReason.GAPS
    if observed < THIN_HOURS or use.weekdays < THIN_WEEKDAYS:
        yield SavingReason.THIN
    if (use.restarts or 0) > max(use.days, 1):
        yield SavingReason.RESTARTING


def _cpu_reasons(use: ContainerUse) -> Iterator[SavingReason]:
    if use.autoscaled:
        yield SavingReason.AUTOSCALED
    whole, limit = use.cpu.whole, use.cpu.limit
    high = whole.upper(0.99, UsageScale.CPU) if whole else None
    near = high is not None and limit is not None and limit > 0 and high >= AT_LIMIT * limit
    if near or (use.throttled or 0) > MOST_THROTTLED or (use.pressure or 0) > MOST_PRESSURE:
        yield SavingReason.CAPPED


def _ram_reasons(use: ContainerUse) -> Iterator[SavingReason]:
    peak, limit = use.ram.peak, use.ram.limit
    near = peak is not None and limit is not None and limit > 0 and peak >= AT_LIMIT * limit
    if near or use.oom_kills:
        yield SavingReason.AT_ITS_LIMIT
    elif peak is not None and limit and peak >= RESERVED * limit and use.days >= RESERVED_DAYS and _flat(use.ram.whole):
        yield SavingReason.RESERVES_MEMORY


def _flat(whole: Histogram | None) -> bool:
    if whole is None:
        return False
    high, low = whole.upper(0.99, UsageScale.RAM), whole.upper(0.05, UsageScale.RAM)
    return bool(high and low and high / low < FLAT)


def _exceeded_cpu(use: ContainerUse, rule: SizingRule) -> float | None:
    """Return what part of the second half was above what the first would have made of it."""
    earlier, later = use.cpu.earlier, use.cpu.later
    if earlier is None or later is None or not earlier.points or not later.points:
        return None
    base = earlier.upper(min(rule.quantile, 1.0), UsageScale.CPU) or 0.0
    return later.above(up(max(base / rule.cpu_target, rule.least_cores), MILLICORE)) / later.points


def _exceeded_ram(use: ContainerUse, rule: SizingRule) -> float | None:
    earlier, later = use.ram.earlier, use.ram.later
    if earlier is None or later is None or not earlier.points or not later.points:
        return None
    base = earlier.upper(rule.ram_quantile, UsageScale.RAM) or 0.0
    return later.above(up(max(base * rule.ram_margin, rule.least_bytes), MIB)) / later.points


def freed_of(use: ResourceUse, advice: ResourceAdvice, hours: float) -> int:
    """Return what the window's cost of a resource would be smaller by were advice followed; see `charged_less`."""
    return 0 if advice.request is None else charged_less(use, advice.request, hours)


def charged_less(use: ResourceUse, request: float, hours: float) -> int:
    """
    Return what the window's cost of a resource would be smaller by, negative where it would be larger.

    What is charged is the larger of request and use; the price stays that which was charged.

    Args:
        use: of the resource
        request: in place of the one there is
        hours: its pods ran together in the window
    """
    if use.charged_hours <= 0:
        return 0
    charged = max(request * hours, use.used_hours)
    return round(use.cost_nanos * (1 - charged / use.charged_hours))
