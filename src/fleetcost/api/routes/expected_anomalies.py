"""`/api/v1/anomalies/expected`: events that people know the reason of, each with a note, kept on the server."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from fleetcost.api.change import exact_nanos
from fleetcost.api.context import Context
from fleetcost.api.operation import Handed, Operation
from fleetcost.api.routes.anomalies import ANOMALY_PARAMETERS, anomaly_key, find_anomalies, id_of
from fleetcost.api.services import KeptViews, Services
from fleetcost.api.stored import Documents
from fleetcost.api.words import Family, Scope
from fleetcost.errors import CallerError, ObjectMissingError
from fleetcost.model.window import rfc3339

EXPECTED = "expected-anomalies"
MOST_EXPECTED = 5000
LONGEST_NOTE = 1000

_MORE = Decimal("1.25")
"""An event that has grown to more than this of what was marked is another matter."""


class ExpectedNote(msgspec.Struct, frozen=True, kw_only=True):
    """Why an event is expected."""

    note: str


class ExpectedAnomaly(msgspec.Struct, frozen=True, kw_only=True):
    """
    An event that somebody marked as expected.

    Attributes:
        id: the event's
        key, currency, day, kind: the event's
        up_to: the excess, as exact text, to which it is expected, whichever way; beyond it the event stands out again
        by: the name of the token
        part: that name where the token sees a part of the fleet: the event is of this part
    """

    id: str
    key: dict[str, str]
    currency: str
    day: str
    kind: str
    up_to: str
    note: str
    by: str
    at: str
    part: str = ""


class ExpectedAnomalies(msgspec.Struct, frozen=True):
    """Every event that was marked, and whether this caller can mark."""

    expected: list[ExpectedAnomaly]
    read_only: bool


def expected(context: Context, kept: KeptViews) -> ExpectedAnomalies:
    """Return what was marked; who sees a part gets the marks of the own token, since notes speak of the whole."""
    part = _part(context)
    read_only = kept.state.read_only or Scope.ADMIN not in context.caller.scopes
    return ExpectedAnomalies([one for one in _documents(kept).all() if part in {"", one.part}], read_only)


def mark(context: Context, kept: KeptViews) -> ExpectedAnomalies:
    """Mark an event as expected, one that this caller finds by the same parameters."""
    try:
        note = msgspec.json.decode(context.body, type=ExpectedNote).note.strip()
    except msgspec.MsgspecError as error:
        raise CallerError(f"mark an event as expected: {error}; a JSON object with a note is read") from error
    if not 0 < len(note) <= LONGEST_NOTE:
        raise CallerError(f"mark an event as expected: its note says why, in at most {LONGEST_NOTE} characters")
    found, _ = find_anomalies(context, explained=False)
    event = next((one for one in found.events if id_of(one) == context.places["id"]), None)
    if event is None:
        raise ObjectMissingError(
            f"no event {context.places['id']!r} stands out: mark it with the parameters it was found by"
        )
    marked = ExpectedAnomaly(
        id=id_of(event), key=anomaly_key(event, found), currency=event.currency, day=event.found.day.isoformat(),
        kind=event.found.kind, up_to=exact_nanos(int(abs(event.found.excess_nanos) * _MORE)), note=note,
        by=context.caller.name, at=rfc3339(context.now.replace(microsecond=0)), part=_part(context),
    )  # fmt: skip
    _documents(kept).put(_name(marked), marked, MOST_EXPECTED)
    return expected(context, kept)


def unmark(context: Context, kept: KeptViews) -> ExpectedAnomalies:
    """Forget a mark; who sees the whole fleet forgets those of its parts, too."""
    marks = [one for one in expected(context, kept).expected if one.id == context.places["id"]]
    for one in marks:
        _documents(kept).remove(_name(one))
    if not marks:
        raise ObjectMissingError(f"the event {context.places['id']!r} is not marked as expected")
    return expected(context, kept)


def _part(context: Context) -> str:
    return context.caller.name if context.caller.narrowed else ""


def _name(one: ExpectedAnomaly) -> str:
    return f"{one.id} {one.part}"


def _documents(kept: KeptViews) -> Documents[ExpectedAnomaly]:
    return Documents(kept.state, EXPECTED, ExpectedAnomaly, _name)


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        path="/api/v1/anomalies/expected", handler=Handed(expected, Services.kept_views), family=Family.NATIVE,
        cached=False, summary="Events that somebody marked as expected", answers=ExpectedAnomalies,
    ),
    Operation(
        path="/api/v1/anomalies/expected/{id}", method="PUT", handler=Handed(mark, Services.kept_views),
        family=Family.NATIVE, cached=False, scope=Scope.ADMIN, takes=ExpectedNote,
        parameters=tuple(one for one in ANOMALY_PARAMETERS if one.name != "limit"),
        summary="Mark an event as expected", answers=ExpectedAnomalies,
    ),
    Operation(
        path="/api/v1/anomalies/expected/{id}", method="DELETE", handler=Handed(unmark, Services.kept_views),
        family=Family.NATIVE, cached=False, scope=Scope.ADMIN, summary="Forget that an event is expected",
        answers=ExpectedAnomalies,
    ),
)  # fmt: skip
