"""
Fits pods on nodes of one size: first fit, the largest first, as often written down (Johnson, 1973).

It places at most 11/9 of the fewest possible nodes and a little more where one resource counts. Advice is the
difference of two packings, so that what this one wastes cancels out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple


class PodSize(NamedTuple):
    """What a pod asks for, or what a node has for pods: billionths of cores and GPUs, bytes, and places for pods."""

    cores_nanos: int = 0
    ram_bytes: int = 0
    gpus_nanos: int = 0
    pods: int = 1

    def plus(self, other: PodSize) -> PodSize:
        """Return the sum."""
        cores, ram, gpus, pods = other
        return PodSize(self.cores_nanos + cores, self.ram_bytes + ram, self.gpus_nanos + gpus, self.pods + pods)

    def minus(self, other: PodSize, times: int = 1) -> PodSize:
        """Return what is left of it, never less than nothing."""
        cores, ram, gpus, pods = other
        return PodSize(
            max(self.cores_nanos - cores * times, 0), max(self.ram_bytes - ram * times, 0),
            max(self.gpus_nanos - gpus * times, 0), max(self.pods - pods * times, 0),
        )  # fmt: skip

    def times_in(self, room: PodSize) -> int:
        """Return how often it fits into a room."""
        return min((has // wants for has, wants in zip(room, self, strict=True) if wants > 0), default=0)


NOTHING = PodSize(0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class PackedPods:
    """
    The outcome.

    Attributes:
        nodes: how many are needed
        unplaced: pods that fit on no empty node; each has one of its own in `nodes`
        least: no packing needs fewer: the sum of the pods over a node, by the scarcest resource
    """

    nodes: int
    unplaced: int
    least: int


def pack(pods: Iterable[PodSize], room: PodSize) -> PackedPods:
    """
    Fit pods on as few nodes as first fit finds.

    Args:
        pods: what each asks for
        room: what a node has for them
    """
    counted = Counter(pods)
    ordered = sorted(counted, key=lambda one: (-_largest(one, room), one))
    bins: list[PodSize] = []
    unplaced = 0
    for one in ordered:
        left = counted[one]
        if one.times_in(room) < 1:
            unplaced += left
            continue
        for place, free in enumerate(bins):
            fits = min(one.times_in(free), left)
            if fits:
                bins[place] = free.minus(one, fits)
                left -= fits
            if not left:
                break
        bins += _opened(one, left, room)
    return PackedPods(len(bins) + unplaced, unplaced, _least(counted, room))


def _opened(one: PodSize, count: int, room: PodSize) -> list[PodSize]:
    """Return new nodes that hold so many equal pods, each as many as fit."""
    each, made = one.times_in(room), []
    while count > 0:
        fits = min(each, count)
        made.append(room.minus(one, fits))
        count -= fits
    return made


def _largest(one: PodSize, room: PodSize) -> float:
    """Return a pod's largest part of a node."""
    return max((wants / has for wants, has in zip(one, room, strict=True) if has > 0), default=0.0)


def _least(counted: Counter[PodSize], room: PodSize) -> int:
    sums = [sum(one[place] * count for one, count in counted.items()) for place in range(len(room))]
    return max((-(-wanted // has) for wanted, has in zip(sums, room, strict=True) if has > 0), default=0)
