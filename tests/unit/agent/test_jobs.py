"""Repairs: orders, what they change, and requests in the bucket."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec
import pytest

from builders import TinyCluster, at, hour
from fleetcost.agent.jobs import MOST_WAITING, REMEMBERED, Jobs
from fleetcost.agent.repair import LONGEST_HOURS, Repair
from fleetcost.agent.requests import answer_requests
from fleetcost.documents.repairs import RepairJob, RepairResult
from fleetcost.errors import CallerError, TryAgainError
from fleetcost.model.window import Window
from unit.agent.agents import C1, Scene, files, one, sets


@pytest.fixture
def scene() -> Scene:
    """A cluster that was born before eight, half past nine on its clock, built and pushed."""
    built = Scene(TinyCluster(at(7.9), at(9.5)))
    built.agent().round()
    return built


@pytest.fixture
def jobs(scene: Scene) -> Iterator[Jobs]:
    """The repairs of a running agent."""
    working = Jobs(scene.agent())
    working.start()
    yield working
    working.stop()


def done(jobs: Jobs, repair: Repair) -> RepairJob:
    """Order a repair and wait for its end."""
    return jobs.wait(jobs.order(repair).id)


HALF = Window(at(8), at(8.5))


def test_a_repair_of_what_is_there_changes_nothing(scene: Scene, jobs: Jobs) -> None:
    """Each set is compared, none differs, none is written."""
    before = files(scene.bucket)
    job = done(jobs, Repair(hour(8)))
    assert (job.state, job.done, job.total) == ("done", 1, 1)
    assert job.message == "0 of 2 hourly sets changed, 0 uploaded"
    assert [difference.outcome for difference in job.differences] == ["unchanged", "unchanged"]
    assert files(scene.bucket) == before


def test_a_repair_brings_back_what_was_lost(scene: Scene, jobs: Jobs) -> None:
    """A set that somebody deleted here and in the bucket is built and pushed again."""
    lost = one(scene.bucket, hour(8))
    for bucket in (scene.store, scene.bucket):
        for info in files(bucket):
            if "/1h/" in info.path and str(hour(8).start_epoch) in info.path:
                bucket.delete(info.path)
    job = done(jobs, Repair(hour(8)))
    assert [difference.outcome for difference in job.differences] == ["created", "created"]
    assert [difference.rows_before for difference in job.differences] == [None, None]
    assert one(scene.bucket, hour(8)).table.equals(lost.table)


def test_a_dry_run_shows_the_difference_and_writes_nothing(scene: Scene, jobs: Jobs) -> None:
    """What would be replaced is shown side by side, and nothing is touched."""
    scene.cluster.cores = 2.0
    before = [*files(scene.store), *files(scene.bucket)]
    job = done(jobs, Repair(hour(8), dry_run=True))
    assert job.message == "1 of 2 hourly sets would change, 0 uploaded"
    (changed,) = [difference for difference in job.differences if difference.outcome == "replaced"]
    assert (changed.kind, changed.cost_before, changed.cost_after) == ("allocations", "0.750000000", "1.250000000")
    assert [*files(scene.store), *files(scene.bucket)] == before


def test_an_emptier_build_is_kept_out_unless_forced(scene: Scene, jobs: Jobs) -> None:
    """A repair never makes things worse by itself; forced, it replaces hour and day in the bucket."""
    scene.cluster.dark = [HALF]
    kept = done(jobs, Repair(hour(8)))
    assert {difference.outcome for difference in kept.differences} == {"kept the fuller set that is there"}
    assert one(scene.bucket, hour(8)).header.complete
    forced = done(jobs, Repair(hour(8), force=True))
    assert {difference.outcome for difference in forced.differences} == {"replaced"}
    assert not one(scene.bucket, hour(8)).header.complete
    hours = sum(one(scene.bucket, hour(number)).header.total_cost for number in (7, 8, 9))
    assert one(scene.bucket, Window(at(0), at(24))).header.total_cost == hours


@pytest.mark.parametrize(
    ("window", "reason"),
    [
        (hour(3, day=-30), "holds no samples of it, coverage is [2026-01-10T00:00:00Z, 2026-01-11T00:00:00Z)"),
    ],
)
def test_repairs_of_what_is_gone_are_refused(scene: Scene, jobs: Jobs, window: Window, reason: str) -> None:
    """A window the source no longer holds is refused with what it does hold."""
    before = sets(scene.bucket)
    job = done(jobs, Repair(window))
    assert (job.state, reason in job.message) == ("refused", True)
    assert sets(scene.bucket) == before


@pytest.mark.parametrize(
    ("window", "reason"),
    [
        (hour(10), "it has not begun"),
        (Window(at(-24 * 500), at(0)), f"12000 hours, accepted are {LONGEST_HOURS} at once"),
        (Window(datetime(1970, 1, 1, tzinfo=UTC), datetime(2199, 1, 1, tzinfo=UTC)), "at once"),
        (Window(datetime(1, 1, 1, tzinfo=UTC), datetime.max.replace(tzinfo=UTC)), "at once"),
    ],
)
def test_orders_that_make_no_sense_are_not_taken(jobs: Jobs, window: Window, reason: str) -> None:
    """A window in the future, and too long a one, are refused before a single hour of them is made."""
    tracemalloc.start()
    with pytest.raises(CallerError, match=reason):
        jobs.order(Repair(window))
    assert tracemalloc.get_traced_memory()[1] < 1 << 20
    tracemalloc.stop()
    assert jobs.list() == ()


def test_a_repair_that_reaches_far_ahead_is_what_has_begun(jobs: Jobs) -> None:
    """Of a window that ends in a hundred years the hours that have begun are repaired."""
    job = done(jobs, Repair(Window(at(8), at(24 * 365 * 100)), dry_run=True))
    assert (job.state, job.total) == ("done", 2)


def test_so_many_orders_wait(scene: Scene) -> None:
    """Orders beyond the most that wait are to be given again; when some are done there is room."""
    working = Jobs(scene.agent())
    for _ in range(MOST_WAITING):
        last = working.order(Repair(hour(8), dry_run=True))
    with pytest.raises(TryAgainError, match=f"{MOST_WAITING} repairs are waiting"):
        working.order(Repair(hour(8)))
    put_request(scene, "late.json", b'{"window": "1h", "dry_run": true}')
    answer_requests(scene.bucket, C1, working, scene.cluster.now)
    assert not [info for info in files(scene.bucket) if "late.result" in info.path]
    working.start()
    assert working.wait(last.id).state == "done"
    answer_requests(scene.bucket, C1, working, scene.cluster.now)
    assert result(scene, "late").state == "done"
    working.stop()


def test_what_is_remembered_of_large_repairs_is_bounded(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Differences of all finished repairs together have a limit; the newest is kept even if it alone is larger."""
    monkeypatch.setattr("fleetcost.agent.jobs.MOST_DIFFERENCES", 5)
    working = Jobs(scene.agent())
    working.start()
    ids = [done(working, Repair(Window(at(8), at(9.5)), dry_run=True)).id for _ in range(3)]
    assert [job.id for job in working.list()] == [ids[-1]]
    working.stop()


