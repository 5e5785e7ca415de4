"""
Statements as the engine has parsed them.

Parsing a question of some kilobytes takes longer than most questions take to run. Values are bound, so that questions
of one shape are the same text.
"""

from __future__ import annotations

import threading

import duckdb

MOST = 512
"""Statements that are kept; a question has up to a dozen, of a few kilobytes each."""


class ParsedStatements:
    """The statements used of late, the longest unused leaving first."""

    def __init__(self) -> None:
        self._kept: dict[str, duckdb.Statement] = {}
        self._lock = threading.Lock()

    def get(self, sql: str, cursor: duckdb.DuckDBPyConnection) -> duckdb.Statement:
        """Return a statement; the engine's errors are those of parsing."""
        with self._lock:
            known = self._kept.pop(sql, None)
            (parsed,) = (known,) if known is not None else cursor.extract_statements(sql)
            self._kept[sql] = parsed
            while len(self._kept) > MOST:
                self._kept.pop(next(iter(self._kept)))
            return parsed
