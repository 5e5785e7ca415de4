"""`fleetcost verify` against real processes and buckets, each broken on purpose in one place."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fleetcost.agent.diagnostics import write_diagnostics
from fleetcost.bucket.filesystem import FilesystemBucket
from fleetcost.cli.main import run
from fleetcost.documents.cluster import CheckResult, Diagnostics
from fleetcost.model.cloud_sets import ConnectionStatus, IntegrationStatus, integration_id
from fleetcost.model.window import rfc3339
from fleetcost.sets.cloud.status import write_status
from servers.fleetcost import aggregator, fleetcost
from servers.minio import BUCKET, Keys, Minio, find_minio, minio
from servers.process import free_port, listening
from servers.process import running as another_server

pytestmark = pytest.mark.real

CLUSTERS = ("cluster-0", "cluster-1")


@dataclass(frozen=True, slots=True)
class Verified:
    """What the command found."""

    code: int
    report: dict[str, Any]

    def first(self) -> dict[str, str]:
        """Return the one first broken link, as `<cluster> <link>` to its account."""
        return {f"{one['cluster']} {one['link']}".strip(): one["account"] for one in self.report["first_broken"]}

    def cure(self) -> str:
        """Return the cure of the one that is broken."""
        (one,) = self.report["first_broken"]
        return str(one["cure"])


@dataclass(frozen=True, slots=True)
class Place:
    """A bucket that is a folder, with its settings file."""

    folder: Path

    @property
    def bucket(self) -> Path:
        """The bucket."""
        return self.folder / "bucket"

    @property
    def store(self) -> Path:
        """The `federated-store.yaml`."""
        return self.folder / "federated-store.yaml"

    def of(self, cluster: str) -> Path:
        """Return a cluster's folder."""
        return self.bucket / "federated" / cluster

    def edit(self, cluster: str, **facts: str) -> None:
        """Change what a cluster's claim says."""
        file = self.of(cluster) / "cluster.json"
        file.write_text(json.dumps(json.loads(file.read_text()) | facts))


def verify(store: Path | None, *arguments: str, url: str = "") -> Verified:
    """Run the command, in this process because it is run often; without an address only the bucket is looked at."""
    named = ["--storage-config", str(store)] if store else []
    asked = ["--url", url] if url else ["--bucket-only"]
    said = io.StringIO()
    with redirect_stdout(said):
        code = run(["verify", "--json", *named, *asked, *arguments])
    return Verified(code, json.loads(said.getvalue()))


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Two clusters whose agents have just pushed two days, with diagnostics that pass."""
    folder = tmp_path_factory.mktemp("healthy")
    made = fleetcost("demo", "--no-serve", "--clusters", "2", "--days", "2", "--data-dir", str(folder))
    assert made.returncode == 0, made.stderr
    place = Place(folder)
    place.store.write_text(f"type: FILESYSTEM\nconfig:\n  directory: {place.bucket}\n")
    for cluster in CLUSTERS:
        checks = {"prometheusHasKSMMetric": CheckResult(diagnostic_passed=True)}
        now = datetime.now(UTC)
        write_diagnostics(
            FilesystemBucket(place.bucket), Diagnostics(cluster_id=cluster, latest_run=now, checks=checks)
        )
    return place


@pytest.fixture
def place(healthy: Place, tmp_path: Path) -> Place:
    """A copy of the healthy bucket, to be broken."""
    shutil.copytree(healthy.bucket, tmp_path / "bucket")
    mine = Place(tmp_path)
    mine.store.write_text(f"type: FILESYSTEM\nconfig:\n  directory: {mine.bucket}\n")
    return mine


@pytest.fixture(scope="module")
def running(healthy: Place) -> Iterator[str]:
    """An aggregator that has ingested the healthy bucket."""
    with aggregator(healthy.store, healthy.folder / "serving") as address:
        yield address


def test_a_whole_chain_holds(healthy: Place, running: str) -> None:
    """Where nothing is broken every link of both clusters holds, and the exit code is 0."""
    found = verify(healthy.store, url=running)

    assert (found.code, found.first()) == (0, {})
    states = {(one["cluster"], one["link"]): one["state"] for one in found.report["verdicts"]}
    links = ("objects", "heartbeat", "uploads", "diagnostics", "ingest", "derive", "allocations", "assets", "books")
    assert {states[cluster, link] for cluster in CLUSTERS for link in links} == {"holds"}
    assert states["", "storage"] == states["", "aggregator"] == "holds"


def test_people_are_told_in_a_page(healthy: Place, running: str) -> None:
    """Without --json a line for each shared link and cluster, and the sum."""
    done = fleetcost("verify", "--storage-config", str(healthy.store), "--url", running)

    assert done.returncode == 0
    assert "✔ cluster-0  9 links hold" in done.stdout
    assert "The chain holds." in done.stdout


# Breakages of the bucket that is a folder.


def test_a_settings_file_that_cannot_be_used(place: Place) -> None:
    """A misspelt key of federated-store.yaml breaks the storage link, with the key's name."""
    place.store.write_text(f"type: FILESYSTEM\nconfig:\n  directry: {place.bucket}\n")
    found = verify(place.store)

    assert found.code == 1
    assert "directry" in found.first()["storage"]


