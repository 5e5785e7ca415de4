"""The SQL of this room: files beside the code, read once, with the resolution and table filled in by name."""

from __future__ import annotations

from functools import cache
from importlib import resources

from fleetcost.model.window import Resolution


@cache
def statement(name: str, resolution: Resolution | None = None, table: str = "") -> str:
    """
    Return the text of `sql/<name>.sql`.

    Args:
        name: file name without its ending
        resolution: fills `{res}`
        table: fills `{table}`; one of this room's table names, never a user's text
    """
    text = resources.files("fleetcost.tables").joinpath(f"sql/{name}.sql").read_text()
    return text.replace("{res}", str(resolution or "")).replace("{table}", table)
