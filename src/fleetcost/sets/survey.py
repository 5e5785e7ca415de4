"""All that lies in a bucket beside its sets, in one look: folders, what agents of other products say, names of uids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain

from fleetcost.bucket.port import BucketReader
from fleetcost.model.states import ObjectState
from fleetcost.sets.beside import BesideFolder, BesideKind, outside, take_beside
from fleetcost.sets.cloud.layout import is_cloud_set
from fleetcost.sets.discover import Found, discover
from fleetcost.sets.foreign_agents import ForeignAgent, read_agents
from fleetcost.sets.kubemodel import names_of


@dataclass(frozen=True, slots=True)
class BucketSurvey:
    """
    What lies beside the sets.

    Attributes:
        folders: by kind and owner
        agents: what agents of other products say of themselves, by their cluster
        names: of clusters whose folders are called by their uid
        sets: how many sets there are
    """

    folders: tuple[BesideFolder, ...] = ()
    agents: Mapping[str, ForeignAgent] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    sets: int = 0

    @property
    def only_inventories(self) -> bool:
        """Whether there are KubeModels and no sets: nothing of it can be priced."""
        return not self.sets and any(one.place.kind is BesideKind.KUBEMODEL for one in self.folders)


def survey(bucket: BucketReader, found: Iterable[Found] | None = None, *, whole: bool = True) -> BucketSurvey:
    """
    Look at what lies beside the sets.

    Args:
        bucket: where
        found: the listing below `federated/`, where there is one already
        whole: also look outside of `federated/`

    Raises:
        StoreError, StoreRefusedError: the store did not answer, or refused.
    """
    listed = list(discover(bucket) if found is None else found)
    inside = (one.info for one in listed if one.location.state is ObjectState.BESIDE)
    folders = take_beside(chain(inside, outside(bucket) if whole else ()), known=is_cloud_set)
    sets = sum(one.location.key is not None for one in listed)
    return BucketSurvey(folders, read_agents(bucket, folders), names_of(bucket, folders), sets)