def test_a_bucket_that_is_not_there(place: Place) -> None:
    """A directory that is not mounted breaks the storage link; it is no empty fleet."""
    shutil.rmtree(place.bucket)
    found = verify(place.store)

    assert list(found.first()) == ["storage"]


def test_a_cluster_that_never_pushed(place: Place) -> None:
    """A cluster that must be there and is not is named, with what its agent may have wrong and a near name."""
    found = verify(place.store, "--cluster", "cluster-1x")

    assert "federated/cluster-1x/ (did you mean 'cluster-1'?)" in found.first()["cluster-1x objects"]
    assert "federated-store.yaml" in found.cure()


def test_assets_that_were_deleted(place: Place) -> None:
    """A cluster without any asset set is not whole."""
    shutil.rmtree(place.of("cluster-1") / "etl" / "parquet" / "assets")
    found = verify(place.store)

    assert found.first() == {"cluster-1 objects": "federated/cluster-1/ holds no assets 1d, no assets 1h"}


def test_a_day_that_is_missing(place: Place) -> None:
    """A day of which only one kind is left, and a hole between two days, are named with their times."""
    days = sorted((place.of("cluster-0") / "etl" / "parquet" / "assets" / "1d").iterdir())
    days[0].unlink()
    day = datetime.now(UTC).date() - timedelta(days=1)
    single = verify(place.store).first()["cluster-0 objects"]
    start = int(days[0].name.partition("-")[0]) - 2 * 86400
    for kind in ("allocations", "assets"):
        folder = place.of("cluster-0") / "etl" / "parquet" / kind / "1d"
        shutil.copy(max(folder.iterdir()), folder / f"{start}-{start + 86400}.parquet")

    assert f"only one kind of [{day}T00:00:00Z" in single
    assert f"no allocations of [{day - timedelta(days=1)}T00:00:00Z" in verify(place.store).first()["cluster-0 objects"]


def test_a_claim_without_sets(place: Place) -> None:
    """An agent that claimed its id and never pushed is distinguished from one that is unknown."""
    shutil.rmtree(place.of("cluster-1") / "etl")
    found = verify(place.store)

    assert found.first() == {"cluster-1 objects": "federated/cluster-1/ holds no set"}
    assert "fleetcost agent check" in found.cure()


def test_an_agent_that_stopped(place: Place) -> None:
    """An agent that was last seen five hours ago breaks the heartbeat."""
    place.edit("cluster-0", last_seen=rfc3339(datetime.now(UTC) - timedelta(hours=5, minutes=1)))
    found = verify(place.store)

    assert "last seen 5 h ago" in found.first()["cluster-0 heartbeat"]
    assert "is its pod running" in found.cure()


def test_a_retired_cluster_is_no_breakage(place: Place) -> None:
    """A cluster that was retired on purpose may be silent."""
    long_ago = rfc3339(datetime.now(UTC) - timedelta(days=9))
    place.edit("cluster-0", last_seen=long_ago, retired_at=long_ago)

    assert verify(place.store).code == 0


