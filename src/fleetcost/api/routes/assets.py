"""Assets in the field's shapes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from fleetcost.api.compat.asset import asset, asset_sets
from fleetcost.api.compat.export import asset_csv
from fleetcost.api.compat.parameters import ASSETS, SEARCH, WINDOW
from fleetcost.api.compat.questions import asset_question, window_of
from fleetcost.api.compat.views import graph
from fleetcost.api.compat.warning import enveloped
from fleetcost.api.context import Context
from fleetcost.api.currency import field_currency
from fleetcost.api.operation import Operation, Parameter
from fleetcost.api.routes.allocation import found_values
from fleetcost.api.routes.web import page as web_page
from fleetcost.api.routing import Route, route_of
from fleetcost.api.schema import AssetsEnvelope, AssetToplineEnvelope, Envelope, ValuesEnvelope
from fleetcost.api.words import Family
from fleetcost.errors import QuestionError
from fleetcost.model.sets import SetKind
from fleetcost.query.answer import Answer
from fleetcost.query.ask import ask_assets
from fleetcost.query.question import Ordering, Page, Question, Step, framed
from fleetcost.query.rows import AssetRow

CHANGE_RATIO = "0.05"
"""A cost that changed by less is not reported as changed."""


def assets(context: Context) -> Any:  # noqa: ANN401 - a JSON document
    """Return a list of sets, key to asset; a list of one where they are accumulated."""
    answer = _ask(context, replace(asset_question(context), summed=False))
    if context.parameters.get("format") == "csv":
        return asset_csv(answer)
    return enveloped(asset_sets(answer), answer)


def one_set(context: Context) -> Any:  # noqa: ANN401 - a JSON document
    """Return one set over the whole window, as OpenCost does."""
    answer = _ask(context, replace(asset_question(context), step=Step.ALL, summed=False))
    if context.parameters.get("format") == "csv":
        return asset_csv(answer)
    return enveloped(asset_sets(answer)[0], answer)


def topline(context: Context) -> Any:  # noqa: ANN401 - a JSON document
    """Return how many assets there are and what they cost."""
    question = replace(asset_question(context), step=Step.ALL, page=Page(limit=0))
    answer = _ask(context, question)
    total = answer.total
    if total is None:
        return enveloped({"totalCost": 0.0, "adjustment": 0.0, "numResults": 0}, answer)
    figures = {"totalCost": total.row.total_cost, "adjustment": total.row.adjustment, "numResults": total.count}
    return enveloped(figures, answer)


def diff(context: Context) -> Any:  # noqa: ANN401 - a JSON document
    """Return what was added, removed or changed between two windows."""
    ratio = _ratio(context.parameters.get("costChangeRatio", CHANGE_RATIO))
    answers = [
        _ask(context, replace(asset_question(context, window_of(context, name)), step=Step.ALL))
        for name in ("before", "after")
    ]
    before, after = ({row.name: row for row in answer.rows} for answer in answers)
    windows = [answer.question.frame.window for answer in answers]
    changes = {}
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key), after.get(key)
        if old is not None and new is None:
            changes[key] = {"Entity": asset(old, windows[0]), "Kind": "removed"}
        elif new is not None and old is None:
            changes[key] = {"Entity": asset(new, windows[1]), "Kind": "added"}
        elif new is not None and old is not None and abs(new.total_cost - old.total_cost) > ratio * abs(old.total_cost):
            changes[key] = {"Entity": asset(new, windows[1]), "Kind": "changed"}
    return enveloped(changes, *answers)


def autocomplete(context: Context) -> Any:  # noqa: ANN401 - a JSON document
    """Return the values of a field, in alphabetical order."""
    return enveloped(found_values(context, SetKind.ASSETS))


def bars(context: Context) -> Any:  # noqa: ANN401 - a JSON document
    """Return a bar per set, its parts dearest first."""
    question = asset_question(context)
    series = question.step
    if series is Step.ALL:
        series = framed(window_of(context), None, context.hourly_from(), context.now)[1]
    page = replace(question.page, order=question.page.order or Ordering())
    answer = _ask(context, replace(question, step=Step.ALL, series=series, page=page, detailed=False))
    return enveloped(graph(answer.series), answer)


def assets_or_page(operation: Operation) -> Route:
    """Answer browsers with the page of this name, everybody else with OpenCost's assets: both live at `/assets`."""
    answer = route_of(operation)

    async def route(request: Request) -> Response:
        return await (web_page if "text/html" in request.headers.get("accept", "") else answer)(request)

    return route


def _ask(context: Context, question: Question) -> Answer[AssetRow]:
    with context.snapshot() as snapshot:
        question = field_currency(context, snapshot, question)
        answer = ask_assets(snapshot, question, context.now, context.tables.known)
        return replace(answer, completeness=context.seen(snapshot, answer.completeness))


def _ratio(text: str) -> float:
    try:
        ratio = float(text)
    except ValueError:
        ratio = -1.0
    if not 0 <= ratio < float("inf"):
        raise QuestionError("costChangeRatio", text, "a ratio, such as 0.05")
    return ratio


_DIFF = (
    Parameter("before", WINDOW.about, required=True),
    Parameter("after", WINDOW.about, required=True),
    Parameter("costChangeRatio", "a smaller change of cost is none", default=CHANGE_RATIO),
    *(parameter for parameter in ASSETS if parameter.name not in {"window", "accumulate", "step", "format"}),
)

OPERATIONS: tuple[Operation, ...] = (
    Operation(
        path="/model/assets", handler=assets, family=Family.KUBECOST, summary="Assets: a list of sets, key to asset",
        parameters=ASSETS, answers=AssetsEnvelope, media_types=("application/json", "text/csv"),
    ),
    Operation(
        path="/model/assets/topline", handler=topline, family=Family.KUBECOST,
        summary="How many assets there are and what they cost", parameters=ASSETS, answers=AssetToplineEnvelope,
    ),
    Operation(
        path="/model/assets/diff", handler=diff, family=Family.KUBECOST,
        summary="What was added, removed or changed between two windows", parameters=_DIFF, answers=Envelope,
    ),
    Operation(
        path="/model/assets/graph", handler=bars, family=Family.KUBECOST, summary="A bar per set", parameters=ASSETS,
        answers=Envelope,
    ),
    Operation(
        path="/model/assets/autocomplete", handler=autocomplete, family=Family.KUBECOST,
        summary="The values of a field", parameters=SEARCH, answers=ValuesEnvelope,
    ),
    Operation(
        path="/assets/autocomplete", handler=autocomplete, family=Family.OPENCOST, summary="The values of a field",
        parameters=SEARCH, answers=ValuesEnvelope,
    ),
)  # fmt: skip

ASSETS_OF_OPENCOST = Operation(
    path="/assets", handler=one_set, family=Family.OPENCOST, summary="Assets: one set, key to asset",
    parameters=ASSETS, answers=Envelope, media_types=("application/json", "text/csv"),
)  # fmt: skip
"""Shares its path with a page of the web app, see `assets_or_page`."""
