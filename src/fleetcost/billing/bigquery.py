"""Bills that BigQuery is asked for: a detailed usage export as a table, added up by day before it travels."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import google.auth
from google.auth.exceptions import GoogleAuthError, TransportError
from google.auth.transport.requests import AuthorizedSession
from google.oauth2 import service_account
from requests import RequestException, Response

from fleetcost.billing.bill_files import BillFile
from fleetcost.billing.integration import BigQueryPlace
from fleetcost.billing.source import FetchedBills, digest_of, month_of
from fleetcost.errors import BillError, BillRefusedError

SCOPE = "https://www.googleapis.com/auth/bigquery.readonly"
PUBLIC_ENDPOINT = "https://bigquery.googleapis.com"
ATTEMPTS = 6
PAGE_ROWS = 10_000
WAIT_MILLISECONDS = 20_000
_OK, _TOO_MANY, _SERVER = 200, 429, 500
_BUSY = ("rateLimitExceeded", "quotaExceeded", "backendError", "internalError", "jobRateLimitExceeded")
_HINTS = (
    ("ACCESS_TOKEN_SCOPE_INSUFFICIENT", "the machine's token has no BigQuery scope: give a key or a workload identity"),
    ("jobs.create", "give the identity the role BigQuery Job User in the project that asks"),
    ("accessDenied", "give the identity the roles BigQuery Data Viewer and BigQuery Job User"),
    ("notFound", "check project, dataset and table; the detailed export begins with gcp_billing_export_resource_v1_"),
)

_TEXTS = {
    "billing_account_id": "billing_account_id",
    "service_description": "service.description",
    "sku_description": "sku.description",
    "sku_id": "sku.id",
    "project_id": "project.id",
    "project_name": "project.name",
    "region": "location.region",
    "zone": "location.zone",
    "resource_name": "resource.name",
    "resource_global_name": "resource.global_name",
    "currency": "currency",
    "cost_type": "cost_type",
    "labels": "TO_JSON_STRING(labels)",
    "system_labels": "TO_JSON_STRING(system_labels)",
}
_COMMITTED = " OR ".join(
    f"IFNULL(one.type, '') LIKE '%{kind}%'" for kind in ("COMMITTED_USAGE", "SUSTAINED", "FEE_UTILIZATION_OFFSET")
)
_SINCE_2023 = {"seller_name": "seller_name", "transaction_type": "transaction_type"}
"""Columns that older exports do not have."""
_USAGE = {"consumed_unit": "usage.unit", "pricing_unit": "usage.pricing_unit"}
_AMOUNTS = {"usage_amount": "usage.amount", "pricing_amount": "usage.amount_in_pricing_units"}

Wait = Callable[[float], None]


class BigQuerySource:
    """
    Asks BigQuery for days of a detailed usage export.

    Args:
        place: table, and who asks
        wait: pauses before a question is asked again
        query_window: days of one query
    """

    def __init__(self, place: BigQueryPlace, wait: Wait, query_window: timedelta) -> None:
        self._place = place
        self._wait = wait
        self._query_window = query_window
        self._session: AuthorizedSession | None = None

    def fetch(self, since: datetime, until: datetime, folder: Path) -> FetchedBills:
        """Ask for the months from `since` on, a few days a query, and for rows of earlier days that came since then."""
        first = month_of(since)
        columns = self._columns()
        spans: list[tuple[datetime | None, datetime]] = [(None, first)]
        while spans[-1][1] < until:
            spans.append((spans[-1][1], min(spans[-1][1] + self._query_window, until)))
        files = []
        for number, span in enumerate(spans):
            file = folder / f"bigquery-{first:%Y%m}-{number}.csv"
            if self._write(bill_query(self._place, columns, span, first), file):
                files.append(BillFile(file, f"{self._place.dataset}.{self._place.table}"))
        digest = digest_of(hashlib.sha256(file.path.read_bytes()).hexdigest() for file in files)
        return FetchedBills(tuple(files), first if files else None, digest)

    def _columns(self) -> tuple[str, ...]:
        """Return the table's columns: older exports have fewer, and the standard one names no resources."""
        project, _, dataset = self._place.dataset.rpartition(".")
        path = f"/bigquery/v2/projects/{project or self._place.project}/datasets/{dataset}/tables/{self._place.table}"
        columns = tuple(str(field["name"]) for field in self._ask("GET", path)["schema"]["fields"])
        if "resource" not in columns:
            raise BillRefusedError(
                f"BigQuery {self._place.dataset}.{self._place.table}: this is the standard export, which names no "
                "resources; use the detailed usage cost export"
            )
        return columns

    def _write(self, sql: str, file: Path) -> int:
        """Write a query's rows as CSV and return how many there are."""
        count = 0
        with file.open("w", newline="", encoding="utf-8") as target:
            writer = csv.writer(target)
            for page in self._pages(sql):
                if target.tell() == 0 and "schema" in page:
                    writer.writerow([field["name"] for field in page["schema"]["fields"]])
                for row in page.get("rows", ()):
                    writer.writerow(["" if cell["v"] is None else cell["v"] for cell in row["f"]])
                    count += 1
        return count

    def _pages(self, sql: str) -> Iterator[dict[str, Any]]:
        """Ask, wait for the job's end, and follow the pages."""
        base = f"/bigquery/v2/projects/{self._place.project}/queries"
        question = {"query": sql, "useLegacySql": False, "maxResults": PAGE_ROWS, "timeoutMs": WAIT_MILLISECONDS}
        answer = self._ask("POST", base, json=question)
        while True:
            if answer.get("jobComplete"):
                yield answer
                if not answer.get("pageToken"):
                    return
            job = answer["jobReference"]
            parameters = {"maxResults": PAGE_ROWS, "timeoutMs": WAIT_MILLISECONDS, "location": job.get("location")}
            if token := answer.get("pageToken"):
                parameters["pageToken"] = token
            answer = self._ask("GET", f"{base}/{job['jobId']}", params=parameters)

    def _ask(self, method: str, path: str, **request: Any) -> dict[str, Any]:  # noqa: ANN401 - of the client
        tried = f"BigQuery {self._place.project}/{self._place.dataset}.{self._place.table}"
        said = ""
        for attempt in range(ATTEMPTS):
            if attempt:
                self._wait(2.0 ** (attempt - 1))
            answer = self._send(tried, method, path, **request)
            if answer.status_code == _OK:
                return dict(answer.json())
            said = _said(answer)
            busy = answer.status_code == _TOO_MANY or answer.status_code >= _SERVER or any(w in said for w in _BUSY)
            if not busy:
                raise BillRefusedError(f"{tried}: answered {said}{_hint(said)}")
        raise BillError(f"{tried}: busy after {ATTEMPTS} attempts: {said}; the next run asks again")

    def _send(self, tried: str, method: str, path: str, **request: Any) -> Response:  # noqa: ANN401 - of the client
        try:
            if self._session is None:
                self._session = AuthorizedSession(_credentials(self._place))  # type: ignore[no-untyped-call]
            address = (self._place.endpoint or PUBLIC_ENDPOINT) + path
            answer: Response = self._session.request(method, address, timeout=60, **request)  # type: ignore[no-untyped-call]
        except (TransportError, RequestException) as error:
            raise BillError(f"{tried}: did not answer: {type(error).__name__}") from None
        except (GoogleAuthError, ValueError) as error:
            raise BillRefusedError(f"{tried}: no credentials ({type(error).__name__}): check the authorizer") from None
        return answer


