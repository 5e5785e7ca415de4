"""`/api/v1/savings/archive`: savings that somebody put aside, kept on the server."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from fleetcost.api.context import Context
from fleetcost.api.operation import Handed, Operation
from fleetcost.api.savings import ArchivedJson
from fleetcost.api.services import KeptViews, Services
from fleetcost.api.stored import Documents
from fleetcost.api.words import Family, Scope
from fleetcost.errors import CallerError, ObjectMissingError
from fleetcost.model.window import rfc3339

ARCHIVE = "archived-savings"
MOST_ARCHIVED = 5000
LONGEST_NOTE = 1000
LONGEST_ID = 64


class ArchiveChange(msgspec.Struct, frozen=True, kw_only=True):
    """A saving put aside: until when (RFC 3339; empty: for good) and why."""

    until: str = ""
    note: str = ""


class ArchivedSaving(msgspec.Struct, frozen=True, kw_only=True):
    """A saving that was put aside, as it is kept; `by` is the name of the token."""

    id: str
    by: str
    at: str
    until: str
    note: str


class ArchivedSavings(msgspec.Struct, frozen=True):
    """Every saving that was put aside, and whether this caller can change that."""

    archived: list[ArchivedSaving]
    read_only: bool


def archive(context: Context, kept: KeptViews) -> ArchivedSavings:
    """Return what was put aside."""
    read_only = kept.state.read_only or Scope.ADMIN not in context.caller.scopes
    return ArchivedSavings(_documents(kept).all(), read_only)


def put_aside(context: Context, kept: KeptViews) -> ArchivedSavings:
    """Put a saving aside."""
    try:
        change = msgspec.json.decode(context.body, type=ArchiveChange)
        until = datetime.fromisoformat(change.until) if change.until else None
    except (msgspec.MsgspecError, ValueError) as error:
        raise CallerError(f"archive a saving: {error}; a JSON object with until (RFC 3339) and note is read") from error
    if until is not None and (until.tzinfo is None or until <= context.now):
        raise CallerError(f"archive a saving until {change.until!r}: accepted is a time to come, with its zone")
    if len(change.note) > LONGEST_NOTE:
        raise CallerError(f"archive a saving: its note has at most {LONGEST_NOTE} characters")
    saved = ArchivedSaving(
        id=_saving_id(context), by=context.caller.name, at=rfc3339(context.now.replace(microsecond=0)),
        until=change.until, note=change.note,
    )  # fmt: skip
    _documents(kept).put(saved.id, saved, MOST_ARCHIVED)
    return archive(context, kept)


def take_back(context: Context, kept: KeptViews) -> ArchivedSavings:
    """Take a saving back among the others."""
    saving = _saving_id(context)
    if not _documents(kept).remove(saving):
        raise ObjectMissingError(f"the saving {saving!r} is not archived")
    return archive(context, kept)


def _saving_id(context: Context) -> str:
    saving = context.places["id"]
    if len(saving) > LONGEST_ID or not (saving.isascii() and saving.isalnum()):
        raise CallerError(f"the id of a saving {saving!r}: accepted is the id of one of /api/v1/savings")
    return saving


def put_aside_now(kept: KeptViews, now: datetime) -> Mapping[str, ArchivedJson]:
    """Return what is aside now: what was until a time that is over is back."""
    return {
        one.id: ArchivedJson(one.by, one.at, one.until, one.note)
        for one in _documents(kept).all()
        if not one.until or datetime.fromisoformat(one.until) > now
    }


def _documents(kept: KeptViews) -> Documents[ArchivedSaving]:
    return Documents(kept.state, ARCHIVE, ArchivedSaving, lambda one: one.id)


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        path="/api/v1/savings/archive", handler=Handed(archive, Services.kept_views), family=Family.NATIVE,
        cached=False, whole_fleet=True, summary="Savings that somebody put aside", answers=ArchivedSavings,
    ),
    Operation(
        path="/api/v1/savings/archive/{id}", method="PUT", handler=Handed(put_aside, Services.kept_views),
        family=Family.NATIVE, cached=False, whole_fleet=True, scope=Scope.ADMIN, takes=ArchiveChange,
        summary="Put a saving aside", answers=ArchivedSavings,
    ),
    Operation(
        path="/api/v1/savings/archive/{id}", method="DELETE", handler=Handed(take_back, Services.kept_views),
        family=Family.NATIVE, cached=False, whole_fleet=True, scope=Scope.ADMIN,
        summary="Take a saving back among the others", answers=ArchivedSavings,
    ),
)  # fmt: skip
