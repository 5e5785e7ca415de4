"""Kinds of servers: what each is sent, which answers are partial, and Amazon's signature."""

from __future__ import annotations

import hashlib
import hmac
from contextlib import closing
from datetime import timedelta
from urllib.parse import quote

import pytest

from fleetcost.cli.sources import delay, open_source
from fleetcost.errors import SettingsError, SourceError
from fleetcost.model.window import Window
from fleetcost.ops.settings import AgentSettings
from fleetcost.samples import queries
from fleetcost.samples.access import Access
from fleetcost.samples.client import PrometheusSource
from fleetcost.samples.dialect import Level, ServerKind, SourceDialect
from fleetcost.samples.source import PartialRows
from unit.samples.test_client import HOUR, ROW, Asked, serving, vector

LOST = "receive series from Addr: 10.0.0.1:10901: rpc error: code = Unavailable desc = connection refused"


@pytest.mark.parametrize(
    ("dialect", "sent"),
    [
        (SourceDialect(), {}),
        (SourceDialect(ServerKind.MIMIR), {}),
        (SourceDialect(ServerKind.VICTORIAMETRICS), {"deny_partial_response": "1"}),
        (SourceDialect(ServerKind.VICTORIAMETRICS, accept_partial=True), {"deny_partial_response": "0"}),
        (
            SourceDialect(ServerKind.THANOS, level=Level.RAW),
            {"dedup": "true", "partial_response": "false", "max_source_resolution": "0s"},
        ),
        (
            SourceDialect(ServerKind.THANOS, accept_partial=True, dedup=False, level=Level.HOUR),
            {"dedup": "false", "partial_response": "true", "max_source_resolution": "1h"},
        ),
    ],
)
def test_each_kind_is_sent_its_own_words(dialect: SourceDialect, sent: dict[str, str]) -> None:
    """Thanos and VictoriaMetrics are sent what to do about replicas, lost stores and coarser samples."""
    with serving(lambda _: vector(ROW)) as server:
        with closing(PrometheusSource(server.url, dialect=dialect)) as source:
            source.query(queries.GPU_USED_MAX, HOUR, 60)
        form = {name: values[0] for name, values in server.asked[0].form.items()}

    assert {name: form[name] for name in form if name not in {"query", "time", "timeout"}} == sent


def test_a_warning_of_a_lost_store_is_a_partial_answer() -> None:
    """It is refused; where partial answers are accepted it comes back marked, with the server's reason."""
    with serving(lambda _: vector(ROW, warnings=[LOST, "PromQL info: metric might not be a counter"])) as server:
        strict = PrometheusSource(server.url, dialect=SourceDialect(ServerKind.THANOS))
        with closing(strict), pytest.raises(SourceError, match="partial"):
            strict.query(queries.GPU_USED_MAX, HOUR, 60)
        with closing(
            PrometheusSource(server.url, dialect=SourceDialect(ServerKind.THANOS, accept_partial=True))
        ) as source:
            rows = source.query(queries.GPU_USED_MAX, HOUR, 60)

    assert isinstance(rows, PartialRows)
    assert rows.missing == (LOST,)


def test_a_time_nobody_has_stored_is_empty() -> None:
    """Where no store holds a time Thanos warns of it; that is a gap and no fault."""
    with serving(lambda _: vector(warnings=["No StoreAPIs matched for this query"])) as server:
        source = PrometheusSource(server.url, dialect=SourceDialect(ServerKind.THANOS))
        with closing(source):
            assert source.query(queries.GPU_USED_MAX, HOUR, 60) == []


def test_old_windows_are_read_as_fine_as_they_are_held() -> None:
    """Of a window whose raw samples are gone the next coarser are read, asked for once; a young one is read raw."""

    def answer(asked: Asked) -> tuple[int, object]:
        held = asked.form["max_source_resolution"] != ["0s"]
        return vector(ROW) if held else vector()

    now = HOUR.end + timedelta(days=30)
    with serving(answer) as server:
        with closing(
            PrometheusSource(server.url, dialect=SourceDialect(ServerKind.THANOS), clock=lambda: now)
        ) as source:
            source.query(queries.GPU_USED_MAX, HOUR, 60)
            source.query(queries.GPU_USED_MAX, HOUR, 60)
            young = Window(now - timedelta(hours=2), now - timedelta(hours=1))
            source.query(queries.GPU_USED_MAX, young, 60)
        levels = [asked.form["max_source_resolution"][0] for asked in server.asked]

    assert levels == ["0s", "5m", "5m", "5m", "0s"]
    assert "[3599s]" in server.asked[2].form["query"][0]
    assert "[1h]" in server.asked[4].form["query"][0]


