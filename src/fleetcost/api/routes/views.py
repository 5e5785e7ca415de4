"""Saved views: named addresses of pages, kept on the server."""

from __future__ import annotations

import re

import msgspec

from fleetcost.api.context import Context
from fleetcost.api.operation import Handed, Operation
from fleetcost.api.problem import ForbiddenError
from fleetcost.api.services import KeptViews, Services
from fleetcost.api.stored import Documents
from fleetcost.api.words import Family, Scope
from fleetcost.errors import CallerError, ObjectMissingError
from fleetcost.model.window import rfc3339

VIEWS = "views"
MOST_VIEWS = 1000
LONGEST_TEXT = 4096

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_PAGE = re.compile(r"(?!/)(?![A-Za-z][A-Za-z0-9+.-]*:)(?!.*\\)[^\x00-\x20]*")
"""An address below the web app's own: no other server, no script."""


class ViewChange(msgspec.Struct, frozen=True, kw_only=True):
    """
    A view as it is put.

    Attributes:
        title: what people call it
        url: address of the page below the web app's, such as `explore?window=month`
        id: the path's id where it is left out
    """

    title: str
    url: str
    description: str = ""
    id: str = ""
    owner: str | None = None
    updated_at: str | None = None


class SavedView(msgspec.Struct, frozen=True, kw_only=True):
    """A view as it is kept; `owner` is the name of the token that put it."""

    id: str
    title: str
    description: str
    url: str
    owner: str | None
    updated_at: str | None


class SavedViews(msgspec.Struct, frozen=True):
    """Every view, and whether this caller can change them."""

    views: list[SavedView]
    read_only: bool


def views(context: Context, kept: KeptViews) -> SavedViews:
    """Return every view; who sees a part of the fleet gets those of the own token: a view's text names clusters."""
    return SavedViews(
        [one for one in _documents(kept).all() if _own(one, context)],
        kept.state.read_only or not _may_write(context),
    )


def put_view(context: Context, kept: KeptViews) -> SavedViews:
    """Keep a view under an id."""
    view_id = _checked_id(context)
    try:
        change = msgspec.json.decode(context.body, type=ViewChange)
    except msgspec.MsgspecError as error:
        raise CallerError(f"PUT a view: {error}; a JSON object with title and url is read") from error
    if not change.title.strip():
        raise CallerError("PUT a view: its title is empty; people find it by its title")
    if not _PAGE.fullmatch(change.url):
        raise CallerError(f"PUT a view: url {change.url!r} is no page of this server, such as explore?window=month")
    if max(len(change.title), len(change.url), len(change.description)) > LONGEST_TEXT:
        raise CallerError(f"PUT a view: title, url and description have at most {LONGEST_TEXT} characters each")
    _check_owner(view_id, context, kept)
    view = SavedView(
        id=view_id,
        title=change.title,
        description=change.description,
        url=change.url,
        owner=context.caller.name if kept.owned else None,
        updated_at=rfc3339(context.now.replace(microsecond=0)),
    )
    _documents(kept).put(view_id, view, MOST_VIEWS)
    return views(context, kept)


def remove_view(context: Context, kept: KeptViews) -> SavedViews:
    """Forget a view."""
    view_id = _checked_id(context)
    _check_owner(view_id, context, kept)
    if not _documents(kept).remove(view_id):
        raise ObjectMissingError(f"there is no view {view_id!r}")
    return views(context, kept)


def _checked_id(context: Context) -> str:
    view_id = context.places["id"]
    if not _ID.fullmatch(view_id):
        raise CallerError(f"view id {view_id!r}: accepted are up to 100 letters, digits and `. _ -`")
    return view_id


def _own(view: SavedView, context: Context) -> bool:
    return not context.caller.narrowed or view.owner == context.caller.name


def _check_owner(view_id: str, context: Context, kept: KeptViews) -> None:
    if any(one.id == view_id and not _own(one, context) for one in _documents(kept).all()):
        raise ForbiddenError(f"the view {view_id!r} is not of the token {context.caller.name!r}")


def _may_write(context: Context) -> bool:
    return Scope.ADMIN in context.caller.scopes


def _documents(kept: KeptViews) -> Documents[SavedView]:
    return Documents(kept.state, VIEWS, SavedView, lambda view: view.id)


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        path="/api/v1/views", handler=Handed(views, Services.kept_views),
        family=Family.NATIVE, cached=False, summary="Every saved view",
        answers=SavedViews,
    ),
    Operation(
        path="/api/v1/views/{id}", method="PUT", handler=Handed(put_view, Services.kept_views),
        family=Family.NATIVE, cached=False,
        scope=Scope.ADMIN, takes=ViewChange, summary="Keep a view under an id", answers=SavedViews,
    ),
    Operation(
        path="/api/v1/views/{id}", method="DELETE", handler=Handed(remove_view, Services.kept_views),
        family=Family.NATIVE, cached=False,
        scope=Scope.ADMIN, summary="Forget a view", answers=SavedViews,
    ),
)  # fmt: skip
