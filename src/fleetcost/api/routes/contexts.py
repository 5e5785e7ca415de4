"""Contexts in the field's shapes."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import msgspec

from fleetcost.api.compat.warning import enveloped
from fleetcost.api.context import Context
from fleetcost.api.elsewhere.ask import Look, look_at
from fleetcost.api.elsewhere.book import LONGEST, ContextEntry, origin_of
from fleetcost.api.operation import Handed, Operation, Parameter
from fleetcost.api.parameters import flag
from fleetcost.api.schema import Envelope
from fleetcost.api.services import KeptContexts, Services
from fleetcost.api.stored import Documents
from fleetcost.api.words import Family, Scope
from fleetcost.errors import CallerError, ObjectMissingError

MOST_CONTEXTS = 500
CONTEXTS = "contexts"


def contexts(context: Context, kept: KeptContexts) -> Any:  # noqa: ANN401 - a JSON document
    """Return the installations people can switch to, and whether each is there."""
    entries = known_contexts(kept)
    looks: tuple[Look | None, ...] = (None,) * len(entries)
    if flag(context.parameters, "check", default=True):
        looks = look_at(entries, kept.book)
    return enveloped([_shown(one, kept, seen) for one, seen in zip(entries, looks, strict=True)])


def add_context(context: Context, kept: KeptContexts) -> Any:  # noqa: ANN401 - a JSON document
    """Add an installation, or replace the one with the same id."""
    try:
        entry = msgspec.json.decode(context.body, type=ContextEntry)
    except msgspec.MsgspecError as error:
        raise CallerError(f"PUT {context.path}: {error}; a JSON object with name and address is read") from error
    origin = origin_of(entry.address)
    chosen = msgspec.structs.replace(entry, id=entry.id or entry.name, auth=None)
    if not chosen.id or "/" in chosen.id or len(chosen.id) > LONGEST:
        raise CallerError(
            f"id {chosen.id!r}: accepted are up to {LONGEST} characters without /; it is made of the name"
        )
    book = kept.book
    _changeable(kept, chosen.id)
    if entry.auth is not None and book.kept is None:
        raise CallerError("auth: this server keeps no credentials")
    authorization = entry.auth.authorization() if entry.auth is not None else ""
    _documents(kept).put(chosen.id, chosen, MOST_CONTEXTS)
    if book.kept is not None and authorization:
        book.kept.put(chosen.id, origin, authorization)
    elif book.kept is not None and book.kept.find(chosen.id, origin) is None:
        # The address has moved to another origin: what was given for the old one is not for the new.
        book.kept.drop(chosen.id)
    return enveloped(_shown(chosen, kept, None))


def remove_context(context: Context, kept: KeptContexts) -> Any:  # noqa: ANN401 - a JSON document
    """Forget an installation and its credentials."""
    chosen = context.places["id"]
    _changeable(kept, chosen)
    if not _documents(kept).remove(chosen):
        raise ObjectMissingError(f"there is no context {chosen!r}")
    if kept.book.kept is not None:
        kept.book.kept.drop(chosen)
    return enveloped(None)


def known_contexts(kept: KeptContexts) -> list[ContextEntry]:
    """Return the operator's and people's; the operator's come first and cannot be hidden."""
    book = kept.book
    return [*book.provisioned, *(one for one in _documents(kept).all() if not book.provides(one.id))]


def _shown(entry: ContextEntry, kept: KeptContexts, seen: Look | None) -> dict[str, Any]:
    book = kept.book
    return {
        "id": entry.id,
        "name": entry.name,
        "address": entry.address,
        "details": entry.details,
        "provisioned": book.provides(entry.id),
        "authenticated": book.authorization(entry) is not None,
        "base": f"contexts/{quote(entry.id, safe='')}/",
        "reachable": None if seen is None else seen.reachable,
        "reason": seen.reason if seen else "",
    }


def _changeable(kept: KeptContexts, chosen: str) -> None:
    if kept.book.provides(chosen):
        raise CallerError(f"context {chosen!r} is provisioned: it is changed in the server's contexts_file")


def _documents(kept: KeptContexts) -> Documents[ContextEntry]:
    return Documents(kept.state, CONTEXTS, ContextEntry, lambda entry: entry.id)


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        path="/model/clusters", handler=Handed(contexts, Services.kept_contexts),
        family=Family.KUBECOST, cached=False, whole_fleet=True,
        summary="Other installations people can switch to", answers=Envelope,
        parameters=(Parameter("check", "look whether each is there", default="true", flag=True),),
    ),
    Operation(
        path="/model/clusters", method="PUT", handler=Handed(add_context, Services.kept_contexts),
        family=Family.KUBECOST, cached=False,
        scope=Scope.ADMIN, takes=ContextEntry, whole_fleet=True, summary="Add an installation", answers=Envelope,
    ),
    Operation(
        path="/model/clusters/{id}", method="DELETE", handler=Handed(remove_context, Services.kept_contexts),
        family=Family.KUBECOST, cached=False,
        scope=Scope.ADMIN, whole_fleet=True, summary="Forget an installation", answers=Envelope,
    ),
)  # fmt: skip
