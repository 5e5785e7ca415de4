"""The page's types are made from what the server says of itself."""

from __future__ import annotations

import importlib.util
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


def test_the_description_the_types_are_made_from_is_the_servers() -> None:
    """`web/openapi.json` is the server's own description of its native routes; `make docs` writes it again."""
    place = REPOSITORY / "scripts" / "docs_openapi.py"
    spec = importlib.util.spec_from_file_location("docs_openapi", place)
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)

    assert script.FILE.read_text() == script.text(), "run scripts/docs_openapi.py, then `npm run types` in web/"
