"""Numbers and dates in the customer's language: how a bill writes them is found out from all of its values."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from fleetcost.billing.columns import amount, moment
from fleetcost.errors import BillDamagedError

_COMMA_DECIMAL = re.compile(r"^-?[\d.]*,(?:\d{1,2}|\d{4,})(?:[eE][-+]?\d+)?$|^-?0,\d+|^-?\d+(?:\.\d{3})+,\d+$")
_DOT_DECIMAL = re.compile(r"^-?[\d,]*\.(?:\d{1,2}|\d{4,})(?:[eE][-+]?\d+)?$|^-?0\.\d+|^-?\d+(?:,\d{3})+\.\d+$")
_DATE = re.compile(r"^(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?:[ T](\d{1,2}:\d{2}(?::\d{2})?).*)?$")

Reader = Callable[[str], str]


def amount_reader(values: Sequence[str], name: str) -> Reader:
    """
    Return how the engine reads a bill's amounts.

    Args:
        values: the different costs of the bill, as written
        name: of the bill, for messages

    Raises:
        BillDamagedError: some have a decimal comma and others a decimal point.
    """
    commas = [value for value in values if _COMMA_DECIMAL.match(value)]
    dots = [value for value in values if _DOT_DECIMAL.match(value)]
    if commas and dots:
        raise BillDamagedError(
            f"read the bill {name}: {commas[0]} has a decimal comma and {dots[0]} a decimal point; "
            "export it again in one"
        )
    if commas:
        return lambda text: amount(f"replace(replace({text}, '.', ''), ',', '.')")
    return lambda text: amount(f"replace({text}, ',', '')")


def date_reader(values: Sequence[str], name: str) -> Reader:
    """
    Return how the engine reads a bill's dates.

    A day and a month below thirteen look alike; but an export is of one month, so of two numbers the one that never
    changes is the month. Where both stay the same, the month comes first, as Azure writes it.

    Raises:
        BillDamagedError: dates of several kinds.
    """
    matches = [_DATE.match(value) for value in values]
    if not any(matches):
        return moment
    dates = [match for match in matches if match]
    signs = {match[2] for match in dates}
    if len(dates) < len(matches) or len(signs) > 1:
        odd = next((value for value, match in zip(values, matches, strict=True) if not match), values[-1])
        raise BillDamagedError(f"read the bill {name}: {values[0]} and {odd} are dates of two kinds; export it again")
    sign = signs.pop()
    day_first = sign == "." or _day_first([int(match[1]) for match in dates], [int(match[3]) for match in dates])
    date = f"%d{sign}%m{sign}%Y" if day_first else f"%m{sign}%d{sign}%Y"
    formats = ", ".join(f"'{date}{time}'" for time in ("", " %H:%M:%S", " %H:%M", "T%H:%M:%S"))
    return lambda text: f"strptime({text}, [{formats}])"


def _day_first(firsts: Sequence[int], seconds: Sequence[int]) -> bool:
    most = 12
    if max(firsts) > most or max(seconds) > most:
        return max(firsts) > most
    return len(set(seconds)) == 1 < len(set(firsts))
