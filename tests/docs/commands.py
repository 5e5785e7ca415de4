"""Commands of the documentation, taken from its pages and run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
_BLOCK = re.compile(r"(?:<!-- run: (?P<name>[\w-]+) -->\n)?```(?P<kind>sh|python|yaml)\n(?P<text>.*?)```", re.DOTALL)


def blocks(page: Path) -> list[tuple[str, str, str]]:
    """Return name, kind and text of every block of a page; blocks that are not run have no name."""
    return [(found["name"] or "", found["kind"], found["text"]) for found in _BLOCK.finditer(page.read_text())]


def block(page: str, name: str) -> str:
    """Return the text of one named block of a page below docs/."""
    (text,) = [text for own, _, text in blocks(DOCS / page) if own == name]
    return text


def named(page: str) -> set[str]:
    """Return the names of a page's blocks."""
    return {name for name, _, _ in blocks(DOCS / page) if name}


def run(
    text: str, replacements: Mapping[str, str], folder: Path, *, timeout: float = 240, **environment: str
) -> subprocess.CompletedProcess[str]:
    """
    Run a block as a shell would, with `fleetcost` on the path.

    Args:
        text: the block
        replacements: the page's addresses and paths, and those of this run
        folder: where it runs
        timeout: seconds
        environment: more variables
    """
    shim = folder / "bin"
    if not shim.exists():
        shim.mkdir(parents=True)
        sources = DOCS.parent / "src"
        (shim / "fleetcost").write_text(
            f'#!/bin/sh\nexec env PYTHONPATH="{sources}" "{sys.executable}" -m fleetcost "$@"\n'
        )
        (shim / "fleetcost").chmod(0o755)
    script = text
    for old, new in replacements.items():
        script = script.replace(old, new)
    path = {"PATH": f"{shim}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env=os.environ | path | environment,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
