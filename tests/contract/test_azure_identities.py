"""Azure: workload, managed and application identities, whose tokens the emulator checks."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from fleetcost.errors import StoreRefusedError
from servers.azurite import ACCOUNT, CONTAINER, Azurite
from servers.buckets import fresh_prefix, opened, until, works
from servers.identity import Answer, Asked, TokenService, as_json, token_service

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from servers.authority import Authority, Certificate

pytestmark = pytest.mark.real

QUICK = "max_retries: 1"
TENANT = "11111111-2222-3333-4444-555555555555"
CLIENT = "99999999-8888-7777-6666-555555555555"


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
    """The pod's token is exchanged for a storage token that the store accepts; the next exchange reads it again."""
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
    """A token the application does not accept is distinguished from a container that refuses."""
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
