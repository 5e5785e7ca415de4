"""Write web/src/words/commands.json: the commands that the web app shows, from `fleetcost/commands.py`."""

from __future__ import annotations

import json
from pathlib import Path

from fleetcost.commands import ShownCommand

PAGE = Path(__file__).parents[1] / "web" / "src" / "words" / "commands.json"


def page() -> str:
    """Return the file's text."""
    shown = {one.name.lower(): {"text": one.value, "where": one.where} for one in ShownCommand}
    return json.dumps(shown, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page())
