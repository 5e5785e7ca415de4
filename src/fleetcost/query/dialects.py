"""Which dialect a view understands."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from fleetcost.query.dialect import Dialect, DuckDb
from fleetcost.query.dialect_spark import Spark
from fleetcost.tables.view import View

DIALECTS: Mapping[str, type[Dialect]] = MappingProxyType({"duckdb": DuckDb, "spark": Spark})


def dialect_of(view: View) -> Dialect:
    """Return the dialect of the engine behind a view."""
    return DIALECTS[view.language]()
