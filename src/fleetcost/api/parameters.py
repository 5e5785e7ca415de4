"""Query parameters to questions; every parameter that is sent is understood or refused."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from starlette.datastructures import QueryParams

from fleetcost.errors import QuestionError, near
from fleetcost.model.sets import SetKind
from fleetcost.query.dimensions import DEFAULTS, parse_dimensions
from fleetcost.query.filters import parse_filter
from fleetcost.query.question import Idle, Question, Step, framed, parse_accumulate
from fleetcost.query.windows import parse_window

DEFAULT_WINDOW = "7d"
"""Window of a native question that names none."""

_TRUE = {"true", "t", "1", "yes"}
_FALSE = {"false", "f", "0", "no"}


def check_known(parameters: QueryParams, known: Iterable[str]) -> None:
    """
    Refuse a parameter nobody reads, and a second value of one: they would look as if they had an effect.

    Raises:
        QuestionError: the first of them; an unknown one with the nearest known name.
    """
    accepted = sorted(known)
    seen = set()
    for name, value in parameters.multi_items():
        if name not in accepted:
            raise QuestionError(name, value, f"one of the parameters {', '.join(accepted)}{near(name, accepted)}")
        if name in seen:
            raise QuestionError(name, value, "one value; it is given twice")
        seen.add(name)


def flag(parameters: QueryParams, name: str, default: bool) -> bool:  # noqa: FBT001 - a default, not a switch
    """
    Read a truth value.

    Raises:
        QuestionError: neither true nor false.
    """
    text = parameters.get(name)
    if text is None or not text:
        return default
    if text.lower() in _TRUE | _FALSE:
        return text.lower() in _TRUE
    raise QuestionError(name, text, "true or false")


def window_text(parameters: QueryParams) -> str:
    """
    Return the window as written.

    Raises:
        QuestionError: there is none.
    """
    text = parameters.get("window")
    if not text:
        raise QuestionError("window", text or "", "a window, such as 7d, today or lastmonth; it is required")
    return text


def compatible_question(
    parameters: QueryParams, kind: SetKind, now: datetime, hourly_from: datetime | None
) -> Question:
    """
    Read the field's parameters.

    Raises:
        QuestionError: a parameter that cannot be used.
    """
    window = parse_window(window_text(parameters), now)
    frame, step = framed(window, parse_accumulate(parameters.get("accumulate")), hourly_from, now)
    dimensions = parse_dimensions(parameters.get("aggregate"), kind)
    return Question(
        kind=kind,
        frame=frame,
        step=step,
        dimensions=dimensions,
        idle=Idle.SEPARATE if flag(parameters, "idle", default=True) else Idle.HIDE,
        filter=parse_filter(parameters.get("filter", "")),
        detailed=dimensions == DEFAULTS[kind],
    )


def native_question(
    parameters: QueryParams, kind: SetKind, now: datetime, hourly_from: datetime | None
) -> tuple[Question, Question]:
    """
    Read the native parameters.

    Returns:
        The question for the rows, over the whole window, and the one for the series, cut by `step`.

    Raises:
        QuestionError: a parameter that cannot be used.
    """
    window = parse_window(parameters.get("window", DEFAULT_WINDOW), now)
    asked = _step(parameters.get("step"))
    frame, step = framed(window, asked, hourly_from, now)
    default = "cluster" if kind is SetKind.ALLOCATIONS else "type"
    dimensions = parse_dimensions(parameters.get("aggregate", default), kind)
    by_cluster = bool(dimensions) and dimensions[0].name == "cluster"
    rows = Question(
        kind=kind,
        frame=frame,
        step=Step.ALL,
        dimensions=dimensions,
        idle=_idle(parameters.get("idle", "separate"), by_cluster=by_cluster),
        filter=parse_filter(parameters.get("filter", "")),
    )
    series = Question(
        kind=kind, frame=frame, step=step, dimensions=dimensions, idle=rows.idle, filter=rows.filter
    )  # fmt: skip
    return rows, series


def _step(text: str | None) -> Step | None:
    words = {"1h": Step.HOUR, "1d": Step.DAY, **{step.value: step for step in Step}}
    if not text or text == "auto":
        return None
    if text not in words:
        raise QuestionError("step", text, f"auto, {', '.join(words)}{near(text, words)}")
    return words[text]


def _idle(text: str, *, by_cluster: bool) -> Idle:
    words = {"separate": Idle.SPLIT if by_cluster else Idle.SEPARATE, "hide": Idle.HIDE}
    if text not in words:
        raise QuestionError("idle", text, f"{' or '.join(words)}{near(text, words)}")
    return words[text]
