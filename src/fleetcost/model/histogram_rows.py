"""Distributions of many rows at once, as arrays: what `histogram` says of one, fast enough for millions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from fleetcost.model.histogram import LARGEST_INDEX, Histogram, HistogramDamagedError, decode

NEAR_ZERO = np.iinfo(np.int16).min
"""Stands for the index of what counts as nothing: it lies below every bucket."""

_MOST_CELLS = 2**24
"""So many sums are kept at once whether there are points for them or not; beyond, counts are sorted first."""

_ROWS_AT_ONCE = 2**15

_LONGEST = 9
"""Bytes of a number that fit into 64 bits with a sign."""

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class BucketRows:
    """
    Buckets of many distributions; only those that have points.

    Attributes:
        group: whose bucket it is, a number from 0; they rise
        index: of the bucket, or `NEAR_ZERO`; they rise in a group
        count: of its points
    """

    group: Ints
    index: Ints
    count: Ints

    def histograms(self) -> Iterator[tuple[int, Histogram]]:
        """Iterate the groups that have points, and the distribution of each."""
        starts = np.flatnonzero(np.diff(self.group, prepend=-1))
        for start, end in pairwise([*starts, len(self.group)]):
            pairs = tuple(zip(self.index[start:end].tolist(), self.count[start:end].tolist(), strict=True))
            beside = pairs[0][0] == NEAR_ZERO
            yield int(self.group[start]), Histogram(pairs[0][1] if beside else 0, pairs[beside:])


def merge_rows(contents: Sequence[bytes | None], groups: Ints) -> BucketRows:
    """
    Return the distributions of groups of rows.

    Args:
        contents: the bytes of each row's distribution, None where it was not measured
        groups: the group of each row, a number from 0

    Raises:
        HistogramDamagedError: bytes are those of no distribution.
    """
    parts = [
        _added(_of_groups(contents[start : start + _ROWS_AT_ONCE], groups[start : start + _ROWS_AT_ONCE]))
        for start in range(0, len(contents), _ROWS_AT_ONCE)
    ]
    if len(parts) == 1:
        return parts[0]
    named = ("group", "index", "count")
    none = [np.empty(0, np.int64)]
    return _added(BucketRows(*(np.concatenate([*none, *(getattr(part, name) for part in parts)]) for name in named)))


def _of_groups(contents: Sequence[bytes | None], groups: Ints) -> BucketRows:
    known = [place for place, one in enumerate(contents) if one is not None]
    rows = _decode([one for one in contents if one is not None])
    return BucketRows(groups[known][rows.group], rows.index, rows.count)


def sound(contents: Sequence[bytes | None]) -> list[bytes | None]:
    """Return the rows without the bytes that are those of no distribution: these were not measured."""
    return [one if one is None or _is_sound(one) else None for one in contents]


def _is_sound(content: bytes) -> bool:
    try:
        decode(content)
        _decode([content])
    except HistogramDamagedError:
        return False
    return True


def regrouped(rows: BucketRows, groups: Ints) -> BucketRows:
    """Return distributions merged further: `groups` has the new group of each bucket."""
    return _added(BucketRows(groups, rows.index, rows.count))


def _added(rows: BucketRows) -> BucketRows:
    """Return buckets with the sum of the counts of those that are the same."""
    if not len(rows.group):
        return rows
    near_zero = rows.index == NEAR_ZERO
    lowest = int(np.where(near_zero, 0, rows.index).min()) - 1
    column = np.where(near_zero, 0, rows.index - lowest)
    width = int(column.max()) + 1
    keys = rows.group * width + column
    if (int(keys.max()) + 1) <= max(_MOST_CELLS, 2 * len(keys)):
        table = np.zeros(int(keys.max()) + 1, np.int64)
        np.add.at(table, keys, rows.count)
        found = np.flatnonzero(table)
        count = table[found]
    else:
        found, inverse = np.unique(keys, return_inverse=True)
        count = np.zeros(len(found), np.int64)
        np.add.at(count, inverse, rows.count)
    column = found % width
    return BucketRows(found // width, np.where(column == 0, NEAR_ZERO, column + lowest), count)


def _decode(contents: Sequence[bytes]) -> BucketRows:
    """Return the buckets of each row; the group is its place."""
    numbers, of_row = _numbers(contents)
    first = np.flatnonzero(np.diff(of_row, prepend=-1))
    place = np.arange(len(numbers)) - np.repeat(first, np.diff(first, append=len(numbers)))
    steps, counts = np.flatnonzero(place % 2 == 1), np.flatnonzero((place % 2 == 0) & (place > 0))
    if len(steps) != len(counts):
        raise HistogramDamagedError("a distribution ends inside a bucket")
    gaps = numbers[steps]
    begins = place[steps] == 1
    gaps[begins] = (gaps[begins] >> 1) ^ -(gaps[begins] & 1)
    reached = np.cumsum(gaps)
    base = (reached - gaps)[begins]
    index = reached - np.repeat(base, np.diff(np.flatnonzero(begins), append=len(gaps)))
    some = first[numbers[first] > 0]
    if np.any(np.abs(index) > LARGEST_INDEX):
        raise HistogramDamagedError("a distribution holds a bucket that none can")
    return BucketRows(
        np.concatenate([of_row[some], of_row[steps]]),
        np.concatenate([np.full(len(some), NEAR_ZERO), index]),
        np.concatenate([numbers[some], numbers[counts]]),
    )


def _numbers(contents: Sequence[bytes]) -> tuple[Ints, Ints]:
    """Return the numbers of all rows behind each other, and the row of each."""
    lengths = np.fromiter(map(len, contents), np.int64, len(contents))
    data = np.frombuffer(b"".join(contents), np.uint8)
    last = data < 0x80  # noqa: PLR2004 - all bytes of a number but its last have the high bit
    ends = np.flatnonzero(last)
    starts = np.concatenate([[0], ends[:-1] + 1]) if len(ends) else ends
    row_ends = np.cumsum(lengths)
    if np.any(lengths == 0) or not np.all(last[row_ends - 1]) or np.any(ends - starts >= _LONGEST):
        raise HistogramDamagedError("a distribution ends inside a number, or has one that is too long")
    # Nearly all numbers have one byte; the others are put together from their last byte, which is the highest group.
    numbers = data[ends].astype(np.int64)
    longer, before = np.flatnonzero(ends > starts), 1
    while len(longer):
        numbers[longer] = numbers[longer] << 7 | data[ends[longer] - before] & 0x7F
        before += 1
        longer = longer[ends[longer] - starts[longer] >= before]
    held = np.diff(np.cumsum(last, dtype=np.int64)[row_ends - 1], prepend=0)
    return numbers, np.repeat(np.arange(len(contents)), held)
