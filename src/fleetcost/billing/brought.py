"""The folder into which bills are brought: objects stay in it from run to run, so that none is fetched twice."""

from __future__ import annotations

import fcntl
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from fleetcost.billing.bill_files import BillFile

OBJECTS = "objects"
"""Below it lie whole objects of buckets, each under a name that says its path and etag."""


@contextmanager
def brought(home: Path, integration: str) -> Iterator[Path]:
    """
    Give a folder for an integration's files for the length of the block, alone.

    Where another process is at it, it is a folder that goes with the block.

    Args:
        home: where folders of integrations are made
        integration: whose
    """
    folder = home / "brought" / integration
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock, tempfile.TemporaryDirectory(prefix="bills-", dir=home) as other:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield Path(other)
        else:
            yield folder


def keep_only(folder: Path, files: Sequence[BillFile]) -> None:
    """Remove everything but the objects that were read; answers of queries are asked for again."""
    read = {file.path for file in files if file.path.parent.name == OBJECTS}
    for path in folder.rglob("*"):
        if path.is_file() and path.name != "lock" and path not in read:
            path.unlink()
