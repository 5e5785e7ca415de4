"""The command's door: codes, messages, help."""

from __future__ import annotations

import argparse
import gc
import importlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from builders import DAY
from fleetcost import __version__
from fleetcost.cli import main
from fleetcost.errors import FleetcostError, SettingsError, SourceError
from fleetcost.ops.garbage import NEW_OBJECTS
from fleetcost.tables.database import EngineLimits, open_database
from unit.cli.conftest import Command

SOURCE = "http://127.0.0.1:9"
"""The discard port: nobody listens there."""


@pytest.fixture
def taken() -> Iterator[int]:
    """A port somebody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize("name", main.ABOUT)
def test_every_command_has_help(command: Command, name: str) -> None:
    """Each command tells what it does, and so does the list of all."""
    assert command("--help").code == 0
    assert name in command("--help").out
    done = command(name, "--help")
    assert (done.code, done.err) == (0, "")
    assert f"usage: fleetcost {name} " in done.out


def test_every_action_has_help(command: Command) -> None:
    """No action of a command is without a word on what it does."""
    for name in main.ABOUT:
        parser = argparse.ArgumentParser()
        module = importlib.import_module(f"fleetcost.cli.{name}")
        module.add_parser(parser.add_subparsers(), "about")
        for path, action in _actions(parser):
            assert action.help or isinstance(action, argparse._SubParsersAction), f"{path} {action.dest}"
    assert command("--version").out.strip() == f"fleetcost {__version__}"


@pytest.mark.parametrize("name", ["billing", "focus", "import", "rates", "sets", "statements", "storage"])
def test_what_serves_nothing_has_no_port(name: str) -> None:
    """A command that starts no server shows no flag of one: help lists what counts there."""
    parser = argparse.ArgumentParser()
    module = importlib.import_module(f"fleetcost.cli.{name}")
    module.add_parser(parser.add_subparsers(), "about")
    shown = [action for _, action in _actions(parser) if action.help != argparse.SUPPRESS]
    flags = {flag for action in shown for flag in action.option_strings}
    assert not flags & {"--bind", "--port", "--tokens-file", "--allowed-hosts", "--interval-seconds"}


def _actions(parser: argparse.ArgumentParser, path: str = "") -> Iterator[tuple[str, argparse.Action]]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, child in action.choices.items():
                yield from _actions(child, f"{path} {name}")
        elif action.option_strings:
            yield path, action


@pytest.mark.parametrize(
    "arguments",
    [(), ("agnt",), ("agent",), ("agent", "run", "--no-such-flag"), ("agent", "build"), ("query", "clouds"),
     ("demo", "--port", "many")],
)  # fmt: skip
def test_calls_that_cannot_be_used_are_two(command: Command, arguments: tuple[str, ...]) -> None:
    """A missing or unknown command, action or flag is exit code 2 with the usage on standard error."""
    done = command(*arguments)
    assert (done.code, done.out) == (2, "")
    assert "usage: fleetcost" in done.err


AGENT = ("--window", "1h", "--data-dir", "DATA", "--prometheus-url", SOURCE, "--storage-config", "STORE")


@pytest.mark.parametrize(
    ("extra", "code", "message"),
    [
        ((), 2, "no cluster id: every cluster needs a unique one; give --cluster-id"),
        (("--cluster-id", "cluster-one"), 2, "'cluster-one' is a product's default"),
        (("--cluster-id", "combined"), 2, "'combined' is reserved"),
        (("--cluster-id", "a/b"), 2, "cannot be a folder name"),
        (("--cluster-id", "c1"), 1, f"on {SOURCE}: ConnectError"),
        (("--cluster-id", "c1", "--prometheus-url", ""), 2, "no source: give --prometheus-url"),
        (("--cluster-id", "c1", "--window", "7days"), 2, "`--window` cannot be `7days`: use "),
        (("--cluster-id", "c1", "--window", "99999999999d"), 2, "`--window` cannot be `99999999999d`"),
        (("--cluster-id", "c1", "--window", "2026-01-31T00:00:00,2026-02-01T00:00:00"), 2, "`--window` cannot be"),
        (("--cluster-id", "c1", "--port", "70000"), 2, "$.port` (from flag)"),
        (("--cluster-id", "c1", "--storage-config", "/nowhere/x.yaml"), 2, "/nowhere/x.yaml: No such file"),
        (("--cluster-id", "c1", "--settings", "/nowhere/y.yaml"), 2, "/nowhere/y.yaml: No such file"),
        (("--cluster-id", "c1", "--price-sheet", "/nowhere/z.yaml"), 2, "/nowhere/z.yaml: No such file"),
        (("--cluster-id", "c1", "--data-dir", "/dev/null/x"), 2, "/dev/null/x"),
    ],
)
def test_what_an_agent_is_given(
    command: Command, storage: Path, tmp_path: Path, extra: tuple[str, ...], code: int, message: str
) -> None:
    """Each mistake is one line that says what was read and what to do; nothing is built and no traceback shown."""
    places = {"DATA": str(tmp_path / "data"), "STORE": str(storage)}
    done = command("agent", "build", *(places.get(word, word) for word in AGENT), *extra)
    last = done.err.splitlines()[-1]
    assert last.startswith("fleetcost: ")
    assert message in last
    assert done.code == code
    assert "Traceback" not in done.err


def test_an_agent_collects_garbage_rarely(command: Command, storage: Path, tmp_path: Path) -> None:
    """Before it builds anything, the agent's process looks for cycles no more often than an hour's rows need."""
    before = gc.get_threshold()
    gc.set_threshold(700, 10, 10)
    try:
        places = {"DATA": str(tmp_path / "data"), "STORE": str(storage)}
        arguments = [places.get(word, word) for word in AGENT]
        command("agent", "build", *arguments, "--cluster-id", "c1", "--price-sheet", "/nowhere/z.yaml")
        assert gc.get_threshold()[0] == NEW_OBJECTS
    finally:
        gc.set_threshold(*before)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("type: FTP\nconfig: {}\n", "FTP"),
        ("type: FILESYSTEM\nconfig:\n  directry: x\n", "`directry` in line 3 is no key of this section"),
        ("type: [", "federated-store.yaml"),
        ("", "federated-store.yaml"),
    ],
)
def test_storage_files_that_cannot_be_used(
    command: Command, storage: Path, tmp_path: Path, text: str, message: str
) -> None:
    """A bad storage file is named with the reason, whichever command reads it."""
    storage.write_text(text)
    done = command("aggregator", "ingest", "--storage-config", storage, "--data-dir", tmp_path / "data")
    assert (done.code, done.out) == (2, "")
    assert message in done.err


def test_a_command_without_a_bucket(command: Command, tmp_path: Path) -> None:
    """The three ways to name the bucket are reported."""
    done = command("aggregator", "ingest", "--data-dir", tmp_path)
    assert done.code == 2
    assert "--storage-config federated-store.yaml, FLEETCOST_STORAGE_CONFIG or `storage_config:`" in done.err


def test_a_bucket_folder_that_is_not_there(command: Command, storage: Path, tmp_path: Path) -> None:
    """A bucket that is not mounted is something broken, exit code 1, and not an empty bucket."""
    (tmp_path / "bucket").rmdir()
    done = command("aggregator", "ingest", "--storage-config", storage, "--data-dir", tmp_path / "data")
    assert done.code == 1
    assert "there is no such directory" in done.err


def test_unknown_variables_are_refused(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistyped variable is reported by every command that reads settings."""
    monkeypatch.setenv("FLEETCOST_DATADIR", "/x")
    done = command("config", "show", "agent")
    assert done.code == 2
    assert "did you mean 'FLEETCOST_DATA_DIR'" in done.err


