"""What the agents say of themselves, read from the bucket beside the ingest loop; no question waits for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from fleetcost.bucket.port import BucketReader
from fleetcost.documents.status import AgentStatus, read_agent_status
from fleetcost.model.identity import ClusterId
from fleetcost.ops import log
from fleetcost.sets.survey import BucketSurvey, survey

AT_ONCE = 8
"""Clusters that are read at the same time."""

PAUSE_SECONDS = 60.0
"""Between two readings; after an ingest pass there is one at once."""

SURVEY_SECONDS = 3600.0
"""Between two looks at what lies beside the sets, which lists the whole bucket."""

STALLED_SECONDS = 900.0
"""When reading takes longer, something hangs."""

GLANCE_SECONDS = 1.0
"""How often it is looked whether a pass has ended."""


_log = log.get("api")


class Registry:
    """
    The agents' own words by cluster; what could not be read again is kept, with the reason.

    Args:
        bucket: where they are
        clusters: gives the clusters of the ledger
        passes: gives the number of finished ingest passes
    """

    def __init__(
        self, bucket: BucketReader, clusters: Callable[[], Iterable[ClusterId]], passes: Callable[[], int]
    ) -> None:
        self._bucket = bucket
        self._clusters = clusters
        self._passes = passes
        self._known: Mapping[ClusterId, AgentStatus] = MappingProxyType({})
        self._fault = ""
        self._looked_at = time.monotonic()
        self._survey = BucketSurvey()
        self.version = 0
        """How often something new was read: what was made of one version is true as long as it is the same."""

    def statuses(self) -> Mapping[ClusterId, AgentStatus]:
        """Return what was read last."""
        return self._known

    def survey(self) -> BucketSurvey:
        """Return what lay in the bucket beside the sets when that was last looked at."""
        return self._survey

    def look_beside(self) -> None:
        """Look at all that lies beside the sets; what ends it is tried again at the next turn."""
        try:
            self._survey = survey(self._bucket)
        except Exception as error:  # noqa: BLE001 - the thread goes on, and nothing else waits for this
            _log.warning("survey failed", error=str(error))

    def retired(self) -> Mapping[ClusterId, datetime]:
        """Return the clusters that were declared gone, and when."""
        known = self._known.items()
        return {one: at for one, found in known if found.identity and (at := found.identity.retired_at)}

    def refresh(self) -> None:
        """Read every known cluster."""
        before = self._known
        with ThreadPoolExecutor(AT_ONCE) as pool:
            read = list(pool.map(self._read, self._clusters()))
        known = {one.cluster: _kept(one, before.get(one.cluster)) for one in read}
        if known != before:
            self._known = MappingProxyType(known)
            self.version += 1

    def run(self, stop: threading.Event) -> None:
        """Read after every pass, and every minute, until asked to stop."""
        seen, waited, surveyed_at = -1, PAUSE_SECONDS, -SURVEY_SECONDS
        while not stop.is_set():
            passes = self._passes()
            if passes != seen or waited >= PAUSE_SECONDS:
                self._refreshed()
                seen, waited = passes, 0.0
            if time.monotonic() - surveyed_at >= SURVEY_SECONDS:
                self.look_beside()
                surveyed_at = time.monotonic()
            self._looked_at = time.monotonic()
            stop.wait(GLANCE_SECONDS)
            waited += GLANCE_SECONDS

    @property
    def broken(self) -> str:
        """Why nothing new is learned of the agents, for the health check; empty while all is well."""
        silent = time.monotonic() - self._looked_at
        if silent > STALLED_SECONDS:
            return f"the agents' documents have not been read for {silent:.0f} seconds: start the process again"
        return self._fault

    def _refreshed(self) -> None:
        """Read every known cluster; a failure is reported by the health check, and tried again at the next turn."""
        try:
            self.refresh()
            self._fault = ""
        except Exception as error:  # noqa: BLE001 - the thread goes on
            self._fault = f"the agents' documents cannot be read: {type(error).__name__}: {error}"
            _log.error("registry failed", error=str(error), exc_info=error)

    def _read(self, cluster: ClusterId) -> AgentStatus:
        """Read what one agent says; whatever that ends in is this cluster's problem alone."""
        try:
            return read_agent_status(self._bucket, cluster)
        except Exception as error:  # noqa: BLE001 - see above
            return AgentStatus(
                cluster, problem=f"read what the agent of {cluster} says: {type(error).__name__}: {error}"
            )


def _kept(new: AgentStatus, before: AgentStatus | None) -> AgentStatus:
    if not new.problem or before is None:
        return new
    return replace(new, identity=new.identity or before.identity, checks=new.checks or before.checks)
