"""The requests of every conformance case, asked of any aggregator; what is a fact of the process is taken out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

import yaml

from compat.asgi import Answered

_CASES = Path(__file__).parent / "cases"

OF_THE_PROCESS = ("/model/debug/orchestrator", "/model/diagnostic/databaseDirectory", "/healthz", "/metrics")
"""Requests whose whole answer tells of one process and its disk."""

_FACTS = re.compile(
    rb'"(took_ms|as_of|lastIngested|lastDerived|ingested_at|last_ingested|request_id|database_bytes)":("[^"]*"|[0-9.]+)'
)
"""
Fields that tell of one process: how long it took, when it read what, the number of a refusal in its log,
the size of its file.

Everything else follows from the bucket and the question's clock.
"""


class Asks(Protocol):
    """Something that answers."""

    def get(self, target: str) -> Answered:
        """Answer a request by its path and query."""


def questions() -> tuple[str, ...]:
    """Return each case's request once, in the order of the files."""
    found: dict[str, None] = {}
    for file in sorted(_CASES.glob("*.yaml")):
        for case in yaml.safe_load(file.read_text(encoding="utf-8")):
            found[case["get"]] = None
    return tuple(target for target in found if not target.startswith(OF_THE_PROCESS))


def answers(engine: Asks, targets: Sequence[str]) -> Mapping[str, tuple[int, bytes]]:
    """Return status and bytes of each answer, what is a fact of the process taken out."""
    return {target: facts(engine.get(target)) for target in targets}


def facts(answer: Answered) -> tuple[int, bytes]:
    """Return an answer's status and bytes without what is a fact of the process."""
    return answer.status, _FACTS.sub(rb'"\1":0', answer.body)


def different(left: Mapping[str, tuple[int, bytes]], right: Mapping[str, tuple[int, bytes]]) -> list[str]:
    """Return the requests that were answered differently."""
    return [target for target in left if left[target] != right[target]]
