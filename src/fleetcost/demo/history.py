"""
The demonstration's history, built by as many processes as there are cores: a week of four clusters takes one a minute.

Each process makes the fleet again and lets one of its agents go round; all they leave is in the stores.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import replace
from multiprocessing.queues import SimpleQueue
from threading import Thread

from fleetcost.demo.run import Fleet, Progress
from fleetcost.ops import log
from fleetcost.ops.processes import end_with_parent

MakeFleet = Callable[[], Fleet]
_Step = tuple[str, int, int]


def build_history(make: MakeFleet, progress: Progress, processes: int) -> None:
    """
    Let each agent do its first round, several side by side.

    Args:
        make: makes the fleet; it is sent to the processes, so it can be pickled
        progress: called here, for each hour that is built anywhere
        processes: how many at most
    """
    names = [agent.builder.identity.cluster for agent in make().agents]
    # Not forked: this process has threads.
    context = multiprocessing.get_context("spawn")
    steps: SimpleQueue[_Step | None] = context.SimpleQueue()
    reporter = Thread(target=_report, args=(steps, progress), name="progress")
    reporter.start()
    try:
        with ProcessPoolExecutor(min(processes, len(names)), context, _begin, (steps,)) as pool:
            building: list[Future[None]] = [pool.submit(_build, make, name) for name in names]
            for one in building:
                one.result()
    finally:
        steps.put(None)
        reporter.join()


def _report(steps: SimpleQueue[_Step | None], progress: Progress) -> None:
    while (step := steps.get()) is not None:
        progress(*step)


def _begin(steps: SimpleQueue[_Step | None]) -> None:
    """Prepare a process: it is as quiet as the one that started it, reports to that, and ends with it."""
    global _steps  # noqa: PLW0603 - what a process of a pool has is the module's
    _steps = steps
    log.configure("error")
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    end_with_parent()


def _build(make: MakeFleet, name: str) -> None:
    whole = make()
    own = tuple(agent for agent in whole.agents if agent.builder.identity.cluster == name)
    replace(whole, agents=own).build(lambda cluster, done, due: _steps.put((cluster, done, due)))


_steps: SimpleQueue[_Step | None]