def test_one_source_is_read_for_each_cluster() -> None:
    """The same connections serve every cluster, each query with that cluster's condition, and names tell them apart."""
    with serving(lambda _: vector(ROW)) as server:
        with closing(PrometheusSource(server.url)) as every:
            one, other = every.of_cluster("cluster", "a"), every.of_cluster("cluster", "b")
            for source in (one, other, every):
                source.query(queries.GPU_USED_MAX, HOUR, 60)
        asked = [one.form["query"][0] for one in server.asked]

    assert 'cluster="a"' in asked[0]
    assert 'cluster="b"' in asked[1]
    assert "cluster=" not in asked[2]
    assert (one.name, other.name) == (f"{server.url} cluster=a", f"{server.url} cluster=b")


def _signature(asked: Asked, url: str, body: bytes, secret: str) -> str:
    """Compute the signature of a request as Amazon describes it, from its parts."""
    headers = {name.lower(): value for name, value in asked.headers.items()}
    scope, signed = (part.split("=", 1)[1] for part in headers["authorization"].split(" ", 1)[1].split(", ")[:2])
    names = signed.split(";")
    canonical = "\n".join(
        [
            "POST", quote("/api/v1/query"), "", *(f"{name}:{headers[name].strip()}" for name in names), "",
            signed, hashlib.sha256(body).hexdigest(),
        ]
    )  # fmt: skip
    _, day, region, service, end = scope.split("/")
    text = "\n".join(
        ["AWS4-HMAC-SHA256", headers["x-amz-date"], f"{day}/{region}/{service}/{end}",
         hashlib.sha256(canonical.encode()).hexdigest()]
    )  # fmt: skip
    key = f"AWS4{secret}".encode()
    for part in (day, region, service, end):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    assert url.removeprefix("http://") == headers["host"]
    assert (region, service) == ("eu-west-1", "aps")
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def test_requests_are_signed_for_amazon(monkeypatch: pytest.MonkeyPatch) -> None:
    """The signature is the one that follows from the request and the secret, computed here by hand."""
    pytest.importorskip("botocore")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a secret key")
    bodies: list[bytes] = []
    with serving(lambda _: vector(ROW), body_to=bodies) as server:
        with closing(PrometheusSource(server.url, access=Access(sigv4_region="eu-west-1"))) as source:
            source.query(queries.GPU_USED_MAX, HOUR, 60)
        (asked,) = server.asked

    reported = asked.headers["Authorization"].rpartition("Signature=")[2]
    assert reported == _signature(asked, server.url, bodies[0], "a secret key")


def test_no_credentials_stop_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any credentials of Amazon's the source is not opened, and what would be accepted is named."""
    pytest.importorskip("botocore")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    with pytest.raises(SettingsError, match="AWS_ACCESS_KEY_ID"):
        PrometheusSource("http://127.0.0.1:1", access=Access(sigv4_region="eu-west-1"))


def test_a_tenant_is_a_header() -> None:
    """The tenant of a Mimir goes out with every query as X-Scope-OrgID, from its own setting."""
    with serving(lambda _: vector(ROW)) as server:
        settings = AgentSettings(prometheus_url=server.url, prometheus_tenant="team-a|team-b", source_kind="mimir")
        with closing(open_source(settings, "a")) as source:
            source.query(queries.GPU_USED_MAX, HOUR, 60)
        headers = {name.lower(): value for name, value in server.asked[0].headers.items()}

    assert headers["x-scope-orgid"] == "team-a|team-b"
    assert delay(settings) == timedelta(minutes=5)
    assert delay(AgentSettings(source_kind="thanos")) == timedelta(hours=3)
    assert delay(AgentSettings(source_kind="thanos", build_delay_seconds=60)) == timedelta(minutes=1)
