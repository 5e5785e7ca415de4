"""Query parameters: every one that is sent is understood or refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.datastructures import QueryParams

from fleetcost.api.operation import Parameter
from fleetcost.errors import QuestionCode, QuestionError, closest
from fleetcost.query.question import Basis

LARGEST_NUMBER = 10**9
"""A whole number beyond this is a mistake."""

ESTIMATED = Parameter(
    "estimated",
    "what was estimated where a cluster's metrics had a gap: inside the costs, or left out",
    default="include",
    choices=("include", "exclude"),
)

_TRUE = frozenset({"true", "t", "1", "yes"})
_FALSE = frozenset({"false", "f", "0", "no"})

Parameters = Mapping[str, str]

BASIS = Parameter(
    "basis",
    "the prices of every figure: as billed (list price where no bill covers an asset and day), or list prices",
    default=Basis.BILLED,
    choices=tuple(Basis),
)


def read_parameters(sent: QueryParams, known: Sequence[Parameter]) -> dict[str, str]:
    """
    Return the parameters of a request that are not empty.

    A parameter nobody reads is refused: it would look as if it had an effect.

    Raises:
        QuestionError: unknown, sent twice with different values, missing, or not of its form.
    """
    accepted = {parameter.name: parameter for parameter in known}
    chosen: dict[str, str] = {}
    seen: dict[str, str] = {}
    for name, value in sent.multi_items():
        if name not in accepted:
            words = f"one of the parameters {', '.join(accepted)}" if accepted else "no parameter at all"
            case, code = f"There is no parameter `{name}` here", QuestionCode.UNKNOWN_PARAMETER
            raise QuestionError(name, value, words, case=case, code=code, suggestion=closest(name, accepted))
        if seen.setdefault(name, value) != value:
            case = f"`{name}` is given twice, as `{seen[name]}` and as `{value}`"
            raise QuestionError(name, value, "one value", case=case, code=QuestionCode.REPEATED)
        if value:
            chosen[name] = _checked(accepted[name], value)
    for parameter in known:
        if parameter.required and parameter.name not in chosen:
            case = f"`{parameter.name}` is missing"
            raise QuestionError(parameter.name, "", parameter.about, case=case, code=QuestionCode.MISSING)
    return chosen


def flag(parameters: Parameters, name: str, *, default: bool) -> bool:
    """Return a truth value."""
    return parameters[name].strip().lower() in _TRUE if name in parameters else default


def billed(parameters: Parameters, synonym: str, *, means: bool = True) -> bool:
    """
    Return whether prices are as billed.

    Args:
        parameters: of the request
        synonym: the older truth value that says the same as `basis`
        means: the value of the synonym that is billed

    Raises:
        QuestionError: the two contradict each other.
    """
    said = flag(parameters, synonym, default=means) is means
    if "basis" not in parameters:
        return said
    chosen = parameters["basis"] == Basis.BILLED
    if synonym in parameters and said is not chosen:
        raise QuestionError(synonym, parameters[synonym], f"what basis={parameters['basis']} says, or no {synonym}")
    return chosen


def whole(parameters: Parameters, name: str) -> int | None:
    """Return a whole number, None where none was sent."""
    return int(parameters[name]) if name in parameters else None


def _checked(parameter: Parameter, value: str) -> str:
    if parameter.flag and value.strip().lower() not in _TRUE | _FALSE:
        raise QuestionError(parameter.name, value, "true or false")
    if parameter.whole and not (value.isascii() and value.isdigit() and int(value) <= LARGEST_NUMBER):
        raise QuestionError(parameter.name, value, f"a whole number from 0 to {LARGEST_NUMBER}")
    if parameter.choices and value not in parameter.choices:
        accepted = ", ".join(parameter.choices)
        raise QuestionError(parameter.name, value, f"one of {accepted}", suggestion=closest(value, parameter.choices))
    return value


def estimated(parameters: Parameters) -> bool:
    """Tell whether estimates are wanted."""
    return parameters.get("estimated", "include") == "include"
