"""
The Arrow schema of cloud cost sets: the columns of `docs/format/cloudcosts.md`, in file order.

Costs have nine places like every amount of ours, and nineteen digits before them: one row of a large bill in a small
currency is beyond what nine digits hold.
"""

from __future__ import annotations

import pyarrow as pa

from fleetcost.model.amount import PLACES
from fleetcost.model.cloud_cost import CLOUD_COSTS
from fleetcost.sets.schema import LABELS, TEXT, TIME

COST = pa.decimal128(28, PLACES)
_FIRST = (
    "provider provider_id account_id account_name invoice_entity_id invoice_entity_name region_id availability_zone "
    "service category usage_type"
)

CLOUD_COST_SCHEMA = pa.schema(
    [
        *(pa.field(name, TEXT) for name in _FIRST.split()),
        pa.field("labels", LABELS),
        pa.field("kubernetes", pa.bool_()),
        pa.field("rule", TEXT),
        pa.field("line_type", TEXT),
        pa.field("start", TIME),
        pa.field("end", TIME),
        pa.field("currency", TEXT),
        *(pa.field(name, COST) for name in CLOUD_COSTS),
    ]
)

CLOUD_ROW_KEY = (
    *("currency", "provider", "invoice_entity_id", "account_id", "service", "category", "region_id"),
    *("availability_zone", "provider_id", "usage_type", "rule", "line_type", "kubernetes", "labels"),
)
"""What makes a row of a day a row of its own; rows are sorted by it, labels as the list of their sorted pairs."""
