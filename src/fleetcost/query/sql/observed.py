"""Rows without what is estimated: costs, what bills add to them, and the amounts they are charged for."""

from __future__ import annotations

from collections.abc import Iterable

from fleetcost.query.measures import ADJUSTMENTS_WITH, AMOUNTS_WITH, COUNTS, ESTIMATES


def without_estimates(table: str) -> dict[str, str]:
    """
    Return what columns of costs and amounts are without what is estimated, whose own columns are zero then.

    What bills add to a cost is rounded once for each row, to a nano.
    """
    none, costs = "0::DECIMAL(38, 9)", {name.removesuffix("_estimated"): name for name in ESTIMATES[table]}
    changed = {cost: f"{cost} - {estimate}" for cost, estimate in costs.items()} | dict.fromkeys(costs.values(), none)
    adjustments = {name: observed(name, (cost,)) for name, cost in ADJUSTMENTS_WITH.get(table, {}).items()}
    changed |= adjustments
    if table == "allocation":
        changed["cost"] = f"cost - ({' + '.join(costs.values())})"
        changed["adjustment"] = " + ".join(adjustments.values())
    if table not in AMOUNTS_WITH:
        return changed
    # A row whose own cost for an amount is zero has another that tells what is estimated, or its time.
    first = "cost" if table == "asset" else "cpu_cost"
    amounts = {
        name: observed(name, (cost, first), timed=True, counted=name in COUNTS)
        for name, cost in AMOUNTS_WITH[table].items()
    }
    return changed | amounts | {"estimated_hours": none}


def observed(amount: str, costs: Iterable[str], *, timed: bool = False, counted: bool = False) -> str:
    """
    Return the part of an amount that was observed.

    A cost is even over a row's time, so its estimated part says which part of the time that is; where nothing costs
    anything, the row's time itself does.

    Args:
        amount: of a row that still has what is estimated
        costs: the first that is not zero tells
        timed: the row's time tells where none does
        counted: the amount is a whole number
    """
    ways = {f"{cost} <> 0": (f"nanos({cost}_estimated)", f"nanos({cost})") for cost in costs}
    if timed:
        seconds = 'seconds_between("start", "end")'
        ways[f"{seconds} > 0"] = ("nanos(estimated_hours) * 3600", f"wide({seconds}) * 1000000000")
    whole = f"wide({amount})" if counted else f"nanos({amount})"
    cases = " ".join(f"WHEN {met} THEN quotient({whole} * {part}, {of})" for met, (part, of) in ways.items())
    estimate = f"CASE {cases} ELSE 0 END"
    return f"{amount} - {estimate}" if counted else f"{amount} - amount_of({estimate})"
