"""Log lines, read as an operator's tools read them."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import structlog

from fleetcost.ops import log
from fleetcost.ops.secret import Secret


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    """Leave logging as it was."""
    yield
    structlog.reset_defaults()


def test_text_lines_are_event_and_pairs(capsys: pytest.CaptureFixture[str]) -> None:
    """A line for people has time, level, event and `key=value`, on standard error."""
    log.configure()
    log.get("agent").info("uploaded", path="a/b", rows=3)
    printed = capsys.readouterr()
    assert printed.out == ""
    for part in ("uploaded", "info", "room=agent", "path=a/b", "rows=3", "Z "):
        assert part in printed.err
    assert printed.err.count("\n") == 1


def test_json_lines_are_objects(capsys: pytest.CaptureFixture[str]) -> None:
    """A line for machines is one JSON object with the same facts."""
    log.configure(fmt="json")
    log.get("ingest").warning("object not used", path="x", reason='a "quoted"\nreason')
    line = json.loads(capsys.readouterr().err)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "room": "ingest", "event": "object not used", "level": "warning", "path": "x",
        "reason": 'a "quoted"\nreason',
    }  # fmt: skip


@pytest.mark.parametrize(("level", "lines"), [("debug", 3), ("info", 2), ("warning", 1), ("error", 0)])
def test_levels_filter(level: str, lines: int, capsys: pytest.CaptureFixture[str]) -> None:
    """Lines less severe than the level are not written."""
    log.configure(level)
    logger = log.get("x")
    logger.debug("one")
    logger.info("two")
    logger.warning("three")
    assert capsys.readouterr().err.count("\n") == lines


@pytest.mark.parametrize("fmt", ["text", "json"])
def test_secrets_do_not_show_in_logs(fmt: log.Format, capsys: pytest.CaptureFixture[str]) -> None:
    """A secret that is logged by mistake prints as stars."""
    log.configure(fmt=fmt)
    log.get("bucket").info("opened", key=Secret("hunter2"), more={"inside": Secret("hunter2")})
    printed = capsys.readouterr().err
    assert "hunter2" not in printed
    assert "***" in printed


def test_exceptions_are_written_whole(capsys: pytest.CaptureFixture[str]) -> None:
    """A line about an exception carries its traceback."""
    log.configure(fmt="json")
    log.get("api").error("request failed", exc_info=ValueError("boom"))
    assert "ValueError: boom" in json.loads(capsys.readouterr().err)["exception"]
