"""Who pays for a part of something that is shared."""

from __future__ import annotations

from typing import NamedTuple

from fleetcost.costing.pods import ContainerKey


class Nobody(NamedTuple):
    """Pays for what no pod used: a namespace whose claim held a volume, or the cluster (empty)."""

    namespace: str


Payer = ContainerKey | Nobody


def payer_order(payer: Payer) -> tuple[str, ...]:
    """Return what payers are sorted by."""
    return payer if isinstance(payer, Nobody) else (*payer.pod, payer.container)
