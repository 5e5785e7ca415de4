"""Judgements that a whole fleet cannot be brought to in a test of seconds: each from facts and a clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from fleetcost.bucket.memory import MemoryBucket
from fleetcost.bucket.port import ObjectInfo
from fleetcost.documents.cluster import Diagnostics, noticed
from fleetcost.errors import NoAnswerError
from fleetcost.model.cloud_sets import ConnectionStatus, IntegrationId, IntegrationStatus
from fleetcost.model.finding import Finding, FindingKind
from fleetcost.model.identity import ClusterId
from fleetcost.model.window import Window, rfc3339
from fleetcost.sets.discover import Found
from fleetcost.sets.foreign_agents import ForeignAgent
from fleetcost.sets.layout import locate
from fleetcost.verify.bills import judge_bills
from fleetcost.verify.chain import verify_bucket
from fleetcost.verify.server import Costs, Loop, ask_loop, judge_costs, judge_ingest, judge_loop
from fleetcost.verify.store import Folder, folders, judge_diagnostics, judge_heartbeat, judge_objects, judge_uploads
from fleetcost.verify.verdict import Link, LinkState, Report, broken, holds, remark
from making.field_bucket import SLASHED, write_field, write_third

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
CLUSTER = ClusterId("prod-eu-1")
DAY = Window.of_epochs(1795219200, 1795305600)


def objects(*paths: str, age: timedelta = timedelta(minutes=3)) -> Folder:
    """Return the folder that these paths below the cluster's make."""
    listing = [f"federated/{CLUSTER}/{path}" for path in paths]
    found = [Found(ObjectInfo(path, 1, "e", NOW - age), locate(path)) for path in listing]
    return folders(found)[CLUSTER]


def whole(form: str = "parquet") -> Folder:
    """Return a folder with one set of each kind and resolution."""
    ending = ".parquet" if form == "parquet" else ""
    hours = f"{int(NOW.timestamp()) - 3600}-{int(NOW.timestamp())}"
    names = [f"etl/{form}/{kind}/1d/{DAY.start_epoch}-{DAY.end_epoch}{ending}" for kind in ("allocations", "assets")]
    if form == "parquet":
        names += [f"etl/parquet/{kind}/1h/{hours}.parquet" for kind in ("allocations", "assets")]
    return objects(*names)


def loop(**facts: object) -> Loop:
    """Return a loop that is well, with some facts changed."""
    fresh = {"lastUploaded": rfc3339(NOW), "lastIngested": rfc3339(NOW), "lastDerived": rfc3339(NOW)}
    document: dict[str, object] = {
        "currentState": "waiting",
        "passes": 7,
        "lastError": "",
        "lastPass": rfc3339(NOW - timedelta(minutes=5)),
        "currentBucketRefreshInterval": "600s",
        "clusters": {CLUSTER: fresh},
    }

    return ask_loop(lambda _path, _parameters: msgspec.json.encode({"data": document | facts}))


def bill(**facts: object) -> IntegrationStatus:
    """Return an integration that is well, with some facts changed."""
    known: dict[str, object] = {
        "integration": IntegrationId("payer"), "source": "focus", "provider": "AWS", "location": "s3://bills",
        "status": ConnectionStatus.SUCCESSFUL, "created": NOW, "last_run": NOW - timedelta(hours=1),
        "next_run": NOW, "refresh_seconds": 6 * 3600,
    }  # fmt: skip
    return IntegrationStatus(**(known | facts))  # type: ignore[arg-type]


def test_doubts_about_prices_are_a_remark() -> None:
    """Prices that may not be right, and what the source lacks, are shown with what to do, and the link holds."""
    for kind in (FindingKind.COST_JUMPED, FindingKind.NODE_LABELS_MISSING):
        doubt = noticed(Finding(kind, 1, ("core",)))
        checks = Diagnostics(cluster_id=CLUSTER, latest_run=NOW, checks={}, findings=(doubt,))
        verdict = judge_diagnostics(Folder(CLUSTER, ()), None, checks, NOW)
        assert verdict.state is LinkState.REMARK
        assert kind.meaning in verdict.account
    calm = Diagnostics(cluster_id=CLUSTER, latest_run=NOW, checks={})
    assert judge_diagnostics(Folder(CLUSTER, ()), None, calm, NOW).state is LinkState.HOLDS


