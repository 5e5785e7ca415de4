"""Two windows compared: a distributed engine says what the embedded one says, to the last digit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from engine.test_equal import Both, written_for
from fleetcost.model.statement import month_of
from fleetcost.model.window import Resolution, Window
from fleetcost.query.inventory import inventory_question
from fleetcost.query.known import Known
from fleetcost.query.question import Frame, Idle
from fleetcost.query.sharing import Tenancy
from fleetcost.savings.ask import ask_savings
from fleetcost.savings.find import PROFILES, FleetSavings
from fleetcost.statements.amounts import ByKey
from fleetcost.statements.book import StatementBook
from fleetcost.statements.live import StatementSources, inputs_of, live_amounts
from fleetcost.statements.records import StatementInputs
from fleetcost.tables.view import Tables
from fleetcost.why.anomalies_ask import AnomalySearch, FoundAnomalies, ask_anomalies
from fleetcost.why.compare import WindowChange
from fleetcost.why.compare_ask import ask_change
from unit.query.fleets import question
from unit.query.questions import FRAME

pytestmark = pytest.mark.real

FIRST = Resolution.DAY.window_of(FRAME.window.start)
SECOND = Window(FIRST.end, FIRST.end + timedelta(days=1))


@pytest.fixture(scope="module")
def both(sail_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """Three days of three clusters with everything that can go wrong with sharing, and Sail."""
    with written_for(sail_url, tmp_path_factory.mktemp("changes")) as found:
        yield found


def changed(tables: Tables, both: Both, by: str, idle: Idle, filter_text: str) -> WindowChange:
    """Compare the first two days."""
    asked = question(window=SECOND, by=by, idle=idle, tenancy=Tenancy.SEPARATE, filter=filter_text)
    with tables.snapshot() as snapshot:
        return ask_change(snapshot, asked, FIRST, Known(), both.made.fleet.now).change


@pytest.mark.parametrize(
    ("by", "idle", "filter_text"),
    [
        ("namespace", Idle.SEPARATE, ""),
        ("cluster,controller", Idle.SHARE, ""),
        ("label:team", Idle.SEPARATE, 'namespace:"alpha"'),
    ],
)
def test_a_difference_has_the_same_parts(both: Both, by: str, idle: Idle, filter_text: str) -> None:
    """Rows, totals and drivers of a comparison are equal, every item of them."""
    ours, theirs = (changed(one, both, by, idle, filter_text) for one in (both.made.database, both.remote))
    assert ours.rows
    assert theirs == ours


def test_savings_are_the_same(both: Both) -> None:
    """What could be saved, with its money, evidence and what is withheld, is equal."""

    def found(tables: Tables) -> FleetSavings:
        hours = Frame(FRAME.window, Resolution.HOUR)
        with tables.snapshot() as snapshot:
            asked = inventory_question(FRAME, None)
            now = both.made.fleet.now
            return ask_savings(snapshot, asked, hours, PROFILES["production"], Known(), now, bills=True)

    ours = found(both.made.database)
    assert ours.found
    assert found(both.remote) == ours


def test_the_same_days_stand_out(both: Both) -> None:
    """What is found, and what cannot be judged, is equal."""

    def found(tables: Tables) -> FoundAnomalies:
        search = AnomalySearch(days=3, floor_nanos=0, most=5)
        with tables.snapshot() as snapshot:
            return ask_anomalies(snapshot, question(by="namespace"), search, Known(), both.made.fleet.now)

    assert found(both.remote) == found(both.made.database)


@pytest.mark.parametrize("key", ["cluster,namespace", "label:team"])
def test_a_month_that_is_closed_costs_the_same(both: Both, key: str) -> None:
    """The lines of a statement and what it was made of are equal, to the last digit."""
    book = StatementBook(name="team", key=key, first_month="2026-01")
    month = month_of(FIRST.start.date())

    def asked(tables: Tables) -> tuple[ByKey, StatementInputs]:
        sources = StatementSources(tables, Known())
        with tables.snapshot() as snapshot:
            return (
                live_amounts(snapshot, sources, book, month),
                inputs_of(snapshot, sources, book, month, both.made.fleet.now),
            )

    ours, theirs = asked(both.made.database), asked(both.remote)
    assert ours[0]
    assert theirs == ours
