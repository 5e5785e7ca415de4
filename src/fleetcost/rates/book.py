"""What a server knows of the rate tables of its bucket; no question waits for the bucket."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from types import MappingProxyType

from fleetcost.bucket.port import BucketReader
from fleetcost.errors import FleetcostError, ObjectMissingError
from fleetcost.ops import log
from fleetcost.rates.store import FOLDER, KnownTable, read_table, read_version, table_names
from fleetcost.rates.table import RateTable

PAUSE_SECONDS = 60.0
"""Between two looks at the bucket."""

_log = log.get("rates")


class RateBook:
    """
    The tables by name; one that cannot be read again stays as it was, with the reason.

    Args:
        bucket: where they are, None for a server without one
    """

    def __init__(self, bucket: BucketReader | None = None) -> None:
        self._bucket = bucket
        self._etags: Mapping[str, str] = {}
        self.tables: Mapping[str, RateTable] = MappingProxyType({})
        """What was read last."""
        self.known: Mapping[str, KnownTable] = MappingProxyType({})
        """The same with what the bucket says of it."""
        self.fault = ""
        """Why the bucket could not be looked at, empty where it could."""
        self.version = 0
        """How often something new was read: what was made of one version is true as long as it is the same."""

    def know(self, tables: Mapping[str, RateTable]) -> None:
        """Take tables in place of those known so far."""
        self.tables = MappingProxyType(dict(tables))
        self.version += 1

    def version_of(self, name: str, version: int = 0) -> RateTable | None:
        """
        Return a table in a version, with 0 in the one that counts; None where there is none.

        Raises:
            DocumentDamagedError: it cannot be read.
            StoreError, StoreRefusedError: the bucket did not answer, or refused.
        """
        table = self.tables.get(name)
        if self._bucket is None or not version or (table is not None and table.version == version):
            return table
        try:
            return read_version(self._bucket, name, version)
        except ObjectMissingError:
            return None

    def refresh(self) -> None:
        """
        Read the tables that have changed.

        Raises:
            StoreError, StoreRefusedError: the bucket did not answer, or refused.
        """
        if self._bucket is None:
            return
        etags = {info.path: info.etag for info in self._bucket.list(FOLDER)}
        if etags == self._etags:
            return
        known = {name: read_table(self._bucket, name) for name in table_names(self._bucket)}
        for name, one in known.items():
            if one.fault:
                _log.warning("rate table damaged", table=name, fault=one.fault)
        kept = {name: one.table or self.tables.get(name) for name, one in known.items()}
        self._etags, self.known = etags, MappingProxyType(known)
        self.know({name: table for name, table in kept.items() if table is not None})

    def run(self, stop: threading.Event) -> None:
        """Look at the bucket every minute, until asked to stop; a failure is reported and tried again."""
        while not stop.is_set():
            try:
                self.refresh()
                self.fault = ""
            except FleetcostError as error:
                self.fault = str(error)
                _log.warning("rates not read", error=str(error))
            stop.wait(PAUSE_SECONDS)
