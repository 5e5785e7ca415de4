"""Who pays for a part of something that is shared."""

from __future__ import annotations

from typing import NamedTuple

from fleetcost.costing.pods import ContainerKey


class Nobody(NamedTuple):
    """Pays for what no pod used: a namespace whose claim held a volume, or the cluster (empty)."""

    namespace: str


CostOwner = ContainerKey | Nobody


def owner_order(owner: CostOwner) -> tuple[str, ...]:
    """Return what owners are sorted by."""
    return owner if isinstance(owner, Nobody) else (*owner.pod, owner.container)