def test_a_source_that_is_down_fails_the_repair_and_not_the_next(scene: Scene, jobs: Jobs) -> None:
    """A failed repair says why, and the one that waits behind it is done."""
    scene.cluster.down = True
    assert done(jobs, Repair(hour(8))).message == "the source is down"
    scene.cluster.down = False
    assert done(jobs, Repair(hour(8))).state == "done"
    assert [job.state for job in jobs.list()] == ["done", "failed"]


def test_a_mistake_of_ours_fails_the_repair_and_not_the_next(scene: Scene, jobs: Jobs) -> None:
    """A repair that stumbles over a bug ends as failed; the queue goes on."""
    scene.cluster.cores = float("1e18")
    scene.cluster.dark = "nonsense"  # type: ignore[assignment]
    assert done(jobs, Repair(hour(8))).state == "failed"
    scene.cluster.dark, scene.cluster.cores = [], 1.0
    assert done(jobs, Repair(hour(8))).state == "done"


def test_an_order_is_taken_once(jobs: Jobs) -> None:
    """Ordering a known id returns the job that is there."""
    first = jobs.order(Repair(hour(8)), "r1")
    assert jobs.order(Repair(hour(9)), "r1").start == first.start
    assert len(jobs.list()) == 1


def test_old_jobs_are_forgotten_and_waiting_ones_never(scene: Scene) -> None:
    """However many orders wait, each is done; only finished ones are forgotten."""
    working = Jobs(scene.agent())
    waiting = [working.order(Repair(hour(3, day=-30)), f"r{number}").id for number in range(MOST_WAITING)]
    working.start()
    assert [working.wait(name).state for name in waiting] == ["refused"] * MOST_WAITING
    for number in range(REMEMBERED):
        assert done(working, Repair(hour(3, day=-30 - number))).state == "refused"
    working.stop()
    assert len(working.list()) == REMEMBERED


def put_request(scene: Scene, name: str, content: bytes) -> None:
    """Put a request into the bucket."""
    scene.bucket.put(f"federated/c1/requests/{name}", content)


def result(scene: Scene, name: str) -> RepairResult:
    """Return the answer to a request."""
    return msgspec.json.decode(scene.bucket.get(f"federated/c1/requests/{name}.result.json"), type=RepairResult)


def test_requests_in_the_bucket_are_answered_once(scene: Scene, jobs: Jobs) -> None:
    """A request is done, its result lies beside it, and the next look finds nothing to do."""
    put_request(scene, "one.json", b'{"window": "2026-01-10T08:00:00Z,2026-01-10T09:00:00Z", "dry_run": true}')
    assert answer_requests(scene.bucket, C1, jobs, scene.cluster.now) == 1
    answered = result(scene, "one")
    assert answered.state == "done"
    assert answered.job is not None
    assert (answered.job.id, answered.job.dry_run) == ("one", True)
    assert answer_requests(scene.bucket, C1, jobs, scene.cluster.now) == 0


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"garbage",
        b"{}",
        b'{"window": "never"}',
        b'{"window": "1h", "forse": true}',
        b"[]",
        b"[" * 100_000,
        b'{"window": "1970-01-01T00:00:00Z,2026-01-01T00:00:00Z"}',
        b'{"window": "2100-01-01T00:00:00Z,2100-01-02T00:00:00Z"}',
    ],
)
def test_requests_that_cannot_be_read_are_refused(scene: Scene, jobs: Jobs, content: bytes) -> None:
    """A mistyped request is answered with what is wrong, and does not stop the next."""
    put_request(scene, "bad.json", content)
    put_request(scene, "good.json", b'{"window": "1h", "dry_run": true}')
    assert answer_requests(scene.bucket, C1, jobs, scene.cluster.now) == 2
    refused = result(scene, "bad")
    assert (refused.state, refused.message != "") == ("refused", True)
    assert result(scene, "good").state == "done"


def test_a_repair_in_the_future_is_the_callers_mistake() -> None:
    """Hours that have not begun are left out; if none is left the order is refused."""
    timing = Scene(TinyCluster(at(8), at(9.5))).timing
    assert [each.window for each in Repair(Window(at(8), at(12))).hours(timing, at(9.5))] == [hour(8), hour(9)]
    with pytest.raises(CallerError, match="it has not begun"):
        Repair(hour(10)).hours(timing, at(9.5))
