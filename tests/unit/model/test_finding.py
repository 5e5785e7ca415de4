"""Findings."""

from __future__ import annotations

from fleetcost.model.finding import MOST_SUBJECTS, Finding, FindingKind, summarise


def test_one_finding_a_kind() -> None:
    """Observations of one kind are one finding; a subject counts once, and the first few are named in order."""
    noticed = [(FindingKind.PRICE_DEFAULTED, f"node {i % 8}") for i in range(20)]
    noticed.append((FindingKind.NODE_UNKNOWN, "ghost"))
    unknown, defaulted = summarise(reversed(noticed))
    assert unknown == Finding(FindingKind.NODE_UNKNOWN, 1, ("ghost",))
    assert defaulted.count == 8
    assert defaulted.subjects == tuple(f"node {i}" for i in range(MOST_SUBJECTS))


def test_a_finding_in_a_log_line() -> None:
    """A finding is written with its kind, its subjects and what to do."""
    finding = Finding(FindingKind.PRICE_ZERO, 7, ("node a", "node b"))
    assert str(finding) == f"price of zero (7: node a, node b, …): {FindingKind.PRICE_ZERO.meaning}"
    assert finding.fields() == {
        "kind": "price of zero",
        "count": 7,
        "subjects": "node a, node b",
        "meaning": FindingKind.PRICE_ZERO.meaning,
    }


def test_every_kind_says_what_to_make_of_it() -> None:
    """No kind is without a sentence."""
    assert all(kind.meaning for kind in FindingKind)
