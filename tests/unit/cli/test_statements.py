"""`fleetcost statements`: books are defined and verified in the bucket, months closed and shown by an aggregator."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from fleetcost.bucket.filesystem import FilesystemBucket
from unit.cli.conftest import Command
from unit.statements.closings import OF_FEBRUARY, OF_JANUARY, ClosingFleet, closing_fleet, served


@pytest.fixture
def fleet(storage: Path, tmp_path: Path) -> Iterator[ClosingFleet]:
    """A fleet in a folder, with a day in two months."""
    with closing_fleet(tmp_path / "tables", FilesystemBucket(storage.parent / "bucket")) as made:
        for number in (OF_JANUARY, OF_FEBRUARY):
            made.day(number, web=30, find=20)
        yield made


@pytest.fixture
def address(fleet: ClosingFleet) -> Iterator[str]:
    """An aggregator of the fleet behind a real port."""
    client = served(fleet)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(client.get(self.path))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            self._answer(client.send("POST", self.path, body))

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

        def _answer(self, response) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
            self.send_response(response.status_code)
            self.send_header("content-length", str(len(response.content)))
            self.end_headers()
            self.wfile.write(response.content)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_from_a_book_to_a_verified_statement(
    command: Command, fleet: ClosingFleet, address: str, storage: Path, tmp_path: Path
) -> None:
    """
    A book is defined, a month waits, is closed with what is accepted, shown, verified, and removed.

    What is removed is named with exit code 1.
    """
    file = tmp_path / "team.yaml"
    file.write_text("name: team\nkey: label:team\nfirst_month: 2026-01\n")
    stored = ("--storage-config", storage)
    assert "team: version 1, which counts" in command("statements", "define", file, *stored).out
    assert "nothing has changed" in command("statements", "define", file, *stored).out

    waits = command("statements", "close", "team", "2026-01", "--url", address)
    assert (waits.code, "2026-01 of team waits: east lacks 1 day" in waits.err) == (2, True), waits.err
    closed = command("statements", "close", "team", "2026-01", "--accept", "one day of a test", "--url", address)
    assert closed.out == "team/2026-01/0: number 1, 2 lines, 100.00 EUR\n"
    fleet.bill(OF_JANUARY, 80)
    fleet.load()
    later = command("statements", "close", "team", "2026-02", "--accept", "x", "--url", address)
    assert "posted for 2026-01: -20.00 EUR (bill -20.00), not posted +0.00" in later.out

    listed = command("statements", "list", "--url", address).out
    (january,) = [line for line in listed.splitlines() if "2026-01" in line and "team" in line]
    assert "closed" in january
    assert "100.00 EUR" in january
    shown = command("statements", "show", "team", "2026-01", "--url", address).out
    (total,) = [line for line in shown.splitlines() if "total EUR" in line]
    assert [word for word in total.split() if word[-1].isdigit()] == ["100.00", "-20.00", "80.00", "0.00"]
    assert "accepted: one day of a test" in shown

    assert command("statements", "verify", *stored).out == "team: 2 statements, each as it was written\n"
    for path in [path for path in fleet.objects() if "000002" in path and "chain" in path]:
        fleet.bucket.delete(path)
    found = command("statements", "verify", "team", *stored)
    assert (found.code, "number 2: the statement number 2 was removed" in found.out) == (1, True)
    (book,) = json.loads(command("statements", "verify", "--format", "json", *stored).out)
    assert [fault["number"] for fault in book["faults"]] == [2]


def test_a_month_is_reopened_with_a_reason_alone(command: Command, address: str) -> None:
    """Flag and reason belong together; a month or book that is not there is the caller's mistake."""
    assert address
    alone = command("statements", "close", "team", "2026-01", "--reopen", "--url", address)
    assert (alone.code, "--reopen and --reason" in alone.err) == (2, True)
    assert command("statements", "show", "team", "2026-00", "--url", address).code == 2
    none = command("statements", "show", "team", "2026-01", "--url", address)
    assert (none.code, "there is no book 'team'; the bucket has: none" in none.err) == (2, True)
