"""The identity of a cluster: its id, and the ids nobody may use."""

from __future__ import annotations

import re
from typing import NewType

from fleetcost.errors import SettingsError

ClusterId = NewType("ClusterId", str)
"""A validated cluster id: a folder name in the bucket, a label, the first part of every path."""

LONGEST_ID = 253
DEFAULT_IDS = frozenset({"cluster-one", "default-cluster"})
"""Ids that other products ship as a default; two clusters that keep it overwrite each other."""

RESERVED_IDS = frozenset({"combined"})
"""`federated/combined/` is an older product's output folder, which is never read as a cluster."""

_ALLOWED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@=+ -]*")


def cluster_id(text: str) -> ClusterId:
    """
    Check the id an agent is given.

    Raises:
        SettingsError: empty, a default of another product, reserved, too long or not a safe folder name.
    """
    if not text:
        raise SettingsError(
            "no cluster id: every cluster needs a unique one; give --cluster-id, FLEETCOST_CLUSTER_ID "
            "or `cluster_id:` in the settings file"
        )
    if text in DEFAULT_IDS:
        raise SettingsError(
            f"cluster id {text!r} is a product's default: a second cluster that kept it would overwrite this one's "
            "sets; choose an id that is unique in your fleet"
        )
    if text in RESERVED_IDS:
        raise SettingsError(f"cluster id {text!r} is reserved: it is the folder of an older product's merged output")
    if len(text) > LONGEST_ID or not _ALLOWED.fullmatch(text):
        raise SettingsError(
            f"cluster id {text!r} cannot be a folder name: accepted are up to {LONGEST_ID} letters, digits and "
            "`. _ : @ = + -` or blanks, beginning with a letter or digit"
        )
    return ClusterId(text)
