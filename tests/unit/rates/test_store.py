"""Rate tables in a bucket: versions, what a damaged object does, and fetching."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from fleetcost.bucket.memory import MemoryBucket
from fleetcost.errors import CallerError, RatesNotFetchedError, RatesRefusedError
from fleetcost.rates.book import RateBook
from fleetcost.rates.fetch import RECENT, WHOLE, RateFetcher, fetch_rates
from fleetcost.rates.mounted import MountedRates
from fleetcost.rates.store import prune_rates, publish_rates, read_table, read_version, table_names
from fleetcost.rates.table import ExchangeRate, RateKind
from unit.rates.test_reading import BOTH, HISTORY, XML, packed

NOW = datetime(2026, 10, 19, 16, tzinfo=UTC)
FRIDAY = date(2026, 10, 16)


def usd(rate: str, day: date = FRIDAY) -> ExchangeRate:
    """Return a rate of the dollar."""
    return ExchangeRate(day, "EUR", "USD", Decimal(rate))


def test_a_version_is_written_where_rates_changed() -> None:
    """The same rates again write nothing; another rate writes the next version and says whose days it changed."""
    bucket = MemoryBucket()
    first = publish_rates(bucket, "ecb", RateKind.DAILY, BOTH, "a.csv", NOW)
    assert first is not None
    assert (first.version, first.rows, first.first_day, first.last_day) == (1, 4, "2026-10-16", "2026-10-19")
    assert publish_rates(bucket, "ecb", RateKind.DAILY, BOTH, "a.csv", NOW) is None
    second = publish_rates(bucket, "ecb", RateKind.DAILY, [usd("1.2")], "b.csv", NOW)
    assert second is not None
    assert (second.version, second.rows, second.changed_first, second.changed_last) == (
        2,
        4,
        "2026-10-16",
        "2026-10-16",
    )
    known = read_table(bucket, "ecb")
    assert known.table is not None
    assert set(known.table.rates) == BOTH - {usd("1.1623")} | {usd("1.2")}
    assert known.fault == ""
    assert [info.path for info in bucket.list("fleetcost/rates")] == [
        "fleetcost/rates/ecb/000001-daily.csv.gz",
        "fleetcost/rates/ecb/000002-daily.csv.gz",
        "fleetcost/rates/ecb/current.json",
    ]


def test_versions_that_nobody_names_are_deleted_in_time() -> None:
    """What was replaced before a time goes, unless a statement names it; the newest two versions always stay."""
    bucket = MemoryBucket()
    for rate in ("1.1", "1.2", "1.3", "1.4", "1.5"):
        publish_rates(bucket, "ecb", RateKind.DAILY, [usd(rate)], "a.csv", NOW)
    always = datetime.now(UTC) + timedelta(days=1)
    assert prune_rates(bucket, "ecb", {2}, datetime(2000, 1, 1, tzinfo=UTC)) == ()
    assert prune_rates(bucket, "ecb", {2}, always) == (1, 3)
    assert [read_version(bucket, "ecb", number).rates for number in (2, 4, 5)] == [
        (usd(rate),) for rate in ("1.2", "1.4", "1.5")
    ]
    assert read_table(bucket, "ecb").fault == ""
    assert prune_rates(bucket, "ecb", (), always) == (2,)


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("000002-daily.csv.gz", b"no gzip"),
        ("000002-daily.csv.gz", b""),
        ("current.json", b"{"),
        ("current.json", b"null"),
    ],
)
def test_a_damaged_object_leaves_the_last_good_version(path: str, content: bytes) -> None:
    """What cannot be read is said, and the newest version that can be read counts; the next import mends it."""
    bucket = MemoryBucket()
    for rate in ("1.1", "1.2"):
        publish_rates(bucket, "ecb", RateKind.DAILY, [usd(rate)], "a.csv", NOW)
    bucket.put(f"fleetcost/rates/ecb/{path}", content)
    known = read_table(bucket, "ecb")
    assert known.table is not None
    assert known.table.rates == (usd("1.1"),) if "gz" in path else (usd("1.2"),)
    assert path in known.fault
    assert publish_rates(bucket, "ecb", RateKind.DAILY, [usd("1.3")], "b.csv", NOW) is not None
    assert read_table(bucket, "ecb").fault == ""


def test_kinds_are_never_mixed() -> None:
    """Monthly rates are not taken into a daily table."""
    bucket = MemoryBucket()
    publish_rates(bucket, "ecb", RateKind.DAILY, BOTH, "a.csv", NOW)
    with pytest.raises(CallerError, match="is daily, these rates are monthly"):
        publish_rates(bucket, "ecb", RateKind.MONTHLY, [usd("1.1", date(2026, 10, 1))], "b.csv", NOW)
    with pytest.raises(CallerError, match="no name of a rate table"):
        publish_rates(bucket, "../x", RateKind.DAILY, BOTH, "a.csv", NOW)


def test_a_book_learns_of_new_versions_and_keeps_what_it_knew() -> None:
    """A new version is known at the next look; a table whose every object is damaged stays as it was."""
    bucket, made = MemoryBucket(), None
    made = RateBook(bucket)
    made.refresh()
    assert (made.tables, made.version) == ({}, 0)
    publish_rates(bucket, "ecb", RateKind.DAILY, BOTH, "a.csv", NOW)
    made.refresh()
    made.refresh()
    assert (made.tables["ecb"].version, made.version) == (1, 1)
    for info in list(bucket.list("fleetcost/rates")):
        bucket.put(info.path, b"damaged")
    made.refresh()
    assert set(made.tables["ecb"].rates) == BOTH
    assert made.known["ecb"].fault
    assert table_names(bucket) == ("ecb",)


class _Bank(BaseHTTPRequestHandler):
    """Serves the bank's two files."""

    def do_GET(self) -> None:
        """Answer with one of the files."""
        files = {f"/{WHOLE}": packed(HISTORY), f"/{RECENT}": XML}
        content = files.get(self.path)
        self.server.asked.append(self.path)  # type: ignore[attr-defined]
        self.send_response(200 if content else 404)
        self.end_headers()
        self.wfile.write(content or b"")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def bank() -> Iterator[ThreadingHTTPServer]:
    """A server with the bank's files, on loopback."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Bank)
    server.asked = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_history_is_fetched_once_and_then_the_newest_days(bank: ThreadingHTTPServer) -> None:
    """A table without rates gets all of them; later each day after the hour of publication the newest are fetched."""
    url, bucket = f"http://127.0.0.1:{bank.server_port}", MemoryBucket()
    clock = [NOW]
    fetcher = RateFetcher(bucket, "ecb", lambda: clock[0], url)
    for hours in (0, 1, 22, 24):
        clock[0] = NOW + timedelta(hours=hours)
        fetcher.turn()
    assert bank.asked == [f"/{WHOLE}", f"/{RECENT}"]  # type: ignore[attr-defined]
    table = read_table(bucket, "ecb").table
    assert table is not None
    assert (set(table.rates), table.version) == (BOTH, 1)


def test_a_bank_that_does_not_answer_is_an_error_to_try_again(bank: ThreadingHTTPServer) -> None:
    """Neither a refusal nor silence changes the table."""
    bucket = MemoryBucket()
    for url in (f"http://127.0.0.1:{bank.server_port}/elsewhere", "http://127.0.0.1:1", "no address"):
        with pytest.raises(RatesNotFetchedError):
            fetch_rates(bucket, "ecb", NOW, url)
    assert table_names(bucket) == ()


def test_a_mounted_file_is_taken_in_when_it_changes(tmp_path: Path) -> None:
    """A file is imported once; a changed one makes the next version; one that is refused leaves the table as it was."""
    bucket, file = MemoryBucket(), tmp_path / "rates.csv"
    mounted = MountedRates(bucket, "booked", file, lambda: NOW)
    with pytest.raises(OSError, match=r"rates\.csv"):
        mounted.turn()
    for text, version in (("2026-10,USD,EUR,0.9", 1), ("2026-10,USD,EUR,0.9", 1), ("2026-10,USD,EUR,0.8", 2)):
        file.write_text(f"date,base,quote,rate\n{text}\n")
        mounted.turn()
        table = read_table(bucket, "booked").table
        assert table is not None
        assert (table.version, table.kind) == (version, RateKind.MONTHLY)
    file.write_text("date,base,quote,rate\n2026-10,USD,EUR,0\n")
    with pytest.raises(RatesRefusedError):
        mounted.turn()
    kept = read_table(bucket, "booked").table
    assert kept is not None
    assert kept.version == 2
