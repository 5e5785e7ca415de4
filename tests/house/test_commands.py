"""Every command that people are shown exists: one table has them all, and its commands are parsed or rendered."""

from __future__ import annotations

import ast
import re
import runpy
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.charts import helm
from fleetcost.cli.main import ABOUT, _parser
from fleetcost.commands import ShownCommand

REPOSITORY = Path(__file__).parents[2]
SOURCE = REPOSITORY / "src" / "fleetcost"
WEB = REPOSITORY / "web" / "src"
PARTS = {"cluster": "prod-eu-1", "prometheus": "http://prometheus:9090", "window": "2026-01-01,2026-01-02"}
WRITTEN = re.compile(
    rf"\bfleetcost (?:{'|'.join(ABOUT)}) (?:[a-z]+\b|--)|\bfleetcost verify\b(?!:)|\bhelm (?:install|upgrade)\b"
    r"|\bkubectl (?:exec|port-forward|apply|create)\b"
)
"""A command with its subcommand or a flag, or of another program."""
TYPED = {SOURCE / "commands.py", WEB / "words" / "commands.json"}


@pytest.mark.parametrize("command", ShownCommand, ids=lambda one: one.name)
def test_each_command_exists(command: ShownCommand) -> None:
    """What is shown is read by our parser, by the chart, or is a plain call of kubectl around one of ours."""
    words = shlex.split(command.filled(**PARTS))
    if words[0] == "kubectl" and "--" in words:
        words = words[words.index("--") + 1 :]
    if words[0] == "helm":
        kept = [word for word in words[1:] if word not in {"upgrade", "--install", "--create-namespace"}]
        bucket = "storage.config=deploy/helm/fleetcost/Chart.yaml"
        call = [helm(), "template", *(bucket if word.startswith("storage.config=") else word for word in kept)]
        done = subprocess.run(call, cwd=REPOSITORY, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
    elif words[0] == "fleetcost":
        assert _parser(words[1:]).parse_args(words[1:]).command == words[1]
    else:
        assert words[:2] == ["kubectl", "port-forward"]
    assert command.where


def test_the_web_app_has_the_same_commands() -> None:
    """The web app's copy is what its script makes of the table."""
    made = runpy.run_path(str(REPOSITORY / "scripts" / "docs_commands.py"))
    assert made["PAGE"].read_text() == made["page"](), "run scripts/docs_commands.py"


def test_no_message_has_a_command_of_its_own() -> None:
    """No text of the program but docstrings, and no source of the web app, spells a command out beside the table."""
    written = [
        f"{path.relative_to(REPOSITORY)}:{line}: {text[:90]}"
        for path in sorted({*SOURCE.rglob("*.py")} - TYPED)
        for line, text in _texts(ast.parse(path.read_text()))
        if WRITTEN.search(text)
    ]
    sources = {one for kind in ("*.ts", "*.tsx") for one in WEB.rglob(kind)}
    written += [
        f"{path.relative_to(REPOSITORY)}: {found[0]}"
        for path in sorted(sources)
        if ".test." not in path.name and (found := WRITTEN.search(_without_comments(path.read_text())))
    ]
    assert written == []


def _texts(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Give each text that is not a docstring."""
    statements = {id(one.value) for one in ast.walk(tree) if isinstance(one, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in statements:
            yield node.lineno, node.value


def _without_comments(text: str) -> str:
    return re.sub(r"/\*.*?\*/|^\s*//.*$", "", text, flags=re.DOTALL | re.MULTILINE)