def test_another_products_agent_needs_no_heartbeat() -> None:
    """A folder of foreign sets alone is whole without hourly sets and without a claim."""
    folder = whole("bingen")

    assert judge_objects(folder).state is LinkState.HOLDS
    assert judge_heartbeat(folder, None, NOW).state is LinkState.REMARK


def test_strangers_are_remarked_on() -> None:
    """Objects nobody knows do not break a folder, and are named."""
    folder = Folder(CLUSTER, whole().sets, ("federated/prod-eu-1/notes.txt",))
    verdict = judge_objects(folder)

    assert verdict.state is LinkState.REMARK
    assert "notes.txt" in verdict.account


def test_nothing_uploaded_at_all() -> None:
    """A folder without sets has no uploads."""
    assert judge_uploads(Folder(CLUSTER, ()), None, NOW).state is LinkState.BROKEN


def test_a_loop_whose_first_pass_runs() -> None:
    """Before the first pass is over there is nothing to judge yet."""
    verdict = judge_loop(loop(passes=0, lastPass=None, currentState="ingesting"), NOW)

    assert (verdict.state, verdict.cure) == (LinkState.BROKEN, "wait, and ask again")


def test_a_loop_that_stands() -> None:
    """A loop that waits for hours longer than its interval stands; one that works for hours does not."""
    long_ago = rfc3339(NOW - timedelta(hours=3))

    assert "no other began" in judge_loop(loop(lastPass=long_ago), NOW).account
    assert judge_loop(loop(lastPass=long_ago, currentState="ingesting"), NOW).state is LinkState.HOLDS


def test_an_object_that_was_not_ingested_in_time() -> None:
    """An object that is older than two passes and not in the tables breaks the ingest; a newer one does not."""
    fresh = {
        "lastUploaded": rfc3339(NOW - timedelta(days=1)),
        "lastIngested": rfc3339(NOW),
        "lastDerived": rfc3339(NOW),
    }
    late = loop(clusters={CLUSTER: fresh})
    old = objects("etl/parquet/assets/1h/1795255200-1795258800.parquet", age=timedelta(minutes=40))

    assert "is not in the tables" in judge_ingest(late, old, NOW)[0].account
    assert judge_ingest(late, whole(), NOW)[0].state is LinkState.HOLDS


def test_sets_that_are_ingested_and_not_derived() -> None:
    """What was ingested after the last derive breaks the derive alone."""
    fresh = {
        "lastUploaded": rfc3339(NOW),
        "lastIngested": rfc3339(NOW),
        "lastDerived": rfc3339(NOW - timedelta(hours=1)),
    }
    ingest, derive = judge_ingest(loop(clusters={CLUSTER: fresh}), whole(), NOW)

    assert (ingest.state, derive.state) == (LinkState.HOLDS, LinkState.BROKEN)


@pytest.mark.parametrize(
    ("costs", "link"),
    [
        (Costs({}, {CLUSTER: 4.0}), Link.ALLOCATIONS),
        (Costs({CLUSTER: 4.0}, {}), Link.ASSETS),
        (Costs({CLUSTER: 4.0}, {CLUSTER: 4.1}), Link.BOOKS),
    ],
)
def test_answers_that_lack_a_cluster_or_do_not_close(costs: Costs, link: Link) -> None:
    """A missing row breaks its own link, and a difference breaks the books."""
    assert [one.link for one in judge_costs(costs, whole()) if one.state is LinkState.BROKEN] == [link]


def test_books_that_close_within_a_millionth() -> None:
    """Sums of floating numbers may differ in their last digits."""
    costs = Costs({CLUSTER: 1000.0000001}, {CLUSTER: 1000.0})

    assert {one.state for one in judge_costs(costs, whole())} == {LinkState.HOLDS}


def test_another_document_is_no_answer() -> None:
    """JSON of another server is reported as such."""
    with pytest.raises(NoAnswerError) as caught:
        ask_loop(lambda _path, _parameters: b'{"status": "success"}')

    assert caught.value.cure == "correct --url"


def test_bills() -> None:
    """No bill is a remark; a refused one and a stale one break the link, each with its name."""
    refused = bill(status=ConnectionStatus.FAILED_CONNECTION, message="AccessDenied")
    stale = bill(last_run=NOW - timedelta(hours=30))

    assert judge_bills([], NOW).state is LinkState.REMARK
    assert judge_bills([bill()], NOW).state is LinkState.HOLDS
    assert "AccessDenied" in judge_bills([bill(), refused], NOW).account
    assert "payer was last read at 2026-11-20T06:00:00Z" in judge_bills([stale], NOW).account


