"""The documents of the bucket: what they may hold, and that a bad one is that object's state and stops nobody."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetcost.bucket.memory import MemoryBucket
from fleetcost.documents.cluster import CheckResult, ClusterClaim, Diagnostics, MissingHour
from fleetcost.documents.document import LATEST, BucketDocument, decode, read_document, write_document
from fleetcost.documents.places import diagnostics_path, identity_path
from fleetcost.documents.repairs import RepairedSet, RepairJob, RepairRequest, RepairResult
from fleetcost.documents.status import read_agent_status
from fleetcost.errors import DocumentDamagedError, ObjectTooLargeError
from fleetcost.model.identity import ClusterId

C1 = ClusterId("c1")
NOW = datetime(2026, 1, 10, 12, tzinfo=UTC)
CLAIM = ClusterClaim(cluster="c1", uid="u", claimed_at=NOW, last_seen=NOW, agent_version="1")
CHECKS = Diagnostics(
    cluster_id="c1",
    version="1",
    latest_run=NOW,
    checks={"a": CheckResult(diagnostic_passed=True)},
    gaps=(MissingHour("2026-01-10T00:00:00Z", "down"),),
)
CHANGE = RepairedSet(
    kind="assets", start="s", end="e", outcome="created", rows_before=None, rows_after=1, cost_before=None,
    cost_after="1.5", coverage_before=None, coverage_after=60.0,
)  # fmt: skip
EXAMPLES: tuple[BucketDocument, ...] = (
    CLAIM,
    CHECKS,
    RepairRequest(window="1d", requested_by="ann"),
    RepairResult(state="done", message="", job=RepairJob(id="x", differences=(CHANGE,), ordered_at=NOW)),
)

instants = st.datetimes(datetime(2000, 1, 1), datetime(2199, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds


@pytest.mark.parametrize("document", EXAMPLES, ids=lambda one: type(one).__name__)
def test_what_is_written_is_what_is_read(document: BucketDocument) -> None:
    """Writer and readers share one struct, so that nothing a writer says is lost on the way."""
    bucket = MemoryBucket()
    write_document(bucket, "a", document, create=True)
    assert read_document(bucket, "a", type(document)) == document


def test_the_claim_in_the_bucket_is_as_it_always_was() -> None:
    """Agents of every version read and write one `cluster.json`: its keys and the form of its times are a promise."""
    assert json.loads(msgspec.json.encode(CLAIM)) == {
        "cluster": "c1", "uid": "u", "claimed_at": "2026-01-10T12:00:00Z", "last_seen": "2026-01-10T12:00:00Z",
        "last_push": None, "retired_at": None, "agent_version": "1", "previous_uid": "", "holder": "",
    }  # fmt: skip
    assert json.loads(msgspec.json.encode(CHECKS))["latestRun"] == "2026-01-10T12:00:00Z"


@given(instants, instants)
def test_times_survive(seen: datetime, pushed: datetime) -> None:
    """Any time in range comes back as it was."""
    claim = msgspec.structs.replace(CLAIM, last_seen=seen, last_push=pushed)
    assert decode(msgspec.json.encode(claim), ClusterClaim, "x") == claim


HOSTILE: dict[str, bytes] = {
    "empty": b"",
    "no JSON": b"garbage",
    "another kind": b"[]",
    "not UTF-8": b'{"uid": "\xff"}',
    "a deep unknown value": b'{"more": ' + b"[" * 2_000 + b"]" * 2_000 + b"}",
    "a deep known value": b'{"checks": ' + b'{"a":' * 200_000 + b"1" + b"}" * 200_000 + b"}",
    "large": b'"' + b"x" * 5_000_000 + b'"',
    "a time of the year 9999": msgspec.json.encode(
        {**msgspec.to_builtins(CLAIM), **msgspec.to_builtins(CHECKS), "last_seen": "9999-12-31T23:59:59Z",
         "latestRun": "9999-12-31T23:59:59Z"}
    ),
    "a time without a zone": msgspec.json.encode(
        {**msgspec.to_builtins(CLAIM), **msgspec.to_builtins(CHECKS), "last_seen": "2026-01-10T12:00:00",
         "latestRun": "2026-01-10T12:00:00"}
    ),
    "a time of the year 1": msgspec.json.encode(
        {**msgspec.to_builtins(CLAIM), **msgspec.to_builtins(CHECKS), "last_seen": "0001-01-01T00:00:00+14:00",
         "latestRun": "0001-01-01T00:00:00+14:00"}
    ),
}  # fmt: skip


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("place", [identity_path, diagnostics_path])
def test_a_hostile_document_is_that_objects_state(content: bytes, place: Any) -> None:
    """Whatever lies in a cluster's folder, its account names the object and the reason, and nothing is raised."""
    bucket = MemoryBucket()
    bucket.put(place(C1), content)
    found = read_agent_status(bucket, C1)
    assert place(C1) in found.problem
    assert (found.identity, found.checks) == (None, None)


@given(st.binary(max_size=200), st.sampled_from([type(one) for one in EXAMPLES]))
def test_no_content_ends_a_reader(content: bytes, kind: type[BucketDocument]) -> None:
    """Bytes are a document or a damaged one."""
    try:
        assert isinstance(decode(content, kind, "x"), kind)
    except DocumentDamagedError as error:
        assert str(error).startswith("read x: ")  # noqa: PT017 - either way is right


def test_size_is_checked_before_the_content_is_read() -> None:
    """Three gibibytes in a `cluster.json` are refused by what the store says of the object."""
    bucket = MemoryBucket()
    bucket.put("a", b" " * (ClusterClaim.largest_bytes + 1))
    with pytest.raises(ObjectTooLargeError, match=r"a: 65,537 bytes, accepted are up to 65,536"):
        read_document(bucket, "a", ClusterClaim)


@pytest.mark.parametrize("when", [datetime(1999, 12, 31, tzinfo=UTC), LATEST, datetime(2026, 1, 1)])  # noqa: DTZ001 - refused
def test_a_time_out_of_range_cannot_be_written(when: datetime) -> None:
    """What no reader would take is refused where it is made."""
    with pytest.raises(ValueError, match="last_seen"):
        ClusterClaim(cluster="c1", uid="u", claimed_at=NOW, last_seen=when)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_that_is_none_cannot_be_written(value: float) -> None:
    """Coverage is a number of minutes."""
    with pytest.raises(ValueError, match="coverage_after"):
        msgspec.structs.replace(CHANGE, coverage_after=value)


def test_the_largest_order_fits() -> None:
    """The result of the longest order, 400 days of both kinds by the hour, is below its bound."""
    changes = tuple(
        msgspec.structs.replace(CHANGE, outcome="kept the fuller set that is there", cost_after="1" * 30)
        for _ in range(400 * 24 * 2)
    )
    result = RepairResult(state="done", message="", job=RepairJob(differences=changes, finished_at=NOW + timedelta(1)))
    assert decode(msgspec.json.encode(result), RepairResult, "x") == result
