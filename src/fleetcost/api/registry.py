"""What the agents say of themselves, read from the bucket beside the ingest loop; no question waits for it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from fleetcost.bucket.port import BucketReader
from fleetcost.documents.standing import Standing, read_standing
from fleetcost.model.identity import ClusterId

AT_ONCE = 8
"""Clusters that are read at the same time."""

PAUSE_SECONDS = 60.0
"""Between two readings; after an ingest pass there is one at once."""

GLANCE_SECONDS = 1.0
"""How often it is looked whether a pass has ended."""


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
        self._known: Mapping[ClusterId, Standing] = MappingProxyType({})
        self.version = 0
        """How often something new was read: what was made of one version is true as long as it is the same."""

    def standings(self) -> Mapping[ClusterId, Standing]:
        """Return what was read last."""
        return self._known

    def retired(self) -> Mapping[ClusterId, datetime]:
        """Return the clusters that were declared gone, and when."""
        known = self._known.items()
        return {one: at for one, found in known if found.identity and (at := found.identity.retired_at)}

    def refresh(self) -> None:
        """Read every known cluster."""
        before = self._known
        with ThreadPoolExecutor(AT_ONCE) as pool:
            read = list(pool.map(lambda one: read_standing(self._bucket, one), self._clusters()))
        known = {one.cluster: _kept(one, before.get(one.cluster)) for one in read}
        if known != before:
            self._known = MappingProxyType(known)
            self.version += 1

    def run(self, stop: threading.Event) -> None:
        """Read after every pass, and every minute, until told to stop."""
        seen, waited = -1, PAUSE_SECONDS
        while not stop.is_set():
            passes = self._passes()
            if passes != seen or waited >= PAUSE_SECONDS:
                self.refresh()
                seen, waited = passes, 0.0
            stop.wait(GLANCE_SECONDS)
            waited += GLANCE_SECONDS


def _kept(new: Standing, before: Standing | None) -> Standing:
    if not new.problem or before is None:
        return new
    return replace(new, identity=new.identity or before.identity, checks=new.checks or before.checks)
