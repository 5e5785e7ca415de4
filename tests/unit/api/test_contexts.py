"""Contexts: what is shown of them, what is kept of their credentials, and what is passed on to them."""

from __future__ import annotations

import base64
import json
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from builders import open_tables
from fleetcost.api.app import create_app
from fleetcost.api.elsewhere.book import read_book
from fleetcost.api.services import Services
from fleetcost.api.state import FolderState
from fleetcost.errors import SettingsError
from fleetcost.ingest.passes import Status
from unit.api.apps import NOW, WEB, Client

BASIC = f"Basic {base64.b64encode(b'ann:secret').decode()}"


@dataclass
class Other:
    """Another installation that notes what it is asked."""

    address: str = ""
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    wants: str | None = None


@contextmanager
def other() -> Iterator[Other]:
    """Run another installation for the length of the block."""
    noted = Other()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            noted.asked.append((self.path, self.headers.get("authorization")))
            allowed = noted.wants is None or noted.wants == self.headers.get("authorization")
            page = self.path == "/model/getConfigs"
            body = b"<script>" if page else json.dumps({"code": 200, "data": {"id": "eu"}}).encode()
            self.send_response(302 if self.path == "/model/clusters/status" else 200 if allowed else 401)
            self.send_header("location", "http://127.0.0.1:1/")
            self.send_header("content-type", "text/html" if page else "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    noted.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield noted
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    """A server with one provisioned context whose address nobody answers on."""
    (tmp_path / "contexts.yaml").write_text("- {name: far, address: 'http://127.0.0.1:1'}\n")
    book = read_book(tmp_path / "contexts.yaml", None, tmp_path / "kept.json")
    database = open_tables(tmp_path)
    services = Services(
        database=database, status=Status, clock=lambda: NOW, hourly_retention=None, interval_seconds=60,
        state=FolderState(tmp_path / "state"), contexts=book,
    )  # fmt: skip
    yield Client(create_app(services, WEB))
    database.close()


def put(client: Client, **entry: Any) -> tuple[int, Any]:
    """Add a context; return status and answer."""
    answer = client.send("PUT", "/model/clusters", json.dumps(entry).encode())
    return answer.status_code, answer.json()


def listed(client: Client) -> dict[str, dict[str, Any]]:
    """Return every context by its id."""
    return {one["id"]: one for one in client.get("/model/clusters").json()["data"]}


def test_contexts_say_whether_they_are_there(client: Client) -> None:
    """A context that answers is reachable, one that does not says why, and the operator's is marked as provisioned."""
    with other() as eu:
        put(client, name="eu", address=eu.address)
        found = listed(client)

    assert found["eu"]["reachable"] is True
    assert (found["eu"]["provisioned"], found["eu"]["authenticated"]) == (False, False)
    assert found["far"]["provisioned"] is True
    assert found["far"]["reachable"] is False
    assert "refused" in found["far"]["reason"]
    assert client.get("/model/clusters", {"check": "false"}).json()["data"][0]["reachable"] is None


def test_credentials_are_kept_and_never_shown(client: Client, tmp_path: Path) -> None:
    """What was given is sent to the context, lies in a file only its owner reads, and is in no answer and no state."""
    with other() as eu:
        eu.wants = BASIC
        put(client, name="eu", address=eu.address)
        assert "asks for credentials" in listed(client)["eu"]["reason"]
        _, reported = put(
            client, name="eu", address=eu.address, auth={"type": "basic", "user": "ann", "pass": "secret"}
        )
        shown = listed(client)

    assert (shown["eu"]["reachable"], shown["eu"]["authenticated"]) == (True, True)
    assert "auth" not in reported["data"]
    for text in (json.dumps(reported), json.dumps(shown), (tmp_path / "state" / "contexts.json").read_text()):
        assert "secret" not in text
        assert BASIC not in text
    assert stat.S_IMODE((tmp_path / "kept.json").stat().st_mode) == 0o600


def test_credentials_go_to_no_other_origin(client: Client) -> None:
    """A context whose address moves to another origin is asked there without what was given for the first."""
    with other() as eu, other() as us:
        put(client, name="eu", address=eu.address, auth={"type": "bearer", "token": "t"})
        put(client, name="eu", address=us.address)
        found = listed(client)["eu"]
        back = put(client, name="eu", address=eu.address)[1]["data"]

    assert (found["reachable"], found["authenticated"]) == (True, False)
    assert us.asked == [("/model/clusterInfo", None)]
    assert back["authenticated"] is False


def test_answers_are_passed_on(client: Client) -> None:
    """A question comes back as the context answers it, with the kept credentials; what changes things is not asked."""
    with other() as eu:
        put(client, name="e u", address=eu.address, auth={"data": BASIC.split()[1]})
        base = listed(client)["e u"]["base"]
        answer = client.get(f"/{base}model/allocation", {"window": "1d"}, {"authorization": "Bearer mine"})
        paths = ("admin", "model/cloudCost/rebuild?commit=true", "model/etl/asset/repair", "model/../admin")
        refused = [client.get(f"/{base}{path}").status_code for path in paths]
        unfit = [client.get(f"/{base}model/{path}").status_code for path in ("getConfigs", "clusters/status")]

    assert answer.json()["data"] == {"id": "eu"}
    assert eu.asked[1] == ("/model/allocation?window=1d", BASIC)
    assert "access-control-allow-origin" not in answer.headers
    assert refused == [400, 400, 400, 400]
    assert unfit[0] == 503
    assert not [path for path, _ in eu.asked if "rebuild" in path or "repair" in path]
    assert ("/", BASIC) not in eu.asked
    assert client.get("/contexts/none/model/allocation").status_code == 404


def test_an_unreachable_context_is_a_reason(client: Client) -> None:
    """A question to a context that does not answer is an error that names it."""
    answer = client.get("/contexts/far/model/allocation")

    assert answer.status_code == 503
    assert "http://127.0.0.1:1 does not answer" in answer.text


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"name": "x", "address": "ftp://x"}, "accepted are http:// and https://"),
        ({"name": "x", "address": "http://ann:secret@x"}, "give them as auth"),
        ({"name": "x", "address": "http://x", "auth": {"type": "basic"}}, "accepted are type basic"),
        ({"name": "a/b", "address": "http://x"}, "without /"),
        ({"name": "far", "address": "http://x"}, "is provisioned"),
    ],
)
def test_what_cannot_be_added_is_refused(client: Client, entry: dict[str, Any], said: str) -> None:
    """An address that is none, holds credentials, or a name that is the operator's is refused with the cure."""
    status, answer = put(client, **entry)

    assert status == 400
    assert said in answer["message"]
    assert list(listed(client)) == ["far"]


