"""What every route shares: start-up, headers, compression, the web app, unknown paths."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from builders import bucket_of, day, key, pair
from fleetcost.api.headers import HEADERS
from fleetcost.bucket.memory import MemoryBucket
from fleetcost.errors import StoreError
from fleetcost.sets.layout import set_path
from unit.api.apps import INDEX, App, app

QUESTIONS = ["/model/allocation?window=7d", "/model/assets?window=7d", "/api/v1/allocations", "/api/v1/assets",
             "/api/v1/clusters"]  # fmt: skip
ASKED = [*QUESTIONS, "/healthz", "/metrics", "/", "/explore", "/assets/app.js", "/assets/none.js", "/model/none",
         "/api/v1/none", "/model/allocation"]  # fmt: skip


@pytest.mark.parametrize("path", QUESTIONS)
def test_before_the_first_pass_questions_wait(tmp_path: Path, path: str) -> None:
    """While nothing was ingested an answer would be a lie: it is 503 with the progress, in the route's shape."""
    with app(tmp_path, MemoryBucket()) as empty:
        answer = empty.refused(path, 503)
        if path.startswith("/api"):
            assert (answer["type"], answer["progress"]) == ("starting", {"done": 0, "total": 0})
        else:
            assert (answer["code"], answer["status"], answer["data"]) == (503, "error", None)
        assert "the first ingest is running" in (answer.get("detail") or answer["message"])
        assert empty.get("/healthz")["status"] == "ok"


def test_an_empty_bucket_is_an_answer(tmp_path: Path) -> None:
    """After a pass over an empty bucket there is nothing to wait for: no rows, no clusters, no error."""
    with app(tmp_path, MemoryBucket()) as empty:
        empty.ingestor.pass_once()
        assert empty.get("/api/v1/allocations")["rows"] == []
        assert empty.get("/api/v1/clusters")["clusters"] == []
        assert empty.get("/model/allocation", window="1d")["data"] == [{}]


class Away(MemoryBucket):
    """A bucket that does not answer."""

    def list(self, prefix: str = "") -> object:  # type: ignore[override]
        """Fail."""
        raise StoreError(f"list {prefix}: time-out")


class Once(threading.Event):
    """A stop that lets the loop go round once."""

    def wait(self, timeout: float | None = None) -> bool:
        """Stop instead of pausing."""
        self.set()
        return timeout is not None


def test_a_first_pass_that_failed_says_why(tmp_path: Path) -> None:
    """A bucket that cannot be reached is not a first ingest that is running: the reason is reported."""
    with app(tmp_path, Away()) as broken:
        broken.ingestor.run(Once(), 1)
        problem = broken.refused("/api/v1/allocations", 503)
    assert problem["type"] == "try-again"
    assert "list federated: time-out" in problem["detail"]


def test_answers_come_while_the_first_pass_still_runs(tmp_path: Path) -> None:
    """As soon as one batch is in the tables questions are answered from it."""
    bucket = bucket_of(*pair(day()))
    with app(tmp_path, bucket) as opened:
        opened.ingestor.pass_once()
        bucket.put(set_path(key(day(1))), b"garbage")
        assert opened.get("/api/v1/clusters")["clusters"][0]["cluster"] == "c1"


@pytest.mark.parametrize("path", ASKED)
def test_every_response_carries_the_security_headers(full: App, path: str) -> None:
    """Answers, errors, pages and files alike."""
    headers = full.client.get(path).headers
    assert {name: headers.get(name) for name in HEADERS} == HEADERS


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/v1", "/api/v1/none", "/api/v2/allocations"])
def test_unknown_native_routes_are_problems(full: App, path: str) -> None:
    """A path nobody serves below `/api` is 404 as a problem document, not the web page."""
    response = full.client.get(path)
    assert (response.status_code, response.headers["content-type"]) == (404, "application/problem+json")
    assert f"{path}: there is no such route" in response.json()["detail"]


