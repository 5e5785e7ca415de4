"""AWS: web identities exchanged and renewed, the pod's, the machine's and the shared files' keys."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from fleetcost.errors import SettingsError, StoreRefusedError
from servers.buckets import fresh_prefix, opened, until, works
from servers.identity import Answer, Asked, TokenService, as_json, assumed_role, refused_role, token_service
from servers.minio import Minio

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from contract.conftest import MutualMinio
    from servers.authority import Authority, Certificate

pytestmark = pytest.mark.real

QUICK = "max_retries: 1"
ROLE = "arn:aws:iam::123456789012:role/fleetcost"


def at(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def soon() -> str:
    """Return an end that is so near that the credentials are renewed before each request."""
    return at(datetime.now(UTC) + timedelta(seconds=2))


def later() -> str:
    return at(datetime.now(UTC) + timedelta(hours=1))


@pytest.fixture
def sts(s3_server: Minio, authority: Authority, certificate: Certificate) -> Iterator[TokenService]:
    """A token service that hands out keys the S3 server accepts, for any token but a revoked one."""
    keys = s3_server.temporary_keys()

    def answer(asked: Asked) -> Answer:
        if asked.fields["WebIdentityToken"].startswith("revoked"):
            return refused_role()
        return assumed_role(keys.access, keys.secret, keys.token, soon())

    with token_service(answer, authority.server_context(certificate)) as service:
        yield service


@pytest.fixture(params=["s3", "s3_mutual"])
def irsa(request: pytest.FixtureRequest, sts: TokenService, authority: Authority) -> str:
    """Settings without keys, as a pod with an annotated service account has them, for either client library."""
    server: Minio | MutualMinio = request.getfixturevalue(f"{request.param}_server")
    lines = ["aws_sdk_auth: true", f"sts_endpoint: https://localhost:{sts.port}", QUICK]
    if isinstance(server, Minio):
        lines.append(f"http_config: {{tls_config: {{ca_file: {authority.file}}}}}")
        return server.config(fresh_prefix(), *lines, keys=None)
    shown = [f"ca_file: {authority.file}", f"cert_file: {server.client.certificate}", f"key_file: {server.client.key}"]
    lines.append(f"http_config: {{tls_config: {{{', '.join(shown)}}}}}")
    return server.door.config(fresh_prefix(), *lines, keys=None)


def pod(token_file: Path) -> dict[str, str]:
    """Return what EKS puts into a pod's environment."""
    return {"AWS_WEB_IDENTITY_TOKEN_FILE": str(token_file), "AWS_ROLE_ARN": ROLE, "HOME": "/nowhere"}


def test_irsa_exchanges_the_token_and_again_when_it_changed(irsa: str, sts: TokenService, tmp_path: Path) -> None:
    """The token in the file is exchanged for keys that work; the next exchange reads the file again."""
    token = tmp_path / "token"
    token.write_text("first-token")
    bucket = opened(irsa, pod(token))
    assert works(bucket)
    asked = sts.asked[0]
    assert (asked.fields["Action"], asked.fields["RoleArn"]) == ("AssumeRoleWithWebIdentity", ROLE)
    assert {entry.fields["WebIdentityToken"] for entry in sts.asked} == {"first-token"}
    token.write_text("second-token")
    until(lambda: works(bucket) and sts.asked[-1].fields["WebIdentityToken"] == "second-token")


def test_irsa_refusal_names_service_and_cure(irsa: str, tmp_path: Path) -> None:
    """A role that does not trust the token is distinguished from a bucket that refuses, and shows no token."""
    token = tmp_path / "token"
    token.write_text("revoked-token-text")
    with pytest.raises(StoreRefusedError) as caught:
        opened(irsa, pod(token)).put("a", b"x")
    message = str(caught.value)
    assert "no credentials: the token service answered HTTP 403 AccessDenied" in message
    assert "the role does not trust this token: check the role's trust policy" in message
    assert "revoked-token-text" not in message


def test_irsa_token_file_that_is_not_mounted(irsa: str, tmp_path: Path) -> None:
    """A token file that is not there is named."""
    with pytest.raises(StoreRefusedError, match=r"no credentials.*/token: No such file"):
        opened(irsa, pod(tmp_path / "token")).put("a", b"x")


def test_irsa_service_under_an_unknown_authority(irsa: str, tmp_path: Path) -> None:
    """The token service's certificate is checked like the store's."""
    token = tmp_path / "token"
    token.write_text("token")
    without = "\n".join(line for line in irsa.splitlines() if "http_config" not in line)
    with pytest.raises(StoreRefusedError, match=r"certificate of .* is refused: its issuer is not trusted here"):
        opened(without, pod(token)).put("a", b"x")


