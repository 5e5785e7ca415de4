"""What a month that is over is waited for before it is closed, in words."""

from __future__ import annotations

from fleetcost.model.cloud_cost import BillState
from fleetcost.statements.records import StatementInputs


def waiting_for(inputs: StatementInputs) -> tuple[str, ...]:
    """Return what is missing of a month; empty where all of its windows are complete and all bills are invoiced."""
    clusters = [
        f"{one.cluster} lacks {days_of(one.gap_count)} ({one.gaps[0]})" for one in inputs.clusters if one.gap_count
    ]
    bills = [
        f"the bill of {one.integration}: {', '.join(f'{days_of(count)} {state}' for state, count in rest.items())}"
        for one in inputs.integrations
        if (rest := {state: count for state, count in one.days.items() if state != BillState.INVOICED})
    ]
    none = ["no cluster has a day of it"] if not inputs.sets else []
    return (*none, *clusters, *bills)


def days_of(count: int) -> str:
    """Write how many days."""
    return f"{count} {'day' if count == 1 else 'days'}"
