"""Workload identities: tokens read from files, exchanged over TLS at stand-ins of the clouds' services, renewed."""

from __future__ import annotations

import base64
import json
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from fleetcost.errors import SettingsError, StoreRefusedError
from servers.azurite import ACCOUNT, CONTAINER, Azurite
from servers.buckets import fresh_prefix, opened
from servers.google import BEARER, Google
from servers.identity import Answer, Asked, TokenService, as_json, assumed_role, refused_role, token_service
from servers.minio import Minio

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from conftest import MutualMinio

    from fleetcost.bucket.port import Bucket
    from servers.authority import Authority, Certificate

pytestmark = pytest.mark.real

QUICK = "max_retries: 1"
ROLE = "arn:aws:iam::123456789012:role/fleetcost"
TENANT = "11111111-2222-3333-4444-555555555555"
CLIENT = "99999999-8888-7777-6666-555555555555"


def at(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def soon() -> str:
    """Return an end that is so near that the credentials are renewed before each request."""
    return at(datetime.now(UTC) + timedelta(seconds=2))


def later() -> str:
    return at(datetime.now(UTC) + timedelta(hours=1))


def works(bucket: Bucket) -> bool:
    bucket.put("a", b"x")
    return bucket.get("a") == b"x"


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
    """The token in the file is exchanged for keys that work; the next exchange reads the file anew."""
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
    """A role that does not trust the token is told apart from a bucket that refuses, and shows no token."""
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


def jwt(expires: datetime) -> str:
    """Return a token as Microsoft's service issues it; the emulator checks all of it but the signature."""
    claims = {
        "aud": "https://storage.azure.com",
        "iss": f"https://sts.windows.net/{TENANT}/",
        "nbf": int((datetime.now(UTC) - timedelta(minutes=5)).timestamp()),
        "iat": int((datetime.now(UTC) - timedelta(minutes=5)).timestamp()),
        "exp": int(expires.timestamp()),
        "appid": CLIENT,
        "tid": TENANT,
    }
    parts = ({"alg": "RS256", "typ": "JWT"}, claims)
    encoded = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)
    return ".".join((*encoded, "c2lnbmF0dXJl"))


@pytest.fixture
def entra(authority: Authority, certificate: Certificate) -> Iterator[TokenService]:
    """Microsoft's token endpoint and the machine's identity service."""

    def answer(asked: Asked) -> Answer:
        token = jwt(datetime.now(UTC) + timedelta(hours=1))
        if asked.path == "/metadata/identity/oauth2/token":
            return as_json({"access_token": token, "expires_on": later_epoch(), "token_type": "Bearer"})
        assertion = asked.fields.get("client_assertion", "") or asked.fields.get("client_secret", "")
        if assertion.startswith("revoked"):
            refused = {"error": "invalid_client", "error_description": "AADSTS70021: No matching federated identity"}
            return as_json(refused, 401)
        # The token service's own word for its end is what counts for renewing.
        return as_json({"access_token": token, "expires_in": 2, "token_type": "Bearer"})

    with token_service(answer, authority.server_context(certificate)) as service:
        yield service


def later_epoch() -> str:
    return str(int((datetime.now(UTC) + timedelta(hours=1)).timestamp()))


def azure_pod(token_file: Path, service: TokenService) -> dict[str, str]:
    """Return what Azure's webhook puts into a labelled pod's environment."""
    return {
        "AZURE_CLIENT_ID": CLIENT,
        "AZURE_TENANT_ID": TENANT,
        "AZURE_FEDERATED_TOKEN_FILE": str(token_file),
        "AZURE_AUTHORITY_HOST": f"https://localhost:{service.port}/",
    }


def test_azure_workload_identity(azure_server: Azurite, entra: TokenService, tmp_path: Path) -> None:
    """The pod's token is exchanged for a storage token that the store accepts; the next exchange reads it anew."""
    token = tmp_path / "token"
    token.write_text("first-token")
    bucket = opened(azure_server.config(fresh_prefix(), key=False), azure_pod(token, entra))
    assert works(bucket)
    asked = entra.asked[0]
    assert asked.path == f"/{TENANT}/oauth2/v2.0/token"
    assert (asked.fields["client_id"], asked.fields["client_assertion"]) == (CLIENT, "first-token")
    token.write_text("second-token")
    until(lambda: works(bucket) and entra.asked[-1].fields["client_assertion"] == "second-token")


