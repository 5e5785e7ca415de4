"""The registry of what agents say: it survives everything, and the health check knows when it does not."""

from __future__ import annotations

import threading
from collections.abc import Callable

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
    known = registry.statuses()
    assert "not ours" in known[ONE].problem
    assert known[TWO].problem == ""


class Turns(threading.Event):
    """Ends a loop after some turns, and does something after each."""

    def __init__(self, *after: Callable[[], None]) -> None:
        super().__init__()
        self._after = list(after)

    def wait(self, timeout: float | None = None) -> bool:  # noqa: ARG002 - the turn takes no time
        """Do what comes after this turn."""
        self._after.pop(0)()
        if not self._after:
            self.set()
        return self.is_set()


def test_a_failing_turn_fails_the_health_check_and_the_loop_goes_on() -> None:
    """While turns fail the reason is reported; the loop goes on, and with the first good turn all is well again."""
    reported: list[str] = []
    passes = [0]

    def clusters() -> tuple[ClusterId, ...]:
        if passes[0] == 0:
            raise RuntimeError("no ledger")
        return (ONE,)

    def after() -> None:
        reported.append(registry.broken)
        passes[0] += 1

    registry = Registry(MemoryBucket(), clusters, lambda: passes[0])
    registry.run(Turns(after, after))
    assert ("no ledger" in reported[0], reported[1]) == (True, "")
    assert set(registry.statuses()) == {ONE}
