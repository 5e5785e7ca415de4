"""Judging the bills: what each integration's last run left in the bucket."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from fleetcost.bucket.port import BucketReader
from fleetcost.commands import ShownCommand
from fleetcost.errors import SetDamagedError
from fleetcost.model.cloud_sets import IntegrationStatus
from fleetcost.model.window import rfc3339
from fleetcost.sets.cloud.status import integrations, read_status
from fleetcost.verify.verdict import Link, LinkVerdict, broken, holds, remark

LATE_RUNS = 2
"""Runs that may be missed before a bill counts as stale."""


def verify_bills(bucket: BucketReader, now: datetime) -> LinkVerdict:
    """Judge every integration that ever ran."""
    try:
        found = [status for name in integrations(bucket) if (status := read_status(bucket, name))]
    except SetDamagedError as error:
        return broken(Link.BILLS, str(error), "delete it: the next run writes it again")
    return judge_bills(found, now)


def judge_bills(found: Sequence[IntegrationStatus], now: datetime) -> LinkVerdict:
    """
    Judge integrations by their last runs; the first that is broken is reason.

    Args:
        found: each integration's status
        now: the clock's reading
    """
    if not found:
        return remark(Link.BILLS, "none was ever read: costs are at list prices")
    for one in found:
        if not one.valid:
            reason = f": {one.message}" if one.message else ""
            cure = f"correct its access or its place; {ShownCommand.BILLING_CHECK.quoted} tries it and writes nothing"
            return broken(Link.BILLS, f"{one.integration} is {one.status.value}{reason}", cure)
        if now - one.last_run > LATE_RUNS * timedelta(seconds=one.refresh_seconds):
            account = f"{one.integration} was last read at {rfc3339(one.last_run)}, due every {one.refresh_seconds} s"
            cure = "is the primary running, with its cloud_integration? Its log names each run"
            return broken(Link.BILLS, account, cure)
    newest = max(one.last_run for one in found)
    return holds(Link.BILLS, f"{len(found)} integrations, last read at {rfc3339(newest)}")
