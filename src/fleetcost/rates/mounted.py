"""A file of rates that lies beside the server, such as a mounted ConfigMap: imported whenever it changes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from fleetcost.bucket.port import Bucket
from fleetcost.errors import FleetcostError
from fleetcost.ops import log
from fleetcost.rates.checks import checked
from fleetcost.rates.reading import read_rates
from fleetcost.rates.store import publish_rates, read_table

PAUSE_SECONDS = 60.0

_log = log.get("rates")


class MountedRates:
    """
    Takes a file into a table; one that is refused is reported, and looked at again when it has changed.

    Args:
        bucket: where the table is
        table: its name
        file: the file
        clock: gives the time
    """

    def __init__(self, bucket: Bucket, table: str, file: Path, clock: Callable[[], datetime]) -> None:
        self._bucket, self._table, self._file, self._clock = bucket, table, file, clock
        self._seen: bytes | None = None

    def turn(self) -> None:
        """
        Import the file if it is not the one that was imported last.

        Raises:
            OSError: it cannot be read.
            RatesRefusedError: it cannot be used.
            StoreError, StoreRefusedError: the bucket did not answer, or refused.
        """
        content = self._file.read_bytes()
        if content == self._seen:
            return
        read = read_rates(self._file.name, content)
        known = read_table(self._bucket, self._table).table
        rates = checked(read, known.rates if known else ())
        written = publish_rates(self._bucket, self._table, read.kind, rates, self._file.name, self._clock())
        self._seen = content
        if written is not None:
            _log.info("rates imported", table=self._table, version=written.version, file=str(self._file))

    def run(self, stop: threading.Event) -> None:
        """Look at the file every minute, until asked to stop."""
        while not stop.is_set():
            try:
                self.turn()
            except (FleetcostError, OSError) as error:
                _log.warning("rates not imported", file=str(self._file), error=str(error))
            stop.wait(PAUSE_SECONDS)
