"""What is known of the use of containers over a window: all that a recommendation rests on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from fleetcost.model.histogram import Histogram, HistogramDamagedError, upper_edge
from fleetcost.model.histogram_rows import NEAR_ZERO, BucketRows, merge_rows, regrouped, sound
from fleetcost.query.dialects import dialect_of
from fleetcost.query.question import Question
from fleetcost.query.sql.usage import UsageQueries
from fleetcost.tables.ledger import aware
from fleetcost.tables.view import View

_EDGE = 1e-9
"""As in `model.histogram`: what is computed to lie so little above a rank is that rank."""

WORST_QUANTILE = 0.95
"""Of each pod's CPU use: by it pods of one controller are held against each other."""


@dataclass(frozen=True, slots=True)
class ResourceUse:
    """
    How much of one resource the pods of a container used, in cores or bytes.

    Attributes:
        whole: the distribution of all that counts, of all pods together; None where not measured
        earlier, later: those of its two halves
        worst_pod: the highest of its pods' own 95th percentiles; None where not known
        peak: the highest that was measured, None where nothing was
        asked: of the newest set, per pod
        limit: of the newest set, None without one or where it is not known
        charged_hours, used_hours: amounts × time that were charged, and used, since it asks for what it asks for now
        cost_nanos: of what was charged since then: what it asked for before costs nothing any more
    """

    whole: Histogram | None
    earlier: Histogram | None
    later: Histogram | None
    worst_pod: float | None
    peak: float | None
    asked: float
    limit: float | None
    charged_hours: float
    used_hours: float
    cost_nanos: int


@dataclass(frozen=True, slots=True)
class ContainerUse:
    """
    A container of a controller over a window.

    Attributes:
        pods: that ran it, each counted on every day
        priced_since: since when it asks for what it asks for now, or the beginning
        priced_hours: its pods ran together since then
        hours: they ran together since `since`
        days, weekdays: on which it ran since then
        since: evidence counts from here: the beginning, or when what it asks for changed
        changed: what it asks for changed in the window, and `since` is that day
        restarts, oom_kills: None where not measured
        killed_limit_bytes: the highest memory limit on a day with a kill
        last_kill: end of the last such day
        throttled: 95th percentile over days of the part of periods in which its limit stopped it; None where not known
        pressure: part of its time for which it waited for CPU; None where not known
        autoscaled: a horizontal autoscaler follows its CPU; None where not known
    """

    cluster: str
    currency: str
    namespace: str
    controller_kind: str
    controller: str
    container: str
    cpu: ResourceUse
    ram: ResourceUse
    pods: int
    priced_hours: float
    hours: float
    days: int
    weekdays: int
    first: datetime
    last: datetime
    since: datetime
    priced_since: datetime
    changed: bool = False
    restarts: int | None = None
    oom_kills: int | None = None
    killed_limit_bytes: float | None = None
    last_kill: datetime | None = None
    throttled: float | None = None
    pressure: float | None = None
    autoscaled: bool | None = None

    @property
    def observed_hours(self) -> float:
        """For how long its use was measured."""
        known = [one.hours for use in (self.cpu, self.ram) if (one := use.whole) is not None]
        return max(known, default=0.0)


@dataclass(frozen=True, slots=True, eq=False)
class _Spread:
    """
    Distributions of many groups, in little memory.

    Attributes:
        starts: where the buckets of each group begin, and where the last ones end
        index, count: of the buckets
    """

    starts: npt.NDArray[np.int64]
    index: npt.NDArray[np.int16]
    count: npt.NDArray[np.int32]

    @staticmethod
    def of(rows: BucketRows, groups: int) -> _Spread:
        """Return the distributions of so many groups; rows are of those that have points."""
        starts = np.searchsorted(rows.group, np.arange(groups + 1))
        return _Spread(starts, rows.index.astype(np.int16), rows.count.astype(np.int32))

    def histogram(self, group: int) -> Histogram | None:
        """Return the distribution of a group; None where nothing was measured."""
        begin, end = self.starts[group : group + 2]
        pairs = tuple(zip(self.index[begin:end].tolist(), self.count[begin:end].tolist(), strict=True))
        beside = bool(pairs) and pairs[0][0] == NEAR_ZERO
        return Histogram(pairs[0][1] if beside else 0, pairs[beside:]) if pairs else None

    def highest(self, quantile: float) -> npt.NDArray[np.int64]:
        """Return the bucket of a quantile of each group, `NEAR_ZERO` for next to nothing or for no group at all."""
        whole = np.concatenate([[0], np.cumsum(self.count, dtype=np.int64)])
        begins, ends = self.starts[:-1], self.starts[1:]
        ranks = np.ceil(quantile * (whole[ends] - whole[begins]) - _EDGE).astype(np.int64) + whole[begins]
        places = np.minimum(np.searchsorted(whole[1:], ranks), max(len(self.index) - 1, 0))
        known = ends > begins
        found = np.full(len(begins), NEAR_ZERO, np.int64)
        found[known] = self.index[places[known]]
        return found


