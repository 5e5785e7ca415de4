"""The page of queries is the queries."""

from __future__ import annotations

import runpy
from pathlib import Path

REPOSITORY = Path(__file__).parents[3]


def test_the_page_is_not_stale() -> None:
    """docs/queries.md is what its script makes of the constants."""
    made = runpy.run_path(str(REPOSITORY / "scripts" / "docs_queries.py"))["page"]()
    assert (REPOSITORY / "docs" / "queries.md").read_text() == made, "run scripts/docs_queries.py"
