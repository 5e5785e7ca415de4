"""`fleetcost query`: a running aggregator's answer in a terminal."""

from __future__ import annotations

import csv
import io
import json
import threading
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from builders import at
from fleetcost.api.services import CurrencyFacts
from fleetcost.model.allocation import ALLOCATION
from fleetcost.model.columns import COST
from fleetcost.query.question import Basis
from unit.api.apps import App, app, fleet_bucket
from unit.api.mixed import NO_YEN, WINDOW, book, ledger, rate_table
from unit.api.mixed import fleet_bucket as mixed_bucket
from unit.cli.conftest import Command

DAY = "2026-01-10T00:00:00Z,2026-01-11T00:00:00Z"


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The application with a fleet in its tables."""
    with app(tmp_path_factory.mktemp("query"), fleet_bucket()) as found:
        found.ingestor.pass_once()
        yield found


@pytest.fixture(scope="module")
def address(opened: App) -> Iterator[str]:
    """The application behind a real port."""
    with served(opened) as found:
        yield found


@contextmanager
def served(opened: App) -> Iterator[str]:
    """Give an application a real port; below `/odd` something that is no aggregator answers."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.startswith("/odd"):
                self._answer(502 if "broken" in self.path else 200, b"<html>a gateway</html>")
                return
            parts = urllib.parse.urlsplit(self.path)
            response = opened.client.get(parts.path, dict(urllib.parse.parse_qsl(parts.query)))
            self._answer(response.status_code, response.content)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_an_answer_as_a_table(command: Command, address: str) -> None:
    """Rows, a total, and beneath it what is not complete."""
    done = command("query", "allocation", "--url", address, "--window", "7d", "--aggregate", "cluster,namespace")
    text = " ".join(done.out.split())
    assert done.code == 0
    assert "2026-01-05T00:00:00Z to 2026-01-12T00:00:00Z, USD" in text
    assert "│ c1/shop │ 0.38 │ 0.10 │ 0.00 │ 0.01 │ 0.17 │ 0.60 │ 0.00 │ 1.26 │" in text
    assert "│ total │" in text
    assert "c2 is late: late: no set has arrived" in text


def test_an_answer_as_csv(command: Command, address: str) -> None:
    """A line of names, then a line a row, unrounded."""
    out = command("query", "assets", "--url", address, "--window", DAY, "--aggregate", "type", "--format", "csv").out
    rows = list(csv.DictReader(io.StringIO(out)))
    assert rows[0]["name"] == "Node"
    assert (rows[0]["currency"], rows[0]["total_cost"]) == ("USD", "2.7")
    assert len(rows) == 7


def test_an_answer_as_json(command: Command, address: str) -> None:
    """The server's document as it is."""
    out = command(
        "query", "allocation", "--url", f"{address}/", "--window", DAY, "--idle", "hide", "--format", "json"
    ).out
    assert [row["name"] for row in json.loads(out)["rows"]] == ["c1", "__tenancy__"]


def test_an_empty_answer_says_why(command: Command, address: str) -> None:
    """No rows are no cost of zero."""
    done = command("query", "allocation", "--url", address, "--window", DAY, "--filter", 'pod:"nobody"')
    assert done.code == 0
    assert "nothing to show: no cost in this window matches the question" in done.out


@pytest.mark.parametrize(
    ("url", "extra", "code", "message"),
    [
        ("{}", ("--window", "7days"), 2, "bad question: `window` cannot be `7days`"),
        ("{}", ("--aggregate", "foo"), 2, "bad question: There is no grouping by `foo`"),
        ("{}/odd/broken", (), 1, "HTTP 502 Bad Gateway: not an answer of an aggregator"),
        ("{}/odd", (), 1, "not an answer of an aggregator"),
        ("http://127.0.0.1:9", (), 1, "is the aggregator running there? (--url)"),
        ("ftp://x", (), 2, "accepted are http:// and https:// addresses"),
        ("localhost:9090", (), 2, "accepted are http:// and https:// addresses"),
        ("http://", (), 2, "--url 'http://'"),
        ("http://[x", (), 2, "--url 'http://[x'"),
        ("http://a b", (), 2, "--url 'http://a b'"),
    ],
)
def test_what_goes_wrong_is_reported(
    command: Command, address: str, url: str, extra: tuple[str, ...], code: int, message: str
) -> None:
    """A bad question is the caller's fault, anything else the other side's; each is one line."""
    done = command("query", "allocation", "--url", url.format(address), *extra)
    assert (done.code, done.out) == (code, "")
    assert message in done.err
    assert done.err.count("\n") == 1


