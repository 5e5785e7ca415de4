"""Putting sets where they belong, and never in place of fuller ones."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from builders import allocation, allocation_set, asset_set, at, bucket_of, hour, key
from fleetcost.bucket.memory import MemoryBucket
from fleetcost.errors import ObjectMissingError, SetDamagedError
from fleetcost.model.sets import SetHeader
from fleetcost.sets.files import to_bytes
from fleetcost.sets.layout import set_path
from fleetcost.sets.publish import Outcome, copy, decide, header_at, publish, read

CREATED, REPLACED, UNCHANGED, KEPT = Outcome.CREATED, Outcome.REPLACED, Outcome.UNCHANGED, Outcome.KEPT_FULLER
THERE = allocation_set(coverage_minutes=30.0, final=False).header
OTHER_ROWS = allocation_set([allocation(cpu_cost=9)]).header.digest


@pytest.mark.parametrize(
    ("there", "change", "outcome", "forced"),
    [
        (False, {}, CREATED, CREATED),
        (True, {}, UNCHANGED, UNCHANGED),
        (True, {"built_at": at(9), "agent_version": "9", "source": "x"}, UNCHANGED, UNCHANGED),
        (True, {"digest": OTHER_ROWS}, REPLACED, REPLACED),
        (True, {"coverage_minutes": 31.0}, REPLACED, REPLACED),
        (True, {"final": True}, REPLACED, REPLACED),
        (True, {"currency": "EUR"}, REPLACED, REPLACED),
        (True, {"coverage_minutes": 29.0}, KEPT, REPLACED),
        (True, {"coverage_minutes": 29.0, "final": True}, KEPT, REPLACED),
        (True, {"coverage_minutes": 29.0, "digest": OTHER_ROWS}, KEPT, REPLACED),
        (True, {"rows": 0, "digest": OTHER_ROWS}, KEPT, REPLACED),
        (True, {"rows": 0, "digest": OTHER_ROWS, "coverage_minutes": 60.0}, KEPT, REPLACED),
    ],
)
def test_the_decision_table(there: bool, change: dict[str, Any], outcome: Outcome, forced: Outcome) -> None:  # noqa: FBT001 - a table's column
    """A set is created, replaced by a fuller or equally full one, left where it says the same, kept where fuller."""
    new = replace(THERE, **change)
    present: SetHeader | None = THERE if there else None
    assert decide(present, new, force=False) is outcome
    assert decide(present, new, force=True) is forced


def test_a_first_publication_creates_the_object() -> None:
    """The set lies at its path, whole, and the account says what was written."""
    bucket, cost_set = MemoryBucket(), allocation_set()
    done = publish(bucket, cost_set)
    assert bucket.get(done.path) == to_bytes(cost_set)
    assert (done.outcome, done.rows, done.size_bytes) == (CREATED, 1, len(to_bytes(cost_set)))
    assert done.written


def test_publishing_again_writes_nothing() -> None:
    """A set that says the same is not written again, so its etag and time stay."""
    bucket = bucket_of(allocation_set())
    before = list(bucket.list())
    done = publish(bucket, allocation_set(built_at=at(20)))
    assert (done.outcome, done.size_bytes, done.written) == (UNCHANGED, 0, False)
    assert list(bucket.list()) == before


def test_history_is_not_erased() -> None:
    """A source that has forgotten an hour does not empty the set of that hour, unless forced."""
    full = allocation_set(coverage_minutes=60.0)
    bucket = bucket_of(full)
    poor = allocation_set([], coverage_minutes=5.0)
    assert publish(bucket, poor).outcome is KEPT
    assert read(bucket, key()) == full
    assert publish(bucket, poor, force=True).outcome is REPLACED
    assert read(bucket, key()) == poor


def test_a_damaged_object_counts_as_none() -> None:
    """Whatever cannot be read is replaced by what can."""
    bucket = MemoryBucket()
    bucket.put(set_path(key()), b"garbage")
    assert header_at(bucket, key()) is None
    assert publish(bucket, allocation_set([], coverage_minutes=0.0)).outcome is CREATED
    assert read(bucket, key()).header.rows == 0


def test_a_misplaced_object_counts_as_none() -> None:
    """A file that was copied to another window's name is not taken for that window's set."""
    bucket = MemoryBucket()
    bucket.put(set_path(key(hour(1))), to_bytes(allocation_set()))
    assert header_at(bucket, key(hour(1))) is None
    with pytest.raises(SetDamagedError, match=r"the file says it is c1 allocations 1h .*copied or renamed"):
        read(bucket, key(hour(1)))
    with pytest.raises(SetDamagedError, match="copied or renamed"):
        copy(key(hour(1)), bucket, MemoryBucket())


def test_reading_what_is_not_there_raises() -> None:
    """A set that is not there is missing, not empty."""
    with pytest.raises(ObjectMissingError):
        read(MemoryBucket(), key())
    assert header_at(MemoryBucket(), key()) is None


def test_copies_are_byte_for_byte() -> None:
    """A set goes from one bucket to another unchanged, and a second copy writes nothing."""
    source, target = bucket_of(asset_set()), MemoryBucket()
    chosen = asset_set().header.key
    assert copy(chosen, source, target).outcome is CREATED
    assert target.get(set_path(chosen)) == source.get(set_path(chosen))
    again = copy(chosen, source, target)
    assert (again.outcome, again.size_bytes) == (UNCHANGED, 0)


def test_copies_follow_the_same_rules() -> None:
    """A fuller set in the target is kept when an emptier one is copied, unless forced."""
    source = bucket_of(allocation_set(coverage_minutes=10.0))
    target = bucket_of(allocation_set(coverage_minutes=60.0))
    assert copy(key(), source, target).outcome is KEPT
    assert copy(key(), source, target, force=True).outcome is REPLACED


@pytest.mark.parametrize("content", [b"garbage", to_bytes(allocation_set())[:-40]])
def test_damage_is_not_copied(content: bytes) -> None:
    """A damaged source raises and leaves the target as it was."""
    source, target = MemoryBucket(), bucket_of(allocation_set())
    source.put(set_path(key()), content)
    with pytest.raises(SetDamagedError):
        copy(key(), source, target, force=True)
    assert read(target, key()) == allocation_set()


def test_copying_what_is_not_there_raises() -> None:
    """There is nothing to copy from an empty bucket, and the target stays empty."""
    target = MemoryBucket()
    with pytest.raises(ObjectMissingError):
        copy(key(), MemoryBucket(), target)
    assert list(target.list()) == []


@pytest.mark.parametrize(("coverage", "outcome"), [(60.0, KEPT), (59.0, KEPT)])
def test_a_final_set_does_not_give_way_to_partial_answers(coverage: float, outcome: Outcome) -> None:
    """A window that was built whole stays when it is built again while some of its source does not answer."""
    there = allocation_set(coverage_minutes=60.0, final=True).header
    new = allocation_set([allocation(cpu_cost=9)], coverage_minutes=coverage, final=False).header

    assert decide(there, new, force=False) is outcome
    assert decide(there, new, force=True) is REPLACED


def test_partial_answers_that_saw_more_are_taken() -> None:
    """A final set of half an hour gives way to one that saw all of it, even if not every store answered."""
    there = allocation_set(coverage_minutes=30.0, final=True).header
    new = allocation_set([allocation(cpu_cost=9)], coverage_minutes=60.0, final=False).header

    assert decide(there, new, force=False) is REPLACED
