"""The European Central Bank's file, fetched: nothing leaves the network unless somebody asks for it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import httpx

from fleetcost.bucket.port import Bucket
from fleetcost.errors import FleetcostError, RatesNotFetchedError
from fleetcost.ops import log
from fleetcost.rates.checks import checked
from fleetcost.rates.reading import LARGEST_BYTES, read_rates
from fleetcost.rates.store import CurrentRates, publish_rates, read_table
from fleetcost.rates.table import RateKind

ECB_URL = "https://www.ecb.europa.eu/stats/eurofxref"
WHOLE, RECENT = "eurofxref-hist.zip", "eurofxref-hist-90d.xml"
"""Every rate since 1999, and those of the last ninety days."""

PUBLISHED_HOUR = 15
"""Hour of the UTC day after which the rates of a working day are published: about 16:00 in Frankfurt."""

PAUSE_SECONDS = 3600.0
_SECONDS = 30.0
_REACH = timedelta(days=80)

_log = log.get("rates")


def fetch_rates(bucket: Bucket, table: str, now: datetime, url: str = ECB_URL) -> CurrentRates | None:
    """
    Fetch the bank's newest rates into a table; the whole history where the table has none or is far behind.

    Args:
        bucket: where the table is
        table: its name
        now: the clock's reading
        url: folder of the bank's files, or of a mirror of them

    Returns:
        The version that was written; None where the table has these rates already.

    Raises:
        RatesNotFetchedError: the bank did not answer.
        RatesRefusedError: what it answered cannot be used.
        StoreError, StoreRefusedError: the bucket did not answer, or refused.
    """
    known = read_table(bucket, table).table
    behind = known is None or not known.rates or known.rates[-1].day < (now - _REACH).date()
    name = WHOLE if behind else RECENT
    file = read_rates(name, _download(f"{url.rstrip('/')}/{name}"))
    return publish_rates(bucket, table, RateKind.DAILY, checked(file, known.rates if known else ()), name, now)


class RateFetcher:
    """
    Fetches once on each day, after the hour of publication; a failure is tried again after an hour.

    Args:
        bucket, table, url: see `fetch_rates`
        clock: gives the time
    """

    def __init__(self, bucket: Bucket, table: str, clock: Callable[[], datetime], url: str = ECB_URL) -> None:
        self._bucket, self._table, self._clock, self._url = bucket, table, clock, url
        self._done = ""

    def turn(self) -> None:
        """Fetch if it is time."""
        now = self._clock()
        due = now - timedelta(hours=PUBLISHED_HOUR)
        if self._done == due.date().isoformat():
            return
        written = fetch_rates(self._bucket, self._table, now, self._url)
        self._done = due.date().isoformat()
        _log.info("rates fetched", table=self._table, version=written.version if written else "unchanged")

    def run(self, stop: threading.Event) -> None:
        """Fetch until asked to stop."""
        while not stop.is_set():
            try:
                self.turn()
            except FleetcostError as error:
                _log.warning("rates not fetched", error=str(error))
            stop.wait(PAUSE_SECONDS)


def _download(url: str) -> bytes:
    content = bytearray()
    try:
        with httpx.stream("GET", url, timeout=_SECONDS, follow_redirects=True) as response:
            response.raise_for_status()
            for piece in response.iter_bytes():
                content += piece
                if len(content) > LARGEST_BYTES:
                    raise RatesNotFetchedError(f"fetch {url}: more than {LARGEST_BYTES:,} bytes")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise RatesNotFetchedError(f"fetch {url}: {type(error).__name__}: {error}") from error
    return bytes(content)
