"""States, findings and asset types: every word has a meaning."""

from __future__ import annotations

import enum

import pytest

from fleetcost.model.asset import AssetType
from fleetcost.model.finding import MOST_SUBJECTS, Finding, FindingKind, summarise
from fleetcost.model.states import ObjectState, WindowState
from fleetcost.tables.ledger import EntryState

EVERY_STATE = [*WindowState, *ObjectState, *EntryState, *FindingKind]


@pytest.mark.parametrize("state", EVERY_STATE, ids=lambda state: f"{type(state).__name__}.{state.name}")
def test_every_state_has_a_meaning(state: enum.StrEnum) -> None:
    """Each state tells in a sentence what it means; the documentation is made of these."""
    meaning = state.meaning  # type: ignore[attr-defined]
    assert len(meaning.split()) > 3
    assert meaning == meaning.strip()


def test_meanings_tell_states_apart() -> None:
    """No two states of one kind mean the same."""
    for kind in (WindowState, ObjectState, EntryState, FindingKind):
        assert len({state.meaning for state in kind}) == len(kind)


def test_the_worst_state_is_chosen_by_one_order() -> None:
    """Damage outweighs a refusal, a refusal a missing window, and so on to complete."""
    order = sorted(WindowState, key=lambda state: state.severity, reverse=True)
    assert [state.value for state in order] == [
        "damaged", "refused", "missing", "late", "partial", "rate missing", "estimated", "complete", "retired",
        "before first seen",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "category"),
    [
        (AssetType.NODE, "Compute"),
        (AssetType.DISK, "Storage"),
        (AssetType.LOAD_BALANCER, "Network"),
        (AssetType.NETWORK, "Network"),
        (AssetType.CLUSTER_MANAGEMENT, "Management"),
        (AssetType.SHARED, "Shared"),
        (AssetType.CLOUD, "Other"),
    ],
)
def test_asset_types_have_the_fields_categories(kind: AssetType, category: str) -> None:
    """The category of an asset type is the one the field's products print."""
    assert kind.category == category


def test_findings_are_counted_by_kind() -> None:
    """Each kind is one finding with the number of unlike subjects and the first of them, sorted."""
    noticed = [(FindingKind.POD_UNKNOWN, f"pod {number}") for number in range(9, 0, -1)] * 2
    noticed.append((FindingKind.PRICE_ZERO, "disk"))
    found = {finding.kind: finding for finding in summarise(noticed)}
    assert found[FindingKind.POD_UNKNOWN].count == 9
    assert found[FindingKind.POD_UNKNOWN].subjects == tuple(f"pod {number}" for number in range(1, MOST_SUBJECTS + 1))
    assert found[FindingKind.PRICE_ZERO] == Finding(FindingKind.PRICE_ZERO, 1, ("disk",))


def test_findings_say_that_there_are_more() -> None:
    """The text of a finding names kind, count, some subjects and the meaning, with an ellipsis where there are more."""
    finding = Finding(FindingKind.PRICE_ZERO, 7, ("a", "b"))
    assert str(finding).startswith("price of zero (7: a, b, …): ")
    assert "…" not in str(Finding(FindingKind.PRICE_ZERO, 2, ("a", "b")))
    assert finding.fields()["subjects"] == "a, b"


def test_nothing_noticed_is_no_finding() -> None:
    """Without anything noticed there are no findings."""
    assert summarise([]) == ()
