"""What a shell is offered when somebody presses the tab key, by a real process as the shell starts it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from unit.cli.conftest import Command


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("fleetcost ver", {"verify"}),
        ("fleetcost agent ", {"run", "build"}),
        ("fleetcost agent run --log-level ", {"debug", "info", "warning", "error"}),
        ("fleetcost agent run --source-k", {"--source-kind"}),
        ("fleetcost query ", {"allocation", "assets", "cloudcost"}),
        ("fleetcost query allocation --idle s", {"separate", "share"}),
        ("fleetcost query allocation --tok", {"--token-file"}),
        ("fleetcost completion ", {"bash", "zsh", "fish"}),
    ],
)
def test_commands_flags_and_words_are_offered(line: str, offered: set[str], tmp_path: Path) -> None:
    """Commands, their flags, and the words a flag takes, each for what is written so far."""
    answer = tmp_path / "answer"
    asked = {
        "_ARGCOMPLETE": "1", "_ARGCOMPLETE_STDOUT_FILENAME": str(answer), "_ARGCOMPLETE_IFS": "\n",
        "_ARGCOMPLETE_SUPPRESS_SPACE": "1", "COMP_LINE": line, "COMP_POINT": str(len(line)),
        "PYTHONPATH": str(Path(__file__).parents[3] / "src"),
    }  # fmt: skip
    subprocess.run([sys.executable, "-m", "fleetcost"], env=os.environ | asked, check=True, timeout=60)
    assert offered <= {word.strip() for word in answer.read_text().split("\n")}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_what_is_printed_is_of_that_shell(command: Command, shell: str) -> None:
    """The text is one the shell understands, where the shell is there to be asked."""
    done = command("completion", shell)
    assert done.code == 0
    assert "fleetcost" in done.out
    if program := shutil.which(shell):
        checked = subprocess.run([program, "-n"], input=done.out, text=True, check=False, capture_output=True)
        assert checked.stderr == ""