def test_a_clock_that_is_ahead(place: Place) -> None:
    """A heartbeat from the future names the clocks."""
    place.edit("cluster-0", last_seen=rfc3339(datetime.now(UTC) + timedelta(hours=1)))

    assert "in the future" in verify(place.store).first()["cluster-0 heartbeat"]


def test_a_claim_that_was_deleted(place: Place) -> None:
    """Sets of ours without a cluster.json break the heartbeat."""
    (place.of("cluster-0") / "cluster.json").unlink()

    assert verify(place.store).first() == {"cluster-0 heartbeat": "federated/cluster-0/cluster.json is absent"}


def test_a_claim_that_is_damaged(place: Place) -> None:
    """A claim that cannot be read is named, and the others are judged all the same."""
    (place.of("cluster-0") / "cluster.json").write_text("{")
    found = verify(place.store)

    assert "this is no claim" in found.first()["cluster-0 heartbeat"]
    assert {one["state"] for one in found.report["verdicts"] if one["cluster"] == "cluster-1"} == {"holds"}


def test_uploads_that_stopped(place: Place) -> None:
    """An agent that beats and uploads nothing has a broken source or no right to write."""
    past = (datetime.now(UTC) - timedelta(hours=6, minutes=1)).timestamp()
    for file in place.of("cluster-1").rglob("*.parquet"):
        os.utime(file, (past, past))
    found = verify(place.store)

    assert "nothing was uploaded for 6 h" in found.first()["cluster-1 uploads"]
    assert "storage check --below federated/cluster-1" in found.cure()


def test_uploads_of_old_hours(place: Place) -> None:
    """Fresh uploads of old windows alone are noticed: the source has stopped scraping."""
    for kind in ("allocations", "assets"):
        for file in sorted((place.of("cluster-1") / "etl" / "parquet" / kind / "1h").iterdir())[-6:]:
            file.unlink()

    assert "uploads are fresh, but the newest hour is" in verify(place.store).first()["cluster-1 uploads"]


def test_a_check_of_the_agent_that_fails(place: Place) -> None:
    """A failed check of the agent is reported in its own words."""
    failed = CheckResult(diagnostic_passed=False, diagnostic_output="kube_pod_info has no sample")
    now = datetime.now(UTC)
    found = Diagnostics(cluster_id="cluster-1", latest_run=now, checks={"prometheusHasKSMMetric": failed})
    write_diagnostics(FilesystemBucket(place.bucket), found)

    assert verify(place.store).first() == {
        "cluster-1 diagnostics": "prometheusHasKSMMetric: kube_pod_info has no sample"
    }


def test_checks_that_no_longer_run(place: Place) -> None:
    """Diagnostics that are old break their link."""
    old = datetime.now(UTC) - timedelta(hours=2)
    write_diagnostics(FilesystemBucket(place.bucket), Diagnostics(cluster_id="cluster-1", latest_run=old, checks={}))

    assert f"last ran at {rfc3339(old)}" in verify(place.store).first()["cluster-1 diagnostics"]


def bill(place: Place, **facts: Any) -> None:
    """Leave what a run of the bills leaves in the bucket."""
    now = datetime.now(UTC)
    known: dict[str, Any] = {
        "integration": integration_id("payer"), "source": "focus", "provider": "AWS", "location": "a folder",
        "status": ConnectionStatus.SUCCESSFUL, "created": now, "last_run": now, "next_run": now,
        "refresh_seconds": 3600,
    }  # fmt: skip
    write_status(FilesystemBucket(place.bucket), IntegrationStatus(**(known | facts)))


def test_a_bill_that_cannot_be_read(place: Place) -> None:
    """An integration whose last run failed breaks the bills, in that run's own words; a good one holds."""
    bill(place)
    well = verify(place.store)
    bill(place, status=ConnectionStatus.FAILED_CONNECTION, message="AccessDenied on the bills")
    found = verify(place.store)

    assert well.code == 0
    assert found.first() == {"bills": "payer is Failed Connection: AccessDenied on the bills"}


