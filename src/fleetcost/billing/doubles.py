"""The same charges in two sets of files of one integration: they would count twice, so both are named and refused."""

from __future__ import annotations

from collections.abc import Sequence

from fleetcost.billing.forms import statement
from fleetcost.errors import BillDamagedError
from fleetcost.tables.scratch import Scratch


def refuse_doubles(engine: Scratch, sets: Sequence[str]) -> None:
    """
    Check that no two sets of files hold the same charges.

    Files of one export may lie side by side, a day or an account each: they share no charges. Two snapshots of a month,
    or an actual and an amortized cost export, share most of them.

    Args:
        engine: where the rows were collected
        sets: names of the sets, in the order of their numbers

    Raises:
        BillDamagedError: names two sets and a day of which they share charges.
    """
    if len(sets) < 2:  # noqa: PLR2004 - it takes two
        return
    found = engine.rows(statement("doubles"))
    if found:
        first, second, day, shared, of = found[0]
        raise BillDamagedError(
            f"find the bill of {day:%Y-%m-%d}: {sets[first]} and {sets[second]} hold the same charges ({shared} "
            f"of {of} of that day), which would count twice; keep one of them, or make two integrations"
        )
