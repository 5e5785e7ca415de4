"""Asking every query that fills a field of the samples, and putting the answers where they belong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, fields
from typing import Any

from fleetcost.model.samples import Samples
from fleetcost.samples.joining import joined
from fleetcost.samples.query import Over, Query
from fleetcost.samples.runner import PendingAnswer, QueryRunner

_SEEN = frozenset({Over.FIRST_SEEN, Over.LAST_SEEN})


def ask_all(runner: QueryRunner, queries: Sequence[Query]) -> Callable[[], Mapping[str, Any]]:
    """
    Ask the queries that fill something; the returned function waits for the answers.

    It returns the groups by their names in `Samples`. Several queries may fill one field: their records are put
    together, and first and last sightings of one object become one record.
    """
    asked: dict[tuple[type[Any], str], list[tuple[Query, PendingAnswer[Any]]]] = defaultdict(list)
    for query in queries:
        if query.fills is not None:
            slot = (query.fills.group, query.fills.field)
            asked[slot].append((query, runner.ask(query, query.fills.record)))

    def wait() -> Mapping[str, Any]:
        filled: dict[type[Any], dict[str, Any]] = defaultdict(dict)
        for (group, field), answers in asked.items():
            filled[group][field] = _value(group, field, answers)
        return {one.name: one.default_factory(**filled[one.default_factory]) for one in _groups()}

    return wait


def _groups() -> list[Any]:
    """Return the fields of `Samples` that are groups: those whose default is an empty group."""
    return [one for one in fields(Samples) if one.default_factory is not MISSING]


def _value(group: type[Any], field: str, answers: Sequence[tuple[Query, PendingAnswer[Any]]]) -> object:
    sighted = [record for query, answer in answers if query.over in _SEEN for record in answer.rows()]
    others = [record for query, answer in answers if query.over not in _SEEN for record in answer.rows()]
    default = next(one.default for one in fields(group) if one.name == field)
    if default is None:
        return max(others, default=None)
    return (*joined(sighted), *others)
