"""
BigQuery's REST protocol on loopback: queries run on a real engine over an export's Parquet, jobs need a second look.

The few words in which the two dialects differ are translated. It hands out tokens, limits rates and refuses as the
service does.
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
from urllib.parse import parse_qs, urlsplit

import duckdb
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

PAGE_ROWS = 9
TOKEN = "token-of-the-fake"

_WORDS = (
    (r"`[^`]+`", "bills"),
    (r"FROM UNNEST\(credits\) one", "FROM (SELECT unnest(credits) AS one)"),
    (r"TIMESTAMP '([^']+)\+00'", r"TIMESTAMP '\1'"),
    (r"TO_JSON_STRING\((\w+)\)", r"CAST(to_json(\1) AS VARCHAR)"),
    (r"TIMESTAMP_TRUNC\((\w+), DAY\)", r"date_trunc('day', \1)"),
    (r"FORMAT_TIMESTAMP\(('[^']+'), ((?:MIN|MAX)\(\w+\))\)", r"strftime(\2, \1)"),
    (r"\bFORMAT\(", "printf("),
    (r"BIGNUMERIC", "DECIMAL(38, 12)"),
    (r"\bSTRING\b", "VARCHAR"),
)


@dataclass(slots=True)
class BigQuery:
    """
    A running service with one table.

    Attributes:
        port: on loopback
        export: the Parquet file behind the table
        key: a service account's JSON
        busy: how many of the next questions are answered that the rate is exceeded
        refusal: status and reason that every question is answered with, or None
        pages: how many pages were given
    """

    port: int
    export: Path
    key: dict[str, str] = field(default_factory=dict)
    busy: int = 0
    refusal: tuple[int, str] | None = None
    pages: int = 0
    jobs: dict[str, str] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def answer(self, method: str, path: str, given: dict[str, Any], token: str) -> tuple[int, dict[str, Any]]:
        """Return status and body."""
        if path == "/token":
            return 200, {"access_token": TOKEN, "expires_in": 3600, "token_type": "Bearer"}
        return self._refused(token) or (200, self._given(method, path, given))

    def _refused(self, token: str) -> tuple[int, dict[str, Any]] | None:
        if token != f"Bearer {TOKEN}":
            return 401, _error(401, "authError", "Invalid Credentials")
        if self.refusal:
            return self.refusal[0], _error(*self.refusal, "refused")
        if self.busy:
            self.busy -= 1
            return 403, _error(403, "rateLimitExceeded", "Exceeded rate limits")
        return None

    def _given(self, method: str, path: str, given: dict[str, Any]) -> dict[str, Any]:
        if "/tables/" in path:
            names, _ = self._run("SELECT * FROM `x` LIMIT 0")
            return {"schema": {"fields": [{"name": name} for name in names if name != "_PARTITIONTIME"]}}
        if method == "POST":
            job = f"job-{len(self.jobs)}"
            self.jobs[job] = given["query"]
            return {"jobComplete": False, "jobReference": {"jobId": job, "location": "EU"}}
        return self._page(path.rpartition("/")[2], given)

    def _page(self, job: str, given: dict[str, Any]) -> dict[str, Any]:
        self.pages += 1
        names, rows = self._run(self.jobs[job])
        start = int(given.get("pageToken") or 0)
        body: dict[str, Any] = {
            "jobComplete": True,
            "jobReference": {"jobId": job, "location": "EU"},
            "schema": {"fields": [{"name": name, "type": "STRING"} for name in names]},
            "rows": [
                {"f": [{"v": None if v is None else str(v)} for v in row]} for row in rows[start : start + PAGE_ROWS]
            ],
        }
        if start + PAGE_ROWS < len(rows):
            body["pageToken"] = str(start + PAGE_ROWS)
        return body

    def _run(self, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        for word, ours in _WORDS:
            sql = re.sub(word, ours, sql)
        with self.lock, duckdb.connect() as engine:
            engine.execute("SET TimeZone = 'UTC'")
            engine.execute("SET threads = 1")  # pages of one answer must be of one order
            engine.execute(
                "CREATE VIEW bills AS SELECT * REPLACE (CAST(usage_start_time AS TIMESTAMP) AS usage_start_time, "
                "CAST(usage_end_time AS TIMESTAMP) AS usage_end_time), CAST(usage_start_time AS TIMESTAMP) "
                f"AS _PARTITIONTIME FROM read_parquet('{self.export}')"
            )
            cursor = engine.execute(sql)
            return [one[0] for one in cursor.description], cursor.fetchall()


def _error(status: int, reason: str, message: str) -> dict[str, Any]:
    return {"error": {"code": status, "message": message, "errors": [{"reason": reason, "message": message}]}}


@contextmanager
def bigquery(export: Path) -> Iterator[BigQuery]:
    """Run the service for the length of the block."""
    made: list[BigQuery] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            self._give("GET", parts.path, {name: values[0] for name, values in parse_qs(parts.query).items()})

        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            path = urlsplit(self.path).path
            self._give("POST", path, {} if path == "/token" else json.loads(content))

        def _give(self, method: str, path: str, given: dict[str, Any]) -> None:
            status, body = made[0].answer(method, path, given, self.headers.get("Authorization", ""))
            answer = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_arguments: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service = BigQuery(server.server_address[1], export)
    service.key = _service_account(service.address)
    made.append(service)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _service_account(address: str) -> dict[str, str]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return {
        "type": "service_account",
        "project_id": "fleet",
        "private_key_id": "1",
        "private_key": key.private_bytes(encoding, form, serialization.NoEncryption()).decode(),
        "client_email": "billing@fleet.iam.gserviceaccount.com",
        "token_uri": f"{address}/token",
    }
