"""`fleetcost storage check` against real servers: each failure names the step, the permission and the cure."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from fleetcost.probe.check import ProbeContext, ProbeOutcome, ProbeStep, check
from servers.buckets import fresh_prefix, opened
from servers.gate import gate
from servers.minio import Keys, Minio

if TYPE_CHECKING:
    from pathlib import Path

    from contract.conftest import MutualMinio, TlsMinio
    from servers.authority import Authority
    from servers.azurite import Azurite
    from servers.google import Google

pytestmark = pytest.mark.real


def checked(
    text: str, tmp_path: Path, *, ahead: timedelta = timedelta(), environment: dict[str, str] | None = None
) -> dict[str, ProbeStep]:
    """Run the checks with these settings, on a clock that may be ahead, and return the steps by name."""
    file = tmp_path / "federated-store.yaml"
    file.write_text(text)
    ticks = itertools.count()
    around = ProbeContext(environment or {}, lambda: datetime.now(UTC) + ahead, lambda: next(ticks) / 1000, "unique")
    return {step.name: step for step in check(file, around, "fleetcost/check")}


def outcomes(steps: dict[str, ProbeStep]) -> dict[str, str]:
    return {name: step.outcome.value for name, step in steps.items() if step.outcome is not ProbeOutcome.PASSED}


def test_everything_passes_over_tls(s3_tls_server: TlsMinio, s3_mutual_server: MutualMinio, tmp_path: Path) -> None:
    """Every step passes, the certificate's names and end are reported, and nothing is left in the bucket."""
    for server in (s3_tls_server, s3_mutual_server):
        text = server.config(fresh_prefix())
        steps = checked(text, tmp_path)
        assert outcomes(steps) == {}
        assert steps["put"].seconds == 0.001
        account = steps["connection"].account
        assert account.startswith("TLSv1.3 to localhost:")
        assert "certificate for localhost, 127.0.0.1, issued by Testing CA" in account
        assert list(opened(text).list()) == []


def test_azure_and_google_pass(azure_server: Azurite, gcs_server: Google, tmp_path: Path) -> None:
    """The same steps pass on the other providers."""
    assert outcomes(checked(azure_server.config(fresh_prefix()), tmp_path)) == {}
    (tmp_path / "key.json").write_text(gcs_server.key)
    there = {
        "STORAGE_EMULATOR_HOST": gcs_server.address,
        "GOOGLE_APPLICATION_CREDENTIALS": str(tmp_path / "key.json"),
    }
    steps = checked(gcs_server.config(fresh_prefix()), tmp_path, environment=there)
    assert outcomes(steps) == {"connection": "warned"}
    assert steps["credentials"].account == f"GOOGLE_APPLICATION_CREDENTIALS {tmp_path}/key.json"


@pytest.mark.parametrize(
    ("denied", "failing", "needs"),
    [
        ("s3:PutObject", {"put", "create", "replace", "get", "clock", "delete"}, "s3:PutObject on arn:aws:s3:::fleet/"),
        ("s3:GetObject", {"get", "replace", "clock"}, "s3:GetObject on arn:aws:s3:::fleet/"),
        ("s3:ListBucket", {"list"}, "s3:ListBucket on arn:aws:s3:::fleet"),
        ("s3:DeleteObject", {"delete"}, "s3:DeleteObject on arn:aws:s3:::fleet/"),
    ],
)
def test_missing_permission_is_named(
    s3_server: Minio, tmp_path: Path, denied: str, failing: set[str], needs: str
) -> None:
    """A permission that is missing fails the steps that take it, and is named with its resource."""
    keys = s3_server.temporary_keys(denied)
    steps = checked(s3_server.config(fresh_prefix(), keys=keys), tmp_path)
    assert set(outcomes(steps)) - {"connection"} == failing
    assert {step.needs[: len(needs)] for step in steps.values() if step.needs} == {needs}


def test_wrong_keys_need_no_permission(s3_server: Minio, tmp_path: Path) -> None:
    """Keys that are not accepted are a matter of the keys, not of a permission."""
    steps = checked(s3_server.config("p", keys=Keys("nobody", "nothing-at-all")), tmp_path)
    assert steps["put"].outcome is ProbeOutcome.FAILED
    assert "InvalidAccessKeyId" in steps["put"].account
    assert steps["put"].needs == ""
    assert steps["get"].outcome is ProbeOutcome.NOT_TRIED


def test_certificates(s3_tls_server: TlsMinio, s3_mutual_server: MutualMinio, tmp_path: Path) -> None:
    """An unknown authority, or a client certificate that is not shown, stops at the connection."""
    unknown = checked(s3_tls_server.server.config("p"), tmp_path)
    assert unknown["connection"].outcome is ProbeOutcome.FAILED
    assert "its issuer is not trusted here: give the CA with" in unknown["connection"].account
    assert unknown["put"].outcome is ProbeOutcome.NOT_TRIED
    trusting = f"http_config: {{tls_config: {{ca_file: {s3_mutual_server.authority.file}}}}}"
    silent = checked(s3_mutual_server.door.config("p", trusting), tmp_path)
    failed = [step for step in silent.values() if step.outcome is ProbeOutcome.FAILED]
    assert "wants a client certificate it trusts" in failed[0].account


def test_remarks(s3_server: Minio, authority: Authority, tmp_path: Path) -> None:
    """Plain HTTP, a certificate that is not verified or ends soon, and a wrong clock pass with a remark."""
    plain = checked(s3_server.config(fresh_prefix()), tmp_path)
    assert outcomes(plain) == {"connection": "warned"}
    assert "everybody on the way can read" in plain["connection"].account
    leaf = authority.issue("localhost", expires=datetime.now(UTC) + timedelta(days=5))
    with gate(s3_server.port, authority.server_context(leaf)) as door:
        server = Minio(door.port, secure=True)
        trusting = f"http_config: {{tls_config: {{ca_file: {authority.file}}}}}"
        ending = checked(server.config(fresh_prefix(), trusting), tmp_path)
        blind = checked(server.config(fresh_prefix(), "http_config: {insecure_skip_verify: true}"), tmp_path)
    assert outcomes(ending) == {"connection": "warned"}
    assert ending["connection"].account.endswith("renew it soon")
    assert "is not verified (insecure_skip_verify)" in blind["connection"].account
    late = checked(s3_server.config(fresh_prefix()), tmp_path, ahead=timedelta(minutes=7))
    assert late["clock"].outcome is ProbeOutcome.WARNED
    assert "synchronise this machine's clock" in late["clock"].account


def test_nobody_answers(tmp_path: Path) -> None:
    """A store that does not answer fails at the connection, or at the first write over plain HTTP."""
    steps = checked(Minio(1, secure=True).config("p"), tmp_path)
    assert "connect to localhost:1: localhost:1: nothing listens there" in steps["connection"].account
    steps = checked(Minio(1, secure=False).config("p"), tmp_path)
    assert "nothing listens there" in steps["put"].account
