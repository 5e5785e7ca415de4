"""Certificates as files, for libraries that take nothing else."""

from __future__ import annotations

import shutil
import weakref
from pathlib import Path
from tempfile import mkdtemp


def tls_folder(owner: object) -> Path:
    """Make a folder only this user can read; it is removed when its owner is, or the process ends."""
    folder = Path(mkdtemp(prefix="fleetcost-tls-"))
    weakref.finalize(owner, shutil.rmtree, folder, ignore_errors=True)
    return folder
