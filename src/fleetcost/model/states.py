"""States: one enum for the code, the metric label, the JSON, the colour and the documentation."""

from __future__ import annotations

import enum


class WindowState(enum.StrEnum):
    """What is known of one cluster, kind, resolution and window."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    ESTIMATED = "estimated"
    RATE_MISSING = "rate missing"
    LATE = "late"
    MISSING = "missing"
    DAMAGED = "damaged"
    REFUSED = "refused"
    BEFORE_FIRST_SEEN = "before first seen"
    RETIRED = "retired"

    @property
    def meaning(self) -> str:
        """One sentence for people; the documentation's table is made of these."""
        return _MEANINGS[self]

    @property
    def severity(self) -> int:
        """How bad it is: of several states behind a number the one with the highest severity is reported."""
        return _MILDEST_FIRST.index(self)


_MILDEST_FIRST = (
    WindowState.BEFORE_FIRST_SEEN,
    WindowState.RETIRED,
    WindowState.COMPLETE,
    WindowState.ESTIMATED,
    WindowState.RATE_MISSING,
    WindowState.PARTIAL,
    WindowState.LATE,
    WindowState.MISSING,
    WindowState.REFUSED,
    WindowState.DAMAGED,
)

_MEANINGS = {
    WindowState.COMPLETE: "every minute of the window was observed and the set is final",
    WindowState.PARTIAL: "the window is not over, or some of its minutes were not observed",
    WindowState.ESTIMATED: "complete, but priced at list prices until the bill arrives",
    WindowState.RATE_MISSING: "observed, but no exchange rate into the currency asked for is known: costs are left out",
    WindowState.LATE: "the window is over and its set should have arrived; it may still come",
    WindowState.MISSING: "the window is long over and there is no set",
    WindowState.DAMAGED: "there is an object and it cannot be read; its reason is kept",
    WindowState.REFUSED: "there is an object and a rule forbids using it; its reason is kept",
    WindowState.BEFORE_FIRST_SEEN: "earlier than the first set of this cluster",
    WindowState.RETIRED: "the cluster was declared gone before the window was over, and there is no set",
}


class ObjectState(enum.StrEnum):
    """What is known of one object in the bucket."""

    SET = "set"
    FOREIGN_SET = "foreign set"
    IDENTITY = "identity"
    COMBINED = "combined"
    BESIDE = "beside sets"
    DOUBLE = "double"
    UNKNOWN = "unknown"
    OVER_QUOTA = "over quota"

    @property
    def meaning(self) -> str:
        """One sentence for people; the documentation's table is made of these."""
        return _OBJECT_MEANINGS[self]


_OBJECT_MEANINGS = {
    ObjectState.SET: "a set in our Parquet format",
    ObjectState.FOREIGN_SET: "a set another product's agent wrote (bingen)",
    ObjectState.IDENTITY: "a cluster's identity, diagnostics or requests",
    ObjectState.COMBINED: "an older product's merged output, skipped because it would count every cluster twice",
    ObjectState.BESIDE: "what another product's agent writes beside its sets: named by its folder, and no set",
    ObjectState.DOUBLE: "a set that another object holds too and is read from there: ours before a foreign one",
    ObjectState.UNKNOWN: "under a cluster's folder, but no name this build knows",
    ObjectState.OVER_QUOTA: "its cluster has many objects that cannot be used; a later pass reads it",
}
