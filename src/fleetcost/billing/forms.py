"""The forms of bills this room reads, told apart by their columns alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from fleetcost.billing import aws, azure, focus, gcp
from fleetcost.billing.columns import Column, Kind, has, view
from fleetcost.errors import BillDamagedError

Readers = Mapping[Kind, Callable[[str], str]]


@dataclass(frozen=True, slots=True)
class Form:
    """
    How one provider writes its bills.

    Attributes:
        name: also the name of its SQL file
        provider: whose rows these are, for messages; FOCUS names it in each row
        marks: columns that no other form has, as alternatives
        columns: what its SQL reads
        computed: from the bill's headers and types, what its SQL reads beside the columns: the tags as they are, …
        labels: the expression that makes a map of the tags
    """

    name: str
    provider: str
    marks: tuple[tuple[str, ...], ...]
    columns: tuple[Column, ...]
    computed: Callable[[Mapping[str, str]], str]
    labels: Callable[[Mapping[str, str]], str]

    def rows(self, types: Mapping[str, str], relation: str, readers: Readers | None = None) -> str:
        """
        Return the query that gives a bill's rows as rows of cloud costs.

        Args:
            types: the bill's headers and their types
            relation: what to read, such as `read_parquet([…])`
            readers: how texts of a kind are read
        """
        bill = f"SELECT\n    {view(self.columns, types, readers)},\n    {self.computed(types)}\nFROM {relation}"
        return statement(self.name).replace("{bill}", bill)


FORMS = (
    Form("focus", "any", (("ChargeCategory", "BilledCost"),), focus.COLUMNS, focus.computed, focus.labels),
    Form("aws", "AWS", (("line_item_line_item_type",),), aws.COLUMNS, aws.computed, aws.labels),
    Form(
        "azure",
        "Azure",
        tuple((cost, key) for cost in azure.COSTS for key in ("MeterCategory", "MeterId", "ResourceRate")),
        azure.COLUMNS,
        azure.computed, azure.labels,
    ),
    Form("gcp", "GCP", gcp.MARKS, gcp.COLUMNS, gcp.computed, gcp.labels),
)  # fmt: skip


def form_of(headers: Sequence[str], name: str) -> Form:
    """
    Return the form that a bill's headers show.

    Args:
        headers: the bill's columns
        name: of the bill, for messages

    Raises:
        BillDamagedError: no form has such columns.
    """
    for form in FORMS:
        if any(has(headers, *marks) for marks in form.marks):
            return form
    shown = ", ".join(headers[:8]) + (", …" if len(headers) > 8 else "")  # noqa: PLR2004 - enough to recognise it
    raise BillDamagedError(
        f"read the bill {name}: its columns ({shown}) are of no form known here; accepted are an AWS cost and usage "
        "report, an Azure cost export, a GCP detailed usage export, and FOCUS 1.0 to 1.2"
    )


@cache
def statement(name: str) -> str:
    """Return the text of `sql/<name>.sql`."""
    return resources.files("fleetcost.billing").joinpath(f"sql/{name}.sql").read_text()
