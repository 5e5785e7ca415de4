"""Every case of `cases/*.yaml`: a request as a client writes it, and what the references say comes back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from compat.asgi import Answered
from compat.catalogue import FLEETS
from compat.engine import ENGINES, Engine

CASES = [
    {"file": file.stem, **case}
    for file in sorted((Path(__file__).parent / "cases").glob("*.yaml"))
    for case in yaml.safe_load(file.read_text(encoding="utf-8"))
]
CHECKS = {"status", "equal", "near", "keys", "names", "length", "absent", "text", "header", "nothing"}
SEPARATOR = ">"


@pytest.fixture(scope="module", params=sorted(ENGINES))
def engines(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Engine]]:
    """One engine per fleet, each started when it is first asked."""
    started: dict[str, Engine] = {}
    contexts = []

    class Lazily(dict[str, Engine]):
        def __missing__(self, name: str) -> Engine:
            context = ENGINES[request.param](FLEETS[name], tmp_path_factory.mktemp(name))
            contexts.append(context)
            self[name] = context.__enter__()
            return self[name]

    yield Lazily(started)
    for context in reversed(contexts):
        context.__exit__(None, None, None)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['file']}: {case['name']}")
def test_conformance(engines: dict[str, Engine], case: dict[str, Any]) -> None:
    """The answer has the names, the shape, the order and the numbers the case says."""
    check(engines[case["fleet"]], case)


def check(engine: Engine, case: dict[str, Any]) -> None:
    """Ask what a case asks and hold the answer against what it expects."""
    answer = engine.get(case["get"])
    expected = case["expect"]

    assert set(expected) <= CHECKS, "the case asks for a check that does not exist"
    assert answer.status == expected.get("status", 200), answer.body[:1000]
    for check, wanted in expected.items():
        _CHECKS[check](answer, wanted)


def at(document: Any, path: str) -> Any:
    """Follow a path such as `data>0>ns1>totalCost`."""
    for part in path.split(SEPARATOR) if path else []:
        if isinstance(document, list):
            document = document[int(part)]
            continue
        assert part in document, f"{part!r} of {path!r} is not among {sorted(document)}"
        document = document[part]
    return document


def _status(_answer: Answered, _wanted: int) -> None:
    """Checked before everything else."""


def _equal(answer: Answered, wanted: dict[str, Any]) -> None:
    for path, value in wanted.items():
        assert at(answer.document, path) == value, path


def _near(answer: Answered, wanted: dict[str, float]) -> None:
    for path, value in wanted.items():
        assert at(answer.document, path) == pytest.approx(value, abs=1.1e-5), path


def _keys(answer: Answered, wanted: dict[str, list[str]]) -> None:
    for path, names in wanted.items():
        assert list(at(answer.document, path)) == names, path


def _names(answer: Answered, wanted: dict[str, list[str]]) -> None:
    for path, names in wanted.items():
        assert sorted(at(answer.document, path)) == sorted(names), path


def _length(answer: Answered, wanted: dict[str, int]) -> None:
    for path, count in wanted.items():
        assert len(at(answer.document, path)) == count, path


def _absent(answer: Answered, wanted: list[str]) -> None:
    for path in wanted:
        above, _, name = path.rpartition(SEPARATOR)
        assert name not in at(answer.document, above), path


def _nothing(answer: Answered, wanted: list[str]) -> None:
    for path in wanted:
        assert at(answer.document, path) is None, path


def _text(answer: Answered, wanted: list[str]) -> None:
    for text in wanted:
        assert text in answer.body.decode("utf-8", "replace")


def _header(answer: Answered, wanted: dict[str, str]) -> None:
    for name, value in wanted.items():
        assert value in answer.headers[name]


_CHECKS = {
    "status": _status, "equal": _equal, "near": _near, "keys": _keys, "names": _names, "length": _length,
    "absent": _absent, "nothing": _nothing, "text": _text, "header": _header,
}  # fmt: skip


def test_there_are_enough_cases() -> None:
    """The suite does not shrink unnoticed, and every case's name is its own."""
    names = [(case["file"], case["name"]) for case in CASES]
    assert len(names) >= 150
    assert len(set(names)) == len(names)
