"""The published S3 example for an internal authority, key for key, against a server under a private authority."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fleetcost.bucket.config import parse_config
from fleetcost.bucket.open import open_bucket
from servers.buckets import FILE
from servers.gate import gate
from servers.identity import assumed_role, token_service

if TYPE_CHECKING:
    from servers.authority import Authority, Certificate
    from servers.minio import Minio

SHARED = Path(os.environ.get("TEST_SHARED") or Path(__file__).parents[2].parent / "shared")

EXAMPLE = """\
type: S3
config:
  bucket: "kubecost-storage"
  endpoint: <S3 endpoint>
  region: <region>
  aws_sdk_auth: true
  insecure: false
  signature_version2: false
  put_user_metadata:
    "X-Amz-Acl": "bucket-owner-full-control"
  http_config:
    idle_conn_timeout: 90s
    response_header_timeout: 2m
    insecure_skip_verify: false
    tls_config:
      ca_file: "/path/to/ca-certificates.crt"
      cert_file: "CERT.pem"
      key_file: "KEY.PEM"
      insecure_skip_verify: false
  trace:
    enable: true
  part_size: 134217728
  sts_endpoint: <STS endpoint>
"""


def test_the_example_is_the_published_one() -> None:
    """Each line of the published page is a line here; the page has lost the lines that only open a section."""
    page = next(SHARED.glob("*/etl-federation.txt"), None)
    if page is None:
        pytest.skip("the published page is not there; TEST_SHARED names the folder that has it")
    lines = [line.rstrip() for line in page.read_text(encoding="utf-8").splitlines()]
    published = lines[lines.index("type: S3") : lines.index("  sts_endpoint: <STS endpoint>") + 1]
    assert len(published) == 18
    assert [line for line in EXAMPLE.splitlines() if line in published] == published


@pytest.mark.real
@pytest.mark.parametrize("demanded", [False, True], ids=["TLS", "mutual TLS"])
def test_the_example_works(
    s3_server: Minio,
    authority: Authority,
    certificate: Certificate,
    tmp_path: Path,
    demanded: bool,  # noqa: FBT001
) -> None:
    """With its places filled in, the example works, whether its client certificate is demanded or not."""
    keys = s3_server.temporary_keys()
    client = authority.issue("agent.fleet")
    token = tmp_path / "token"
    token.write_text("the-pod's-token")
    end = (datetime.now(UTC) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    environment = {"AWS_WEB_IDENTITY_TOKEN_FILE": str(token), "AWS_ROLE_ARN": "arn:aws:iam::1:role/fleetcost"}
    context = authority.server_context(certificate, client_certificates=demanded)
    with (
        token_service(lambda _: assumed_role(keys.access, keys.secret, keys.token, end), context) as service,
        gate(s3_server.port, context) as door,
    ):
        text = (
            EXAMPLE.replace("kubecost-storage", "fleet")
            .replace("<S3 endpoint>", f"localhost:{door.port}")
            .replace("<region>", "us-east-1")
            .replace("/path/to/ca-certificates.crt", str(authority.file))
            .replace("CERT.pem", str(client.certificate))
            .replace("KEY.PEM", str(client.key))
            .replace("<STS endpoint>", f"localhost:{service.port}")
        )
        config = parse_config(text, FILE)
        assert [entry.place.key for entry in config.ineffective] == ["config.trace", "config.signature_version2"]
        bucket = open_bucket(config, environment)
        bucket.put("federated/example/a", b"x")
        assert bucket.get("federated/example/a") == b"x"
        assert [info.path for info in bucket.list("federated/example")] == ["federated/example/a"]
        bucket.delete("federated/example/a")
        assert service.asked[0].fields["WebIdentityToken"] == "the-pod's-token"
