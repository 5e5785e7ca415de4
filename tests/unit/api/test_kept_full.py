"""What people keep on the server, and what the server keeps of its answers."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from compat.asgi import AsgiClient
from compat.catalogue import FLEETS
from compat.engine import PAGE, services_of
from compat.fleets import ingested
from compat.started import Fleets
from fleetcost.api.answers import Answers, Kept, packed
from fleetcost.api.app import create_app
from fleetcost.api.state import FolderState, NoState
from fleetcost.errors import ConditionFailedError

WINDOW = "window=1704067200,1704153600"


@pytest.fixture(scope="module")
def fleets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleets]:
    """The fleets of the conformance cases, each started when it is first asked."""
    made = Fleets(tmp_path_factory)
    yield made
    made.close()


def test_views_are_kept(tmp_path: Path) -> None:
    """A view is put, replaced, read after a restart, and removed."""
    made = ingested(FLEETS["tenants"], tmp_path)
    body = json.dumps({"title": "GPU", "url": "explore?aggregate=namespace", "description": "d"}).encode()
    with AsgiClient(create_app(services_of(made, tmp_path), PAGE)) as client:
        kept = client.ask("/api/v1/views/gpu", method="PUT", body=body).document
        assert kept["views"][0] | {"updated_at": ""} == {
            "id": "gpu", "title": "GPU", "description": "d", "url": "explore?aggregate=namespace", "owner": None,
            "updated_at": "",
        }  # fmt: skip
        assert client.ask("/api/v1/views/gpu", method="PUT", body=body.replace(b"GPU", b"GPUs")).status == 200
    with AsgiClient(create_app(services_of(made, tmp_path), PAGE)) as client:
        assert [view["title"] for view in client.ask("/api/v1/views").document["views"]] == ["GPUs"]
        assert client.ask("/api/v1/views/gpu", method="DELETE").document == {"views": [], "read_only": False}
        assert client.ask("/api/v1/views/gpu", method="DELETE").status == 404
    made.database.close()


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("ok", b"not json", 400),
        ("ok", b'{"title": "t"}', 400),
        ("ok", b'{"title": " ", "url": "explore"}', 400),
        ("ok", b'{"title": "t", "url": "https://elsewhere/"}', 400),
        ("ok", b'{"title": "t", "url": "javascript:alert(1)"}', 400),
        ("ok", b'{"title": "t", "url": "//elsewhere/"}', 400),
        ("ok", b'{"title": "t", "url": "\\\\\\\\elsewhere"}', 400),
        ("ok", b'{"title": "' + b"t" * 5000 + b'", "url": "explore"}', 400),
        ("ok", b'{"title": "' + b"t" * 70_000 + b'", "url": "explore"}', 413),
        ("%20bad", b'{"title": "t", "url": "explore"}', 400),
        ("ok", b'{"title": "t", "url": "explore?filter=cluster:%22a%22"}', 200),
    ],
)
def test_a_view_is_a_page_of_this_server(fleets: Fleets, path: str, body: bytes, status: int) -> None:
    """What is no view, too large, or leads elsewhere is refused."""
    answer = fleets.client("topology").ask(f"/api/v1/views/{path}", method="PUT", body=body)
    assert answer.status == status, answer.body
    fleets.client("topology").ask("/api/v1/views/ok", method="DELETE")


def test_contexts_are_kept(fleets: Fleets) -> None:
    """Contexts are put and removed by the field's routes."""
    client = fleets.client("averages")
    added = client.ask("/model/clusters", method="PUT", body=b'{"name": "eu", "address": "http://eu:9090"}').document
    assert added["data"].items() >= {"name": "eu", "address": "http://eu:9090", "id": "eu", "details": {}}.items()
    assert [one["id"] for one in client.ask("/model/clusters?check=false").document["data"]] == ["eu"]
    assert client.ask("/model/clusters", method="PUT", body=b'{"name": "x", "address": "ftp://x"}').status == 400
    assert client.ask("/model/clusters/eu", method="DELETE").status == 200
    assert client.ask("/model/clusters/eu", method="DELETE").status == 404


def test_a_change_between_reading_and_writing_is_noticed(tmp_path: Path) -> None:
    """A document that somebody else has changed is not overwritten; a store of nothing takes nothing."""
    state = FolderState(tmp_path / "state")
    state.write("views", b"one", b"")
    with pytest.raises(ConditionFailedError):
        state.write("views", b"two", b"")
    assert state.read("views") == b"one"
    with pytest.raises(ConditionFailedError):
        NoState().write("views", b"one", b"")


def test_equal_questions_get_equal_bytes(fleets: Fleets) -> None:
    """An answer is kept as it was sent, compressed too, and a client that has it already learns it."""
    client = fleets.client("topology")
    target = f"/api/v1/allocations?{WINDOW}&aggregate=pod&step=all"
    first = client.ask(target)
    packed_answer = client.ask(target, headers={"accept-encoding": "br, gzip"})
    reordered = client.ask(f"/api/v1/allocations?step=all&aggregate=pod&{WINDOW}")

    assert packed_answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed_answer.body) == first.body == reordered.body
    again = client.ask(target, headers={"if-none-match": first.headers["etag"]})
    assert (again.status, again.body) == (304, b"")


def test_a_new_pass_forgets(tmp_path: Path) -> None:
    """After an ingest pass nothing that was kept before is served."""
    made = ingested(FLEETS["tenants"], tmp_path)
    with AsgiClient(create_app(services_of(made, tmp_path), PAGE)) as client:
        target = f"/api/v1/allocations?{WINDOW}&aggregate=namespace&tenancy=hide&idle=hide"
        assert client.ask(target).document["totals"]["total_cost"] == 8
        with made.database.transaction() as writer:
            writer.execute("DELETE FROM namespace_1d WHERE namespace = 'a'")
        assert client.ask(target).document["totals"]["total_cost"] == 8
        made.ingestor.pass_once()
        assert client.ask(target).document["totals"]["total_cost"] == 2
    made.database.close()


def test_the_kept_answers_have_a_bound() -> None:
    """The longest unused answers leave first, and an answer too large for its part of the space is not kept."""
    answers = Answers(size_bytes=8000)
    for number in range(12):
        answers.put(number, Kept(b"x" * 900, b"", "", ""))
        answers.get(0)
    assert answers.get(0) is not None
    assert answers.get(1) is None
    assert answers.get(11) is not None
    answers.put("large", Kept(b"x" * 1001, b"", "", ""))
    assert answers.get("large") is None
    assert packed(b"small", "text/plain").compressed == b""
