"""What became of a bill's rows and of the assets they should pay for, in words."""

from __future__ import annotations

import enum


class RowOutcome(enum.StrEnum):
    """What became of one row of a cloud cost set."""

    MATCHED = "matched"
    WAITING = "waiting"
    OWN = "reconciled by its agent"
    OTHER_CURRENCY = "other currency"
    NO_ASSET = "no asset"
    UNMONITORED = "unmonitored cluster"
    OUTSIDE = "outside of clusters"

    @property
    def meaning(self) -> str:
        """One sentence for people; the documentation's table is made of these."""
        return _ROWS[self]

    @property
    def applied(self) -> bool:
        """Whether assets carry the row's cost."""
        return self is RowOutcome.MATCHED


_ROWS = {
    RowOutcome.MATCHED: "it belongs to an asset, which costs what the bill says",
    RowOutcome.WAITING: "it belongs to an asset whose bill has not come far enough; the asset stays at list price",
    RowOutcome.OWN: "it belongs to an asset whose set brings adjustments of its own, which stay",
    RowOutcome.OTHER_CURRENCY: "it belongs to an asset that is kept in another currency; the two are never added",
    RowOutcome.NO_ASSET: "it is a cluster's by its tags, and no asset of the day has its id",
    RowOutcome.UNMONITORED: "its tags name a cluster that does not report",
    RowOutcome.OUTSIDE: "it is of no cluster",
}


class AssetOutcome(enum.StrEnum):
    """What became of one asset on one day."""

    MATCHED = "matched"
    WAITING = "waiting"
    OWN = "reconciled by its agent"
    UNBILLED = "unbilled"

    @property
    def meaning(self) -> str:
        """One sentence for people; the documentation's table is made of these."""
        return _ASSETS[self]


_ASSETS = {
    AssetOutcome.MATCHED: "it costs what the bill says: its adjustment is billed minus list",
    AssetOutcome.WAITING: "rows name it, and the bill has not come far enough to be believed; list price stands",
    AssetOutcome.OWN: "its set brings adjustments of its own, which stay",
    AssetOutcome.UNBILLED: "no row of the day names it; list price stands",
}
