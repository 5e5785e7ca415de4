"""One ledger of claims: what one saving claims of a cost, no other can claim again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

Account = tuple[str, ...]
"""Names a cost: its currency, whose it is, and further names of a part of it."""


@dataclass(frozen=True, slots=True)
class SavingClaim:
    """
    An amount that is taken from every one of some accounts: a part and what it is part of.

    Attributes:
        accounts: all of them must still have it
        nanos: what is claimed, not negative
    """

    accounts: tuple[Account, ...]
    nanos: int


NO_CLAIM = SavingClaim((), 0)


def settle(budgets: Mapping[Account, int], claims: Iterable[SavingClaim]) -> tuple[int, ...]:
    """
    Return what each claim is granted: all of it, or what those before it have left.

    The sum of what is granted from an account is never above its budget; an account that is not there has nothing.
    """
    left = dict(budgets)
    granted = []
    for claim in claims:
        amount = max(min((left.get(one, 0) for one in claim.accounts), default=0), 0)
        amount = min(amount, claim.nanos)
        granted.append(amount)
        for one in claim.accounts:
            left[one] = left.get(one, 0) - amount
    return tuple(granted)
