"""What can be asked about: the kinds of set that agents push, and what was billed."""

from __future__ import annotations

import enum

from fleetcost.model.sets import SetKind


class CloudKind(enum.StrEnum):
    """The rows of cloud cost sets."""

    CLOUD_COSTS = "cloudcosts"


RowKind = SetKind | CloudKind
"""Whose rows a question is about."""

CLOUD = CloudKind.CLOUD_COSTS
