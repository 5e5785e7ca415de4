"""The forms of bills this room reads, distinguished by their columns alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from fleetcost.billing import aws, azure, focus, gcp
from fleetcost.billing.columns import BillColumn, HeldColumn, Readers, added_up, cells, has, plain, view
from fleetcost.errors import BillDamagedError


@dataclass(frozen=True, slots=True)
class Form:
    """
    How one provider writes its bills.

    Attributes:
        name: also the name of its SQL file
        marks: columns that no other form has, as alternatives
        columns: what its SQL reads
        computed: from the bill's headers and types, what its SQL reads beside the columns: the tags as they are, …
        labels: the expression that makes a map of the tags
        required: names of columns that every row needs; of alternatives the first that a bill has
        json: plain names of columns whose texts are JSON
        carried: where costs follow from amounts added up over rows of the same texts, what its SQL reads beside the
            columns; empty where it multiplies amounts
        signed: amounts of which its SQL asks whether they are below zero
    """

    name: str
    marks: tuple[tuple[str, ...], ...]
    columns: tuple[BillColumn, ...]
    computed: Callable[[Mapping[str, str]], str]
    labels: Callable[[Mapping[str, str]], str]
    required: tuple[tuple[str, ...], ...]
    json: tuple[str, ...] = ()
    carried: tuple[str, ...] = ()
    signed: tuple[str, ...] = ()

    def needed(self, have: Sequence[HeldColumn], name: str) -> tuple[str, ...]:
        """
        Return the columns that a bill has and that no row may leave empty.

        Args:
            have: the columns that it has
            name: of the bill, for messages

        Raises:
            BillDamagedError: one is not there at all; an absent amount is not zero.
        """
        there = {cell.column.name for cell in have}
        chosen = [next((one for one in any_of if one in there), None) for any_of in self.required]
        if None in chosen:
            lacking = self.required[chosen.index(None)]
            words = [header for one in self.columns if one.name in lacking for header in one.headers]
            raise BillDamagedError(
                f"read the bill {name}: it has no column {' or '.join(words)}; export it again with it"
            )
        return tuple(one for one in chosen if one is not None)

    def rows(self, types: Mapping[str, str], relation: str, name: str, readers: Readers | None = None) -> str:
        """
        Return the query that gives a bill's rows as rows of cloud costs.

        Args:
            types: the bill's headers and their types
            relation: what to read, such as `read_parquet([…])`
            name: of the bill, for messages
            readers: how texts of a kind are read
        """
        have = cells(self.columns, types, readers)
        columns = view(self.columns, have, self.needed(have, name))
        try:
            computed = self.computed(types)
        except BillDamagedError as error:
            raise BillDamagedError(f"read the bill {name}: {error}") from error
        bill = f"SELECT\n    {columns},\n    {computed}\nFROM {relation}"
        if self.carried:
            bill = added_up(self.columns, have, bill, self.carried, self.signed)
        return statement(self.name).replace("{bill}", bill)


FORMS = (
    Form(
        "focus",
        focus.MARKS,
        focus.COLUMNS,
        focus.computed,
        focus.labels,
        focus.REQUIRED,
        ("tags",),
        ("tags",),
        ("billed",),
    ),
    Form(
        "aws",
        aws.MARKS,
        aws.COLUMNS,
        aws.computed,
        aws.labels,
        aws.REQUIRED,
        tuple(map(plain, aws.MAPS)),
        ("tags", "has_net"),
    ),
    Form("azure", azure.MARKS, azure.COLUMNS, azure.computed, azure.labels, azure.REQUIRED),
    Form("gcp", gcp.MARKS, gcp.COLUMNS, gcp.computed, gcp.labels, gcp.REQUIRED, gcp.JSON),
)


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
    if any(has(headers, *marks) for marks in gcp.STANDARD):
        raise BillDamagedError(
            f"read the bill {name}: this is GCP's standard usage export: it has no column `resource`, so nothing in it "
            "can be matched with a cluster; use the detailed usage cost export"
        )
    shown = ", ".join(headers[:8]) + (", …" if len(headers) > 8 else "")  # noqa: PLR2004 - enough to recognise it
    raise BillDamagedError(
        f"read the bill {name}: its columns ({shown}) are of no form known here; accepted are an AWS cost and usage "
        "report, an Azure cost export, a GCP detailed usage export, and FOCUS 1.0 to 1.4"
    )


@cache
def statement(name: str) -> str:
    """Return the text of `sql/<name>.sql`."""
    return resources.files("fleetcost.billing").joinpath(f"sql/{name}.sql").read_text()
