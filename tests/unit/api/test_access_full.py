"""Who may ask what, on the worked example: every route, exact sums of a narrowed token, changed files, addresses."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from compat.asgi import Answered, AsgiClient
from compat.catalogue import FLEETS
from compat.engine import PAGE, services_of
from compat.fleets import Ingested, ingested
from fleetcost.api.access import Tokens
from fleetcost.api.app import create_app
from fleetcost.api.routes.operations import EVERY
from fleetcost.api.serve import check_exposure
from fleetcost.errors import SettingsError

WINDOW = "window=1704067200,1704153600"
NS = "sees-ns2"


def entry(name: str, token: str, **facts: Any) -> dict[str, Any]:
    """Return a token as the file has it."""
    return {"name": name, "sha256": hashlib.sha256(token.encode()).hexdigest()} | facts


TOKENS = [entry("team", NS, filter='namespace:"ns2"')]


def tokens_file(folder: Path, entries: list[dict[str, Any]]) -> Path:
    """Write a file of tokens."""
    file = folder / "tokens.yaml"
    file.write_text(yaml.safe_dump({"tokens": entries}))
    return file


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ingested]:
    """The worked example in tables."""
    tables = ingested(FLEETS["topology"], tmp_path_factory.mktemp("access"))
    yield tables
    tables.database.close()


@pytest.fixture(scope="module")
def client(made: Ingested, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AsgiClient]:
    """The application with tokens."""
    folder = tmp_path_factory.mktemp("tokens")
    services = services_of(made, folder, tokens=Tokens(tokens_file(folder, TOKENS)))
    with AsgiClient(create_app(services, PAGE)) as asked:
        yield asked


def ask(client: AsgiClient, target: str, token: str, **more: Any) -> Answered:
    """Ask with a token."""
    return client.ask(target, headers={"authorization": f"Bearer {token}"}, **more)


@pytest.mark.parametrize("operation", EVERY, ids=lambda operation: operation.identifier)
def test_no_route_answers_without_a_token(client: AsgiClient, operation: Any) -> None:
    """Every route of the table refuses a request without a token, in the shape of its clients."""
    answer = client.ask(operation.path.replace("{id}", "x"), method=operation.method, body=b"{}")
    assert answer.status == 401
    assert "Bearer" in answer.headers["www-authenticate"]
    assert answer.document.get("status") in {401, "error"}


def test_alive_needs_no_token(client: AsgiClient) -> None:
    """A probe needs no token and learns nothing but that the process answers."""
    assert set(client.ask("/healthz").document) == {"status", "version"}


def test_a_filter_narrows_every_answer(client: AsgiClient) -> None:
    """What a token's filter leaves out is in no row, no total, no step, no file and no suggestion."""
    native = ask(client, f"/api/v1/allocations?{WINDOW}&aggregate=namespace&idle=hide", NS).document
    assert [row["name"] for row in native["rows"]] == ["ns2"]
    assert native["totals"]["total_cost"] == 36
    assert native["series"][0]["total_cost"] == 36
    assert native["question"]["filter"] == ""

    compatible = ask(client, f"/model/allocation?{WINDOW}&aggregate=namespace&shareIdle=true", NS).document
    assert {name: row["totalCost"] for name, row in compatible["data"][0].items()} == {"ns2": 46.3125}

    topline = ask(client, f"/model/allocation/summary/topline?{WINDOW}&aggregate=namespace&idle=false", NS).document
    assert topline["data"]["numResults"] == 1
    assert ask(client, f"/model/allocation/autocomplete?{WINDOW}&field=namespace", NS).document["data"] == ["ns2"]
    for how in ("csv", "parquet"):
        file = ask(client, f"/api/v1/allocations?{WINDOW}&aggregate=namespace&format={how}", NS).body
        assert b"ns2" in file
        assert b"ns1" not in file


def test_a_filter_of_the_question_cannot_widen(client: AsgiClient) -> None:
    """The question's own filter only narrows further, in either version of the language."""
    for more in (
        "filter=namespace:%22ns1%22",
        "filterNamespaces=ns1",
        "filter=namespace:%22ns1%22|namespace:%22ns2%22%20",
    ):
        rows = ask(client, f"/model/allocation?{WINDOW}&aggregate=namespace&idle=false&{more}", NS)
        names = set(rows.document["data"][0]) if rows.status == 200 else set()
        assert names <= {"ns2"}


def test_sharing_does_not_show_what_is_hidden(client: AsgiClient) -> None:
    """A narrowed token cannot learn what others cost by having it shared: hidden workloads share nothing."""
    for more in ("shareNamespaces=ns*", "shareNamespaces=ns1", "shareLabels=team:blue"):
        answer = ask(client, f"/model/allocation?{WINDOW}&aggregate=namespace&idle=false&{more}", NS).document["data"][
            0
        ]
        assert sum(row["totalCost"] for row in answer.values()) <= 36.00001
    overhead = ask(client, f"/model/allocation?{WINDOW}&aggregate=namespace&idle=false&shareCost=730", NS).document
    assert overhead["data"][0]["ns2"]["sharedCost"] == 24


def test_a_changed_file_counts_at_once(made: Ingested, tmp_path: Path) -> None:
    """A token that is taken out of the file is refused from then on; a broken file changes nothing."""
    file = tokens_file(tmp_path, [entry("one", "1"), entry("two", "2")])
    with AsgiClient(create_app(services_of(made, tmp_path, tokens=Tokens(file)), PAGE)) as client:
        assert ask(client, "/api/v1/clusters", "1").status == 200
        tokens_file(tmp_path, [entry("two", "2"), entry("three", "3")])
        assert ask(client, "/api/v1/clusters", "1").status == 401
        assert ask(client, "/api/v1/clusters", "3").status == 200
        file.write_text("tokens: nonsense, and longer than before")
        assert ask(client, "/api/v1/clusters", "3").status == 200
        file.unlink()
        assert ask(client, "/api/v1/clusters", "3").status == 200


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    """Starting with a file that is not there fails: nothing is served without the tokens that were asked for."""
    with pytest.raises(SettingsError, match="tokens file"):
        Tokens(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    ("bind", "tokens", "flag", "allowed"),
    [
        ("127.0.0.1", False, False, True), ("::1", False, False, True), ("localhost", False, False, True),
        ("0.0.0.0", False, False, False), ("10.0.0.7", False, False, False), ("::", False, False, False),
        ("0.0.0.0", True, False, True), ("0.0.0.0", False, True, True),
    ],
)  # fmt: skip
def test_costs_are_not_shown_to_a_network_by_accident(bind: str, tokens: bool, flag: bool, allowed: bool) -> None:  # noqa: FBT001
    """Without tokens only loopback is served, unless a flag says that it is meant."""
    if allowed:
        check_exposure(bind, tokens=tokens, without_authentication=flag)
        return
    with pytest.raises(SettingsError, match="--serve-without-authentication"):
        check_exposure(bind, tokens=tokens, without_authentication=flag)
