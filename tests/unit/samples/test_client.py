"""The HTTP client: what it sends, what it makes of answers, when it tries again."""

from __future__ import annotations

import json
import threading
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
import stamina

from fleetcost.errors import SettingsError, SourceError
from fleetcost.model.window import Window
from fleetcost.ops.secret import Secret
from fleetcost.ops.tls import Tls
from fleetcost.samples import queries
from fleetcost.samples.access import Access
from fleetcost.samples.client import PrometheusSource
from servers.authority import Authority

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator
    from pathlib import Path

HOUR = Window.of_epochs(1_790_002_800, 1_790_006_400)
ROW = {"metric": {"namespace": "a", "pod": "p", "container": "c"}, "value": [1790006400, "0.5"]}


def vector(*rows: object, **more: object) -> tuple[int, object]:
    return 200, {"status": "success", "data": {"resultType": "vector", "result": list(rows)}, **more}


@dataclass
class Asked:
    """A request as the server saw it."""

    path: str
    form: dict[str, list[str]]
    headers: dict[str, str]


@dataclass
class Server:
    """A server that answers from a function and remembers what it was asked."""

    answer: Callable[[Asked], tuple[int, object]]
    url: str = ""
    asked: list[Asked] = field(default_factory=list)


@contextmanager
def serving(
    answer: Callable[[Asked], tuple[int, object]],
    context: ssl.SSLContext | None = None,
    body_to: list[bytes] | None = None,
) -> Iterator[Server]:
    server = Server(answer)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if body_to is not None:
                body_to.append(body)
            self.reply(Asked(self.path, parse_qs(body.decode()), dict(self.headers)))

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            self.reply(Asked(parts.path, parse_qs(parts.query), dict(self.headers)))

        def reply(self, asked: Asked) -> None:
            server.asked.append(asked)
            status, content = server.answer(asked)
            body = content.encode() if isinstance(content, str) else json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            if status == 429:
                self.send_header("Retry-After", "7")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if context is not None:
        http.socket = context.wrap_socket(http.socket, server_side=True)
    server.url = f"{'https' if context else 'http'}://127.0.0.1:{http.server_address[1]}"
    thread = threading.Thread(target=http.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join()


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    """Try again at once."""
    with stamina.set_testing(True, attempts=3):
        yield


def ask(server: Server, **changes: object) -> object:
    with closing(PrometheusSource(server.url, **changes)) as source:  # type: ignore[arg-type]
        return source.query(queries.GPU_USED_MAX, HOUR, 60)


def test_an_answer_becomes_rows() -> None:
    """Labels and values of a vector come back as rows; the query, its time and the cluster go out."""
    with serving(lambda _: vector(ROW)) as server:
        (row,) = ask(server, cluster_label="cluster", cluster_id="prod")  # type: ignore[misc]
        assert (row.labels, row.value) == (ROW["metric"], 0.5)
        (asked,) = server.asked
        assert asked.path == "/api/v1/query"
        assert asked.form["time"] == ["1790006399.999"]
        assert 'cluster="prod"' in asked.form["query"][0]


def test_values_that_are_no_numbers_come_through() -> None:
    """NaN and infinity are passed on; reading counts and drops them."""
    rows = [{**ROW, "value": [0, text]} for text in ("NaN", "+Inf", "-Inf")]
    with serving(lambda _: vector(*rows)) as server:
        assert [str(row.value) for row in ask(server)] == ["nan", "inf", "-inf"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("access", "header", "value"),
    [
        (Access(headers={"X-Scope-OrgID": Secret("tenant-1")}), "X-Scope-OrgID", "tenant-1"),
        (Access(bearer=Secret("abc")), "Authorization", "Bearer abc"),
        (Access(user="me", password=Secret("pw")), "Authorization", "Basic bWU6cHc="),
    ],
    ids=["tenant", "bearer", "basic"],
)
def test_access(access: Access, header: str, value: str) -> None:
    """Headers and credentials go out with every query."""
    with serving(lambda _: vector()) as server:
        ask(server, access=access)
        assert server.asked[0].headers[header] == value


def test_a_token_is_read_again_for_every_query(tmp_path: Path) -> None:
    """A token that is renewed in its file is used from the next query on."""
    file = tmp_path / "token"
    with (
        serving(lambda _: vector()) as server,
        closing(PrometheusSource(server.url, access=Access(bearer_file=file))) as source,
    ):
        for token in ("first", "second"):
            file.write_text(token + "\n")
            source.query(queries.GPU_USED_MAX, HOUR, 60)
        assert [one.headers["Authorization"] for one in server.asked] == ["Bearer first", "Bearer second"]


def test_a_missing_token_is_the_callers_fault(tmp_path: Path) -> None:
    """A token file that is not there is named."""
    with serving(lambda _: vector()) as server, pytest.raises(SettingsError, match="nowhere"):
        ask(server, access=Access(bearer_file=tmp_path / "nowhere"))


def test_two_ways_to_identify_are_refused() -> None:
    """A token and a user cannot both be meant."""
    with pytest.raises(SettingsError, match="bearer and user"):
        Access(bearer=Secret("a"), user="b")


def test_certificates_of_both_sides(tmp_path: Path) -> None:
    """A server with a private authority that asks for a certificate is talked to with one, and not without."""
    authority = Authority(tmp_path)
    context = authority.server_context(authority.issue("127.0.0.1"), client_certificates=True)
    ours = authority.issue("agent")
    whole = Tls(ca_file=authority.file, cert_file=ours.certificate, key_file=ours.key)
    with serving(lambda _: vector(ROW), context) as server:
        assert len(ask(server, access=Access(tls=whole))) == 1  # type: ignore[arg-type]
        for part in (None, Tls(ca_file=authority.file), Tls(cert_file=ours.certificate, key_file=ours.key)):
            with pytest.raises(SourceError, match="is the address right"):
                ask(server, access=Access(tls=part))
        trusting = Tls(verify=False, cert_file=ours.certificate, key_file=ours.key)
        assert len(ask(server, access=Access(tls=trusting))) == 1  # type: ignore[arg-type]


def test_certificates_that_are_not_there_are_named(tmp_path: Path) -> None:
    """A missing certificate file is the caller's fault."""
    with pytest.raises(SettingsError, match=r"nothing\.pem"):
        Tls(ca_file=tmp_path / "nothing.pem").context()


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_busy_server_is_asked_again(status: int) -> None:
    """What may pass is tried again."""
    answers = iter([(status, {"error": "busy"}), vector(ROW)])
    with serving(lambda _: next(answers)) as server:
        assert len(ask(server)) == 1  # type: ignore[arg-type]
        assert len(server.asked) == 2


def test_a_server_that_stays_busy_is_named() -> None:
    """After the last attempt the error names the query, the server and what it said."""
    with serving(lambda _: (503, {"error": "overloaded"})) as server:
        with pytest.raises(SourceError, match=r"query 'GPU used at most' on http://127.*503: overloaded"):
            ask(server)
        assert len(server.asked) == 3


def test_nobody_there() -> None:
    """A refused connection is tried again and then reported with its cure."""
    with (
        pytest.raises(SourceError, match=r"ConnectError.*is the address right"),
        closing(PrometheusSource("http://127.0.0.1:9")) as source,
    ):
        source.query(queries.GPU_USED_MAX, HOUR, 60)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ((401, "no org id"), "401: no org id; give a bearer token.*X-Scope-OrgID"),
        ((404, "not here"), "404: not here; the address must be the base"),
        ((400, {"error": "parse error"}), "400: parse error"),
        ((200, "<html>"), "not that of a Prometheus API"),
        ((200, {"status": "success", "data": {"resultType": "matrix", "result": []}}), "not that of a Prometheus API"),
        (vector(ROW, isPartial=True), "partial"),
        (vector(ROW, warnings=["store 10.0.0.1 did not answer"]), "partial.*10.0.0.1"),
    ],
    ids=["tenant missing", "wrong path", "query refused", "a web page", "a matrix", "partial", "partial by warning"],
)
def test_answers_that_are_none(answer: tuple[int, object], message: str) -> None:
    """What is not a whole answer is an error with its cure, and is not tried again."""
    with serving(lambda _: answer) as server:
        with pytest.raises(SourceError, match=message):
            ask(server)
        assert len(server.asked) == 1


