"""The SQL of this room: files beside the code, read once, with the resolution and other parts filled in by name."""

from __future__ import annotations

from functools import cache
from importlib import resources

from fleetcost.model.window import Resolution


def statement(name: str, resolution: Resolution | None = None, **parts: str) -> str:
    """
    Return the text of `sql/<name>.sql`.

    Args:
        name: file name without its ending
        resolution: fills `{res}`
        parts: fill `{<name>}`; this room's own names of tables and columns, never a user's text
    """
    text = _text(name).replace("{res}", str(resolution or ""))
    for part, value in parts.items():
        text = text.replace(f"{{{part}}}", value)
    return text


def query(name: str, resolution: Resolution | None = None, **parts: str) -> str:
    """Return a statement without its last semicolon, to stand inside another; see `statement`."""
    return statement(name, resolution, **parts).rstrip().rstrip(";")


@cache
def _text(name: str) -> str:
    text = resources.files("fleetcost.tables").joinpath(f"sql/{name}.sql").read_text()
    # Comments name the parts, which would be filled in there too.
    return "".join(line for line in text.splitlines(keepends=True) if not line.lstrip().startswith("--"))