def test_azure_workload_identity_refused(azure_server: Azurite, entra: TokenService, tmp_path: Path) -> None:
    """A token the application does not accept is told apart from a container that refuses."""
    token = tmp_path / "token"
    token.write_text("revoked-token-text")
    bucket = opened(azure_server.config("p", QUICK, key=False), azure_pod(token, entra))
    with pytest.raises(StoreRefusedError) as caught:
        bucket.put("a", b"x")
    message = str(caught.value)
    assert f"no credentials: the token service localhost:{entra.port} answered HTTP 401 invalid_client AADSTS70021" in (
        message
    )
    assert "check its secret or federated credential" in message
    assert "revoked-token-text" not in message
    absent = opened(azure_server.config("p", QUICK, key=False), azure_pod(tmp_path / "absent", entra))
    with pytest.raises(StoreRefusedError, match="no credentials: read the file AZURE_FEDERATED_TOKEN_FILE names"):
        absent.put("a", b"x")


def test_azure_service_principal(azure_server: Azurite, entra: TokenService) -> None:
    """A client secret, in the settings or in the environment, is exchanged for a token."""
    authority = {"AZURE_AUTHORITY_HOST": f"https://localhost:{entra.port}"}
    lines = (f"client_id: {CLIENT}", f"az_tenant_id: {TENANT}", "client_secret: the-client-secret")
    assert works(opened(azure_server.config(fresh_prefix(), *lines, key=False), authority))
    environment = {
        **authority,
        "AZURE_CLIENT_ID": CLIENT,
        "AZURE_TENANT_ID": TENANT,
        "AZURE_CLIENT_SECRET": "the-client-secret",
    }
    assert works(opened(azure_server.config(fresh_prefix(), key=False), environment))
    assert {asked.fields["client_secret"] for asked in entra.asked} == {"the-client-secret"}


