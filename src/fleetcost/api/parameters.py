"""Query parameters: every one that is sent is understood, refused, or said to have been left out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import quote

from starlette.datastructures import QueryParams

from fleetcost.api.operation import Parameter
from fleetcost.errors import QuestionCode, QuestionError, closest
from fleetcost.model.amount import PLACES
from fleetcost.query.question import Basis

LARGEST_NUMBER = 10**9
"""A whole number beyond this is a mistake."""

LARGEST_NANOS = 10**18
"""So is an amount beyond this many billionths."""

ESTIMATED = Parameter(
    "estimated",
    "what was estimated where a cluster's metrics had a gap: inside the costs, or left out",
    default="include",
    choices=("include", "exclude"),
)

DISPLAY_ONLY = frozenset({
    "_", "cacheBuster", "chartDisplay", "chartType", "clearCache", "clientRequestId", "costUnit", "disableCache",
    "nocache", "pretty", "rate", "report", "req", "requestId", "t", "timestamp", "title", "ts", "viewId",
})  # fmt: skip
"""Parameters of the field's pages and programs that say how an answer is shown or numbered, and change no figure."""

NO_VALUE = frozenset({"nan", "null", "undefined"})
"""What a script writes for a value it has not; no truth value, number or choice is called so."""

LONGEST_NAMED = 64
MOST_NAMED = 16
"""Characters of a name, and names, that are repeated to whoever sent them."""

_TRUE = frozenset({"true", "t", "1", "yes"})
_FALSE = frozenset({"false", "f", "0", "no"})

Parameters = Mapping[str, str]

BASIS = Parameter(
    "basis",
    "the prices of every figure: as billed (list price where no bill covers an asset and day), or list prices",
    default=Basis.BILLED,
    choices=tuple(Basis),
)

CURRENCY_PARAMETERS = (
    Parameter(
        "currency",
        "the currency of the answer, by its ISO 4217 code, or native for each row's own",
        default="display_currency of the settings, else native",
    ),
    Parameter(
        "rates",
        "which exchange rates: the name of a table, or name@YYYY-MM-DD for the rates of one day throughout",
        default="rates of the settings",
    ),
)
FIELD_CURRENCY_PARAMETERS = (
    Parameter(
        "currency",
        "the currency of the answer, by its ISO 4217 code",
        default="display_currency of the settings, else the home cluster's, else that of most clusters",
    ),
    CURRENCY_PARAMETERS[1],
)


@dataclass(frozen=True, slots=True)
class ReadParameters:
    """
    The parameters of a request.

    Attributes:
        chosen: those that are read and not empty
        left_out: names of those that were sent and changed nothing
        doubts: a sentence for each of them that somebody may have meant to change something
    """

    chosen: dict[str, str]
    left_out: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()

    @property
    def header(self) -> str:
        """What was left out, as the value of a header: names joined by commas, percent-encoded where they must be."""
        return ", ".join(quote(name[:LONGEST_NAMED], safe="[]") for name in self.left_out[:MOST_NAMED])


def read_parameters(sent: QueryParams, known: Sequence[Parameter], *, lenient: bool = False) -> ReadParameters:
    """
    Read the parameters of a request.

    A parameter nobody reads would look as if it had an effect. Where clients of ours ask it is refused; clients of the
    field, whose servers never refused one, are answered and read what was left out.

    Args:
        sent: by the client
        known: those that are read
        lenient: leave out what is not known instead of refusing it

    Raises:
        QuestionError: unknown, sent twice with different values, missing, or not of its form.
    """
    doubts = dict(_left_out(sent, known)) if lenient else {}
    names = tuple(dict.fromkeys(name for name, _ in doubts))
    return ReadParameters(_chosen(sent, known, doubts), names, tuple(dict.fromkeys(filter(None, doubts.values()))))


def _left_out(sent: QueryParams, known: Sequence[Parameter]) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield what changes nothing, each with the sentence it deserves; empty for what only concerns a display."""
    accepted = {parameter.name: parameter for parameter in known}
    for name, value in sent.multi_items():
        parameter = accepted.get(name)
        if parameter is None:
            yield (name, value), "" if name in DISPLAY_ONLY else _unknown(name, accepted)
        elif value.strip().lower() in NO_VALUE and (parameter.counted or parameter.flag or parameter.choices):
            yield (name, value), ""
        elif parameter.forgiving and value and value not in parameter.choices:
            hint = closest(value, parameter.choices)
            said = f"`{name}` is none of {', '.join(parameter.choices)}, so it changed nothing{_meant(hint)}"
            yield (name, value), said


def _unknown(name: str, accepted: Mapping[str, Parameter]) -> str:
    return (
        f"there is no parameter `{name[:LONGEST_NAMED]}` here, so it changed nothing{_meant(closest(name, accepted))}"
    )


def _meant(hint: str | None) -> str:
    return f"; did you mean `{hint}`?" if hint else ""


def _chosen(sent: QueryParams, known: Sequence[Parameter], left_out: Collection[tuple[str, str]]) -> dict[str, str]:
    accepted = {parameter.name: parameter for parameter in known}
    chosen: dict[str, str] = {}
    seen: dict[str, str] = {}
    for name, value in sent.multi_items():
        if (name, value) in left_out:
            continue
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


def nanos_of(parameters: Parameters, name: str, default: str) -> int:
    """
    Return an amount in billionths of a currency's unit.

    Raises:
        QuestionError: not an amount, or below zero.
    """
    text = parameters.get(name, default)
    try:
        nanos = int(Decimal(text).scaleb(PLACES))
    except (ArithmeticError, ValueError):
        nanos = -1
    if not 0 <= nanos <= LARGEST_NANOS:
        raise QuestionError(name, text, "an amount such as 0.01, not negative")
    return nanos


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