@dataclass(frozen=True, slots=True, eq=False)
class FleetUsage:
    """The use of every container of a controller; each is made when it is asked for."""

    _facts: Sequence[tuple[Any, ...]]
    _cpu: tuple[_Spread, _Spread]
    _ram: tuple[_Spread, _Spread]
    _worst: Sequence[float | None]

    def __len__(self) -> int:
        """How many containers there are."""
        return len(self._facts)

    def __iter__(self) -> Iterator[ContainerUse]:
        """Iterate them in the order of their names."""
        return (self[number] for number in range(len(self)))

    def __getitem__(self, number: int) -> ContainerUse:
        """Return one by its place in that order."""
        return _use(number, self._facts[number], self)

    def distributions(self, number: int) -> tuple[tuple[Histogram | None, ...], ...]:
        """Return the distributions of all, the earlier and the later half; of CPU and of memory."""
        return tuple(
            (whole.histogram(number), halves.histogram(2 * number), halves.histogram(2 * number + 1))
            for whole, halves in (self._cpu, self._ram)
        )

    def worst(self, number: int) -> float | None:
        """Return the highest of its pods' own quantiles of CPU."""
        return self._worst[number]


def read_usage(snapshot: View, asked: Question) -> FleetUsage:
    """
    Read the use of every container of a controller.

    Args:
        snapshot: the view
        asked: about allocations, in a frame of days; its filter says which rows count

    Raises:
        QuestionError: the filter names an unknown field.
    """
    dialect = dialect_of(snapshot)
    queries = UsageQueries(asked, dialect)
    snapshot.forget()
    for stage in queries.stages():
        snapshot.keep(stage.name, stage.query, dialect.bound)
    facts = snapshot.rows(queries.facts(), dialect.bound)
    rows = snapshot.rows(queries.distributions(), dialect.bound)
    numbers, halves, pods, cpu, ram = zip(*rows, strict=True) if rows else ((), (), (), (), ())
    container, pod, half = (np.array(one, np.int64) for one in (numbers, pods, halves))
    # Decoding takes longest, so it is done once: for halves of pods, whose sums are all the others.
    of_pods, place = _merged(cpu, 2 * pod + half), np.zeros(int(pod.max(initial=-1)) + 1, np.int64)
    place[pod] = container
    of_halves = regrouped(of_pods, 2 * place[of_pods.group // 2] + of_pods.group % 2)
    each = _Spread.of(regrouped(of_pods, of_pods.group // 2), len(place))
    return FleetUsage(
        facts,
        _spreads(of_halves, len(facts)),
        _spreads(_merged(ram, 2 * container + half), len(facts)),
        _worst(each, place, len(facts)),
    )


def _merged(contents: Sequence[bytes | None], groups: npt.NDArray[np.int64]) -> BucketRows:
    """Return distributions by group; a row whose bytes are damaged was not measured, and spoils no other's."""
    try:
        return merge_rows(contents, groups)
    except HistogramDamagedError:
        return merge_rows(sound(contents), groups)


def _spreads(halves: BucketRows, containers: int) -> tuple[_Spread, _Spread]:
    """Return the distributions of containers, and of their halves."""
    whole = regrouped(halves, halves.group // 2)
    return _Spread.of(whole, containers), _Spread.of(halves, 2 * containers)


def _worst(of_pods: _Spread, place: npt.NDArray[np.int64], count: int) -> list[float | None]:
    """Return the highest quantile of each container's pods; `place` is the container of each pod."""
    highest = np.full(count, NEAR_ZERO, np.int64)
    np.maximum.at(highest, place, of_pods.highest(WORST_QUANTILE))
    return [None if index == NEAR_ZERO else upper_edge(int(index)) for index in highest.tolist()]


def _use(number: int, row: Sequence[Any], usage: FleetUsage) -> ContainerUse:
    """Return a container of a row of `UsageQueries.facts`."""
    keys, held, cpu, ram, rest = row[:6], row[6:15], row[15:19], row[19:23], row[23:]
    cluster, currency, namespace, kind, controller, container = keys
    first, last, since, priced_since, changed, cores_asked, bytes_asked, core_limit, byte_limit = held
    priced_seconds, seconds, days, weekdays, restarts, kills, killed_limit, last_kill, throttled, pressed, pods = rest
    of_cpu, of_ram = usage.distributions(number)
    return ContainerUse(
        cluster=cluster, currency=currency, namespace=namespace, controller_kind=kind, controller=controller,
        container=container,
        cpu=_resource(of_cpu, usage.worst(number), cpu, cores_asked / 1000,
                      None if core_limit is None else core_limit / 1000),
        ram=_resource(of_ram, None, ram, bytes_asked, byte_limit),
        pods=int(pods or 0), priced_hours=(priced_seconds or 0) / 3600, hours=(seconds or 0) / 3600, days=days,
        weekdays=weekdays, first=aware(first), last=aware(last), since=aware(since), changed=changed,
        priced_since=aware(priced_since),
        restarts=None if restarts is None else int(restarts), oom_kills=None if kills is None else int(kills),
        killed_limit_bytes=killed_limit, last_kill=None if last_kill is None else aware(last_kill),
        throttled=throttled, pressure=None if pressed is None or not seconds else pressed / int(seconds),
    )  # fmt: skip


def _resource(
    distributions: tuple[Histogram | None, ...], worst: float | None, row: Sequence[Any], asked: float,
    limit: float | None,
) -> ResourceUse:  # fmt: skip
    cost, charged, used, peak = row
    whole, earlier, later = distributions
    return ResourceUse(
        whole=whole, earlier=earlier, later=later, worst_pod=worst, peak=peak, asked=asked, limit=limit or None,
        charged_hours=charged or 0.0, used_hours=used, cost_nanos=int(cost or 0),
    )  # fmt: skip
