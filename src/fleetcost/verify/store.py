"""Judging what lies in the bucket: each cluster's objects, heartbeat, uploads and diagnostics."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from fleetcost.agent.diagnostics import Check
from fleetcost.commands import ShownCommand
from fleetcost.documents.cluster import ClusterClaim, Diagnostics, Noticed
from fleetcost.model.identity import ClusterId
from fleetcost.model.sets import SetKind
from fleetcost.model.states import ObjectState
from fleetcost.model.window import Resolution, Window, rfc3339
from fleetcost.sets.beside import beside
from fleetcost.sets.discover import Found
from fleetcost.sets.foreign_agents import ForeignAgent
from fleetcost.verify.foreign import NO_SETS_YET, THEIR_LOG, THEIR_OBJECTS, their_beat, their_checks
from fleetcost.verify.verdict import Link, LinkVerdict, broken, holds, remark

SILENT_AFTER = timedelta(minutes=30)
"""An agent beats with every round, by default every five minutes."""

STALE_AFTER = timedelta(hours=2)
"""The unfinished hour is uploaded with every round."""

OLD_AFTER = timedelta(hours=3)
"""The newest hour's set may have begun this long ago."""

AHEAD = timedelta(minutes=5)
"""How far another clock may be ahead of ours."""

OF_DAYS = {Check.DAILY_ALLOCATIONS.value, Check.DAILY_ASSETS.value}
"""Checks that fail until the first day was built, which takes a new agent one round."""

SHOWN = 3

_CHECK = ShownCommand.AGENT_CHECK


@dataclass(frozen=True, slots=True)
class Folder:
    """
    What one cluster's folder holds.

    Attributes:
        cluster: whose
        sets: its sets, ours and foreign ones
        strangers: objects nobody knows, by path
        beside: what another product's agent writes there besides sets
    """

    cluster: ClusterId
    sets: tuple[Found, ...]
    strangers: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()

    @property
    def foreign(self) -> bool:
        """Whether another product's agent writes it."""
        return bool(self.sets) and all(one.location.state is ObjectState.FOREIGN_SET for one in self.sets)

    @property
    def newest(self) -> Found | None:
        """The object that was written last."""
        return max(self.sets, key=lambda one: one.info.modified, default=None)

    def windows(self, kind: SetKind, resolution: Resolution) -> tuple[Window, ...]:
        """Return the windows of one kind and resolution, oldest first."""
        keys = (one.location.key for one in self.sets)
        return tuple(sorted({key.window for key in keys if key and (key.kind, key.resolution) == (kind, resolution)}))

    @property
    def last_day(self) -> Window | None:
        """The newest day of which there are allocations."""
        return next(iter(reversed(self.windows(SetKind.ALLOCATIONS, Resolution.DAY))), None)


def folders(listing: Iterable[Found]) -> dict[ClusterId, Folder]:
    """Return each cluster's folder."""
    sets: dict[ClusterId, list[Found]] = {}
    strangers: dict[ClusterId, list[str]] = {}
    besides: dict[ClusterId, set[str]] = {}
    for found in listing:
        location = found.location
        if location.cluster is None:
            continue
        sets.setdefault(location.cluster, [])
        if location.key:
            sets[location.cluster].append(found)
        elif location.state is ObjectState.UNKNOWN:
            strangers.setdefault(location.cluster, []).append(found.info.path)
        elif place := beside(found.info.path):
            besides.setdefault(location.cluster, set()).add(place.kind)
    return {
        one: Folder(one, tuple(own), tuple(strangers.get(one, ())), tuple(sorted(besides.get(one, ()))))
        for one, own in sorted(sets.items())
    }


