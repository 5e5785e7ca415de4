"""`/api/v1/statements`: books, a month beside what is known now, closing, files, and who may see what."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from fleetcost.api.access import Tokens
from fleetcost.sets.statements import lines_from_bytes
from unit.api.apps import Client
from unit.statements.closings import (
    FEBRUARY,
    JANUARY,
    OF_FEBRUARY,
    OF_JANUARY,
    ClosingFleet,
    closing_fleet,
    served,
)

TEAM = "/api/v1/statements/team"
TOKENS = {
    "all": ("[read, admin]", ""),
    "reader": ("[read]", ""),
    "web": ("[read]", 'label[team]:"web"'),
    "east": ("[read]", 'cluster:"east"'),
}


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClosingFleet]:
    """A fleet whose January was closed, then billed 80 instead of 100, and whose February waits."""
    with closing_fleet(tmp_path_factory.mktemp("routes")) as made:
        for number in (OF_JANUARY, OF_FEBRUARY):
            made.day(number, web=30, find=20)
        made.define()
        made.load()
        made.close(JANUARY, accepted="a test has one day")
        made.bill(OF_JANUARY, 80)
        yield made


@pytest.fixture(scope="module")
def client(fleet: ClosingFleet) -> Client:
    """An application of the fleet."""
    return served(fleet)


@pytest.fixture(scope="module")
def guarded(fleet: ClosingFleet, tmp_path_factory: pytest.TempPathFactory) -> Client:
    """The same behind tokens; a token's text is its name."""
    file = tmp_path_factory.mktemp("tokens") / "tokens.yaml"
    lines = ["tokens:"]
    for name, (scopes, allowed) in TOKENS.items():
        digest = hashlib.sha256(name.encode()).hexdigest()
        lines += [f"  - name: {name}", f"    sha256: {digest}", f"    scopes: {scopes}", f"    filter: '{allowed}'"]
    file.write_text("\n".join(lines))
    return served(fleet, Tokens(file))


def as_token(name: str) -> dict[str, str]:
    """Return the headers of a token."""
    return {"authorization": f"Bearer {name}"}


def test_books_and_their_months_are_listed(client: Client) -> None:
    """Each month up to the running one has its state; what is closed has its statement, what waits says for what."""
    (book,) = client.get("/api/v1/statements").json()["books"]
    assert (book["name"], book["key"], book["fault"]) == ("team", ["label:team"], "")
    assert [(one["month"], one["state"]) for one in book["months"]] == [
        ("2026-04", "running"), ("2026-03", "waiting"), ("2026-02", "waiting"), ("2026-01", "closed"),
    ]  # fmt: skip
    assert "lacks 27 days" in book["months"][2]["waiting"][0]
    (statement,) = book["months"][3]["statements"]
    assert statement["accepted"] == "a test has one day"
    assert [(one["currency"], one["total"]) for one in statement["totals"]] == [("EUR", "100")]


def test_a_month_stands_beside_what_is_known_now(client: Client) -> None:
    """Statement, postings, live and what is not posted are there by key and in all, and add up."""
    answer = client.get(f"{TEAM}/2026-01").json()
    assert answer["totals"] == [{"currency": "EUR", "closed": "100", "posted": "0", "live": "80", "unposted": "-20"}]
    web = answer["keys"][0]
    assert (web["name"], web["key"], web["row"]) == ("web", {"label:team": "web"}, "group")
    for one in answer["keys"]:
        assert Decimal(one["closed"]) + Decimal(one["posted"]) + Decimal(one["unposted"]) == Decimal(one["live"])
    assert {line["name"]: line["total_cost"] for line in answer["lines"]} == {"web": "60", "find": "40"}


def test_an_open_month_has_what_is_known_now(client: Client) -> None:
    """A month that is not closed has no statement and no lines, its live amounts, and what it waits for."""
    answer = client.get(f"{TEAM}/2026-02").json()
    assert (answer["month"]["state"], answer["month"]["statements"], answer["lines"]) == ("waiting", [], [])
    assert answer["totals"][0]["live"] == "100"


def test_files_are_the_statement(client: Client, fleet: ClosingFleet) -> None:
    """Parquet is the very object, meta the header, CSV has each line with all places behind a line that names them."""
    statement = client.get(f"{TEAM}/2026-01").json()["month"]["statements"][0]
    parquet = client.get(f"{TEAM}/2026-01", {"format": "parquet"})
    assert hashlib.sha256(parquet.content).hexdigest() == statement["sha256"]
    assert lines_from_bytes(parquet.content, "answer")[1] == fleet.lines(0)
    meta = json.loads(client.get(f"{TEAM}/2026-01", {"format": "meta"}).content)
    assert (meta["month"], meta["lines"]["sha256"]) == ("2026-01", statement["sha256"])
    first, rest = client.get(f"{TEAM}/2026-01", {"format": "csv"}).text.split("\n", 1)
    assert "statement team/2026-01/0" in first
    assert "accepted: a test has one day" in first
    assert {row["name"]: row["total_cost"] for row in csv.DictReader(io.StringIO(rest))} == {
        "web": "60.000000000", "find": "40.000000000",
    }  # fmt: skip
    assert client.get(f"{TEAM}/2026-02", {"format": "csv"}).status_code == 404


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/api/v1/statements/other/2026-01", 404, "there is no book 'other'; the bucket has: team"),
        ("/api/v1/statements/A%20B/2026-01", 404, "there is no book"),
        (f"{TEAM}/2026-1", 400, "'2026-1' is no month"),
        (f"{TEAM}/2026-01?seq=3", 400, "`seq` cannot be `3`: use 0."),
    ],
)
def test_what_is_not_there_is_said(client: Client, path: str, status: int, said: str) -> None:
    """A book, month or closing that is not there is refused with what there is."""
    answer = client.get(path)
    assert (answer.status_code, said in answer.json().get("detail", "")) == (status, True), answer.text


