"""The field's filters, version 1 and 2, to one filter."""

from __future__ import annotations

from collections.abc import Mapping

from fleetcost.errors import QuestionError
from fleetcost.query.filters import Compare, Every, Filter, Match, Some, every, parse_filter

_KEYED = frozenset({"label", "annotation"})


def read_filter(parameters: Mapping[str, str], old: Mapping[str, str]) -> Filter | None:
    """
    Return the filter of a request: `filter`, or else all of version 1 together.

    Args:
        parameters: of the request
        old: the filters of version 1, each with the field it is about

    Raises:
        QuestionError: a filter that cannot be read.
    """
    if "filter" in parameters:
        return parse_filter(parameters["filter"], bare=True)
    return every(*(_old(name, parameters[name], field) for name, field in old.items() if name in parameters))


def _old(name: str, text: str, field: str) -> Filter | None:
    values = [value.strip() for value in text.split(",") if value.strip()]
    alternatives = tuple(_one(name, value, field) for value in dict.fromkeys(values))
    return alternatives[0] if len(alternatives) == 1 else Some(alternatives) if alternatives else None


def _one(name: str, value: str, field: str) -> Filter:
    if field in _KEYED:
        key, colon, wanted = value.partition(":")
        if not key or not colon:
            raise QuestionError(name, value, "name:value, such as app:web")
        return _compare(field, key, wanted)
    if name == "filterControllers" and ":" in value:
        kind, _, controller = value.partition(":")
        return Every((_compare("controllerKind", None, kind), _compare(field, None, controller)))
    return _compare(field, None, value)


def _compare(field: str, key: str | None, value: str) -> Compare:
    ending = value.endswith("*")
    match = Match.STARTS_WITH if ending else Match.EQUALS
    return Compare(field, key, match, negated=False, values=(value[:-1] if ending else value,), position=0)
