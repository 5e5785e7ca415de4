"""What is particular to S3: metadata, encryption, parts, old listings, and what each refusal says."""

from __future__ import annotations

import os
import resource
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from fleetcost.errors import ConditionFailedError, SettingsError, StoreError, StoreRefusedError
from servers.buckets import fresh_prefix, opened
from servers.gate import gate
from servers.minio import BUCKET, Keys, Minio

if TYPE_CHECKING:
    from pathlib import Path

    from contract.conftest import MutualMinio, TlsMinio
    from servers.ceph import Ceph

pytestmark = pytest.mark.real

MIB = 1024 * 1024
QUICK = "max_retries: 1"
METADATA = (
    "put_user_metadata:",
    '  "X-Amz-Acl": "bucket-owner-full-control"',
    "  X-Amz-Storage-Class: REDUCED_REDUNDANCY",
    "  Content-Type: application/vnd.fleetcost",
    "  X-Amz-Meta-Team: platform",
    "  fleet: eu",
)


def head(server: Minio, path: str) -> dict[str, object]:
    """Return what the store says of an object, through another library."""
    answer: dict[str, object] = server.client().head_object(Bucket=BUCKET, Key=path)
    return answer


def test_metadata_of_what_is_written(s3_server: Minio, s3_mutual_server: MutualMinio) -> None:
    """Headers are sent as headers, other names become user metadata, through either client library."""
    for server in (s3_server, s3_mutual_server):
        prefix = fresh_prefix()
        opened(server.config(prefix, *METADATA)).put("a", b"x")
        found = head(s3_server, f"{prefix}/a")
        assert found["ContentType"] == "application/vnd.fleetcost"
        assert found["Metadata"] == {"team": "platform", "fleet": "eu"}
        assert found["StorageClass"] == "REDUCED_REDUNDANCY"


def test_connections_share_a_context_that_none_changes(s3_mutual_server: MutualMinio) -> None:
    """The client's certificate is loaded before the first connection, never by one: changing a shared context kills."""
    bucket = opened(s3_mutual_server.config(fresh_prefix()))
    pools = bucket._opened.s3._endpoint.http_session._manager.connection_pool_kw

    def changed(*_: object) -> None:
        raise AssertionError("a connection changes the context of all others")

    pools["ssl_context"].load_cert_chain = changed
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: bucket.put(f"of-{number}", b"x"), range(32)))
    assert len(list(bucket.list())) == 32


def test_metadata_that_is_no_header() -> None:
    """A name or a value that cannot travel in a header is refused with its line."""
    for line in ('"a b": c', "a: ü"):
        with pytest.raises(SettingsError, match=r"line 11, `config.put_user_metadata`"):
            opened(Minio(1, secure=False).config("p", QUICK, f"put_user_metadata: {{{line}}}"))


def test_encryption_by_the_store(s3_server: Minio, s3_mutual_server: MutualMinio) -> None:
    """SSE-S3 and SSE-KMS are asked for, and named in what the store says of the object."""
    kms = "sse_config: {type: SSE-KMS, kms_key_id: fleet-key}"
    context = "sse_config: {type: SSE-KMS, kms_key_id: fleet-key, kms_encryption_context: {fleet: eu}}"
    asked = [(s3_server, "sse_config: {type: SSE-S3}", "AES256"), (s3_server, kms, "aws:kms")]
    asked += [(s3_server, context, "aws:kms")]
    asked += [(s3_mutual_server, "sse_config: {type: SSE-S3}", "AES256"), (s3_mutual_server, kms, "aws:kms")]
    for server, line, algorithm in asked:
        prefix = fresh_prefix()
        bucket = opened(server.config(prefix, line))
        bucket.put("a", b"x")
        assert head(s3_server, f"{prefix}/a")["ServerSideEncryption"] == algorithm
        assert bucket.get("a") == b"x"


def test_unknown_kms_key(s3_server: Minio) -> None:
    """A key that the store does not have is an answer of the store, with its word for it."""
    bucket = opened(s3_server.config("p", QUICK, "sse_config: {type: SSE-KMS, kms_key_id: nobodys}"))
    with pytest.raises(StoreRefusedError, match=r"kms:KeyNotFound.*the key of `kms_key_id` is not there"):
        bucket.put("a", b"x")