def test_azure_managed_identity(azure_server: Azurite, entra: TokenService, monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's identity, the one that is named where one is named."""
    endpoint = f"https://localhost:{entra.port}/metadata/identity/oauth2/token"
    monkeypatch.setenv("IDENTITY_ENDPOINT", endpoint)
    environment = {"IDENTITY_ENDPOINT": endpoint}
    assert works(opened(azure_server.config(fresh_prefix(), key=False), environment))
    named = opened(azure_server.config(fresh_prefix(), f"user_assigned_id: {CLIENT}", key=False), environment)
    assert works(named)
    assert [asked.fields.get("client_id") for asked in entra.asked] == [None, CLIENT]


def test_azure_connection_string(azure_server: Azurite) -> None:
    """Account, key and endpoint may come in one connection string."""
    key = azure_server.config("p").split("storage_account_key: ")[1].split("\n")[0]
    parts = f"AccountName={ACCOUNT};AccountKey={key};BlobEndpoint={azure_server.address};"
    lines = ["type: AZURE", f"prefix: {fresh_prefix()}", "config:", f"  container: {CONTAINER}"]
    lines += [f"  storage_connection_string: {parts}"]
    lines += [f"  http_config: {{tls_config: {{ca_file: {azure_server.authority.file}}}}}"]
    assert works(opened("\n".join(lines)))


def test_azure_refusals(azure_server: Azurite, stranger: Authority) -> None:
    """A wrong key, an absent container and an unknown authority are refused with their cures."""
    text = azure_server.config("p", QUICK)
    key = text.split("storage_account_key: ")[1].split("\n")[0]
    wrong = base64.b64encode(b"not the key").decode()
    with pytest.raises(StoreRefusedError, match=r"InvalidAuthenticationInfo|AuthenticationFailed") as caught:
        opened(text.replace(key, wrong)).put("a", b"x")
    assert wrong not in str(caught.value)
    with pytest.raises(StoreRefusedError, match=r"ContainerNotFound.*create the container, or correct `container`"):
        opened(text.replace("container: fleet", "container: nobodys")).get("a")
    with pytest.raises(StoreRefusedError, match="its issuer is not trusted here"):
        opened(text.replace(str(azure_server.authority.file), str(stranger.file))).put("a", b"x")


@pytest.fixture
def metadata_server() -> Iterator[TokenService]:
    """Google's metadata server, as GKE runs it on each node for workload identity."""

    def answer(asked: Asked) -> Answer:
        if asked.path != "/computeMetadata/v1/instance/service-accounts/default/token":
            return Answer(404, "text/plain", "not found")
        return as_json({"access_token": BEARER, "expires_in": 3600, "token_type": "Bearer"})

    with token_service(answer) as service:
        yield service


def test_gke_workload_identity(
    gcs_server: Google, metadata_server: TokenService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without credentials in the settings the metadata server is asked for a token, in the way it insists on."""
    monkeypatch.setenv("GCE_METADATA_HOST", f"127.0.0.1:{metadata_server.port}")
    monkeypatch.setenv("HOME", "/nowhere")
    environment = {"STORAGE_EMULATOR_HOST": gcs_server.address, "HOME": "/nowhere"}
    assert works(opened(gcs_server.config(fresh_prefix()), environment))
    assert {asked.headers["metadata-flavor"] for asked in metadata_server.asked} == {"Google"}


def test_google_default_credentials(gcs_server: Google, tmp_path: Path) -> None:
    """A service account's key in the file that `GOOGLE_APPLICATION_CREDENTIALS` names signs our own tokens."""
    key = tmp_path / "key.json"
    key.write_text(gcs_server.key)
    environment = {"STORAGE_EMULATOR_HOST": gcs_server.address, "GOOGLE_APPLICATION_CREDENTIALS": str(key)}
    assert works(opened(gcs_server.config(fresh_prefix()), environment))


def test_google_workload_identity_federation(
    gcs_server: Google, authority: Authority, certificate: Certificate, tmp_path: Path
) -> None:
    """From outside Google a token in a file is exchanged at Google's token service, under a private authority here."""

    def answer(asked: Asked) -> Answer:
        if asked.fields.get("subject_token") == "revoked":
            return as_json({"error": "invalid_grant", "error_description": "nobody"}, 400)
        return as_json(
            {
                "access_token": BEARER,
                "issued_token_type": "urn:ietf:params:oauth:token-type:access_token",
                "token_type": "Bearer",
                "expires_in": 3600,
            }
        )

    token = tmp_path / "token"
    token.write_text("pod-token")
    with token_service(answer, authority.server_context(certificate)) as service:
        described = {
            "type": "external_account",
            "audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/k",
            "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
            "token_url": f"https://localhost:{service.port}/v1/token",
            "credential_source": {"file": str(token)},
        }
        environment = {"STORAGE_EMULATOR_HOST": gcs_server.address}
        lines = (
            f"service_account: '{json.dumps(described)}'",
            f"http_config: {{tls_config: {{ca_file: {authority.file}}}}}",
            QUICK,
        )
        assert works(opened(gcs_server.config(fresh_prefix(), *lines), environment))
        assert service.asked[0].fields["subject_token"] == "pod-token"
        token.write_text("revoked")
        with pytest.raises(StoreRefusedError, match=r"no credentials from `service_account`.*check the identity pool"):
            opened(gcs_server.config("p", *lines), environment).put("a", b"x")


def test_google_refusals(gcs_server: Google, tmp_path: Path) -> None:
    """A key that the store does not know, and JSON that is no key, are refused without showing them."""
    stranger = json.loads(gcs_server.key)
    stranger["client_email"] = "somebody@else"
    environment = {"STORAGE_EMULATOR_HOST": gcs_server.address}
    with pytest.raises(StoreRefusedError, match=r"HTTP 401.*the credentials are not accepted"):
        opened(gcs_server.config("p", f"service_account: {json.dumps(json.dumps(stranger))}", QUICK), environment).put(
            "a", b"x"
        )
    with pytest.raises(SettingsError, match="`service_account` of the storage settings: expected the JSON"):
        opened(gcs_server.config("p", "service_account: swordfish"), environment)
    garbled = json.dumps(
        {"type": "service_account", "private_key": "swordfish", "client_email": "a", "private_key_id": ""}
    )
    with pytest.raises(SettingsError) as caught:
        opened(gcs_server.config("p", f"service_account: {json.dumps(garbled)}"), environment)
    assert "swordfish" not in str(caught.value)
    with pytest.raises(SettingsError, match=r"GOOGLE_APPLICATION_CREDENTIALS .*absent: cannot be read"):
        opened(gcs_server.config("p"), {**environment, "GOOGLE_APPLICATION_CREDENTIALS": str(tmp_path / "absent")})


def until(reached: Callable[[], bool]) -> None:
    """Ask again until it is so; credentials are renewed when they are about to end, not at a call of ours."""
    deadline = datetime.now(UTC) + timedelta(seconds=10)
    while not reached():
        assert datetime.now(UTC) < deadline
