"""Google: service accounts, the metadata server of GKE, and federation from outside."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from fleetcost.errors import SettingsError, StoreRefusedError
from servers.buckets import fresh_prefix, opened, works
from servers.google import BEARER, Google
from servers.identity import Answer, Asked, TokenService, as_json, token_service

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from servers.authority import Authority, Certificate

pytestmark = pytest.mark.real

QUICK = "max_retries: 1"


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
    with pytest.raises(SettingsError, match=r"`config\.service_account`: expected the JSON"):
        opened(gcs_server.config("p", "service_account: swordfish"), environment)
    garbled = json.dumps(
        {"type": "service_account", "private_key": "swordfish", "client_email": "a", "private_key_id": ""}
    )
    with pytest.raises(SettingsError) as caught:
        opened(gcs_server.config("p", f"service_account: {json.dumps(garbled)}"), environment)
    assert "swordfish" not in str(caught.value)
    with pytest.raises(SettingsError, match=r"GOOGLE_APPLICATION_CREDENTIALS .*absent: cannot be read"):
        opened(gcs_server.config("p"), {**environment, "GOOGLE_APPLICATION_CREDENTIALS": str(tmp_path / "absent")})