@pytest.mark.parametrize("path", ["/model", "/model/none", "/model/savings/x"])
def test_unknown_model_routes_are_in_the_fields_envelope(full: App, path: str) -> None:
    """A path nobody serves below `/model` is 404 in the envelope its clients read."""
    answer = full.refused(path, 404)
    assert (answer["code"], answer["status"]) == (404, "error")


@pytest.mark.parametrize(
    ("path", "kind"), [("/api/v1/allocations", "application/problem+json"), ("/model/allocation", "application/json")]
)
def test_other_methods_are_refused_in_the_routes_shape(full: App, path: str, kind: str) -> None:
    """A method a route does not have is 405 with what it has, in the shape its clients read."""
    response = full.client.post(path)
    assert (response.status_code, response.headers["content-type"]) == (405, kind)
    assert "GET" in response.headers["allow"]
    assert f"POST {path}" in response.text
    body = response.json()
    assert body.get("status" if "problem" in kind else "code") == 405


def test_a_mistake_of_ours_is_told_without_its_inside(full: App, capsys: pytest.CaptureFixture[str]) -> None:
    """An unexpected error is 500 with an id that is in the log, and nothing of its inside reaches the client."""
    status = full.client.application.state.services.status
    services = full.client.application.state.services

    def broken() -> None:
        raise RuntimeError("the secret of the house")

    object.__setattr__(services, "status", broken)
    try:
        response = full.client.get("/api/v1/allocations")
    finally:
        object.__setattr__(services, "status", status)
    problem = response.json()
    assert (response.status_code, problem["type"]) == (500, "internal")
    assert "secret" not in response.text
    printed = capsys.readouterr()
    assert problem["request_id"] in printed.out + printed.err


def test_long_answers_are_compressed(full: App) -> None:
    """An answer that is worth it goes out as gzip to whoever takes it, and as it is to whoever does not."""
    packed = full.client.get("/model/allocation?window=7d", headers={"accept-encoding": "gzip"})
    plain = full.client.get("/model/allocation?window=7d", headers={"accept-encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.json() == plain.json()
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"])
    assert "accept-encoding" in packed.headers["vary"].lower()


@pytest.mark.parametrize(
    ("path", "base"),
    [
        ("/", "./"),
        ("/explore", "./"),
        ("/assets", "./"),
        ("/cluster/c1", "../"),
        ("/cluster/c1/", "../../"),
        ("/cluster/a.b", "../"),
        ("/a/b/c", "../../"),
        ("/healthz/x", "../"),
    ],
)
def test_the_page_is_under_every_path_and_finds_its_root(full: App, path: str, base: str) -> None:
    """Any other path is the page, with a base that leads to the app's root under any prefix; it is never cached."""
    response = full.client.get(path, headers={"accept": "text/html"})
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/html")
    assert response.headers["cache-control"] == "no-cache"
    assert response.content == INDEX.replace(b'<base href="./">', f'<base href="{base}">'.encode())


def test_built_files_are_kept_for_a_year(full: App) -> None:
    """Files named by their content never change; files at the root may."""
    script = full.client.get("/assets/app.js")
    assert script.headers["content-type"].startswith("text/javascript")
    assert script.headers["cache-control"] == "public, max-age=31536000, immutable"
    icon = full.client.get("/favicon.svg")
    assert (icon.content, icon.headers["cache-control"]) == (b"<svg/>", "no-cache")


@pytest.mark.parametrize("path", ["/assets/none.js", "/assets/../index.html", "/assets/%2e%2e/index.html", "/assets/"])
def test_a_file_that_is_not_there_is_not_the_page(full: App, path: str) -> None:
    """A script that is not there must not be answered with a page, or the browser runs a page as a script."""
    response = full.client.get(path)
    assert response.status_code == 404 or response.content.startswith(b"<!doctype html>")
    if path.startswith("/assets/none"):
        assert response.status_code == 404


def test_metrics_are_served(full: App) -> None:
    """The aggregator's own metrics are at `/metrics`."""
    response = full.client.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain")
    assert "fleetcost_aggregator_passes_total" in response.text
