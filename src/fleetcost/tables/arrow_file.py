"""The embedded engine without a database: it writes files for rows that come from elsewhere."""

from __future__ import annotations

from typing import Any

import duckdb


def write_arrow(table: Any, options: str, file: str) -> None:  # noqa: ANN401 - an Arrow table, whose library is not this room's
    """
    Write an Arrow table as a file.

    Args:
        table: the rows
        options: of `COPY`, such as `FORMAT csv, HEADER`
        file: where
    """
    quoted = file.replace("'", "''")
    with duckdb.connect(":memory:") as connection:
        connection.register("answer", table)
        connection.execute(f"COPY (SELECT * FROM answer) TO '{quoted}' ({options})")  # noqa: S608 - a name of ours