def test_a_server_that_is_starting_is_asked_later(command: Command, tmp_path: Path) -> None:
    """Nobody listening yet is exit code 1, so that scripts may try again."""
    assert command("query", "assets", "--url", "http://127.0.0.1:9", "--format", "json").code == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "sharing", [["--tenancy", "share"], ["--share-namespaces", "kube-system"], ["--share-labels", "team:infra"]]
)
def test_what_rows_carry_of_others_is_a_column(command: Command, address: str, sharing: list[str]) -> None:
    """Where something is shared there is a column for it, and each row's figures still add up to its total."""
    asked = ["query", "allocation", "--url", address, "--window", DAY, "--aggregate", "namespace", "--format", "csv"]
    rows = list(csv.DictReader(io.StringIO(command(*asked, "--idle", "share", *sharing).out)))
    assert any(float(row["shared_cost"]) > 0 for row in rows)
    for row in rows:
        figures = [float(value) for name, value in row.items() if name.endswith("_cost") and name != "total_cost"]
        assert sum(figures) == pytest.approx(float(row["total_cost"]), abs=1e-6)


def test_csv_has_the_same_columns_whatever_is_asked(command: Command, address: str) -> None:
    """A sheet that is fed every day finds its columns: every cost, what is shared, the total."""
    asked = ["query", "allocation", "--url", address, "--window", DAY, "--format", "csv"]
    heads = {command(*asked, "--tenancy", way).out.splitlines()[0] for way in ("hide", "separate", "share")}
    assert heads == {",".join(("name", "currency", *ALLOCATION.of(COST), "shared_cost", "total_cost"))}


def test_the_table_leaves_out_what_no_row_has(command: Command, address: str) -> None:
    """Without tenancy nothing is shared or external: the table has no columns of zeros for them."""
    asked = ["query", "allocation", "--url", address, "--window", DAY, "--idle", "hide"]
    for way, there in (("hide", False), ("separate", True)):
        head = command(*asked, "--tenancy", way).out.splitlines()[2]
        assert ("shared" in head, "external" in head) == (there, False)


@pytest.mark.parametrize(("kind", "by"), [("allocation", "cluster,namespace"), ("assets", "cluster,type")])
@pytest.mark.parametrize("basis", Basis)
def test_what_a_table_shows_adds_up_to_its_total(
    command: Command, address: str, kind: str, by: str, basis: Basis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In each line, the last one included, the costs are the total, and a line below names their prices."""
    monkeypatch.setenv("COLUMNS", "250")
    out = command("query", kind, "--url", address, "--window", "7d", "--aggregate", by, "--basis", basis).out
    assert {Basis.BILLED: "prices: as billed", Basis.LIST: "prices: list"}[basis] in out
    head = [cell.strip() for cell in next(line for line in out.splitlines() if "name" in line).strip("┃").split("┃")]
    lines = [[cell.strip() for cell in line.strip("│").split("│")] for line in out.splitlines() if line.startswith("│")]
    for line in lines:
        shown = dict(zip(head[1:], map(float, line[1:]), strict=True))
        costs = [value for name, value in shown.items() if name != "total"]
        assert sum(costs) == pytest.approx(shown["total"], abs=0.005 * len(costs))
    assert len(lines) > 2


def test_costs_are_shown_in_one_currency(command: Command, tmp_path: Path) -> None:
    """`--currency` converts, the table says by which rates, and what has no rate keeps its currency and is said."""
    money = CurrencyFacts(rates="ecb", book=book(rate_table(), rate_table(NO_YEN, name="poor")))
    with app(tmp_path, mixed_bucket(), now=at(12, day=3), money=money) as opened:
        opened.ingestor.pass_once()
        with served(opened) as url:
            asked = ("query", "assets", "--url", url, "--window", WINDOW, "--aggregate", "cluster")
            whole = command(*asked, "--currency", "EUR").out
            poor = command(*asked, "--currency", "EUR", "--rates", "poor").out
            table = command(*asked, "--currency", "EUR", "--format", "csv").out
            own = command(*asked, "--currency", "native").out
    assert f"total │ {ledger('EUR'):,.2f}".split()[-1] in whole
    assert "rates: ecb version 1, daily: JPY" in whole
    assert "jp (JPY)" in poor
    assert "costs without an exchange rate stay apart" in " ".join(poor.split())
    rows = {row["name"]: row for row in csv.DictReader(io.StringIO(table))}
    assert {row["currency"] for row in rows.values()} == {"EUR"}
    assert float(rows["us"]["total_cost"]) == float(ledger("EUR", ["us"]))
    assert "total JPY" in own
