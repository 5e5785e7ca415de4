"""Commands are run in this process, with nothing from the environment of whoever runs the tests."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import stamina
import structlog

from fleetcost.cli.main import run


@dataclass(frozen=True, slots=True)
class Done:
    """What a command did: its exit code and what it printed, lines broken for the terminal put together again."""

    code: int
    out: str
    err: str


Command = Callable[..., Done]


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give a wide terminal, no settings, no pauses between attempts, and logging as it was."""
    for name in list(os.environ):
        if name.startswith("FLEETCOST_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "250")
    with stamina.set_testing(True, attempts=1):
        yield
    structlog.reset_defaults()


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Command:
    """Run the command with these arguments."""

    def call(*arguments: str | Path) -> Done:
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return Done(code, printed.out, printed.err)

    return call


@pytest.fixture
def storage(tmp_path: Path) -> Path:
    """A `federated-store.yaml` of an empty folder."""
    (tmp_path / "bucket").mkdir()
    file = tmp_path / "federated-store.yaml"
    file.write_text(f"type: FILESYSTEM\nconfig:\n  directory: {tmp_path / 'bucket'}\n")
    return file
