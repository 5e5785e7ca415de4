"""What answers questions: a consistent view of the tables, wherever they are kept."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol


class View(Protocol):
    """One reader's consistent view; several statements see the same state."""

    @property
    def language(self) -> str:
        """The SQL it understands: `duckdb` or `spark`."""

    @property
    def generation(self) -> Hashable:
        """Names the state of the tables: what was made of one generation is true in every view of it."""

    def keep(self, name: str, query: str, parameters: Mapping[str, Any] | None = None) -> None:
        """Let the statements that follow in this view read a query's rows under a name; see `rows` for parameters."""

    def forget(self) -> None:
        """Forget what was kept: another question begins."""

    def rows(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """
        Run a query and return all its rows.

        Args:
            sql: the query
            parameters: values by name, for each `$name` of the query; those it does not name are left out

        Raises:
            QuestionEndedError: `interrupt` was called meanwhile.
            TooMuchError: it needs more than the engine may use.
            TryAgainError: the engine cannot be reached or has given up.
        """

    def write(self, sql: str, options: str, file: str, parameters: Mapping[str, Any] | None = None) -> None:
        """
        Write a query's rows into a local file.

        Args:
            sql: the query
            options: of the embedded engine's `COPY`, such as `FORMAT csv`
            file: where
            parameters: see `rows`
        """

    def interrupt(self) -> None:
        """End the query that is running, from another thread; without one nothing happens."""


class Tables(Protocol):
    """Where views come from."""

    @property
    def place(self) -> str:
        """Where the rows are, for people."""

    @property
    def file(self) -> Path | None:
        """The database's file, None where there is none."""

    @property
    def broken(self) -> str:
        """Why it cannot go on; empty while all is well."""

    def snapshot(self) -> AbstractContextManager[View]:
        """Open a consistent view."""

    def files(self) -> Mapping[str, int]:
        """Return the sizes of the files the rows are in, by name; of very many files those of a folder."""

    def size_bytes(self) -> int:
        """Return how much room the rows take; 0 where nobody counts."""
