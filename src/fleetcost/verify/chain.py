"""Going along the chain: the bucket first, then the aggregator, cluster by cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from fleetcost.agent.claim import read_claim
from fleetcost.agent.diagnostics import read_diagnostics
from fleetcost.bucket.port import Bucket
from fleetcost.commands import ShownCommand
from fleetcost.documents.cluster import ClusterClaim, Diagnostics
from fleetcost.errors import DamagedError, FleetcostError, NoAnswerError, near
from fleetcost.model.identity import ClusterId
from fleetcost.model.window import Window
from fleetcost.probe.check import ProbeOutcome, ProbeStep
from fleetcost.sets.beside import ONLY_KUBEMODEL, BesideFolder, BesideKind
from fleetcost.sets.discover import discover
from fleetcost.sets.foreign_agents import ForeignAgent
from fleetcost.sets.survey import BucketSurvey, survey
from fleetcost.verify.bills import verify_bills
from fleetcost.verify.server import (
    Ask,
    Costs,
    Loop,
    ask_costs,
    ask_loop,
    judge_costs,
    judge_ingest,
    judge_loop,
)
from fleetcost.verify.store import (
    Folder,
    folders,
    judge_diagnostics,
    judge_heartbeat,
    judge_objects,
    judge_uploads,
)
from fleetcost.verify.verdict import BUCKET_LINKS, SERVER_LINKS, Link, LinkVerdict, broken, holds, not_tried, remark

_CHECK = ShownCommand.STORAGE_CHECK


@dataclass(frozen=True, slots=True)
class Bucketful:
    """
    What was found in the bucket.

    Attributes:
        verdicts: of its links
        folders: each cluster's, None where the bucket could not be read
    """

    verdicts: tuple[LinkVerdict, ...]
    folders: Mapping[ClusterId, Folder] | None


def verify_bucket(
    steps: Iterable[ProbeStep], open_it: Callable[[], Bucket], expected: Iterable[ClusterId], now: datetime
) -> Bucketful:
    """
    Judge the bucket and every cluster's folder in it.

    Args:
        steps: the bucket's checks
        open_it: opens the bucket, which is only read; called where no check failed
        expected: clusters that must be there
        now: the clock's reading
    """
    failed = next((step for step in steps if step.outcome is ProbeOutcome.FAILED), None)
    if failed:
        return Bucketful((_storage(failed),), None)
    try:
        bucket = open_it()
        found = list(discover(bucket))
        there = folders(found)
        aside = survey(bucket, found)
        verdicts = [_bucket(bucket, there, aside), *_slashed(aside.folders)]
        for cluster in expected:
            if cluster not in there:
                verdicts += _absent(cluster, there)
        for folder in there.values():
            verdicts += _folder(bucket, folder, aside.agents.get(folder.cluster), now)
        verdicts.append(verify_bills(bucket, now))
    except FleetcostError as error:
        return Bucketful((broken(Link.STORAGE, str(error), f"{_CHECK.quoted} says more"),), None)
    return Bucketful(tuple(verdicts), there)


def _bucket(bucket: Bucket, there: Mapping[ClusterId, Folder], aside: BucketSurvey) -> LinkVerdict:
    kinds = dict.fromkeys(one.place.kind for one in aside.folders)
    besides = f"; besides {', '.join(kinds)}" if kinds else ""
    account = f"{bucket.name}, {len(there)} clusters{besides}"
    if aside.only_inventories:
        return broken(Link.STORAGE, f"{account}: no sets of hours or days", ONLY_KUBEMODEL)
    return holds(Link.STORAGE, account)


def _slashed(aside: Iterable[BesideFolder]) -> Iterator[LinkVerdict]:
    for one in aside:
        if one.place.kind is BesideKind.SLASHED_ID:
            account = f"{one.objects:,} objects of {one.place.owner} are read by nobody"
            yield broken(Link.OBJECTS, account, one.place.kind.meaning, ClusterId(one.place.owner))


def _storage(step: ProbeStep) -> LinkVerdict:
    needs = f"grant {step.needs}" if step.needs else f"what the message says; {_CHECK.quoted} says more"
    return broken(Link.STORAGE, f"{step.name}: {step.account}", needs)


def _absent(cluster: ClusterId, there: Mapping[ClusterId, Folder]) -> tuple[LinkVerdict, ...]:
    account = f"there is no folder federated/{cluster}/{near(cluster, there)}"
    cure = (
        "no agent with this id has ever reached this bucket: compare its cluster_id, its federated-store.yaml (bucket "
        "and prefix) and its log"
    )
    rest = [link for link in BUCKET_LINKS if link is not Link.OBJECTS]
    return broken(Link.OBJECTS, account, cure, cluster), *not_tried(rest, "no folder", cluster)


def _folder(bucket: Bucket, folder: Folder, agent: ForeignAgent | None, now: datetime) -> Iterator[LinkVerdict]:
    yield judge_objects(folder)
    claim: ClusterClaim | None = None
    try:
        claim = read_claim(bucket, folder.cluster)
        yield judge_heartbeat(folder, claim, now, agent)
    except DamagedError as error:
        cure = "delete it: a running agent claims its id again with its next round"
        yield broken(Link.HEARTBEAT, str(error), cure, folder.cluster)
    yield judge_uploads(folder, claim, now)
    diagnostics: Diagnostics | None = read_diagnostics(bucket, folder.cluster)
    yield judge_diagnostics(folder, claim, diagnostics, now, agent)


def verify_server(ask: Ask, there: Mapping[ClusterId, Folder] | None, now: datetime) -> tuple[LinkVerdict, ...]:
    """
    Judge the aggregator, and what it knows of each cluster.

    Args:
        ask: asks it
        there: the bucket's folders; None judges what the aggregator alone can tell
        now: the clock's reading
    """
    try:
        loop = ask_loop(ask)
    except NoAnswerError as error:
        lost = broken(Link.AGGREGATOR, error.account, error.cure)
        return lost, *(one for cluster in there or () for one in _unasked(cluster, "the aggregator does not answer"))
    verdicts = [judge_loop(loop, now)]
    if there is None:
        verdicts += _without_bucket(loop)
    else:
        verdicts += _clusters(ask, loop, there, now)
    return tuple(verdicts)


def _clusters(ask: Ask, loop: Loop, there: Mapping[ClusterId, Folder], now: datetime) -> Iterator[LinkVerdict]:
    answers: dict[Window, Costs | NoAnswerError] = {}
    for cluster, folder in there.items():
        if not folder.sets:
            yield from _unasked(cluster, "nothing to ingest")
            continue
        yield from judge_ingest(loop, folder, now)
        day = folder.last_day
        if day is None or cluster not in loop.clusters:
            yield from not_tried(SERVER_LINKS[2:], "no day of it is in the tables", cluster)
            continue
        answer = answers.get(day)
        if answer is None:
            answer = answers[day] = _asked(ask, day)
        if isinstance(answer, NoAnswerError):
            yield broken(Link.ALLOCATIONS, answer.account, answer.cure, cluster)
        else:
            yield from judge_costs(answer, folder)
    for name in sorted(set(loop.clusters) - set(there)):
        cure = "its folder was deleted or renamed: restore it (docs/guide/recovery.md), or let the next pass forget it"
        yield broken(Link.OBJECTS, "the aggregator knows it and the bucket has no folder of it", cure, name)


def _asked(ask: Ask, day: Window) -> Costs | NoAnswerError:
    try:
        return ask_costs(ask, day)
    except NoAnswerError as error:
        return error


def _without_bucket(loop: Loop) -> Iterator[LinkVerdict]:
    for cluster, fresh in loop.clusters.items():
        yield remark(
            Link.INGEST, f"newest object of {fresh.last_uploaded or 'no time'}; the bucket was not read", cluster
        )


def _unasked(cluster: str, because: str) -> tuple[LinkVerdict, ...]:
    return not_tried(SERVER_LINKS, because, cluster)
