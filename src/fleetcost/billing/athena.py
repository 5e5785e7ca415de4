"""Bills that Athena is asked for: a cost and usage report as a table, added up by day before it travels."""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from fleetcost.billing import aws
from fleetcost.billing.aws_session import client_config, fault, session
from fleetcost.billing.bill_files import BillFile
from fleetcost.billing.columns import BillColumnKind, plain
from fleetcost.billing.integration import AthenaPlace
from fleetcost.billing.source import FetchedBills, digest_of, month_of, next_month
from fleetcost.errors import BillError, BillRefusedError

POLL_SECONDS = 1.0
MOST_POLLS = 1800
PAGE_ROWS = 1000
"""The most rows that one answer has."""

_START, _END = "line_item_usage_start_date", "line_item_usage_end_date"
_TAG = re.compile(r"^resource_tags_(?:user|aws)_")
_HINTS = (
    ("line_item_resource_id", "the report has no resource ids: turn them on in the report's settings"),
    ("output bucket", "the identity may not write to the results' bucket, or it is in another region"),
    ("outputLocation", "`bucket` names where results go, such as s3://results/athena"),
    ("TABLE_NOT_FOUND", "check `catalog`, `database` and `table`, and that the crawler has run"),
    ("does not exist", "check `catalog`, `database` and `table`, and that the crawler has run"),
    ("Insufficient permissions", "give the identity athena:*, glue:Get*, and s3:Get*, s3:List* on the report"),
)

Wait = Callable[[float], None]