def test_a_bill_that_is_stale(place: Place) -> None:
    """A bill that was not read for longer than two of its pauses is stale."""
    bill(place, last_run=datetime.now(UTC) - timedelta(hours=3))

    assert "payer was last read at" in verify(place.store).first()["bills"]


# Breakages of the aggregator.


def test_an_aggregator_that_is_not_running(place: Place) -> None:
    """Nobody at the address breaks the aggregator link; what follows is not tried."""
    found = verify(place.store, url=f"http://127.0.0.1:{free_port()}")

    assert list(found.first()) == ["aggregator"]
    ingest = [one["state"] for one in found.report["verdicts"] if one["link"] == "ingest"]
    assert ingest == ["not tried", "not tried"]


def test_somebody_else_at_the_address(place: Place) -> None:
    """Another server at the address is distinguished from an aggregator."""
    port = free_port()
    command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1", "--directory", str(place.bucket)]
    with another_server(command, environment={}, log=place.folder / "log", ready=lambda: listening(port)):
        found = verify(place.store, url=f"http://127.0.0.1:{port}")

    assert "not an answer of an aggregator" in found.first()["aggregator"]
    assert found.cure() == "correct --url"


def test_a_token_is_asked_for(place: Place) -> None:
    """An aggregator that wants a token says so; with the token the chain holds."""
    token = "t" * 40
    digest = hashlib.sha256(token.encode()).hexdigest()
    tokens = place.folder / "tokens.yaml"
    tokens.write_text(f"tokens:\n  - name: check\n    sha256: {digest}\n")
    (place.folder / "token").write_text(token)
    with aggregator_with_tokens(place, tokens, token) as address:
        without = verify(place.store, url=address)
        given = verify(place.store, "--token-file", str(place.folder / "token"), url=address)

    assert "HTTP 401" in without.first()["aggregator"]
    assert "--token-file" in without.cure()
    assert given.code == 0, given.first()


def aggregator_with_tokens(place: Place, tokens: Path, token: str) -> Any:
    """Run an aggregator that asks for a token; it counts as ready when the token is taken."""
    return aggregator(place.store, place.folder / "serving", "--tokens-file", str(tokens), token=token)


def test_a_set_that_is_damaged(place: Place) -> None:
    """A torn object breaks the ingest of its cluster alone, and is named with its reason."""
    day = max((place.of("cluster-1") / "etl" / "parquet" / "allocations" / "1d").iterdir())
    day.write_bytes(day.read_bytes()[:1000])
    with aggregator(place.store, place.folder / "serving") as address:
        found = verify(place.store, url=address)

    assert list(found.first()) == ["cluster-1 ingest"]
    assert f"{day.name} is damaged" in found.first()["cluster-1 ingest"]
    assert "repair" in found.cure()


def numbers(store: Path, url: str) -> tuple[int, str]:
    """Hold the numbers against each other by a command of its own; return its exit code and what it printed."""
    done = fleetcost("verify", "--numbers", "--storage-config", str(store), "--url", url)
    return done.returncode, done.stdout + done.stderr


def test_the_numbers_of_a_whole_chain_are_equal(healthy: Place, running: str) -> None:
    """Where nothing is broken every pair of amounts is equal, how many is said, and the exit code is 0."""
    code, said = numbers(healthy.store, running)
    assert (code, "pairs of amounts are equal" in said) == (0, True), said


def test_numbers_that_differ_are_named(place: Place, running: str) -> None:
    """Where the bucket holds less than the aggregator answers, the first difference is printed; exit code 1."""
    for file in place.of("cluster-1").glob("etl/parquet/assets/1d/*"):
        file.unlink()
    code, said = numbers(place.store, running)
    assert code == 1, said
    (line,) = [one for one in said.splitlines() if one.startswith("differs: ")]
    assert line.endswith(" expected")


def test_an_aggregator_of_another_bucket(place: Place, running: str) -> None:
    """A cluster that is in this bucket and not in the aggregator's tables breaks the ingest."""
    shutil.copytree(place.of("cluster-1"), place.of("cluster-9"))
    found = verify(place.store, url=running)

    assert found.first() == {"cluster-9 ingest": "the aggregator has no set of it"}
    assert "does it read this bucket" in found.cure()