def test_remarks_on_style_are_no_missing_data() -> None:
    """A warning about the query itself does not make its answer partial."""
    with serving(lambda _: vector(ROW, warnings=["PromQL warning: metric might not be a counter"])) as server:
        assert len(ask(server)) == 1  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (422, "query processing would load too many samples into memory in query execution"),
        (
            422,
            "the query exceeded the maximum number of series (limit: 100000 series) (err-mimir-max-series-per-query)",
        ),
        (422, "cannot select more than -search.maxSamplesPerQuery=1000000000 samples"),
        (503, "query timed out in expression evaluation"),
    ],
    ids=["prometheus", "mimir", "victoria", "time"],
)
def test_a_query_that_is_too_large_is_asked_in_parts(status: int, said: str) -> None:
    """Namespaces are asked for a few at a time, every one once, and from then on at once so."""
    names = [f"ns-{i}" for i in range(9)]

    def answer(asked: Asked) -> tuple[int, object]:
        if asked.path.endswith("/values"):
            return 200, {"status": "success", "data": names}
        text = asked.form["query"][0]
        if "namespace=~" not in text:
            return status, {"error": said}
        pattern = text.partition('namespace=~"')[2].partition('"')[0]
        found = [name for name in pattern.replace("\\\\-", "-").split("|") if name]
        return vector(*({"metric": {"namespace": name}, "value": [0, "1"]} for name in found))

    with serving(answer) as server, closing(PrometheusSource(server.url)) as source:
        rows = source.query(queries.GPU_USED_MAX, HOUR, 60)
        assert sorted(row.labels["namespace"] for row in rows) == names
        before = len(server.asked)
        source.query(queries.GPU_USED_MAX, HOUR, 60)
        assert not any("namespace=~" not in one.form["query"][0] for one in server.asked[before + 1 :])


def test_a_query_without_namespaces_cannot_be_asked_in_parts() -> None:
    """A query about nodes that is too large is an error that names the limit's cure."""
    with (
        serving(lambda _: (422, {"error": "too many samples"})) as server,
        closing(PrometheusSource(server.url)) as source,
        pytest.raises(SourceError, match="raise the server's limit"),
    ):
        source.query(queries.NODE_CPU_CAPACITY, HOUR, 60)


def test_credentials_in_the_address_are_not_shown() -> None:
    """The name of a source, which every set carries, holds no password."""
    with closing(PrometheusSource("http://user:pass@prometheus:9090/", "cluster", "prod")) as source:
        assert source.name == "http://prometheus:9090 cluster=prod"
