"""Programs that `make test` builds because no package has them."""

from __future__ import annotations

import os
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


def find_tool(name: str) -> str | None:
    """Return a program in `$TEST_TOOLS` or `.cache/bin`, None where it was not built."""
    folders = [Path(os.environ["TEST_TOOLS"])] if "TEST_TOOLS" in os.environ else []
    places = [folder / name for folder in (*folders, REPOSITORY / ".cache" / "bin")]
    return next((str(place) for place in places if os.access(place, os.X_OK)), None)