def test_a_folder_that_was_deleted_after_ingest(place: Place, running: str) -> None:
    """A cluster the tables know and the bucket has lost is named."""
    shutil.rmtree(place.of("cluster-1"))
    found = verify(place.store, url=running)

    assert list(found.first()) == ["cluster-1 objects"]
    assert "recovery" in found.cure()


def test_a_pass_that_fails(place: Place) -> None:
    """An ingest loop whose last pass failed is reported with the loop's own error."""
    with aggregator(place.store, place.folder / "serving", "--interval-seconds", "1") as address:
        away = place.folder / "away"
        place.bucket.rename(away)
        found = _until_broken(address)
        away.rename(place.bucket)

    assert "the last ingest pass failed" in found["aggregator"]


def _until_broken(address: str) -> dict[str, str]:
    """Ask until the loop has noticed, which takes it a pass."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        found = verify(None, url=address).first()
        if found:
            return found
        time.sleep(0.1)
    return {}


# Breakages of a bucket on a real S3 server.


@pytest.fixture(scope="module")
def s3(healthy: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Minio]:
    """A server that holds the healthy bucket."""
    program = find_minio()
    if program is None:
        pytest.skip("no S3 server: put `minio` on PATH, or build it with `make test` where Go is")
    with minio(program, tmp_path_factory.mktemp("s3")) as server:
        client = server.client()
        for file in healthy.bucket.rglob("*.*"):
            path = file.relative_to(healthy.bucket)
            if file.is_file() and path.parts[0] == "federated":
                client.put_object(Bucket=BUCKET, Key=f"fleet/{path}", Body=file.read_bytes())
        yield server


def of_s3(s3: Minio, folder: Path, **changes: Any) -> Path:
    """Write the server's settings file."""
    file = folder / "s3-store.yaml"
    file.write_text(s3.config("fleet", **changes))
    return file


def test_s3_holds(s3: Minio, tmp_path: Path) -> None:
    """On a real S3 server the same bucket holds, tried with writing too."""
    assert verify(of_s3(s3, tmp_path), "--write").code == 0


@pytest.mark.parametrize(
    ("denied", "needs"), [("s3:ListBucket", "grant s3:ListBucket on"), ("s3:GetObject", "grant s3:GetObject on")]
)
def test_a_permission_that_is_missing(s3: Minio, tmp_path: Path, denied: str, needs: str) -> None:
    """Keys without a permission break the storage link, and the permission is named with its resource."""
    found = verify(of_s3(s3, tmp_path, keys=s3.temporary_keys(denied)))

    assert list(found.first()) == ["storage"]
    assert needs in found.cure()


def test_writing_that_is_not_allowed(s3: Minio, tmp_path: Path) -> None:
    """With --write keys that may only read break the storage link; without it they suffice."""
    store = of_s3(s3, tmp_path, keys=s3.temporary_keys("s3:PutObject"))

    assert verify(store).code == 0
    assert "grant s3:PutObject on" in verify(store, "--write").cure()


def test_keys_that_are_wrong(s3: Minio, tmp_path: Path) -> None:
    """A wrong secret is distinguished from a missing permission."""
    found = verify(of_s3(s3, tmp_path, keys=Keys("fleetcost-root", "wrong-secret-of-the-test")))

    assert "secret" in found.first()["storage"]


def test_a_bucket_of_another_name(s3: Minio, tmp_path: Path) -> None:
    """A bucket that does not exist is reported as such."""
    file = of_s3(s3, tmp_path)
    file.write_text(file.read_text().replace(f"bucket: {BUCKET}", "bucket: another"))

    assert "create the bucket" in verify(file).first()["storage"]


def test_a_server_that_is_away(s3: Minio, tmp_path: Path) -> None:
    """Nobody at the endpoint breaks the storage link within seconds."""
    file = of_s3(s3, tmp_path)
    file.write_text(file.read_text().replace(str(s3.port), "1"))

    assert "nothing listens there" in verify(file).first()["storage"]