def bill_query(
    place: BigQueryPlace, columns: Sequence[str], span: tuple[datetime | None, datetime], first: datetime
) -> str:
    """
    Return the query for some days of the export.

    Args:
        place: the table
        columns: what it has
        span: first day, or None for all that is earlier, and the day after the last
        first: rows that were exported before this day are not read; a row is never exported before its day
    """
    start, end = span
    texts = _TEXTS | {name: one for name, one in _SINCE_2023.items() if name in columns}
    measured = "usage" in columns
    texts |= _USAGE if measured else {}
    amounts = _AMOUNTS if measured else {}
    keys = ", ".join(f"{expression} AS {name}" for name, expression in texts.items())
    listed_cost = "cost_at_list" if "cost_at_list" in columns else "cost"
    when = [f"usage_start_time < {_moment(end)}", *([f"usage_start_time >= {_moment(start)}"] if start else [])]
    conditions = " AND ".join([f"_PARTITIONTIME >= {_moment(first)}", *when])
    summed = f"(SELECT IFNULL(SUM(CAST(one.amount AS BIGNUMERIC)), 0) FROM UNNEST(credits) one WHERE {_COMMITTED})"
    others = (
        f"(SELECT IFNULL(SUM(CAST(one.amount AS BIGNUMERIC)), 0) FROM UNNEST(credits) one WHERE NOT ({_COMMITTED}))"
    )
    credit = f"(SELECT MIN(one.type) FROM UNNEST(credits) one WHERE {_COMMITTED})"
    inner = (
        f"SELECT {keys}, usage_start_time, usage_end_time, TIMESTAMP_TRUNC(usage_start_time, DAY) AS day, "
        f"CAST(cost AS BIGNUMERIC) AS cost, CAST({listed_cost} AS BIGNUMERIC) AS cost_at_list, "
        + "".join(f"CAST({expression} AS BIGNUMERIC) AS {name}, " for name, expression in amounts.items())
        + f"{credit} AS credit_type, {summed} AS committed, {others} AS other "
        f"FROM `{place.dataset}.{place.table}` WHERE {conditions}"
    )
    names = ", ".join(texts)
    listed = (
        'FORMAT(\'[{"type":"%s","amount":%s},{"type":"OTHER","amount":%s}]\', IFNULL(credit_type, \'NONE\'), '
        "CAST(SUM(committed) AS STRING), CAST(SUM(other) AS STRING))"
    )
    moment = "FORMAT_TIMESTAMP('%Y-%m-%dT%H:%M:%SZ', {})"
    return (
        f"SELECT {names}, {moment.format('MIN(usage_start_time)')} AS usage_start_time, "
        f"{moment.format('MAX(usage_end_time)')} AS usage_end_time, CAST(SUM(cost) AS STRING) AS cost, "
        f"CAST(SUM(cost_at_list) AS STRING) AS cost_at_list, {listed} AS credits, "
        + "".join(f"CAST(SUM({name}) AS STRING) AS {name}, " for name in amounts)
        + "COUNT(*) AS bill_rows "
        + f"FROM ({inner}) GROUP BY {names}, day, credit_type"
    )


def _moment(instant: datetime) -> str:
    return f"TIMESTAMP '{instant:%Y-%m-%d %H:%M:%S}+00'"


def _credentials(place: BigQueryPlace) -> Any:  # noqa: ANN401 - the library is untyped
    if place.key is None:
        return google.auth.default(scopes=[SCOPE])[0]
    described = json.loads(place.key.reveal())
    return service_account.Credentials.from_service_account_info(described, scopes=[SCOPE])  # type: ignore[no-untyped-call]


def _said(answer: Response) -> str:
    """Return status, reasons and message of an error."""
    try:
        error = answer.json()["error"]
        details: Sequence[dict[str, Any]] = [*error.get("errors", ()), *error.get("details", ())]
        reasons = ", ".join(dict.fromkeys(str(one["reason"]) for one in details if "reason" in one))
        return f"{answer.status_code} {reasons}: {error.get('message', '')}"
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"{answer.status_code}"


def _hint(said: str) -> str:
    return next((f"; {hint}" for word, hint in _HINTS if word in said), "")
