"""The SQL of this room: files beside the code, read once, with parts filled in by name."""

from __future__ import annotations

from functools import cache
from importlib import resources


def focus_query(name: str, **parts: str) -> str:
    """
    Return the text of `sql/<name>.sql` without its comments and its last semicolon.

    Args:
        name: file name without its ending
        parts: fill `{<name>}`; names and expressions of our own, never a user's text
    """
    text = _text(name)
    for part, value in parts.items():
        text = text.replace(f"{{{part}}}", value)
    return text.rstrip().rstrip(";")


@cache
def _text(name: str) -> str:
    text = resources.files("fleetcost.focus").joinpath(f"sql/{name}.sql").read_text()
    # Comments name the parts, which would be filled in there too.
    return "".join(line for line in text.splitlines(keepends=True) if not line.lstrip().startswith("--"))