def test_contexts_are_removed(client: Client, tmp_path: Path) -> None:
    """A context is forgotten with its credentials; the operator's cannot be."""
    put(client, name="eu", address="http://127.0.0.1:1", auth={"type": "bearer", "token": "t"})
    assert client.send("DELETE", "/model/clusters/eu").status_code == 200
    assert json.loads((tmp_path / "kept.json").read_text()) == {}
    assert client.send("DELETE", "/model/clusters/far").status_code == 400


def test_a_cloud_s_own_address_is_not_asked(client: Client) -> None:
    """A context at the address where clouds hand credentials to their machines is never asked."""
    put(client, name="meta", address="http://169.254.169.254")

    assert "not asked" in listed(client)["meta"]["reason"]


def test_the_operators_files_are_checked(tmp_path: Path) -> None:
    """A context that names a secret that is not there stops the start, with both names."""
    (tmp_path / "contexts.yaml").write_text("- {name: far, address: 'http://far:9090', secret: lost}\n")
    (tmp_path / "secrets.yaml").write_text("far: {user: ann, pass: secret}\n")
    with pytest.raises(SettingsError, match=r"far.*lost"):
        read_book(tmp_path / "contexts.yaml", tmp_path / "secrets.yaml", tmp_path / "kept.json")

    (tmp_path / "contexts.yaml").write_text("- {name: far, address: 'http://far:9090', secret: far}\n")
    book = read_book(tmp_path / "contexts.yaml", tmp_path / "secrets.yaml", tmp_path / "kept.json")
    found = book.authorization(book.provisioned[0])
    assert found is not None
    assert found.reveal() == BASIC
