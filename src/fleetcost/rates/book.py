"""What a server knows of the rate tables of its bucket; no question waits for the bucket."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from fleetcost.rates.table import RateTable


class RateBook:
    """The tables by name; one that cannot be read again stays as it was, with the reason."""

    def __init__(self) -> None:
        self.tables: Mapping[str, RateTable] = MappingProxyType({})
        """What was read last."""
        self.version = 0
        """How often something new was read: what was made of one version is true as long as it is the same."""

    def know(self, tables: Mapping[str, RateTable]) -> None:
        """Take tables in place of those known so far."""
        self.tables = MappingProxyType(dict(tables))
        self.version += 1
