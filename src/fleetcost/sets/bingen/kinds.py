"""The kinds of set. A file does not say which it is: its path does."""

from __future__ import annotations

import enum
import re

from fleetcost.sets.bingen.fields_allocation import ALLOCATION_SET
from fleetcost.sets.bingen.fields_asset import ASSET_SET, ASSET_SET_OF_1_95_0
from fleetcost.sets.bingen.fields_cloudcost import CLOUD_COST_SET
from fleetcost.sets.bingen.fields_kubemodel import KUBEMODEL_SET
from fleetcost.sets.bingen.fields_network import NETWORK_INSIGHT_SET
from fleetcost.sets.bingen.grammar import Struct


class BingenKind(enum.StrEnum):
    """What a bingen file holds; the value is the folder's name in the bucket."""

    ALLOCATIONS = "allocations"
    ASSETS = "assets"
    CLOUD_COSTS = "cloudcosts"
    NETWORK_INSIGHTS = "networkinsights"
    KUBEMODEL = "kubemodel"

    @property
    def layouts(self) -> tuple[Struct, ...]:
        """The layouts to try, the usual one first; more than one where the file does not say which it has."""
        return _LAYOUTS[self]


_LAYOUTS = {
    BingenKind.ALLOCATIONS: (ALLOCATION_SET,),
    BingenKind.ASSETS: (ASSET_SET, ASSET_SET_OF_1_95_0),
    BingenKind.CLOUD_COSTS: (CLOUD_COST_SET,),
    BingenKind.NETWORK_INSIGHTS: (NETWORK_INSIGHT_SET,),
    BingenKind.KUBEMODEL: (KUBEMODEL_SET,),
}

_KIND_IN_PATH = re.compile(rf"(?<![a-z])({'|'.join(BingenKind)})(?![a-z])")


def kind_in_path(path: str) -> BingenKind | None:
    """Return the kind that a path names, the one furthest right, or None."""
    found = _KIND_IN_PATH.findall(path)
    return BingenKind(found[-1]) if found else None
