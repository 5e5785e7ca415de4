"""
Athena's JSON protocol on loopback: queries run on a real engine over a report's Parquet, answers come in small pages.

It throttles now and then, refuses identities it does not know, and fails queries as the service does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from typing import Any

import duckdb

PAGE_ROWS = 7


@dataclass(slots=True)
class Athena:
    """
    A running service with one table.

    Attributes:
        port: on loopback
        report: the Parquet file behind the table
        known: access keys that may ask
        strangers: those that asked and may not
        any_temporary: keys of roles may ask too
        throttled: how many of the next requests are asked to come later
        reason: what every query fails with, empty where they succeed
        asked: names of the operations, in order
        queries: what was asked, by id
    """

    port: int
    report: Path
    known: set[str] = field(default_factory=lambda: {"AKIAGOOD"})
    throttled: int = 0
    reason: str = ""
    asked: list[str] = field(default_factory=list)
    queries: dict[str, str] = field(default_factory=dict)
    strangers: set[str] = field(default_factory=set)
    any_temporary: bool = False
    lock: Lock = field(default_factory=Lock)

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def answer(self, operation: str, request: dict[str, Any], caller: str) -> tuple[int, dict[str, Any]]:
        """Return status and body."""
        self.asked.append(operation)
        if self.throttled:
            self.throttled -= 1
            return 400, {"__type": "ThrottlingException", "message": "Rate exceeded"}
        if caller not in self.known and not (self.any_temporary and caller.startswith("ASIA")):
            self.strangers.add(caller)
            return 400, {"__type": "AccessDeniedException", "Message": "not authorized to perform: athena:" + operation}
        return 200, getattr(self, f"_{operation}")(request)

    def _StartQueryExecution(self, request: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 - the protocol's name
        query = f"q-{len(self.queries)}"
        self.queries[query] = request["QueryString"]
        return {"QueryExecutionId": query}

    def _GetQueryExecution(self, request: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 - the protocol's name
        query = request["QueryExecutionId"]
        seen = self.asked.count("GetQueryExecution") % 2  # every other look finds it running
        status: dict[str, Any] = {"State": "RUNNING" if seen else "SUCCEEDED"}
        if self.reason:
            status = {"State": "FAILED", "StateChangeReason": self.reason}
        return {"QueryExecution": {"QueryExecutionId": query, "Status": status}}

    def _GetQueryResults(self, request: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 - the protocol's name
        names, rows = self._run(self.queries[request["QueryExecutionId"]])
        listed = [[name for name, _ in names], *rows]  # the first row of the first page is the header
        start = int(request.get("NextToken") or 0)
        page = [{"Data": [{} if cell is None else {"VarCharValue": str(cell)} for cell in row]}
                for row in listed[start : start + PAGE_ROWS]]  # fmt: skip
        described = [{"Name": name, "Type": kind} for name, kind in names]
        body: dict[str, Any] = {"ResultSet": {"Rows": page, "ResultSetMetadata": {"ColumnInfo": described}}}
        if start + PAGE_ROWS < len(listed):
            body["NextToken"] = str(start + PAGE_ROWS)
        return body

    def _run(self, sql: str) -> tuple[list[tuple[str, str]], list[tuple[Any, ...]]]:
        with self.lock, duckdb.connect() as engine:
            engine.execute("SET threads = 1")  # pages of one answer must be of one order
            engine.execute("CREATE MACRO json_format(x) AS CAST(x AS VARCHAR)")
            engine.execute(f"CREATE VIEW bills AS SELECT * FROM read_parquet('{self.report}')")
            cursor = engine.execute(re.sub(r'CAST\("resource_tags" AS JSON\)', 'to_json("resource_tags")', sql))
            names = [(one[0], str(one[1]).lower()) for one in cursor.description]
            return names, cursor.fetchall()


@contextmanager
def athena(report: Path) -> Iterator[Athena]:
    """Run the service for the length of the block."""
    made: list[Athena] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            operation = self.headers["X-Amz-Target"].rpartition(".")[2]
            caller = re.search(r"Credential=([^/]+)/", self.headers.get("Authorization", ""))
            status, body = made[0].answer(operation, json.loads(content), caller[1] if caller else "")
            answer = json.dumps(body, default=str).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_arguments: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.append(Athena(server.server_address[1], report))
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield made[0]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