def test_a_token_sees_the_lines_of_its_filter(guarded: Client) -> None:
    """Narrowed by the book's key it sees its own lines, as JSON and in files, and no figure of the whole."""
    answer = guarded.get(f"{TEAM}/2026-01", headers=as_token("web")).json()
    assert [one["name"] for one in answer["keys"]] == ["web"]
    assert [one["name"] for one in answer["lines"]] == ["web"]
    assert answer["totals"][0]["closed"] == "60"
    (statement,) = answer["month"]["statements"]
    assert (statement["totals"], statement["lines"], statement["gaps"]) == ([], 0, [])
    assert statement["accepted"] == ""  # where people name clusters
    text = guarded.get(f"{TEAM}/2026-01", {"format": "csv"}, as_token("web")).text
    assert "1 of 2 lines, as far as the token sees" in text
    assert "find" not in text
    assert "accepted" not in text
    listed = guarded.get("/api/v1/statements", headers=as_token("east")).text
    assert "a test has one day" not in listed
    parquet = guarded.get(f"{TEAM}/2026-01", {"format": "parquet"}, as_token("web")).content
    assert [line.name for line in lines_from_bytes(parquet, "answer")[1]] == ["web"]
    assert guarded.get(f"{TEAM}/2026-01", {"format": "meta"}, as_token("web")).status_code == 403


def test_a_token_narrowed_by_something_else_is_refused(guarded: Client) -> None:
    """What the book's key does not say cannot be told apart in its lines: nothing is shown."""
    answer = guarded.get(f"{TEAM}/2026-01", headers=as_token("east"))
    assert answer.status_code == 403
    assert "not kept by: label:team" in answer.json()["detail"]
    assert guarded.get(f"{TEAM}/verify", headers=as_token("web")).status_code == 403


def test_only_an_administrator_closes(guarded: Client, fleet: ClosingFleet) -> None:
    """A reader is refused; a server that writes nothing closes nothing; a page of another site cannot."""
    body = b'{"accepted": "x"}'
    assert guarded.send("POST", f"{TEAM}/2026-02", body, as_token("reader")).status_code == 403
    assert served(fleet, read_only=True).send("POST", f"{TEAM}/2026-02", body).json()["type"] == "read-only"
    foreign = {"sec-fetch-site": "cross-site"}
    assert served(fleet).send("POST", f"{TEAM}/2026-02", body, foreign).json()["type"] == "cross-site"


def test_a_month_is_closed_by_route(guarded: Client, fleet: ClosingFleet) -> None:
    """What is not ready says what it waits for; accepted it is closed by the token's name; a second time it is not."""
    path, admin = f"{TEAM}/2026-02", as_token("all")
    refused = guarded.send("POST", path, b"{}", admin)
    assert (refused.status_code, refused.json()["type"]) == (409, "month-not-ready")
    assert "2026-02 of team waits: east lacks 27 days" in refused.json()["detail"]
    made = guarded.send("POST", path, b'{"accepted": "a test has one day"}', admin)
    assert (made.status_code, made.headers["location"]) == (201, path)
    assert (made.json()["closed_by"], made.json()["differences"][0]["bill"]) == ("all", "-20")
    again = guarded.send("POST", path, b'{"accepted": "x"}', admin)
    assert (again.status_code, again.json()["type"]) == (409, "month-closed")
    reopened = guarded.send("POST", path, b'{"accepted": "x", "reason": "a rule was wrong"}', admin)
    assert (reopened.json()["id"], reopened.json()["reason"]) == ("team/2026-02/1", "a rule was wrong")
    assert fleet.posted(FEBRUARY) == fleet.live(FEBRUARY)
    verified = guarded.get(f"{TEAM}/verify", headers=admin).json()
    assert verified == {"book": "team", "statements": 3, "faults": [], "leftovers": []}


def test_the_list_names_a_statement_that_is_missing(tmp_path: Path) -> None:
    """A book whose chain has a gap is listed with its fault, and verify names the number."""
    with closing_fleet(tmp_path) as fleet:
        for number in (OF_JANUARY, OF_FEBRUARY):
            fleet.day(number, web=30)
        fleet.define()
        fleet.load()
        fleet.close(JANUARY)
        fleet.close(FEBRUARY)
        fleet.bucket.delete("fleetcost/statements/team/chain/000001.json")
        client = served(fleet)
        (book,) = client.get("/api/v1/statements").json()["books"]
        assert "number 1 of the book team is missing" in book["fault"]
        faults = client.get(f"{TEAM}/verify").json()["faults"]
        assert {fault["number"] for fault in faults} == {1}
