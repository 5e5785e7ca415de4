"""The registry of what agents say: it survives everything, and the health check knows when it does not."""

from __future__ import annotations

import threading
import time

from fleetcost.api.registry import Registry
from fleetcost.bucket.memory import MemoryBucket
from fleetcost.model.identity import ClusterId

ONE, TWO = ClusterId("c1"), ClusterId("c2")


class Unreadable(MemoryBucket):
    """A bucket whose client fails in a way of its own for one cluster."""

    def get(self, path: str, *, largest_bytes: int | None = None) -> bytes:
        if f"/{ONE}/" in path:
            raise RuntimeError("not ours")
        return super().get(path, largest_bytes=largest_bytes)


def test_one_cluster_that_cannot_be_read_is_its_own_problem() -> None:
    """Whatever reading one agent's documents ends in, the others' are read."""
    bucket = Unreadable()
    registry = Registry(bucket, lambda: (ONE, TWO), lambda: 1)
    registry.refresh()
    known = registry.standings()
    assert "not ours" in known[ONE].problem
    assert known[TWO].problem == ""


def test_a_failing_thread_goes_on_and_fails_the_health_check() -> None:
    """While turns fail the reason is told; the thread goes on, and with the first good turn all is well again."""
    failing = [True]

    def clusters() -> tuple[ClusterId, ...]:
        if failing[0]:
            raise RuntimeError("no ledger")
        return (ONE,)

    passes = [0]
    registry = Registry(MemoryBucket(), clusters, lambda: passes[0])
    stop = threading.Event()
    thread = threading.Thread(target=registry.run, args=(stop,), daemon=True)
    thread.start()
    try:
        _until(lambda: "no ledger" in registry.broken)
        failing[0], passes[0] = False, 1
        _until(lambda: not registry.broken)
        assert thread.is_alive()
        assert set(registry.standings()) == {ONE}
    finally:
        stop.set()
        thread.join(10)


def _until(true: object) -> None:
    end = time.monotonic() + 30
    while not true():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.05)
