"""
What credentials can do beyond what their holder needs; nothing is left behind.

A store judges who asks before it looks whether an object is there, so absent objects tell: deleting one is refused or
not. Writing is tried only where what is written can be removed again.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from itertools import islice

from fleetcost.bucket.port import Bucket
from fleetcost.commands import ShownCommand
from fleetcost.errors import ConditionFailedError, StoreRefusedError

MOST_LISTED = 2000
"""Objects that are looked through for one of somebody else."""


def beyond(bucket: Bucket, own: str, unique: str) -> tuple[str, ...]:
    """
    Return what these credentials can do outside their own folder: list, read, write, delete.

    Args:
        bucket: opened with them
        own: the folder they are for
        unique: a word nobody else uses

    Raises:
        StoreError: the store did not answer.
    """
    parent = own.rpartition("/")[0]
    neighbour = f"{parent}/check-{unique}/check" if parent else f"check-{unique}/check"
    found: list[str] = []
    if _may(lambda: found.extend(_foreign(bucket, parent, own))):
        neighbours = [*found, neighbour]
        verbs = ["list"] + (["read"] if _may(lambda: bucket.stat(neighbours[0])) else [])
    else:
        verbs = ["read"] if _may(lambda: bucket.stat(neighbour)) else []
    return (*verbs, *changes(bucket, neighbour))


def changes(bucket: Bucket, path: str) -> tuple[str, ...]:
    """
    Return which changes these credentials can make at a path where nothing is: write, delete.

    Raises:
        StoreError: the store did not answer.
    """
    if not _may(lambda: bucket.delete(path)):
        return ()
    if not _may(lambda: bucket.put(path, f"written by {ShownCommand.STORAGE_CHECK.quoted}\n".encode(), create=True)):
        return ("delete",)
    bucket.delete(path)
    return ("write", "delete")


def _foreign(bucket: Bucket, parent: str, own: str) -> list[str]:
    """Return the first object that is not below the own folder, if it is among the first."""
    listed = (info.path for info in islice(bucket.list(parent), MOST_LISTED))
    return [path for path in listed if not path.startswith(f"{own}/")][:1]


def _may(do: Callable[[], object]) -> bool:
    try:
        with suppress(ConditionFailedError):
            do()
    except StoreRefusedError:
        return False
    return True