@pytest.mark.parametrize("port", ["taken", "99999"])
def test_a_port_that_cannot_be_used(command: Command, storage: Path, tmp_path: Path, taken: int, port: str) -> None:
    """A port somebody else has, or that does not exist, is reported with the flag; the database is closed again."""
    number = str(taken) if port == "taken" else port
    for _ in range(2):
        done = command(
            *("aggregator", "run", "--storage-config", storage, "--data-dir", tmp_path / "data", "--port", number)
        )
        assert done.code == 2
        assert "port" in done.err
        assert "another aggregator" not in done.err


def test_a_taken_port_of_the_demonstration(command: Command, tmp_path: Path, taken: int) -> None:
    """The demonstration tells a taken port before it serves."""
    done = command("demo", "--clusters", "1", "--days", "1", "--data-dir", tmp_path, "--port", str(taken))
    assert done.code == 2
    assert f"listen on 127.0.0.1:{taken}: Address already in use; choose another with --port" in done.err


def test_a_database_in_use(command: Command, storage: Path, tmp_path: Path) -> None:
    """A second aggregator on one data directory is asked to wait, exit code 1."""
    database = open_database(tmp_path / "data" / "fleetcost.duckdb", EngineLimits(1 << 28, 1), DAY)
    done = command("aggregator", "ingest", "--storage-config", storage, "--data-dir", tmp_path / "data")
    database.close()
    assert done.code == 1
    assert "another aggregator holds it" in done.err


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (SettingsError("x"), 2, "fleetcost: x"),
        (SourceError("x"), 1, "fleetcost: x"),
        (FleetcostError("x"), 1, "fleetcost: x"),
        (PermissionError(13, "Permission denied", "/data"), 2, "fleetcost: /data: Permission denied"),
        (ModuleNotFoundError("x", name="duckdb"), 2, "pip install 'fleetcost[aggregator]'"),
        (ModuleNotFoundError("x", name="botocore"), 2, "pip install 'fleetcost[amp]'"),
    ],
)
def test_errors_become_codes_and_one_line(
    error: Exception, code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The caller's fault is 2, what is broken or does not answer is 1; a missing package names what to install."""
    assert main._report(error) == code
    assert said in capsys.readouterr().err


def test_a_missing_package_of_another_kind_is_a_mistake_of_ours() -> None:
    """A module that no extra brings is not explained away."""
    with pytest.raises(ModuleNotFoundError):
        main._report(ModuleNotFoundError("x", name="fleetcost.nothing"))


def test_output_that_nobody_reads_is_no_error() -> None:
    """A reader that closes the pipe early, such as `head`, gets no traceback."""
    environment = dict(os.environ, PYTHONPATH=str(Path(__file__).parents[3] / "src"), PYTHONUNBUFFERED="1")
    command = [sys.executable, "-m", "fleetcost", "config", "show", "agent"]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
    assert child.stdout is not None
    child.stdout.close()
    _, errors = child.communicate(timeout=60)
    assert errors == b""
    assert child.returncode == 1
