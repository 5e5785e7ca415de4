"""The scenario language: text to steps. `README.md` beside this file says what the lines mean."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path

FLAGS = frozenset({"spot"})


@dataclass(frozen=True, slots=True)
class Thing:
    """One described thing: its word, its name, its facts by word."""

    word: str
    name: str
    facts: dict[str, str]
    line: int

    def number(self, word: str, default: float = 0.0) -> float:
        """Return a fact as a number."""
        return float(self.facts.get(word, default))

    def span(self, end_minutes: float) -> tuple[float, float]:
        """Return when it is there, in minutes."""
        return self.number("from"), self.number("to", end_minutes)


@dataclass(slots=True)
class Expectation:
    """One indented line: the row or word it speaks of, and its fields."""

    name: str
    facts: list[str]
    line: int


@dataclass(slots=True)
class Ask:
    """A question and what must come back."""

    kind: str
    parameters: str
    expected: list[Expectation] = field(default_factory=list)


@dataclass(slots=True)
class Ship:
    """Agents build, an aggregator ingests; minutes after the beginning."""

    minutes: float


@dataclass(slots=True)
class Scenario:
    """One scenario: things by cluster, then what is done and asked."""

    expectation: str
    file: str
    line: int
    clusters: dict[str, list[Thing]] = field(default_factory=dict)
    steps: list[Ship | Ask] = field(default_factory=list)


def read(file: Path) -> list[Scenario]:
    """Read a file of scenarios; a line that means nothing is an error that names it."""
    scenarios: list[Scenario] = []
    cluster = ""
    for number, raw in enumerate(file.read_text().splitlines(), 1):
        text = raw.split("#", 1)[0].rstrip()
        if not text.strip():
            continue
        if text[0].isspace():
            _expect(scenarios[-1], text.strip(), number)
            continue
        word, _, rest = text.partition(" ")
        rest = rest.strip()
        if word == "scenario":
            scenarios.append(Scenario(rest, file.name, number))
        elif word == "cluster":
            cluster = rest
            scenarios[-1].clusters.setdefault(cluster, [])
        else:
            _step(scenarios[-1], cluster, word, rest, number)
    return scenarios


def _step(scenario: Scenario, cluster: str, word: str, rest: str, number: int) -> None:
    if word == "ship":
        scenario.steps.append(Ship(_minutes(rest)))
    elif word == "ask":
        kind, _, parameters = rest.partition(" ") if rest.startswith("assets") else ("allocations", "", rest)
        scenario.steps.append(Ask(kind, parameters.strip()))
    elif word in {"price", "discount", "node", "pod", "volume", "claim", "mount", "load", "silent"}:
        scenario.clusters[cluster].append(_thing(word, rest, number))
    else:
        raise ValueError(f"{scenario.file}:{number}: {word!r} begins no line of the language")


def _thing(word: str, rest: str, number: int) -> Thing:
    if word == "load":
        found = re.match(r"(\w+)(\{[^}]*\})?\s+(\S+)\s*(.*)", rest)
        if found is None:
            raise ValueError(f"line {number}: load METRIC{{…}} VALUE")
        facts = _pairs(found[4].split()) | {"labels": found[2] or "", "value": found[3]}
        return Thing(word, found[1], facts, number)
    words = shlex.split(rest)
    if word in {"price", "silent"}:
        return Thing(word, "", _pairs(words), number)
    if word == "discount":
        return Thing(word, "", {"discount": words[0]}, number)
    if word == "mount":
        return Thing(word, words[0], {"claim": words[1]}, number)
    return Thing(word, words[0], _pairs(words[1:]), number)


def _pairs(words: list[str]) -> dict[str, str]:
    facts: dict[str, str] = {}
    rest = iter(words)
    for word in rest:
        facts[word] = "1" if word in FLAGS else next(rest)
    return facts


def _expect(scenario: Scenario, text: str, number: int) -> None:
    ask = scenario.steps[-1]
    if not isinstance(ask, Ask):
        raise TypeError(f"{scenario.file}:{number}: an expectation follows a question")
    name, *facts = shlex.split(text)
    ask.expected.append(Expectation(name, facts, number))


def _minutes(text: str) -> float:
    return float(text[:-1]) * {"m": 1, "h": 60, "d": 1440}[text[-1]]
