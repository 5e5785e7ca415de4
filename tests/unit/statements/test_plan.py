"""What closings write, over made histories: bills restated, sets that come late, rates corrected, keys that vanish."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from fleetcost.model.statement import CalendarMonth, StatementLine, StatementLineKind, StatementRow
from fleetcost.statements.amounts import NOTHING, ByKey, KeyAmounts, StatementKey, added, amounts_of, decimal_of, less
from fleetcost.statements.plan import (
    EarlierMonth,
    LiveMonth,
    Materiality,
    StatementPlan,
    closed,
    closed_again,
    posted_for,
)

MONTHS = tuple(CalendarMonth(2026, number) for number in (1, 2, 3, 4))
KEYS = tuple(
    StatementKey(StatementRow.GROUP, (team,), currency) for team in ("web", "find") for currency in ("EUR", "USD")
)
IDLE = StatementKey(StatementRow.IDLE, ("__idle__",), "EUR")
NANOS = st.integers(-(10**12), 10**12)


@dataclass(slots=True)
class World:
    """
    A made fleet and its statements.

    Attributes:
        native: by month, what each key costs in its own currency
        rates: by version, what all amounts are multiplied with
        chain: what was closed, in the order of closing: month, plan, version of the rates
    """

    materiality: Materiality
    native: dict[CalendarMonth, dict[StatementKey, KeyAmounts]] = field(default_factory=lambda: {m: {} for m in MONTHS})
    rates: list[Fraction] = field(default_factory=lambda: [Fraction(1)])
    chain: list[tuple[CalendarMonth, StatementPlan, int]] = field(default_factory=list)

    def live(self, month: CalendarMonth, version: int = -1) -> ByKey:
        rate = self.rates[version]
        return {key: _times(amounts, rate) for key, amounts in self.native[month].items()}

    def posted(self, month: CalendarMonth) -> ByKey:
        return posted_for(month, (plan.lines for _, plan, _ in self.chain))

    def close(self, month: CalendarMonth) -> None:
        if any(closed_month == month for closed_month, _, _ in self.chain):
            self.chain.append((month, closed_again(month, self.live(month), self.posted(month)), len(self.rates) - 1))
            return
        earlier = [self._earlier(one) for one in sorted({one for one, _, _ in self.chain}) if one < month]
        self.chain.append((month, closed(month, self.live(month), earlier, self.materiality), len(self.rates) - 1))

    def _earlier(self, month: CalendarMonth) -> EarlierMonth:
        about = [
            version for _, plan, version in self.chain if any(line.origin_month == str(month) for line in plan.lines)
        ]
        version = about[-1] if about else len(self.rates) - 1
        return EarlierMonth(month, self.posted(month), LiveMonth(self.live(month), self.live(month, version)))

    def unposted(self, month: CalendarMonth) -> ByKey:
        return less(self.live(month), self.posted(month))


def _times(amounts: KeyAmounts, rate: Fraction) -> KeyAmounts:
    money = ("list_nanos", "own_nanos", "external_nanos", "idle_nanos", "shared_nanos", "tenancy_nanos")
    return replace(amounts, **{name: int(getattr(amounts, name) * rate) for name in money})


AMOUNTS = st.builds(KeyAmounts, *([NANOS] * 9))
EVENTS = st.one_of(
    st.tuples(st.just("set"), st.sampled_from(MONTHS), st.sampled_from((*KEYS, IDLE)), AMOUNTS),
    st.tuples(st.just("bill"), st.sampled_from(MONTHS), st.sampled_from(KEYS), NANOS),
    st.tuples(st.just("gone"), st.sampled_from(MONTHS), st.sampled_from(KEYS)),
    st.tuples(st.just("rate"), st.fractions(Fraction(1, 2), 2, max_denominator=50)),
    st.tuples(st.just("close"), st.sampled_from(MONTHS)),
)
HISTORIES = st.lists(EVENTS, min_size=5, max_size=30)
MATERIALITIES = st.builds(Materiality, st.sampled_from((0, 1, 10**9, 10**11)), st.sampled_from((0, 1000, 10**5)))


def happen(world: World, event: tuple[object, ...]) -> None:
    """Let one thing happen."""
    kind, *facts = event
    if kind == "close":
        world.close(facts[0])  # type: ignore[arg-type]
    elif kind == "rate":
        world.rates.append(facts[0])  # type: ignore[arg-type]
    else:
        month, key = facts[:2]
        own = world.native[month]  # type: ignore[index]
        if kind == "set":
            own[key] = facts[2]  # type: ignore[assignment,index]
        elif kind == "bill" and key in own:
            own[key] = own[key] + KeyAmounts(own_nanos=facts[2])  # type: ignore[index,operator,arg-type]
        elif kind == "gone":
            own.pop(key, None)  # type: ignore[call-overload]


@settings(max_examples=150)
@given(history=HISTORIES, materiality=MATERIALITIES)
def test_postings_and_what_is_unposted_are_live_for_ever(
    history: list[tuple[object, ...]], materiality: Materiality
) -> None:
    """
    At each closing, of each closed month and key: postings and what the plan says is unposted are what it costs now.

    Each line's total is the sum of its terms, and of its list price and adjustment; a posting's causes are its total.
    """
    world = World(materiality)
    for event in history:
        happen(world, event)
        if event[0] != "close" or not world.chain:
            continue
        month, plan, _ = world.chain[-1]
        assert world.posted(month) == added([world.live(month)])
        for earlier, unposted in plan.unposted.items():
            assert added([world.posted(earlier), unposted]) == added([world.live(earlier)])
        for line in plan.lines:
            assert line.own_cost + line.idle_cost + line.shared_cost + line.tenancy_cost == line.total_cost
            assert line.list_cost + line.adjustment == line.total_cost
            causes = line.of_coverage + line.of_bill + line.of_rates
            assert causes == (line.total_cost if line.kind is StatementLineKind.PRIOR else 0)


@settings(max_examples=60)
@given(history=HISTORIES)
def test_without_a_least_amount_everything_is_posted(history: list[tuple[object, ...]]) -> None:
    """Where each difference of money is material, the close of a later month leaves no total unposted."""
    world = World(Materiality(0, 0))
    for event in [*history, ("close", CalendarMonth(2026, 5))]:
        if event[0] == "close":
            world.native.setdefault(event[1], {})  # type: ignore[arg-type]
        happen(world, event)
    for month in {one for one, _, _ in world.chain}:
        assert [one.total_nanos for one in world.unposted(month).values() if one.total_nanos] == []


def due(plan: StatementPlan, kind: StatementLineKind = StatementLineKind.PRIOR) -> list[StatementLine]:
    """Return the lines of a kind."""
    return [line for line in plan.lines if line.kind is kind]


def _january(
    posted: ByKey, now: ByKey, old: ByKey | None = None, materiality: Materiality | None = None
) -> StatementPlan:
    earlier = EarlierMonth(MONTHS[0], posted, LiveMonth(now, old))
    return closed(MONTHS[1], {}, [earlier], materiality or Materiality())


WEB, FIND = KEYS[0], KEYS[2]
TEN = KeyAmounts(list_nanos=10 * 10**9, own_nanos=10 * 10**9)


def test_each_cause_is_named() -> None:
    """A late set, a bill and a rate that changed at once are posted in one line, split exactly."""
    late = KeyAmounts(list_nanos=14 * 10**9, own_nanos=11 * 10**9)
    (line,) = due(_january({WEB: TEN}, {WEB: _times(late, Fraction(2))}, {WEB: late}))
    assert (line.of_coverage, line.of_bill, line.of_rates) == (4, -3, 11)
    assert (line.total_cost, line.origin_month, line.name) == (12, "2026-01", "web")


def test_small_differences_wait_until_together_they_are_material() -> None:
    """A key's 60 cents are not posted; with another's 60 cents the month's difference is, and both are."""
    cents = KeyAmounts(list_nanos=6 * 10**8, own_nanos=6 * 10**8)
    one = _january({WEB: TEN, FIND: TEN}, {WEB: TEN + cents, FIND: TEN})
    assert due(one) == []
    assert one.unposted == {MONTHS[0]: {WEB: cents}}
    both = _january({WEB: TEN, FIND: TEN}, {WEB: TEN + cents, FIND: TEN + cents})
    assert [line.total_cost for line in due(both)] == [decimal_of(6 * 10**8)] * 2
    assert both.unposted == {MONTHS[0]: {}}


