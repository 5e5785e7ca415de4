"""Asks the tables for what savings are made of, once for each state of the tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from fleetcost.model.sets import SetKind
from fleetcost.query.ask import needed
from fleetcost.query.inventory import read_inventory
from fleetcost.query.known import Known
from fleetcost.query.question import Frame, Question
from fleetcost.query.usage import FleetUsage, read_usage
from fleetcost.savings.find import FleetSavings, SavingProfile, find_savings
from fleetcost.savings.opportunity import ClusterTime
from fleetcost.savings.workloads import QUIET_BYTES_PER_SECOND
from fleetcost.tables.view import View

MOST_DAYS = 92
"""Days that are looked at together: distributions of all their containers are held at once."""


def ask_savings(
    snapshot: View,
    asked: Question,
    hours: Frame,
    profile: SavingProfile,
    known: Known,
    now: datetime,
    *,
    bills: bool,
) -> FleetSavings:
    """
    Find what a fleet could save; asked again in the same state of the tables, the answer is remembered.

    Args:
        snapshot: the view
        asked: see `query.inventory.inventory_question`
        hours: where busy hours are looked for
        profile: how much room is left
        known: what earlier questions learned of the ledger
        now: the clock's reading
        bills: with what bills name alone

    Raises:
        QuestionError: the filter names an unknown field.
    """
    times = cluster_times(snapshot, asked, known, now)

    def find() -> FleetSavings:
        held = read_inventory(snapshot, asked, hours, QUIET_BYTES_PER_SECOND, bills=bills)
        return find_savings(held, ask_usage(snapshot, asked, known), times, profile)

    key = ("savings", asked, hours, profile, bills, tuple(sorted(times.items(), key=lambda one: one[0])))
    found: FleetSavings = known.remembered(snapshot, key, find)
    return found


def ask_usage(snapshot: View, asked: Question, known: Known) -> FleetUsage:
    """Return the use of containers, remembered in the same state of the tables; see `ask_savings`."""
    about = replace(asked, kind=SetKind.ALLOCATIONS)
    found: FleetUsage = known.remembered(snapshot, ("usage", about), lambda: read_usage(snapshot, about))
    return found


def cluster_times(snapshot: View, asked: Question, known: Known, now: datetime) -> Mapping[str, ClusterTime]:
    """Return of each cluster how much of the window is behind its costs, and the end of its newest set there."""
    times = {}
    for cluster, windows in known.coverages(snapshot, asked.frame, needed(asked.kind), now).items():
        seen = {
            window: min(part.observed + part.estimated, 1.0)
            for window, part in windows.items()
            if part.observed + part.estimated > 0
        }
        if seen:
            minutes = round(sum(part * window.seconds / 60 for window, part in seen.items()))
            times[str(cluster)] = ClusterTime(max(minutes, 1), max(window.end for window in seen))
    return times
