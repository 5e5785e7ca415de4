"""No credential is ever shown: not in errors, tracebacks, logs or reprs, whoever refuses whatever."""

from __future__ import annotations

import base64
import io
import json
import logging
import traceback
from typing import TYPE_CHECKING

import pytest
import structlog

from fleetcost.bucket.config import parse_config
from fleetcost.errors import FleetcostError
from servers.buckets import FILE, opened
from servers.identity import Answer, Asked, token_service

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from contract.conftest import MutualMinio
    from servers.authority import Authority, Certificate
    from servers.azurite import Azurite
    from servers.google import Google
    from servers.minio import Minio

pytestmark = pytest.mark.real

SECRETS = ("swordfish-one", "swordfish-two", "swordfish-three")
ENCODED = base64.b64encode(b"swordfish-four, long enough").decode()


@pytest.fixture(autouse=True)
def _silent_libraries(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Whatever the client libraries log by themselves, down to the last detail, shows nothing either."""
    with caplog.at_level(logging.DEBUG):
        yield
    logged = "\n".join(logging.Formatter().format(record) for record in caplog.get_records("call"))
    assert "swordfish" not in logged
    assert ENCODED not in logged


def shown(text: str, environment: dict[str, str]) -> str:
    """Return everything a person could see of the settings and of operations that are refused."""
    seen: list[str] = []
    stream = io.StringIO()
    log = structlog.wrap_logger(
        structlog.PrintLogger(stream),
        processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()],
    )
    try:
        config = parse_config(text, FILE)
        seen += [repr(config), str(config), repr(config.backend)]
        bucket = opened(text, environment)
        seen += [repr(bucket), bucket.name]
    except FleetcostError as error:
        return "".join(traceback.format_exception(error))
    for attempt in (
        lambda: bucket.put("a", b"x"),
        lambda: bucket.put("a", b"x", create=True),
        lambda: bucket.get("a"),
        lambda: bucket.stat("a"),
        lambda: list(bucket.list()),
        lambda: bucket.delete("a"),
    ):
        try:
            attempt()
        except FleetcostError as error:
            seen += [str(error), repr(error), "".join(traceback.format_exception(error))]
            log.exception("refused")
    assert len(seen) > 5, "nothing was refused"
    return "\n".join((*seen, stream.getvalue()))


def assert_nothing_shows(text: str, environment: dict[str, str] | None = None) -> None:
    seen = shown(text, environment or {})
    for secret in (*SECRETS, ENCODED, "swordfish"):
        assert secret not in seen


def test_s3(s3_server: Minio, s3_mutual_server: MutualMinio) -> None:
    """Refused keys and session tokens, through either client library, over plain HTTP and in a TLS mistake."""
    keys = f"  access_key: {SECRETS[0]}", f"  secret_key: {SECRETS[1]}", f"  session_token: {SECRETS[2]}"
    for text in (
        s3_server.config("p", "max_retries: 1", keys=None),
        s3_server.config("p", "max_retries: 1", "list_objects_version: v1", keys=None),
        s3_mutual_server.door.config("p", "max_retries: 1", keys=None),
    ):
        assert_nothing_shows(text + "\n".join(keys) + "\n")


def test_azure(azure_server: Azurite) -> None:
    """Refused account keys, connection strings and signatures; the latter travel in the request's address."""
    assert_nothing_shows(azure_server.config("p", "max_retries: 1", f"storage_account_key: {ENCODED}", key=False))
    signature = f"sv=2021-08-06&ss=b&srt=sco&sp=rwdl&se=2030-01-01T00:00:00Z&sig={SECRETS[0]}"
    for part in (f"AccountKey={ENCODED}", f"SharedAccessSignature={signature}", f"AccountKey={SECRETS[0]}"):
        connection = f"AccountName=a;{part};BlobEndpoint={azure_server.address}"
        lines = ("max_retries: 1", f"storage_connection_string: {connection}")
        assert_nothing_shows(azure_server.config("p", *lines, key=False))


def test_google(gcs_server: Google) -> None:
    """A service account's key that is refused, or cannot be read."""
    known = json.loads(gcs_server.key)
    environment = {"STORAGE_EMULATOR_HOST": gcs_server.address}
    for changed in ({"client_email": SECRETS[0]}, {"private_key": SECRETS[1]}, {"private_key_id": SECRETS[2]}):
        text = json.dumps({**known, **changed, "token_uri": "https://swordfish"})
        body = known["private_key"].splitlines()[1]
        seen = shown(gcs_server.config("p", f"service_account: {json.dumps(text)}", "max_retries: 1"), environment)
        assert "swordfish" not in seen
        assert body not in seen


def test_tokens_that_are_exchanged(
    s3_server: Minio, azure_server: Azurite, authority: Authority, certificate: Certificate, tmp_path: Path
) -> None:
    """A token service that throws its request back at us does not make us show it."""

    def echo(asked: Asked) -> Answer:
        return Answer(400, "text/plain", json.dumps({"error": "x y z", **asked.fields}))

    token = tmp_path / "token"
    token.write_text(SECRETS[0])
    with token_service(echo, authority.server_context(certificate)) as service:
        lines = (
            "max_retries: 1",
            f"sts_endpoint: localhost:{service.port}",
            f"http_config: {{tls_config: {{ca_file: {authority.file}}}}}",
        )
        pod = {"AWS_WEB_IDENTITY_TOKEN_FILE": str(token), "AWS_ROLE_ARN": "arn:aws:iam::1:role/x", "HOME": "/nowhere"}
        for version in ("v1", "v2"):
            old = f"list_objects_version: {version}"
            assert_nothing_shows(s3_server.config("p", *lines, old, keys=None), pod)
        principal = ("max_retries: 1", "client_id: a", "az_tenant_id: b", f"client_secret: {SECRETS[1]}")
        there = {"AZURE_AUTHORITY_HOST": f"https://localhost:{service.port}"}
        assert_nothing_shows(azure_server.config("p", *principal, key=False), there)
        workload = {
            **there,
            "AZURE_CLIENT_ID": "a",
            "AZURE_TENANT_ID": "b",
            "AZURE_FEDERATED_TOKEN_FILE": str(token),
        }
        assert_nothing_shows(azure_server.config("p", "max_retries: 1", key=False), workload)
