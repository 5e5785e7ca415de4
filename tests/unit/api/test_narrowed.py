"""What a narrowed token sees of the worked example, to the last cent."""

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
