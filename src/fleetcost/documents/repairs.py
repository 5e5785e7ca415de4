"""
Orders from the primary to an agent, and their answers: small documents in the cluster's folder.

An order is `federated/<cluster>/requests/<id>.json`; the agent writes its answer beside it as `<id>.result.json`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar

from fleetcost.bucket.port import BucketReader, ObjectInfo
from fleetcost.documents.document import BucketDocument
from fleetcost.documents.places import requests_folder
from fleetcost.model.identity import ClusterId

REQUEST = ".json"
RESULT = ".result.json"

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")


class RepairRequest(BucketDocument, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    An order to repair.

    Attributes:
        window: what to repair, in the window grammar
        force: replace even a fuller set
        dry_run: build and compare, write nothing
        requested_at, requested_by: for people
    """

    window: str
    force: bool = False
    dry_run: bool = False
    requested_at: str = ""
    requested_by: str = ""


class RepairedSet(BucketDocument, frozen=True, kw_only=True):
    """
    What a repair changes, or would change, in one set.

    Attributes:
        kind, start, end: which set
        outcome: what becomes of it
        rows_before, cost_before, coverage_before: of the set that is there, None where there is none
        rows_after, cost_after, coverage_after: of the set that was built
    """

    kind: str
    start: str
    end: str
    outcome: str
    rows_before: int | None
    rows_after: int
    cost_before: str | None
    cost_after: str
    coverage_before: float | None
    coverage_after: float


class RepairJob(BucketDocument, frozen=True, kw_only=True):
    """
    One repair and how far it is.

    Attributes:
        id: names it
        start, end: the window as the agent read it
        force, dry_run: as ordered
        state: `queued`, `running`, `done`, `refused` or `failed`
        done, total: hours
        message: what came of it, in words
        differences: of each set that was touched, or would be
        ordered_at, finished_at: when
    """

    id: str = ""
    start: str = ""
    end: str = ""
    force: bool = False
    dry_run: bool = False
    state: str = "queued"
    done: int = 0
    total: int = 0
    message: str = ""
    differences: tuple[RepairedSet, ...] = ()
    ordered_at: datetime | None = None
    finished_at: datetime | None = None


class RepairResult(BucketDocument, frozen=True, kw_only=True):
    """The agent's answer: `done`, `refused` or `failed`, in words, with what was done where the order could be read."""

    largest_bytes: ClassVar[int] = 32 * 1024 * 1024
    """An order of 400 days has 19,200 differences."""

    state: str
    message: str
    job: RepairJob | None = None


def request_path(cluster: ClusterId, request_id: str) -> str:
    """Return where an order lies."""
    return f"{requests_folder(cluster)}/{request_id}{REQUEST}"


def result_path(cluster: ClusterId, request_id: str) -> str:
    """Return where the answer to an order lies."""
    return f"{requests_folder(cluster)}/{request_id}{RESULT}"


def is_request_id(text: str) -> bool:
    """Tell whether this can name an order."""
    return _ID.fullmatch(text) is not None


def list_requests(bucket: BucketReader, cluster: ClusterId) -> Iterator[tuple[str, ObjectInfo, bool]]:
    """
    Iterate a cluster's orders: id, object, whether there is an answer.

    Raises:
        StoreError, StoreRefusedError: the bucket did not answer.
    """
    folder = requests_folder(cluster)
    objects = {info.path.removeprefix(f"{folder}/"): info for info in bucket.list(folder)}
    for name, info in objects.items():
        request_id = name.removesuffix(REQUEST)
        if name.endswith(REQUEST) and not name.endswith(RESULT) and is_request_id(request_id):
            yield request_id, info, request_id + RESULT in objects