def test_encryption_with_our_own_key(s3_tls_server: TlsMinio, tmp_path: Path) -> None:
    """With SSE-C the whole contract of one object holds with the key, and nothing is read without it."""
    key = tmp_path / "key"
    key.write_bytes(os.urandom(32))
    prefix = fresh_prefix()
    bucket = opened(s3_tls_server.config(prefix, f"sse_config: {{type: SSE-C, encryption_key: {key}}}"))
    written = bucket.put("a", b"secret")
    assert bucket.get("a") == b"secret"
    assert [info.path for info in bucket.list()] == ["a"]
    assert bucket.stat("a") is not None
    bucket.put("a", b"again", if_etag=written.etag)
    assert bucket.get("a") == b"again"
    with pytest.raises((StoreRefusedError, StoreError)):
        opened(s3_tls_server.config(prefix, QUICK)).get("a")


def test_customer_key_of_a_wrong_length(tmp_path: Path) -> None:
    """A key that is not 32 bytes long is refused before anything is sent."""
    key = tmp_path / "key"
    key.write_bytes(b"short")
    line = f"sse_config: {{type: SSE-C, encryption_key: {key}}}"
    with pytest.raises(SettingsError, match="holds 5 bytes; SSE-C needs 32"):
        opened(Minio(1, secure=True).config("p", line))


@pytest.mark.parametrize("mutual", [False, True], ids=["plain", "mutual"])
def test_large_objects_go_in_parts(s3_server: Minio, s3_mutual_server: MutualMinio, mutual: bool) -> None:  # noqa: FBT001
    """Beyond `part_size` an object is uploaded in parts, which its etag shows; without multipart it is not."""
    server = s3_mutual_server if mutual else s3_server
    content = os.urandom(11 * MIB)
    parts = opened(server.config(fresh_prefix(), f"part_size: {5 * MIB}", *METADATA))
    written = parts.put("a", content)
    assert written.etag.endswith("-3")
    assert parts.get("a") == content
    found = parts.stat("a")
    assert found is not None
    assert found.etag == written.etag
    whole = opened(server.config(fresh_prefix(), f"part_size: {5 * MIB}", "disable_multipart: true"))
    assert "-" not in whole.put("a", content).etag


def test_conditional_writes_of_large_objects(s3_server: Minio) -> None:
    """A conditional write beyond `part_size` is still one request, because parts cannot be conditional."""
    bucket = opened(s3_server.config(fresh_prefix(), f"part_size: {5 * MIB}"))
    written = bucket.put("a", b"x" * 6 * MIB, create=True)
    assert "-" not in written.etag
    assert "-" not in bucket.put("a", b"y" * 6 * MIB, if_etag=written.etag).etag


def test_an_upload_cut_in_the_middle_leaves_nothing(s3_server: Minio) -> None:
    """A connection that breaks while an object is sent leaves the old object, or none, whole or in parts."""
    with gate(s3_server.port) as door:
        for size, extra in ((3 * MIB, "disable_multipart: true"), (11 * MIB, f"part_size: {5 * MIB}")):
            prefix = fresh_prefix()
            direct = opened(s3_server.config(prefix))
            direct.put("there", b"old")
            cutting = opened(Minio(door.port, secure=False).config(prefix, extra, QUICK))
            door.cut_after_bytes = 2 * MIB
            for path in ("there", "new"):
                with pytest.raises(StoreError, match=f"put s3://fleet/{prefix}/{path}: localhost:"):
                    cutting.put(path, os.urandom(size))
            door.cut_after_bytes = None
            assert door.cuts > 1
            assert [(info.path, info.size_bytes) for info in direct.list()] == [("there", 3)]
            assert direct.get("there") == b"old"
            cutting.put("new", b"after")
            assert direct.get("new") == b"after"


def test_old_listings(s3_server: Minio) -> None:
    """`list_objects_version: v1` lists the same, page by page."""
    prefix = fresh_prefix()
    bucket = opened(s3_server.config(prefix, "list_objects_version: v1"))
    paths = [f"a/{number:04}" for number in range(1005)]
    s3_server.fill(prefix, paths)
    assert [info.path for info in bucket.list("a")] == paths
    assert [info.path for info in opened(s3_server.config(prefix)).list("a")] == paths


