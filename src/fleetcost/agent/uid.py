"""
The uid behind a cluster id: what tells two clusters with one id apart.

An agent that only reads Prometheus cannot ask Kubernetes who it is. In this order: the setting; the file beside the
local store; the birth of the `kube-system` namespace, which is the cluster's own and survives a lost disk; a random
one.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from fleetcost.model.window import Resolution, Window
from fleetcost.samples.queries import CLUSTER_BORN
from fleetcost.samples.source import Source

_NAMESPACE = uuid.UUID("5f0c8f3e-6f1d-4b64-9d38-2f5d3f7f6c11")


def cluster_uid(setting: str, file: Path, source: Source, now: datetime) -> str:
    """
    Return the uid and keep it in the file, so that it stays when the source no longer knows it.

    Args:
        setting: given by the operator, empty for none
        file: beside the local store
        source: asked when the cluster was born
        now: the clock's reading

    Raises:
        SourceError: nothing is known yet and the source did not answer; a random uid would be kept for ever.
    """
    if setting:
        return setting
    return _kept(file, lambda: _born(source, now) or str(uuid.uuid4()))


def agent_name(file: Path) -> str:
    """Return the name of an agent of many clusters, made at random once and kept in a file."""
    return _kept(file, lambda: f"shared agent {uuid.uuid4().hex[:8]}")


def _kept(file: Path, make: Callable[[], str]) -> str:
    """Return what the file says; where several processes begin at once, it is what the first of them wrote."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_name(f"{file.name}.{uuid.uuid4().hex}")
        draft.write_text(make())
        _put_if_absent(draft, file)
    return file.read_text().strip()


def _put_if_absent(draft: Path, file: Path) -> None:
    """Move a whole file to its place: a half-written uid, or a second one, would be another cluster's."""
    try:
        os.link(draft, file)
    except FileExistsError:
        pass
    except OSError:  # a file system without links
        draft.replace(file)
    draft.unlink(missing_ok=True)


def _born(source: Source, now: datetime) -> str | None:
    """Derive a uid from the second in which the cluster was made; None where the source does not say."""
    # The hour until now: a cluster that is younger than an hour has nothing in the clock hour before.
    window = Window(now - Resolution.HOUR.delta, now)
    born = [row.value for row in source.query(CLUSTER_BORN, window, 60) if row.value > 0]
    return str(uuid.uuid5(_NAMESPACE, f"kube-system {int(born[0])}")) if len(born) == 1 else None
