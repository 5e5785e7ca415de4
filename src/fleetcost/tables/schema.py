"""The shape of the database: the statements that make it empty, and the number that says which shape it is."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from fleetcost.model.allocation import ALLOCATION
from fleetcost.model.asset import ASSET
from fleetcost.model.cloud_cost import CLOUD_COST
from fleetcost.model.window import Resolution
from fleetcost.tables.columns import LABEL_COLUMNS, definitions
from fleetcost.tables.rollups import shape_statements
from fleetcost.tables.statements import query, statement


def _statements() -> Iterator[str]:
    yield statement("schema")
    for resolution in Resolution:
        yield statement(
            "schema_resolution",
            resolution,
            node_share=query("node_share", resolution),
            container_columns=definitions(ALLOCATION, LABEL_COLUMNS),
            asset_columns=definitions(ASSET),
        )
        yield from shape_statements(resolution)
    yield statement("schema_cloud", columns=definitions(CLOUD_COST))


SCHEMA = tuple(_statements())
"""The statements, in their order."""

SCHEMA_VERSION = zlib.crc32("".join(SCHEMA).encode()) >> 1
"""Changes with any change of the shape; a database with another one is moved aside and rebuilt from the bucket."""