class AthenaSource:
    """
    Asks Athena for days of a cost and usage report.

    Args:
        place: table, results, who asks
        wait: pauses between two looks at a running query
        query_window: days of one query
    """

    def __init__(self, place: AthenaPlace, wait: Wait, query_window: timedelta) -> None:
        self._place = place
        self._wait = wait
        self._query_window = query_window
        self._made: Any = None

    def fetch(self, since: datetime, until: datetime, folder: Path) -> FetchedBills:
        """Ask for the months from `since` on, a few days a query, and for rows of earlier days in their bills."""
        first = month_of(since)
        columns = self._columns()
        spans = [(None, first), *_spans(first, until, self._query_window)]
        files = []
        for number, (start, end) in enumerate(spans):
            sql = bill_query(columns, self._place.table, (start, end), _months(first, until))
            files.append(self._file(sql, folder / f"athena-{first:%Y%m}-{number}.csv"))
        filled = [file for file in files if file is not None]
        digest = digest_of(hashlib.sha256(file.path.read_bytes()).hexdigest() for file in filled)
        return FetchedBills(tuple(filled), first if filled else None, digest)

    def _columns(self) -> dict[str, str]:
        """Return the table's columns and types: reports have those that were chosen for them."""
        *_, info = self._pages(self._run(f'SELECT * FROM "{self._place.table}" LIMIT 0'))
        described = info["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
        return {column["Name"]: column["Type"] for column in described}

    def _file(self, sql: str, file: Path) -> BillFile | None:
        """Write a query's rows as CSV; None where there are none."""
        rows = self._rows(self._run(sql))
        header = next(rows, None)
        count = 0
        with file.open("w", newline="", encoding="utf-8") as target:
            writer = csv.writer(target)
            writer.writerow(header or [])
            for row in rows:
                writer.writerow(row)
                count += 1
        return BillFile(file, f"{self._place.database}.{self._place.table}") if count else None

    def _rows(self, query: str) -> Iterator[Sequence[str]]:
        for page in self._pages(query):
            for row in page["ResultSet"]["Rows"]:
                yield [cell.get("VarCharValue", "") for cell in row["Data"]]

    def _pages(self, query: str) -> Iterator[Any]:
        token: dict[str, str] = {}
        while True:
            page = self._ask("get_query_results", QueryExecutionId=query, MaxResults=PAGE_ROWS, **token)
            yield page
            if not page.get("NextToken"):
                return
            token = {"NextToken": page["NextToken"]}

    def _run(self, sql: str) -> str:
        """Start a query and wait for its end; return its id."""
        place = self._place
        context = {"Database": place.database, **({"Catalog": place.catalog} if place.catalog else {})}
        started = self._ask(
            "start_query_execution",
            QueryString=sql,
            QueryExecutionContext=context,
            ResultConfiguration={"OutputLocation": place.results},
            **({"WorkGroup": place.workgroup} if place.workgroup else {}),
        )
        query = str(started["QueryExecutionId"])
        for _ in range(MOST_POLLS):
            status = self._ask("get_query_execution", QueryExecutionId=query)["QueryExecution"]["Status"]
            if status["State"] == "SUCCEEDED":
                return query
            if status["State"] in {"FAILED", "CANCELLED"}:
                raise self._failed(status)
            self._wait(POLL_SECONDS)
        raise BillError(
            f"{self._name()}: the query {query} did not end in {MOST_POLLS * POLL_SECONDS / 60:.0f} minutes"
        )

    def _failed(self, status: dict[str, Any]) -> BillRefusedError | BillError:
        reason = str(status.get("StateChangeReason") or status["State"])
        if status.get("AthenaError", {}).get("Retryable"):
            return BillError(f"{self._name()}: the query failed: {reason}; the next run asks again")
        return BillRefusedError(f"{self._name()}: the query failed: {reason}{_hint(reason)}")

    def _ask(self, operation: str, **parameters: Any) -> Any:  # noqa: ANN401 - the SDK is untyped
        try:
            if self._made is None:
                endpoint = {"endpoint_url": self._place.endpoint} if self._place.endpoint else {}
                made = session(self._place.authorizer, self._place.region)
                self._made = made.client("athena", config=client_config(), **endpoint)
            return getattr(self._made, operation)(**parameters)
        except (ClientError, BotoCoreError) as error:
            ours = fault(error, f"{self._name()}: {operation}")
            raise type(ours)(f"{ours}{_hint(str(error))}") from None

    def _name(self) -> str:
        return f"Athena {self._place.account}/{self._place.database}.{self._place.table}"


def bill_query(
    columns: dict[str, str], table: str, span: tuple[datetime | None, datetime], months: Sequence[datetime]
) -> str:
    """
    Return the query for some days of the bills of some months.

    Args:
        columns: the table's columns and types
        table: its name
        span: first day, or None for all that is earlier, and the day after the last
        months: whose bills
    """
    wanted = {name: column.kind for column in aws.COLUMNS for name in column.spellings}
    kinds = {name: wanted[plain(name)] for name in columns if plain(name) in wanted}
    amounts = [
        f"SUM(CAST({_q(name)} AS DECIMAL(38, 12))) AS {_q(name)}"
        for name in kinds
        if kinds[name] is BillColumnKind.AMOUNT
    ]
    texts = [name for name in kinds if kinds[name] is BillColumnKind.TEXT] + [
        name for name in columns if _TAG.match(name)
    ]
    keys = [f"{_q(name)} AS {_q(name)}" for name in texts]
    keys += [f'json_format(CAST("{name}" AS JSON)) AS "{name}"' for name in aws.MAPS if name in columns]
    start, end = span
    begins = f'"{_START}"'
    where = [f"{begins} < {_moment(end)}", *([f"{begins} >= {_moment(start)}"] if start else [])]
    select = [*keys, *amounts, f"MIN({begins}) AS {begins}", f'MAX("{_END}") AS "{_END}"', 'COUNT(*) AS "bill_rows"']
    group = [f"date_trunc('day', {begins})", *(str(number + 1) for number in range(len(keys)))]
    conditions = " AND ".join([_partitions(columns, months), *where])
    return f"SELECT {', '.join(select)} FROM {_q(table)} WHERE {conditions} GROUP BY {', '.join(group)}"


def _partitions(columns: dict[str, str], months: Sequence[datetime]) -> str:
    """Return what limits a query to the bills of some months, by the table's partitions where it has them."""
    if "billing_period" in columns:
        return "billing_period IN (" + ", ".join(f"'{month:%Y-%m}'" for month in months) + ")"
    if {"year", "month"} <= set(columns):
        pairs = (f"(year = '{one.year}' AND month IN ('{one.month}', '{one.month:02}'))" for one in months)
        return "(" + " OR ".join(pairs) + ")"
    return f'"bill_billing_period_start_date" >= {_moment(months[0])}'


def _moment(instant: datetime) -> str:
    return f"TIMESTAMP '{instant:%Y-%m-%d %H:%M:%S}'"


def _q(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _spans(first: datetime, until: datetime, length: timedelta) -> Iterator[tuple[datetime, datetime]]:
    while first < until:
        yield first, min(first + length, until)
        first += length


def _months(first: datetime, until: datetime) -> list[datetime]:
    months = [month_of(first)]
    while next_month(months[-1]) < until:
        months.append(next_month(months[-1]))
    return months


def _hint(reason: str) -> str:
    return next((f"; {hint}" for word, hint in _HINTS if word.lower() in reason.lower()), "")
