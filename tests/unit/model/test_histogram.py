"""Distributions of use: buckets, quantiles, merging and bytes, of one and of many at once."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleetcost.model.histogram import (
    POINT_SECONDS,
    Histogram,
    HistogramDamagedError,
    UsageScale,
    decode,
    encode,
    histogram_of,
    index_of,
    merge,
    middle_of,
    upper_edge,
)
from fleetcost.model.histogram_rows import merge_rows, sound

MIB = 2.0**20
UPPER_ERROR, MIDDLE_ERROR = 0.0906, 0.0434

HISTOGRAMS = st.builds(
    lambda near_zero, buckets: Histogram(near_zero, tuple(sorted(buckets.items()))),
    st.integers(0, 2**20),
    st.dictionaries(st.integers(-400, 400), st.integers(1, 2**20), max_size=12),
)
POINTS = st.lists(st.floats(0, 1e4) | st.sampled_from([0.0, 1e-4, 0.25, 1.0]), min_size=1, max_size=60)


@pytest.mark.parametrize(
    ("value", "index"),
    [
        (0.01, -53), (0.05, -34), (0.25, -16), (1, 0), (1.5, 5), (64, 48),
        (20 * MIB, 195), (100 * MIB, 214), (1024 * MIB, 240), (1536 * MIB, 245), (2.0**40, 320),
    ],
)  # fmt: skip
def test_buckets_have_the_same_edges_everywhere(value: float, index: int) -> None:
    """A value lies in its bucket: above the edge of the one below, and at most at its own."""
    assert index_of(value) == index
    assert upper_edge(index - 1) < value <= upper_edge(index)


def test_the_worked_example_of_a_merge() -> None:
    """Two hours of twelve points become one distribution, whose quantiles are the buckets of their ranks."""
    both = merge([Histogram(0, ((-35, 10), (-34, 2))), Histogram(0, ((-35, 1), (-30, 9), (-20, 2)))])
    assert both == Histogram(0, ((-35, 11), (-34, 2), (-30, 9), (-20, 2)))
    assert both.points == 24
    assert both.hours == 24 * POINT_SECONDS / 3600
    ranks = {quantile: both.upper(quantile, UsageScale.CPU) for quantile in (0.5, 0.95, 0.99)}
    assert ranks == {0.5: upper_edge(-34), 0.95: upper_edge(-20), 0.99: upper_edge(-20)}
    assert upper_edge(-20) == pytest.approx(0.176777, rel=1e-5)
    assert upper_edge(-34) == pytest.approx(0.052556, rel=1e-5)
    assert middle_of(-34) == pytest.approx(0.0502806, rel=1e-5)
    assert both.above(upper_edge(-30)) == 2


@settings(max_examples=60)
@given(POINTS, st.sampled_from([0.05, 0.5, 0.66, 0.9, 0.95, 0.99, 1.0]))
def test_a_quantile_is_near_the_true_one(points: Sequence[float], quantile: float) -> None:
    """The upper value is never below the exact quantile and at most 9.06 % above it, the middle within 4.34 %."""
    exact = sorted(points)[math.ceil(quantile * len(points) - 1e-9) - 1]
    found = histogram_of(points, UsageScale.CPU)
    upper, middle = found.upper(quantile, UsageScale.CPU), found.middle(quantile, UsageScale.CPU)
    assert upper is not None
    assert middle is not None
    if exact <= UsageScale.CPU.value:
        assert upper == UsageScale.CPU.value
    else:
        assert exact * (1 - 1e-9) <= upper <= exact * (1 + UPPER_ERROR)
        assert abs(middle - exact) <= exact * MIDDLE_ERROR


@settings(max_examples=60)
@given(st.lists(POINTS, min_size=1, max_size=4), st.randoms())
def test_a_merge_is_of_all_points_in_any_order(parts: list[list[float]], chance: object) -> None:
    """However points are divided, and in whatever order and groups their distributions are merged, they are one."""
    whole = histogram_of([point for part in parts for point in part], UsageScale.RAM)
    each = [histogram_of(part, UsageScale.RAM) for part in parts]
    chance.shuffle(each)  # type: ignore[attr-defined]
    assert merge(each) == merge([merge(each[:1]), merge(each[1:])]) == whole


def test_what_is_no_use_is_left_out() -> None:
    """Points that are no number, negative or infinite are not counted, and without points there is no quantile."""
    assert histogram_of([math.nan, -1.0, math.inf, 0.0, 1.0], UsageScale.CPU) == Histogram(1, ((0, 1),))
    assert Histogram().upper(0.95, UsageScale.CPU) is Histogram().middle(0.95, UsageScale.CPU) is None


@settings(max_examples=80)
@given(HISTOGRAMS)
def test_bytes_say_everything(histogram: Histogram) -> None:
    """Written and read again, a distribution is the same."""
    assert decode(encode(histogram)) == histogram


def test_bytes_are_those_of_the_format() -> None:
    """The bytes are as the format's page defines them: numbers in groups of seven bits, gaps after the first index."""
    assert encode(Histogram(3, ((-35, 11), (-34, 2), (-20, 300)))) == bytes([3, 69, 11, 1, 2, 14, 0xAC, 0x02])
    assert encode(Histogram()) == b"\0"
    assert encode(Histogram(0, ((214, 12),))) == bytes([0, 0xAC, 0x03, 12])


@settings(max_examples=200)
@given(st.binary(max_size=12))
def test_hostile_bytes_are_refused(content: bytes) -> None:
    """Whatever the bytes, they are the one form of a distribution or are refused, and so in a group of rows."""
    try:
        found = decode(content)
    except HistogramDamagedError:
        return
    assert encode(found) == content
    assert dict(merge_rows([content], np.array([0])).histograms()) == ({0: found} if found.points else {})


@pytest.mark.parametrize("content", [b"", b"\x80", b"\x00\x02", b"\x80\x00", b"\x00\x02\x00", b"\x00\x02\x01\x00\x01"])
def test_these_bytes_are_no_distribution(content: bytes) -> None:
    """Cut off, longer than need be, a bucket without points, two of one index: each is refused."""
    with pytest.raises(HistogramDamagedError):
        decode(content)
    good = encode(Histogram(3))
    assert sound([good, content, None]) == [good, None, None]


@settings(max_examples=60)
@given(st.lists(st.tuples(st.none() | HISTOGRAMS, st.integers(0, 3)), max_size=12))
def test_many_at_once_are_what_one_by_one_are(rows: list[tuple[Histogram | None, int]]) -> None:
    """Merged as arrays, groups of rows give the same distributions as one by one."""
    found = merge_rows([None if one is None else encode(one) for one, _ in rows], np.array([g for _, g in rows], int))
    expected = {
        group: merge(one for one, of in rows if of == group and one is not None) for group in {g for _, g in rows}
    }
    assert dict(found.histograms()) == {group: one for group, one in expected.items() if one.points}
