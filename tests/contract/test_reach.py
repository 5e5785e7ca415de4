"""Least privilege: the documented policy lets an agent work and nothing else, and a check says what is too much."""

from __future__ import annotations

import itertools
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from builders import TinyCluster, at
from fleetcost.agent.claim import claim
from fleetcost.agent.jobs import Jobs
from fleetcost.agent.requests import answer_requests
from fleetcost.bucket.filesystem import FilesystemBucket
from fleetcost.errors import StoreRefusedError
from fleetcost.probe.check import ProbeContext, ProbeOutcome, check
from servers.buckets import fresh_prefix, opened
from servers.minio import BUCKET, Minio
from unit.agent.agents import C1, Scene

if TYPE_CHECKING:
    from fleetcost.bucket.port import Bucket

pytestmark = pytest.mark.real

STORAGE = Path(__file__).parents[2] / "docs" / "storage.md"


def policy(name: str, prefix: str) -> dict[str, Any]:
    """Return a policy of the documentation, for cluster c1 and this bucket; `prefix` is the store's."""
    text = STORAGE.read_text()
    found = re.search(rf"<!-- policy: {name} -->\n```json\n(.*?)```", text, re.DOTALL)
    assert found, f"no policy {name} in {STORAGE.name}"
    own = found[1].replace("fleet-costs/", f"{BUCKET}/{prefix}/").replace("fleet-costs", BUCKET)
    document: dict[str, Any] = json.loads(own.replace("prod-eu-1", "c1"))
    for statement in document["Statement"]:
        if isinstance(statement["Action"], list):
            # This server has no access control lists of objects, and refuses a policy that names them.
            statement["Action"].remove("s3:PutObjectAcl")
        for prefixes in statement.get("Condition", {}).values():
            prefixes["s3:prefix"] = [f"{prefix}/{one}" for one in prefixes["s3:prefix"]]
    return document


@pytest.fixture
def prefix() -> str:
    """A part of the bucket of this test's own."""
    return fresh_prefix()


@pytest.fixture
def whole(s3_server: Minio, prefix: str) -> Bucket:
    """The bucket as the primary sees it, with another cluster's object in it."""
    bucket = opened(s3_server.config(prefix))
    bucket.put("federated/c2/cluster.json", b"{}")
    return bucket


def steps(text: str, tmp_path: Path, folder: str, *, write: bool = True, own: str = "") -> dict[str, tuple[str, str]]:
    """Run the checks; return outcome and account of each by name."""
    file = tmp_path / "federated-store.yaml"
    file.write_text(text)
    ticks = itertools.count()
    around = ProbeContext({}, lambda: datetime.now(UTC), lambda: next(ticks) / 1000, "unique")
    return {step.name: (step.outcome.value, step.account) for step in check(file, around, folder, write=write, own=own)}


def test_an_agent_works_with_its_own_folder_alone(s3_server: Minio, whole: Bucket, prefix: str, tmp_path: Path) -> None:
    """With the documented policy an agent claims, builds, pushes, answers and checks, and the check has no remark."""
    text = s3_server.config(prefix, keys=s3_server.keys_with(policy("agent", prefix)))
    bucket = opened(text)
    scene = Scene(TinyCluster(at(7.9), at(9.5)), bucket=bucket)  # type: ignore[arg-type] - a real one in place of a moody one
    agent = scene.agent()
    claim(bucket, C1, "uid-1", scene.cluster.now)
    assert agent.round().uploaded
    whole.put("federated/c1/requests/one.json", b'{"window": "1h", "dry_run": true}')
    jobs = Jobs(agent)
    jobs.start()
    assert answer_requests(bucket, C1, jobs, scene.cluster.now) == 1
    jobs.stop()
    done = steps(text, tmp_path, "federated/c1", own="federated/c1")
    assert {name: outcome for name, (outcome, _) in done.items() if outcome != "passed"} == {"connection": "warned"}
    assert "nothing outside federated/c1" in done["reach"][1]