def judge_objects(folder: Folder) -> LinkVerdict:
    """Judge whether a folder holds what it should."""
    link, cluster = Link.OBJECTS, folder.cluster
    if not folder.sets and folder.beside:
        what = ", ".join(folder.beside)
        return broken(link, f"federated/{cluster}/ holds {what} and no set of hours or days", NO_SETS_YET, cluster)
    if not folder.sets:
        return broken(
            link,
            f"federated/{cluster}/ holds no set",
            f"the agent is known and has never pushed: read its log, and run {_CHECK.quoted} {_CHECK.where}",
            cluster,
        )
    lacking = [f"{kind} 1d" for kind in SetKind if not folder.windows(kind, Resolution.DAY)]
    if not folder.foreign:
        lacking += [f"{kind} 1h" for kind in SetKind if not folder.windows(kind, Resolution.HOUR)]
    if lacking:
        return broken(
            link,
            f"federated/{cluster}/ holds no {', no '.join(lacking)}",
            THEIR_OBJECTS
            if folder.foreign
            else "were objects deleted? A running agent pushes again what its local store holds; older sets come back "
            "by the bucket's versions or by a repair (docs/guide/recovery.md)",
            cluster,
        )
    return _whole(folder)


def _whole(folder: Folder) -> LinkVerdict:
    days = folder.windows(SetKind.ALLOCATIONS, Resolution.DAY)
    missing = [Window(one.end, other.start) for one, other in pairwise(days) if one.end < other.start]
    unlike = sorted(set(days) ^ set(folder.windows(SetKind.ASSETS, Resolution.DAY)))
    if missing or unlike:
        what = [f"no allocations of {hole}" for hole in missing] + [f"only one kind of {day}" for day in unlike]
        return broken(
            Link.OBJECTS,
            "; ".join(what[:SHOWN]),
            THEIR_OBJECTS
            if folder.foreign
            else "order a repair of these days, or restore the objects (docs/guide/recovery.md)",
            folder.cluster,
        )
    if folder.strangers:
        first = ", ".join(folder.strangers[:SHOWN])
        return remark(
            Link.OBJECTS, f"{len(folder.strangers)} objects this build does not know: {first}", folder.cluster
        )
    besides = f"; besides {', '.join(folder.beside)}, which are not read" if folder.beside else ""
    return holds(Link.OBJECTS, f"{len(folder.sets):,} sets, {len(days):,} days{besides}", folder.cluster)


def judge_heartbeat(
    folder: Folder, claim: ClusterClaim | None, now: datetime, agent: ForeignAgent | None = None
) -> LinkVerdict:
    """Judge whether the agent is there, ours or another product's."""
    link, cluster = Link.HEARTBEAT, folder.cluster
    if claim is None:
        if agent and agent.seen_at:
            return their_beat(cluster, agent, _ago(now - agent.seen_at), silent=now - agent.seen_at > SILENT_AFTER)
        if folder.foreign:
            return remark(link, "another product's agent; no heartbeat of it is in the bucket", cluster)
        return broken(
            link,
            f"federated/{cluster}/cluster.json is absent",
            "it was deleted, or the sets were copied here: a running agent writes it again with its next round",
            cluster,
        )
    if claim.retired_at:
        return remark(link, f"retired on purpose at {rfc3339(claim.retired_at)}", cluster)
    return _beat(claim, cluster, now)


def _beat(claim: ClusterClaim, cluster: ClusterId, now: datetime) -> LinkVerdict:
    link, seen = Link.HEARTBEAT, claim.last_seen
    if seen > now + AHEAD:
        return broken(
            link,
            f"last seen at {rfc3339(seen)}, which is in the future",
            "synchronise the clock of the agent's node, or of this machine",
            cluster,
        )
    if now - seen > SILENT_AFTER:
        return broken(
            link,
            f"last seen {_ago(now - seen)} ago, at {rfc3339(seen)}",
            "is its pod running, and does it reach the bucket? Read its log. A cluster that is gone on purpose is "
            f"declared so by `{ShownCommand.AGENT_RETIRE.filled(cluster=cluster)}`",
            cluster,
        )
    taken = f", taken over from uid {claim.previous_uid}" if claim.previous_uid else ""
    return holds(link, f"seen {_ago(now - seen)} ago, agent {claim.agent_version}{taken}", cluster)