def test_irsa_half_configured(irsa: str) -> None:
    """A token without a role is found before anything is sent."""
    with pytest.raises(SettingsError, match=r"AWS_ROLE_ARN is not: annotate the service account"):
        opened(irsa, {"AWS_WEB_IDENTITY_TOKEN_FILE": "/token"})


@pytest.fixture
def machine(s3_server: Minio) -> Iterator[TokenService]:
    """EC2 instance metadata and EKS Pod Identity, which speak plain HTTP on the machine itself."""
    keys = s3_server.temporary_keys()
    given = {"AccessKeyId": keys.access, "SecretAccessKey": keys.secret, "Token": keys.token, "Expiration": later()}

    def answer(asked: Asked) -> Answer:
        if asked.path == "/latest/api/token":
            return Answer(200, "text/plain", "metadata-token")
        if asked.path == "/latest/meta-data/iam/security-credentials/":
            return Answer(200, "text/plain", "the-role")
        if asked.path == "/latest/meta-data/iam/security-credentials/the-role":
            return as_json({**given, "Code": "Success"})
        trusted = asked.path == "/v1/credentials" and asked.headers["authorization"] == "pod-token"
        return as_json(given if trusted else {}, 200 if trusted else 403)

    with token_service(answer) as service:
        yield service


def test_instance_metadata(s3_server: Minio, machine: TokenService) -> None:
    """Without anything else the machine's own role is used, asked for by the second version of the protocol."""
    environment = {"AWS_EC2_METADATA_SERVICE_ENDPOINT": f"http://127.0.0.1:{machine.port}", "HOME": "/nowhere"}
    assert works(opened(s3_server.config(fresh_prefix(), QUICK, keys=None), environment))
    assert [asked.method for asked in machine.asked[:3]] == ["PUT", "GET", "GET"]


def test_pod_identity(s3_server: Minio, machine: TokenService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """EKS Pod Identity: the agent on the node is asked with the token of the pod."""
    (tmp_path / "token").write_text("pod-token")
    environment = {
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"http://127.0.0.1:{machine.port}/v1/credentials",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(tmp_path / "token"),
        "HOME": "/nowhere",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert works(opened(s3_server.config(fresh_prefix(), QUICK, keys=None), environment))


def test_shared_files(s3_server: Minio, tmp_path: Path) -> None:
    """Keys of a profile, or of the program a profile names, in the SDK's files."""
    keys = s3_server.temporary_keys()
    printed = {"Version": 1, "AccessKeyId": keys.access, "SecretAccessKey": keys.secret, "SessionToken": keys.token}
    program = tmp_path / "program.py"
    program.write_text(f"print('''{json.dumps(printed)}''')")
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "credentials").write_text(
        f"[default]\naws_access_key_id = {keys.access}\naws_secret_access_key = {keys.secret}\n"
        f"aws_session_token = {keys.token}\n"
    )
    (tmp_path / ".aws" / "config").write_text(
        f"[profile printed]\ncredential_process = {sys.executable} {program}\n"
        f"[profile broken]\ncredential_process = {sys.executable} {tmp_path}/nothing.py\n"
    )
    text = s3_server.config(fresh_prefix(), "aws_sdk_auth: true", QUICK, keys=None)
    home = {"HOME": str(tmp_path)}
    assert works(opened(text, home))
    assert works(opened(text, {**home, "AWS_PROFILE": "printed"}))
    with pytest.raises(StoreRefusedError, match=r"credential_process .*python.*: it ended with status 2"):
        opened(text, {**home, "AWS_PROFILE": "broken"}).put("a", b"x")
    with pytest.raises(SettingsError, match="AWS_PROFILE: there is no profile 'absent'"):
        opened(text, {**home, "AWS_PROFILE": "absent"})


def test_keys_of_the_environment(s3_server: Minio) -> None:
    """Keys in the environment win over everything but the settings' own."""
    keys = s3_server.temporary_keys()
    environment = {
        "AWS_ACCESS_KEY_ID": keys.access,
        "AWS_SECRET_ACCESS_KEY": keys.secret,
        "AWS_SESSION_TOKEN": keys.token,
    }
    assert works(opened(s3_server.config(fresh_prefix(), keys=None), environment))


def test_own_keys_are_not_mixed_with_the_environment(s3_server: Minio, monkeypatch: pytest.MonkeyPatch) -> None:
    """A session token of the environment does not spoil the keys of the settings."""
    monkeypatch.setenv("AWS_SESSION_TOKEN", "of-somebody-else")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    assert works(opened(s3_server.config(fresh_prefix()), {"AWS_SESSION_TOKEN": "of-somebody-else"}))
