"""An agent's first start: it waits for a source that does not answer yet, and says so in its log and at its port."""

from __future__ import annotations

import threading
from collections.abc import Callable

from fleetcost.agent.guard import Guard
from fleetcost.agent.health import Handlers, Health, serve_health
from fleetcost.agent.loop import Agent
from fleetcost.errors import SourceError
from fleetcost.ops import log
from fleetcost.ops.settings import AgentSettings

PAUSE_SECONDS = 30.0
"""Between two tries; each of them is patient already."""

_log = log.get("cli")


def awaited(make: Callable[[], Agent], settings: AgentSettings, stop: threading.Event) -> Agent | None:
    """
    Make the agent as soon as its source answers; None where it is asked to stop before.

    Args:
        make: puts the agent together, asking the source who the cluster is
        settings: the agent's: where it listens, and how long it pauses at most
        stop: set when the process is to end

    Raises:
        SettingsError: something is missing, cannot be used, or the port is taken.
    """
    try:
        return make()
    except SourceError as error:
        said = str(error)

    def order(*_: object) -> None:
        raise SourceError(f"nothing is built before the source answers: {said}")

    waiting = Handlers(lambda: Health("waiting", settings.cluster_id, 0, None, said), order, list)
    pause = min(PAUSE_SECONDS, settings.interval_seconds)
    with serve_health(settings.bind, settings.port, waiting, Guard(settings.repair_token_file)):
        while True:
            _log.warning("waiting for the source", error=said, again_in_seconds=pause)
            if stop.wait(pause):
                return None
            try:
                return make()
            except SourceError as error:
                said = str(error)