def test_a_key_that_vanished_is_taken_back() -> None:
    """A key that has no rows any more keeps its line, and its whole amount is posted with the sign turned."""
    (line,) = due(_january({WEB: TEN}, {}))
    assert (line.name, line.total_cost, line.of_coverage) == ("web", -10, -10)


def test_unlike_currencies_are_judged_apart() -> None:
    """A rise in one currency and a fall in another do not cancel, and neither makes the other material."""
    euro, dollar = WEB, KEYS[1]
    rise, fall = KeyAmounts(5 * 10**9, 5 * 10**9), KeyAmounts(5 * 10**8, 5 * 10**8)
    plan = _january({euro: TEN, dollar: TEN}, {euro: TEN + rise, dollar: TEN - fall})
    assert [(line.currency, line.total_cost) for line in due(plan)] == [("EUR", 5)]
    assert plan.unposted[MONTHS[0]] == {dollar: -fall}


def test_closing_again_takes_back_every_posting() -> None:
    """A month closed once more has reversals of all that was posted for it, and then what it costs now."""
    posted = {WEB: TEN, FIND: TEN}
    plan = closed_again(MONTHS[0], {FIND: TEN}, posted)
    kinds = sorted((line.kind, line.name, line.total_cost) for line in plan.lines)
    assert kinds == [("cost", "find", 10), ("reversal", "find", -10), ("reversal", "web", -10)]
    assert added([posted, _sum(plan.lines)]) == {FIND: TEN}


def _sum(lines: Iterable[StatementLine]) -> ByKey:
    return added({StatementKey(one.row, one.names, one.currency): amounts_of(one)} for one in lines)


def test_a_key_of_nothing_has_no_line() -> None:
    """A key whose amounts are all zero is not written."""
    assert closed(MONTHS[0], {WEB: NOTHING, FIND: TEN}, [], Materiality()).lines[0].name == "find"
