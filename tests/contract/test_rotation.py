"""Keys, certificates and whole buckets are replaced while a process runs."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from fleetcost.bucket.reloading import ReloadingBucket
from fleetcost.errors import SettingsError, StoreError, StoreRefusedError
from servers.buckets import fresh_prefix
from servers.minio import Keys, Minio

if TYPE_CHECKING:
    from pathlib import Path

    from contract.conftest import MutualMinio, TlsMinio
    from servers.authority import Authority

QUICK = "max_retries: 1"


def mount(folder: Path, **files: str) -> Path:
    """Lay out files as Kubernetes mounts a secret: behind a link that is replaced as a whole."""
    number = len(list(folder.iterdir()))
    target = folder / f"..data-{number}"
    target.mkdir()
    for name, content in files.items():
        (target / name.replace("_", ".")).write_text(content)
    link = folder / f"..link-{number}"
    link.symlink_to(target.name)
    link.rename(folder / "..data")
    for name in files:
        visible = folder / name.replace("_", ".")
        if not visible.is_symlink():
            visible.symlink_to(f"..data/{visible.name}")
    return folder / "store.yaml"


@pytest.mark.real
def test_keys_are_replaced(s3_server: Minio, tmp_path: Path) -> None:
    """When the mounted file changes, the next operation uses what it says; a wrong key in between is refused."""
    prefix = fresh_prefix()
    file = mount(tmp_path, store_yaml=s3_server.config(prefix, QUICK))
    bucket = ReloadingBucket(file, {})
    bucket.put("a", b"one")
    mount(tmp_path, store_yaml=s3_server.config(prefix, QUICK, keys=Keys("nobody", "nothing-at-all")))
    with pytest.raises(StoreRefusedError, match="InvalidAccessKeyId"):
        bucket.put("a", b"two")
    mount(tmp_path, store_yaml=s3_server.config(prefix, QUICK, keys=s3_server.temporary_keys()))
    bucket.put("a", b"three")
    assert [info.path for info in bucket.list()] == ["a"]
    assert bucket.get("a") == b"three"


@pytest.mark.real
def test_shared_credentials_are_replaced(s3_server: Minio, tmp_path: Path) -> None:
    """Keys in the SDK's shared file are followed like those of the settings."""
    file = tmp_path / "federated-store.yaml"
    file.write_text(s3_server.config(fresh_prefix(), QUICK, keys=None))
    shared = tmp_path / "credentials"
    shared.write_text("[default]\naws_access_key_id = nobody\naws_secret_access_key = nothing-at-all\n")
    bucket = ReloadingBucket(file, {"AWS_SHARED_CREDENTIALS_FILE": str(shared), "HOME": "/nowhere"})
    with pytest.raises(StoreRefusedError, match="InvalidAccessKeyId"):
        bucket.put("a", b"x")
    keys = s3_server.temporary_keys()
    shared.write_text(
        f"[default]\naws_access_key_id = {keys.access}\naws_secret_access_key = {keys.secret}\n"
        f"aws_session_token = {keys.token}\n"
    )
    bucket.put("a", b"x")
    assert bucket.get("a") == b"x"


@pytest.mark.real
def test_authority_is_replaced(s3_tls_server: TlsMinio, stranger: Authority, tmp_path: Path) -> None:
    """A certificate authority's file is followed: a new authority is trusted, a former one no longer."""
    trusted = tmp_path / "ca.pem"
    shutil.copy(s3_tls_server.authority.file, trusted)
    lines = ("http_config:", "  tls_config:", f"    ca_file: {trusted}", QUICK)
    file = tmp_path / "federated-store.yaml"
    file.write_text(s3_tls_server.server.config(fresh_prefix(), *lines))
    bucket = ReloadingBucket(file, {})
    bucket.put("a", b"x")
    shutil.copy(stranger.file, trusted)
    with pytest.raises(StoreRefusedError, match="its issuer is not trusted here"):
        bucket.get("a")
    shutil.copy(s3_tls_server.authority.file, trusted)
    assert bucket.get("a") == b"x"


def _refused_at_last(bucket: ReloadingBucket, wanted: str, attempts: int = 5) -> bool:
    """
    Tell whether one of a few reads is refused with these words; each of them must fail.

    A busy server's closing of the connection can overtake its alert; then the reason is missing and the next has it.
    """
    for _ in range(attempts):
        with pytest.raises((StoreRefusedError, StoreError)) as caught:
            bucket.get("a")
        if wanted in str(caught.value):
            return True
    return False


@pytest.mark.real
def test_client_certificate_is_replaced(s3_mutual_server: MutualMinio, stranger: Authority, tmp_path: Path) -> None:
    """A client certificate is followed, the pair at once, and its laid out copies go with the bucket."""
    good, bad = s3_mutual_server.client, stranger.issue("agent.fleet")
    shown = {"crt_pem": good.certificate.read_text(), "key_pem": good.key.read_text()}
    lines = ("http_config:", "  tls_config:", f"    ca_file: {s3_mutual_server.authority.file}")
    lines += (f"    cert_file: {tmp_path}/crt.pem", f"    key_file: {tmp_path}/key.pem", QUICK)
    text = s3_mutual_server.door.config(fresh_prefix(), *lines)
    bucket = ReloadingBucket(mount(tmp_path, store_yaml=text, **shown), {})
    bucket.put("a", b"x")
    mount(tmp_path, store_yaml=text, crt_pem=bad.certificate.read_text(), key_pem=bad.key.read_text())
    assert _refused_at_last(bucket, "wants a client certificate it trusts")
    mount(tmp_path, store_yaml=text, **shown)
    assert bucket.get("a") == b"x"


def test_settings_that_cannot_be_used_are_reported_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is broken while we run changes nothing but the log; at the start it is an error."""
    file = tmp_path / "federated-store.yaml"
    file.write_text(f"type: FILESYSTEM\nconfig:\n  directory: {tmp_path}/bucket\n")
    bucket = ReloadingBucket(file, {})
    bucket.put("a", b"x")
    file.write_text("type: FILESYSTEM\nconfig:\n  directry: swordfish\n")
    assert bucket.get("a") == b"x"
    assert bucket.get("a") == b"x"
    reported = capsys.readouterr()
    lines = [line for line in (reported.out + reported.err).splitlines() if "cannot be used" in line]
    assert len(lines) == 1
    assert "`directry` in line 3 is no key of this section" in lines[0]
    with pytest.raises(SettingsError, match="`directry` in line 3"):
        ReloadingBucket(file, {})


def test_another_bucket(tmp_path: Path) -> None:
    """Settings may move the bucket; a file that is gone for a moment does not."""
    file = tmp_path / "federated-store.yaml"
    text = "type: FILESYSTEM\nconfig:\n  directory: {}\n"
    file.write_text(text.format(tmp_path / "one"))
    bucket = ReloadingBucket(file, {})
    bucket.put("a", b"one")
    file.unlink()
    assert bucket.get("a") == b"one"
    file.write_text(text.format(tmp_path / "two"))
    assert bucket.stat("a") is None
    assert bucket.name == f"file://{tmp_path}/two"
    os.utime(file)
    bucket.put("a", b"two")
    assert (tmp_path / "two" / "a").read_bytes() == b"two"
