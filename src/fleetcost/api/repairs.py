"""Orders to repair, written into clusters' folders of the bucket and read back with the agents' answers."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from fleetcost.api.problem import ReadOnlyError
from fleetcost.bucket.port import Bucket, BucketReader, ObjectInfo
from fleetcost.documents.document import read_document, write_document
from fleetcost.documents.repairs import RepairRequest, RepairResult, list_requests, request_path, result_path
from fleetcost.errors import ConditionFailedError, DocumentDamagedError, ObjectMissingError
from fleetcost.model.identity import ClusterId

AT_ONCE = 8
"""Clusters whose folders are read at the same time."""

WAITING = "waiting"
"""The state of an order the agent has not answered yet; the others are in the agent's answer."""

UNREADABLE = "unreadable"
"""The state of an order that, or whose answer, is no document this build reads."""

Item = TypeVar("Item")
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class TrackedRepair:
    """
    One order and what became of it.

    Attributes:
        written_at: by the bucket's clock
        state: waiting, unreadable, or what the agent says
        message: why it is unreadable, or what the agent says
        request: the order, None where it cannot be read
        result: the agent's answer, None before there is one
    """

    cluster: ClusterId
    id: str
    written_at: datetime
    state: str
    message: str
    request: RepairRequest | None
    result: RepairResult | None


@dataclass(frozen=True, slots=True)
class Repairs:
    """
    The orders in the bucket.

    Attributes:
        bucket: where they are
        writer: the same, None where this server writes nothing
    """

    bucket: BucketReader
    writer: Bucket | None

    def order(self, cluster: ClusterId, request: RepairRequest) -> TrackedRepair:
        """
        Write an order.

        Raises:
            ReadOnlyError: this server writes nothing.
            StoreError, StoreRefusedError: the bucket did not answer, or refused.
        """
        if self.writer is None:
            raise ReadOnlyError("order a repair: this server writes nothing to the bucket; ask the primary's")
        request_id = uuid.uuid4().hex[:12]
        try:
            info = write_document(self.writer, request_path(cluster, request_id), request, create=True)
        except ConditionFailedError:
            # A first attempt whose answer was lost may have written it.
            return self.find([cluster], request_id)
        return TrackedRepair(cluster, request_id, info.modified, WAITING, "", request, None)

    def newest(self, clusters: Iterable[ClusterId], most: int) -> tuple[TrackedRepair, ...]:
        """
        Return the newest orders of some clusters, newest first.

        Raises:
            StoreError, StoreRefusedError: the bucket did not answer, or refused.
        """
        listed = _each(lambda one: [(one, *found) for found in list_requests(self.bucket, one)], list(clusters))
        found = sorted((one for own in listed for one in own), key=lambda one: (one[2].modified, one[1]), reverse=True)
        return tuple(_each(lambda one: self._read(*one), found[:most]))

    def find(self, clusters: Sequence[ClusterId], request_id: str) -> TrackedRepair:
        """
        Return an order by its id.

        Raises:
            ObjectMissingError: none of the clusters has it.
            StoreError, StoreRefusedError: the bucket did not answer, or refused.
        """
        infos = _each(lambda one: self.bucket.stat(request_path(one, request_id)), clusters)
        for cluster, info in zip(clusters, infos, strict=True):
            if info is not None:
                answered = self.bucket.stat(result_path(cluster, request_id)) is not None
                return self._read(cluster, request_id, info, answered)
        raise ObjectMissingError(f"there is no order {request_id!r} in {len(clusters)} clusters")

    def _read(self, cluster: ClusterId, request_id: str, info: ObjectInfo, answered: bool) -> TrackedRepair:  # noqa: FBT001 - a fact of the listing
        request: RepairRequest | None = None
        try:
            request = read_document(self.bucket, info.path, RepairRequest)
        except DocumentDamagedError as error:
            state, message = UNREADABLE, str(error)
        else:
            state, message = WAITING, ""
        if not answered:
            return TrackedRepair(cluster, request_id, info.modified, state, message, request, None)
        try:
            result = read_document(self.bucket, result_path(cluster, request_id), RepairResult)
        except DocumentDamagedError as error:
            return TrackedRepair(cluster, request_id, info.modified, UNREADABLE, str(error), request, None)
        return TrackedRepair(cluster, request_id, info.modified, result.state, result.message, request, result)


def _each(make: Callable[[Item], Made], items: Sequence[Item]) -> list[Made]:
    """Do the same for each, several at once, in order."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(make, items))