def test_the_first_broken_link_is_that_nearest_to_the_cluster() -> None:
    """Of each cluster the broken link that comes first in the chain is the one to mend, in any order of finding."""
    report = Report(
        (
            broken(Link.INGEST, "b", "c", "one"),
            broken(Link.UPLOADS, "a", "c", "one"),
            remark(Link.OBJECTS, "r", "one"),
            holds(Link.OBJECTS, "h", "two"),
            broken(Link.AGGREGATOR, "d", "c"),
        )
    )

    assert [(one.cluster, one.link) for one in report.first_broken] == [("", Link.AGGREGATOR), ("one", Link.UPLOADS)]
    assert report.clusters == ("one", "two")


def test_every_link_says_what_is_true_where_it_holds() -> None:
    """Each link has a meaning, and no two the same."""
    assert len({link.meaning for link in Link}) == len(Link)


def foreign(**facts: object) -> ForeignAgent:
    """Return what another product's agent says, three minutes ago."""
    return ForeignAgent(CLUSTER, **({"seen_at": NOW - timedelta(minutes=3), "version": "1.0.25"} | facts))  # type: ignore[arg-type]


def test_another_products_heartbeat_is_read() -> None:
    """Its age and version are said; one that is silent is broken, and the cure is that agent's."""
    folder = whole("bingen")
    assert (
        judge_heartbeat(folder, None, NOW, foreign()).account
        == "another product's agent, version 1.0.25, seen 3 min ago"
    )
    silent = judge_heartbeat(folder, None, NOW, foreign(seen_at=NOW - timedelta(hours=3)))
    assert silent.state is LinkState.BROKEN
    assert "finopsagent" in silent.cure
    assert judge_heartbeat(folder, None, NOW).state is LinkState.REMARK


def test_another_products_checks_are_read() -> None:
    """Checks that fail there are a remark with their error, since nothing here can mend them."""
    folder = whole("bingen")
    failing = foreign(checked_at=NOW, checks=2, failed=("nodes: no answer",))
    assert judge_diagnostics(folder, None, None, NOW, failing).state is LinkState.REMARK
    assert "nodes: no answer" in judge_diagnostics(folder, None, None, NOW, failing).account
    assert judge_diagnostics(folder, None, None, NOW, foreign(checked_at=NOW, checks=2)).state is LinkState.HOLDS
    assert "no diagnostics of it" in judge_diagnostics(folder, None, None, NOW).account


def test_cures_of_another_products_cluster_name_its_agent() -> None:
    """No cure sends a person to a command of an agent that is not there."""
    old = objects(f"etl/bingen/allocations/1d/{DAY.start_epoch}-{DAY.end_epoch}", age=timedelta(days=2))
    only_minutes = objects(f"etl/bingen/allocations/10m/{DAY.start_epoch}-{DAY.start_epoch + 600}")
    verdicts = [judge_objects(old), judge_uploads(old, None, NOW), judge_objects(only_minutes)]
    assert [one.state for one in verdicts] == [LinkState.BROKEN] * 3
    assert all("another product's agent" in one.cure and "fleetcost agent" not in one.cure for one in verdicts)
    assert "10-minute sets" in verdicts[2].account


def test_a_bucket_that_holds_only_kubemodels_says_what_to_switch_on() -> None:
    """Nothing of it can be priced: the storage link is broken with the switch as its cure, and no agent is awaited."""
    bucket = MemoryBucket()
    write_third(bucket, sets=False)
    (storage, *_) = verify_bucket((), lambda: bucket, (), NOW).verdicts
    assert (storage.link, storage.state) == (Link.STORAGE, LinkState.BROKEN)
    assert "exportLegacyDataModels" in storage.cure


def test_a_bucket_of_the_field_is_named_whole() -> None:
    """Every folder beside the sets is named, every agent is heard, and an id with a slash is one broken link."""
    bucket = MemoryBucket()
    write_field(bucket)
    found = verify_bucket((), lambda: bucket, (), NOW)
    assert set(found.folders or ()) == {"open", "second", "third"}
    assert "besides 10-minute sets, network insights, KubeModel" in found.verdicts[0].account
    assert [one.cluster for one in found.verdicts if "read by nobody" in one.account] == [SLASHED]
    beats = {one.cluster: one.account for one in found.verdicts if one.link is Link.HEARTBEAT}
    assert "version 1.0.25" in beats["third"]
    assert "no heartbeat" in beats["second"]
