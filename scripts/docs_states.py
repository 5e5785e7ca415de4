"""Write docs/states.md: every state of windows, objects and ledger entries, and every finding, from the code itself."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Protocol, cast

from fleetcost.model.cloud_cost import BillState, ChargeRule
from fleetcost.model.cloud_sets import ConnectionStatus
from fleetcost.model.finding import FindingKind
from fleetcost.model.reconciliation import AssetOutcome, RowOutcome
from fleetcost.model.states import ObjectState, WindowState
from fleetcost.tables.ledger import EntryState

PAGE = Path(__file__).parents[1] / "docs" / "states.md"

HEAD = """# States

Made by `scripts/docs_states.py` from the code's own words; a test fails when this page is stale. The words are the same
in the API, the pages, the metrics and the logs.

"""


class Meaningful(Protocol):
    """A word that says what it means."""

    value: str

    @property
    def meaning(self) -> str:
        """One sentence."""


SECTIONS: tuple[tuple[str, str, type[enum.StrEnum]], ...] = (
    (
        "Windows",
        "What is known of one cluster, kind and window. Of several the worst is reported: the first in this table.",
        WindowState,
    ),
    ("Objects of the bucket", "What an object is, judged by its path.", ObjectState),
    ("Objects in the ledger", "What the aggregator made of a set. `/model/debug/orchestrator` lists them.", EntryState),
    ("Findings", "What an agent noticed when it built an hour. Each is a warning in its log.", FindingKind),
    ("Bills", "How far the bill of a day has come.", BillState),
    ("Rows of a bill", "Which rule mapped them; one word for all providers.", ChargeRule),
    ("Rows of a bill and assets", "What reconciliation did with a row.", RowOutcome),
    ("Assets and bills", "What reconciliation did with an asset on a day that has a bill.", AssetOutcome),
    ("Integrations", "What the last look at an account's bills found.", ConnectionStatus),
)


def page() -> str:
    """Return the whole page."""
    return HEAD + "\n".join(_section(title, about, states) for title, about, states in SECTIONS)


def _section(title: str, about: str, states: type[enum.StrEnum]) -> str:
    members = sorted(states, key=lambda state: -state.severity) if states is WindowState else list(states)
    lines = [f"| {state.value} | {cast('Meaningful', state).meaning} |\n" for state in members]
    return f"## {title}\n\n{about}\n\n| state | meaning |\n|---|---|\n" + "".join(lines)


if __name__ == "__main__":
    PAGE.write_text(page())
