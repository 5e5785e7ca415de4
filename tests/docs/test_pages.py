"""The documentation says what the code does: generated pages are fresh, and nothing is left out."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

from fleetcost.api.routes.operations import OPERATIONS
from fleetcost.cli.main import ABOUT
from fleetcost.ingest.object_metrics import PAST_RETENTION
from fleetcost.model.cloud_cost import BillState, ChargeRule
from fleetcost.model.cloud_sets import ConnectionStatus
from fleetcost.model.finding import FindingKind
from fleetcost.model.reconciliation import AssetOutcome, RowOutcome
from fleetcost.model.states import ObjectState, WindowState
from fleetcost.ops import metrics
from fleetcost.ops.settings import ROLES, describe
from fleetcost.tables.ledger import EntryState

REPOSITORY = Path(__file__).parents[2]
DOCS = REPOSITORY / "docs"


@pytest.mark.parametrize("name", ["settings", "states", "metrics"])
def test_a_generated_page_is_fresh(name: str) -> None:
    """The page is what its script makes of the code as it is."""
    made = runpy.run_path(str(REPOSITORY / "scripts" / f"docs_{name}.py"))["page"]()
    assert (DOCS / f"{name}.md").read_text() == made, f"run scripts/docs_{name}.py"


def text(name: str) -> str:
    """Return a page."""
    return (DOCS / name).read_text()


def test_every_setting_is_documented() -> None:
    """Each key of each role is on the page with its meaning."""
    for role in ROLES.values():
        for key in describe(role):
            assert f"| `{key.name}` |" in text("settings.md")
            assert key.meaning in text("settings.md")


def test_every_command_is_documented() -> None:
    """Each command is on the page."""
    for command in ABOUT:
        assert f"`fleetcost {command}" in text("settings.md")


def test_every_state_is_documented() -> None:
    """Each state of each kind is on the page with its meaning."""
    for state in (
        *(*WindowState, *ObjectState, *EntryState, *FindingKind),
        *(*BillState, *ChargeRule, *ConnectionStatus, *RowOutcome, *AssetOutcome),
    ):
        assert f"| {state.value} | {state.meaning} |" in text("states.md")


def test_every_metric_is_documented() -> None:
    """Each metric that is served is on the page."""
    for family in metrics.REGISTRY.collect():
        assert f"`{family.name}" in text("metrics.md"), family.name
    assert PAST_RETENTION in text("metrics.md")


def test_the_tables_of_columns_are_fresh() -> None:
    """The pages of the formats have every column as the code's tables say it."""
    made = runpy.run_path(str(REPOSITORY / "scripts" / "docs_columns.py"))["pages"]()
    assert {page.name for page in made} == {"sets.md", "cloudcosts.md", "statements.md"}
    assert [page.name for page, text in made.items() if page.read_text() != text] == [], "run scripts/docs_columns.py"


def test_the_tables_of_focus_are_fresh() -> None:
    """The page of FOCUS files has the columns, words and reasons of the code."""
    made = runpy.run_path(str(REPOSITORY / "scripts" / "docs_focus.py"))["page"]()
    assert text("format/focus.md") == made, "run scripts/docs_focus.py"


def test_every_room_is_on_the_map() -> None:
    """Each package is named on the architecture's page."""
    rooms = [
        folder.name for folder in (REPOSITORY / "src" / "fleetcost").iterdir() if (folder / "__init__.py").exists()
    ]
    for room in rooms:
        assert f"`{room}" in text("architecture.md"), room


def test_every_route_is_documented() -> None:
    """Each path the application serves is on the API's page."""
    source = (REPOSITORY / "src" / "fleetcost" / "api" / "app.py").read_text()
    paths = [line.split('"')[1] for line in source.splitlines() if "Route(" in line and '"/' in line]
    assert len(paths) > 6
    for path in paths:
        if "{" not in path:
            assert path in text("api.md"), path
    for operation in OPERATIONS:
        assert operation.path in text("api.md"), operation.path


def test_links_between_pages_lead_somewhere() -> None:
    """No page of the documentation links to a file that is not there."""
    for page in [*DOCS.rglob("*.md"), *REPOSITORY.glob("*.md")]:
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
