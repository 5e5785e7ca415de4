"""Asks the tables for what is compared, in one snapshot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from fleetcost.model.cloud_cost import BillState
from fleetcost.model.identity import ClusterId
from fleetcost.model.window import Resolution, Window
from fleetcost.query.ask import needed
from fleetcost.query.bills import bill_cover, day_states
from fleetcost.query.comparison import COVERED_ALIKE, stretches
from fleetcost.query.conditions import may_hold
from fleetcost.query.known import Known
from fleetcost.query.lines import ask_lines, ask_terms
from fleetcost.query.question import Page, Question, Step, Stretch
from fleetcost.tables.view import View
from fleetcost.why.compare import ComparedSide, WindowChange, compared_sides
from fleetcost.why.compare_pairs import Likeness, WindowPair, likeness, paired


@dataclass(frozen=True, slots=True)
class ComparedWindows:
    """
    Two windows and what changed between them.

    Attributes:
        before, after: the questions about either
        likeness: which of their cluster-windows stand against each other
        change: what changed
    """

    before: Question
    after: Question
    likeness: Likeness
    change: WindowChange


def ask_change(
    snapshot: View,
    question: Question,
    base: Window,
    known: Known,
    now: datetime,
    *,
    allowed: frozenset[str] | None = None,
) -> ComparedWindows:
    """
    Compare a window with an earlier one.

    Args:
        snapshot: the view
        question: about the later window; its rows are over all of it
        base: the earlier window, of whole windows of the question's resolution
        known: what earlier questions learned of the ledger
        now: the clock's reading; windows that have not begun are in neither
        allowed: the clusters of which one may know how they were observed, None for all

    Raises:
        QuestionError: the filter names an unknown field.
    """
    bare = replace(question, step=Step.ALL, series=None, page=Page(), properties=(), joined=True, detailed=False)
    after = _begun(bare, now)
    before = _begun(replace(bare, frame=replace(bare.frame, window=base)), now)
    pairs = paired(before.frame.window, after.frame.window, question.frame.resolution)
    sides = (before, after)
    covered = [known.coverages(snapshot, one.frame, needed(one.kind), now) for one in sides]
    clusters = sorted(
        cluster
        for cluster in covered[0].keys() | covered[1].keys()
        if may_hold(bare.filter, cluster) and (allowed is None or cluster in allowed)
    )
    alike = likeness(pairs, (covered[0], covered[1]), clusters, now, estimated=question.estimated)
    unlike = _unlike_bills(snapshot, sides, pairs, clusters, known) if question.adjusted else ((), ())
    asked = [_side(snapshot, one, alike, place, unlike[place]) for place, one in enumerate(sides)]
    return ComparedWindows(before, after, alike, compared_sides(asked[0], asked[1]))


def _begun(question: Question, now: datetime) -> Question:
    """Return a question without the windows that have not begun; of a window that is all to come nothing is cut."""
    frame = question.frame
    end = frame.resolution.ceil(now)
    if not frame.window.start < end < frame.window.end:
        return question
    return replace(question, frame=replace(frame, window=Window(frame.window.start, end)))


def _side(snapshot: View, question: Question, alike: Likeness, place: int, unlike: tuple[Stretch, ...]) -> ComparedSide:
    """Ask about one side; a part that is all of the whole is not asked about again."""
    window, whole = question.frame.window, ask_terms(snapshot, question)
    length = question.frame.resolution.delta * len(alike.pairs)
    narrower, some = question, whole
    if window.start + length < window.end:
        narrower = replace(question, frame=replace(question.frame, window=Window(window.start, window.start + length)))
        some = ask_terms(snapshot, narrower)
    least, own = narrower, some
    if alike.alike is not None:
        least = replace(narrower, counted=alike.alike[place])
        own = ask_terms(snapshot, least)
    return ComparedSide(whole, some, own, ask_lines(snapshot, least, unlike))


def _unlike_bills(
    snapshot: View,
    sides: tuple[Question, Question],
    pairs: tuple[WindowPair, ...],
    clusters: list[ClusterId],
    known: Known,
) -> tuple[tuple[Stretch, ...], tuple[Stretch, ...]]:
    """Return the cluster-windows of either side whose bills have not come as far as their counterparts'."""
    states = [day_states(snapshot, one.frame) for one in sides]
    parts = [
        {
            (one.cluster, one.day): one.uncovered_cost / one.list_cost
            for one in bill_cover(snapshot, side, known)
            if one.list_cost > 0
        }
        for side in sides
    ]
    found: dict[ClusterId, list[WindowPair]] = {}
    for cluster in clusters:
        own = [pair for pair in pairs if not _billed_alike(cluster, pair, states, parts)]
        if own:
            found[cluster] = own
    return (
        stretches({cluster: [pair.before for pair in own] for cluster, own in found.items()}),
        stretches({cluster: [pair.after for pair in own] for cluster, own in found.items()}),
    )


def _billed_alike(
    cluster: ClusterId,
    pair: WindowPair,
    states: list[Mapping[tuple[ClusterId, datetime], BillState]],
    parts: list[dict[tuple[ClusterId, datetime], float]],
) -> bool:
    days = [(cluster, Resolution.DAY.floor(window.start)) for window in (pair.before, pair.after)]
    if states[0].get(days[0]) is not states[1].get(days[1]):
        return False
    return abs(parts[0].get(days[0], 1.0) - parts[1].get(days[1], 1.0)) <= COVERED_ALIKE
