"""
Distributions of use: how many points of time a container used about so much.

A bucket is 2^(1/8) times as wide as the one below it, and its edges are the same everywhere: bucket i holds what is
above 2^((i-1)/8) and at most 2^(i/8). So distributions of hours, replicas and clusters become one by adding counts,
exactly and in any order, and a quantile read from one is at most 9.06 % above the true one, or, from the middle of its
bucket, at most 4.34 % beside it.
These are the buckets of Prometheus' native histograms of schema 3.

Their bytes are a promise of the format, defined in `docs/format/sets.md`.
"""

from __future__ import annotations

import enum
import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

BUCKETS_PER_DOUBLING = 8
RATIO = 2 ** (1 / BUCKETS_PER_DOUBLING)
"""How much wider a bucket is than the one below it."""

POINT_SECONDS = 300
"""A point stands for so much time."""

_EDGE = 1e-9
"""What is computed to lie this little above an edge lies on it."""

LARGEST_INDEX = 8192
_LARGEST_COUNT = 2**40
_MOST_BYTES_OF_A_NUMBER = 6
_GROUP = 0x7F


class UsageScale(enum.Enum):
    """What is measured; the value is the most that counts as nothing, in cores, bytes, or as a share of a GPU."""

    CPU = 1e-4
    RAM = 2.0**20
    GPU = 1e-3


class HistogramDamagedError(ValueError):
    """Bytes that are no distribution, or not its one form."""


@dataclass(frozen=True, slots=True)
class Histogram:
    """
    A distribution.

    Attributes:
        near_zero: points at which next to nothing was used
        buckets: index and number of points, both of those that have any, by rising index
    """

    near_zero: int = 0
    buckets: tuple[tuple[int, int], ...] = ()

    @property
    def points(self) -> int:
        """How many points there are; each stands for `POINT_SECONDS`."""
        return self.near_zero + sum(count for _, count in self.buckets)

    @property
    def hours(self) -> float:
        """For how long it was observed."""
        return self.points * POINT_SECONDS / 3600

    def upper(self, quantile: float, scale: UsageScale) -> float | None:
        """
        Return a value that is never below the quantile and at most 9.06 % above it; None without points.

        Args:
            quantile: above 0, at most 1; the largest point of all is known better, from the peak beside it
            scale: of the points; next to nothing is said to be the most that counts as that
        """
        index = self._bucket_at(quantile)
        if index is None:
            return scale.value if self.points else None
        return upper_edge(index)

    def middle(self, quantile: float, scale: UsageScale) -> float | None:
        """Return a value within 4.34 % of the quantile, half of next to nothing where that is it; see `upper`."""
        edge, index = self.upper(quantile, scale), self._bucket_at(quantile)
        return None if edge is None else edge / 2 if index is None else middle_of(index)

    def _bucket_at(self, quantile: float) -> int | None:
        """Return the bucket of a quantile, None for next to nothing and without points."""
        rank, running = math.ceil(quantile * self.points - _EDGE), self.near_zero
        if running < rank:
            for index, count in self.buckets:
                running += count
                if running >= rank:
                    return index
        return None

    def above(self, value: float) -> int:
        """Return how many points are surely above a value: those in buckets that begin there or higher."""
        edge = index_of(value)
        return sum(count for index, count in self.buckets if index > edge)


def index_of(value: float) -> int:
    """Return the bucket of a value above 0."""
    return math.ceil(BUCKETS_PER_DOUBLING * math.log2(value) - _EDGE)


def upper_edge(index: int) -> float:
    """Return the largest value of a bucket."""
    return float(2.0 ** (index / BUCKETS_PER_DOUBLING))


def middle_of(index: int) -> float:
    """Return the value of a bucket from which all others in it differ by 4.34 % at most."""
    return 2 * upper_edge(index) / (1 + RATIO)


def histogram_of(points: Iterable[float], scale: UsageScale) -> Histogram:
    """Return the distribution of points; what is no number, negative or infinite is left out."""
    smallest, near_zero, counts = scale.value, 0, dict[int, int]()
    for point in points:
        if smallest < point < math.inf:
            index = index_of(point)
            counts[index] = counts.get(index, 0) + 1
        elif 0 <= point <= smallest:
            near_zero += 1
    return Histogram(near_zero, tuple(sorted(counts.items())))


def merge(histograms: Iterable[Histogram]) -> Histogram:
    """Return the distribution of all points of several."""
    near_zero, counts = 0, Counter[int]()
    for one in histograms:
        near_zero += one.near_zero
        for index, count in one.buckets:
            counts[index] += count
    return Histogram(near_zero, tuple(sorted(counts.items())))


def encode(histogram: Histogram) -> bytes:
    """Return the bytes of a distribution; there is one form of each."""
    written, before = bytearray(), None
    _write(written, histogram.near_zero)
    for index, count in histogram.buckets:
        _write(written, _zigzag(index) if before is None else index - before)
        _write(written, count)
        before = index
    return bytes(written)


def decode(content: bytes) -> Histogram:
    """
    Return the distribution of which these are the bytes.

    Raises:
        HistogramDamagedError: they are those of none.
    """
    near_zero, *rest = _numbers(content)
    if len(rest) % 2:
        raise HistogramDamagedError(f"a distribution of {len(content)} bytes ends inside a bucket")
    buckets, index = [], 0
    for place in range(0, len(rest), 2):
        index = index + rest[place] if place else (rest[0] >> 1) ^ -(rest[0] & 1)
        buckets.append((index, rest[place + 1]))
    found = Histogram(near_zero, tuple(buckets))
    possible = all(abs(index) <= LARGEST_INDEX and 0 < count <= _LARGEST_COUNT for index, count in buckets)
    if not possible or near_zero > _LARGEST_COUNT or encode(found) != content or 0 in rest[2::2]:
        raise HistogramDamagedError(f"a distribution of {len(content)} bytes holds what none can")
    return found


def _zigzag(number: int) -> int:
    return 2 * number if number >= 0 else -2 * number - 1


def _write(written: bytearray, number: int) -> None:
    """Write a number in groups of seven bits, the lowest first; all bytes but the last have their high bit set."""
    while number > _GROUP:
        written.append(number & _GROUP | _GROUP + 1)
        number >>= 7
    written.append(number)


def _numbers(content: bytes) -> Iterator[int]:
    number = length = 0
    for byte in content:
        number |= (byte & _GROUP) << 7 * length
        length += 1
        if byte <= _GROUP:
            yield number
            number = length = 0
        elif length == _MOST_BYTES_OF_A_NUMBER:
            raise HistogramDamagedError("a number of a distribution is too long")
    if length or not content:
        raise HistogramDamagedError("a distribution ends inside a number")