def judge_uploads(folder: Folder, claim: ClusterClaim | None, now: datetime) -> LinkVerdict:
    """Judge whether what the agent uploads is fresh."""
    link, cluster, newest = Link.UPLOADS, folder.cluster, folder.newest
    if claim and claim.retired_at:
        return remark(link, "retired on purpose", cluster)
    if newest is None:
        return broken(
            link, "nothing was ever uploaded", THEIR_LOG if folder.beside else "read the agent's log", cluster
        )
    age = now - newest.info.modified
    if age > STALE_AFTER:
        return broken(
            link,
            f"nothing was uploaded for {_ago(age)}; the newest object is {newest.info.path}",
            THEIR_LOG
            if folder.foreign
            else f"does the agent's Prometheus answer, and may the agent write its folder? Run {_CHECK.quoted} and "
            f"`{ShownCommand.STORAGE_CHECK_BELOW.filled(cluster=cluster)}` {_CHECK.where}",
            cluster,
        )
    hours = folder.windows(SetKind.ALLOCATIONS, Resolution.HOUR)
    if hours and now - hours[-1].start > OLD_AFTER:
        return broken(
            link,
            f"uploads are fresh, but the newest hour is that of {rfc3339(hours[-1].start)}",
            THEIR_LOG
            if folder.foreign
            else "the agent builds old windows and none of these hours: has its Prometheus stopped scraping?",
            cluster,
        )
    return holds(link, f"newest object {_ago(age)} old", cluster)


def judge_diagnostics(
    folder: Folder,
    claim: ClusterClaim | None,
    found: Diagnostics | None,
    now: datetime,
    agent: ForeignAgent | None = None,
) -> LinkVerdict:
    """Judge the agent's own checks, ours or another product's."""
    link, cluster = Link.DIAGNOSTICS, folder.cluster
    if claim and claim.retired_at:
        return remark(link, "retired on purpose", cluster)
    if found is None:
        return _without_checks(folder, agent)
    ran = found.latest_run
    if now - ran > SILENT_AFTER:
        return broken(
            link,
            f"the agent's checks last ran at {rfc3339(ran)}",
            "the agent is away, or does not reach the bucket: read its log",
            cluster,
        )
    failed = [f"{name}: {one.diagnostic_output}" for name, one in found.checks.items() if not one.diagnostic_passed]
    if failed and _before_the_first_day(folder, found, ran):
        return remark(link, "its checks ran before its first day was pushed; they run again within minutes", cluster)
    if failed:
        return broken(
            link,
            "; ".join(failed[:SHOWN]),
            "mend what the check names; docs/guide/faq.md says how, check by check",
            cluster,
        )
    gaps = f", {len(found.gaps)} hours without samples" if found.gaps else ""
    doubts = _noticed("prices to look at", (one for one in found.findings if one.of_prices))
    lacks = _noticed("the source to look at", (one for one in found.findings if one.of_source))
    verdict = remark if doubts or lacks else holds
    return verdict(link, f"{len(found.checks)} checks pass{gaps}{doubts}{lacks}", cluster)


def _noticed(about: str, findings: Iterable[Noticed]) -> str:
    said = [f"{one.kind} ({', '.join(one.subjects)}): {one.meaning}" for one in findings]
    return f"; {about}: {'; '.join(said)}" if said else ""


def _without_checks(folder: Folder, agent: ForeignAgent | None) -> LinkVerdict:
    if agent and (agent.checked_at or agent.problem):
        return their_checks(folder.cluster, agent)
    if folder.foreign:
        account = "another product's agent; no diagnostics of it are in the bucket"
    else:
        account = "no diagnostics.json: a loop writes it, a single `agent build` does not"
    return remark(Link.DIAGNOSTICS, account, folder.cluster)


def _before_the_first_day(folder: Folder, found: Diagnostics, ran: datetime) -> bool:
    """Tell whether all that failed is that there was no day yet, in a cluster whose first days came since."""
    failed = {name for name, one in found.checks.items() if not one.diagnostic_passed}
    newest = folder.newest
    return failed <= OF_DAYS and newest is not None and ran <= newest.info.modified


def _ago(age: timedelta) -> str:
    seconds = max(int(age.total_seconds()), 0)
    for size, name in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {name}"
    return f"{seconds} s"