@pytest.mark.parametrize(
    "act",
    [
        lambda bucket: list(bucket.list()),
        lambda bucket: list(bucket.list("federated")),
        lambda bucket: list(bucket.list("federated/c2")),
        lambda bucket: list(bucket.list("federated/c11")),
        lambda bucket: bucket.get("federated/c2/cluster.json"),
        lambda bucket: bucket.put("federated/c2/cluster.json", b"mine"),
        lambda bucket: bucket.put("federated/c11/cluster.json", b"mine"),
        lambda bucket: bucket.put("fleetcost/state/views.json", b"mine"),
        lambda bucket: bucket.delete("federated/c2/cluster.json"),
    ],
)
def test_an_agent_reaches_no_other_folder(s3_server: Minio, whole: Bucket, prefix: str, act: Any) -> None:
    """With the documented policy nothing of other clusters is listed, read, written or removed."""
    bucket = opened(s3_server.config(prefix, keys=s3_server.keys_with(policy("agent", prefix))))
    with pytest.raises(StoreRefusedError):
        act(bucket)
    assert whole.get("federated/c2/cluster.json") == b"{}"
    assert [info.path for info in whole.list()] == ["federated/c2/cluster.json"]


def test_a_reader_only_reads(s3_server: Minio, whole: Bucket, prefix: str, tmp_path: Path) -> None:
    """With the documented policy a primary that writes nothing lists and reads everything, and the check agrees."""
    text = s3_server.config(prefix, keys=s3_server.keys_with(policy("reader", prefix)))
    assert [info.path for info in opened(text).list()] == [info.path for info in whole.list()]
    done = steps(text, tmp_path, "fleetcost/check", write=False)
    assert (done["read"][0], done["reach"]) == ("passed", ("passed", "nothing can be written or deleted"))


def test_what_is_too_much_is_said(s3_server: Minio, whole: Bucket, prefix: str, tmp_path: Path) -> None:
    """Credentials that reach beyond an agent's folder, or write where reading is enough, pass with a remark."""
    text = s3_server.config(prefix)
    outcome, account = steps(text, tmp_path, "federated/c1", own="federated/c1")["reach"]
    assert (outcome, "list, read, write, delete outside federated/c1" in account) == ("warned", True)
    reading = s3_server.config(prefix, keys=s3_server.temporary_keys("s3:PutObject", "s3:DeleteObject"))
    outcome, account = steps(reading, tmp_path, "x", write=False)["reach"]
    assert outcome == "passed"
    outcome, account = steps(text, tmp_path, "x", write=False)["reach"]
    assert (outcome, "write, delete" in account) == ("warned", True)
    listing = s3_server.keys_with(_listing_all(policy("agent", prefix)))
    outcome, account = steps(s3_server.config(prefix, keys=listing), tmp_path, "federated/c1", own="federated/c1")[
        "reach"
    ]
    assert (outcome, "can list outside federated/c1" in account) == ("warned", True)
    assert [info.path for info in whole.list()] == ["federated/c2/cluster.json"]


def _listing_all(document: dict[str, Any]) -> dict[str, Any]:
    """Return a policy whose list has no condition, as it is often written."""
    return document | {
        "Statement": [
            {name: value for name, value in one.items() if name != "Condition"} for one in document["Statement"]
        ]
    }


def test_a_directory_is_its_file_system_s(tmp_path: Path) -> None:
    """On a directory the check tries nothing outside: who may do what is the file system's."""
    (tmp_path / "bucket").mkdir()
    text = f"type: FILESYSTEM\nconfig: {{directory: {tmp_path / 'bucket'}}}\n"
    assert steps(text, tmp_path, "federated/c1", own="federated/c1")["reach"][0] == ProbeOutcome.PASSED
    assert list(FilesystemBucket(tmp_path / "bucket").list()) == []