def test_many_objects_are_listed_in_bounded_memory(s3_server: Minio) -> None:
    """Ten thousand objects come in order while never more than some pages are held."""
    prefix = fresh_prefix()
    bucket = opened(s3_server.config(prefix))
    s3_server.fill(prefix, (f"federated/c/{number:05}" for number in range(10_000)))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    tracemalloc.start()
    last, count, peak = "", 0, 0
    for info in bucket.list("federated"):
        assert info.path > last
        last, count = info.path, count + 1
        peak = max(peak, tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    assert (count, last) == (10_000, "federated/c/09999")
    assert peak < 3 * MIB
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024


def test_stores_that_compare_etags_without_quotes(ceph_server: Ceph) -> None:
    """Ceph accepts a condition without quotes only; either client library finds out, and a stale etag still loses."""
    for version in ("v1", "v2"):
        bucket = opened(ceph_server.config(fresh_prefix(), f"list_objects_version: {version}"))
        read = bucket.put("state", b"one")
        bucket.put("state", b"two", if_etag=read.etag)
        with pytest.raises(ConditionFailedError, match="no longer the one that was read"):
            bucket.put("state", b"three", if_etag=read.etag)
        assert bucket.get("state") == b"two"


def test_folder_marks_are_no_objects(s3_server: Minio) -> None:
    """The empty objects that consoles write for folders are not listed."""
    prefix = fresh_prefix()
    client = s3_server.client()
    for key in ("", "federated/", "federated/c/", "federated/c/x", "federated/c-1"):
        client.put_object(Bucket=BUCKET, Key=f"{prefix}/{key}", Body=b"")
    for version in ("v1", "v2"):
        bucket = opened(s3_server.config(prefix, f"list_objects_version: {version}"))
        assert [info.path for info in bucket.list()] == ["federated/c-1", "federated/c/x"]
        assert [info.path for info in bucket.list("federated/c")] == ["federated/c/x"]


def test_an_object_whose_name_cannot_be_read_is_named(s3_server: Minio) -> None:
    """A foreign object with a control character in its name is not skipped in silence."""
    prefix = fresh_prefix()
    s3_server.client().put_object(Bucket=BUCKET, Key=f"{prefix}/a\x01", Body=b"")
    with pytest.raises(StoreError, match=r"an object's name cannot be read: '.*a.*': rename or delete it"):
        list(opened(s3_server.config(prefix)).list())


REFUSALS = {
    "wrong secret": (Keys("fleetcost-root", "not-the-secret"), "SignatureDoesNotMatch", "give the right `secret_key`"),
    "unknown key": (Keys("nobody", "not-the-secret"), "InvalidAccessKeyId", "give a valid `access_key`"),
}


@pytest.mark.parametrize(("keys", "code", "cure"), REFUSALS.values(), ids=REFUSALS.keys())
@pytest.mark.parametrize("version", ["v1", "v2"])
def test_refused_keys(s3_server: Minio, keys: Keys, code: str, cure: str, version: str) -> None:
    """Keys the store does not accept are refused with its word, and the setting that cures it."""
    bucket = opened(s3_server.config("p", QUICK, f"list_objects_version: {version}", keys=keys))
    with pytest.raises(StoreRefusedError) as caught:
        bucket.put("a", b"x")
    message = str(caught.value)
    assert message.startswith(f"put s3://fleet/p/a: the store answered HTTP 403 {code}, ")
    assert cure in message
    assert keys.secret not in message
    with pytest.raises(StoreRefusedError, match=code):
        list(bucket.list())


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_missing_permission(s3_server: Minio, version: str) -> None:
    """Keys without a permission are refused where they lack it, and nowhere else."""
    keys = s3_server.temporary_keys("s3:DeleteObject")
    bucket = opened(s3_server.config(fresh_prefix(), QUICK, f"list_objects_version: {version}", keys=keys))
    bucket.put("a", b"x")
    with pytest.raises(StoreRefusedError, match=r"delete s3://fleet/.*AccessDenied.*lack the permission"):
        bucket.delete("a")
    assert bucket.get("a") == b"x"


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_missing_bucket(s3_server: Minio, version: str) -> None:
    """A bucket that is not there is not an absent object."""
    text = s3_server.config("p", QUICK, f"list_objects_version: {version}").replace("bucket: fleet", "bucket: nobodys")
    bucket = opened(text)
    for attempt in (lambda: bucket.get("a"), lambda: bucket.put("a", b""), lambda: list(bucket.list())):
        with pytest.raises(StoreRefusedError, match=r"NoSuchBucket.*create the bucket, or correct `bucket`"):
            attempt()
