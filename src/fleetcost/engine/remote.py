"""The tables of the lake as a distributed engine sees them: what the embedded database is, without a file of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from fleetcost.bucket.port import BucketReader
from fleetcost.engine.schema import ddl
from fleetcost.engine.session import LostError, Relation, Row, Session, new_tag
from fleetcost.errors import FleetcostError, QuestionEndedError, TryAgainError
from fleetcost.lake.manifest import MANIFEST, Manifest, read
from fleetcost.query.dialect_spark import Spark
from fleetcost.tables.scratch import write_arrow

FRESH_SECONDS = 5.0
"""How long a manifest is believed to be the newest."""


@dataclass(slots=True)
class Conversation:
    """A session in which the tables of one manifest have their names, and how many views use it."""

    session: Session
    manifest: Manifest
    users: int = 0
    retired: bool = field(default=False)


class RemoteView:
    """One question's view: every statement is whole in itself, so it can be asked again in another conversation."""

    language = "spark"

    def __init__(self, tables: RemoteTables, conversation: Conversation) -> None:
        self._tables = tables
        self._conversation = conversation
        self._dialect = Spark()
        self._kept: list[tuple[str, str]] = []
        self._tag = new_tag()
        self._ended = False

    @property
    def generation(self) -> Hashable:
        """The version of the manifest."""
        return self._conversation.manifest.version

    @property
    def conversation(self) -> Conversation:
        """What it is answered from."""
        return self._conversation

    def keep(self, name: str, query: str) -> None:
        """Let later statements read a query under a name."""
        self._kept.append((name, query))

    def rows(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[Row]:
        """
        Run a query and return all its rows.

        Raises:
            QuestionEndedError, TooMuchError, TryAgainError: see `Session.table`.
        """
        if parameters:
            raise NotImplementedError("statements for a distributed engine carry their values themselves")
        found = self._table(sql)
        return list(zip(*(column.to_pylist() for column in found.columns), strict=True))

    def write(self, sql: str, options: str, file: str) -> None:
        """Write a query's rows into a local file; see `rows` for what is raised."""
        write_arrow(self._table(sql), options, file)

    def interrupt(self) -> None:
        """End the query that is running."""
        self._ended = True
        with suppress(FleetcostError):
            self._conversation.session.interrupt(self._tag)

    def _table(self, sql: str) -> Any:  # noqa: ANN401 - an Arrow table
        whole = self._dialect.spelled(self._with_kept(sql))
        try:
            return self._asked(whole)
        except LostError:
            # The server was restarted: nothing of the question was lost, it is in the statement.
            self._conversation = self._tables.renewed(self._conversation)
            return self._asked(whole)

    def _asked(self, sql: str) -> Any:  # noqa: ANN401 - an Arrow table
        if self._ended:
            raise QuestionEndedError("run a query: it was ended before its answer was there")
        try:
            return self._conversation.session.table(sql, self._tag)
        except FleetcostError as error:
            if self._ended:
                raise QuestionEndedError("run a query: it was ended before its answer was there") from error
            raise

    def _with_kept(self, sql: str) -> str:
        bare = sql.strip().rstrip(";")
        if not self._kept:
            return bare
        stages = ",\n".join(f"{name} AS (\n{query})" for name, query in self._kept)
        return f"WITH {stages}\n{bare}"


class RemoteTables:
    """
    The lake behind an engine.

    Args:
        bucket: where the manifest is
        url: of the engine, `sc://host:port`
        place: the bucket's address as the engine knows it, such as `s3a://costs/prod`; empty takes the bucket's own
        monotonic: seconds that only grow
    """

    def __init__(
        self, bucket: BucketReader, url: str, place: str = "", monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._bucket = bucket
        self._url = url
        self._place = (place or bucket.name).rstrip("/")
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._current: Conversation | None = None
        self._etag = ""
        self._looked_at = float("-inf")

    @property
    def place(self) -> str:
        """Where the rows are, for people."""
        return f"{self._place} by {self._url.partition(';')[0]}"

    def manifest(self) -> Manifest | None:
        """
        Return the newest manifest, None where the lake was never written.

        Raises:
            StoreError, StoreRefusedError: the store did not answer, or refused.
        """
        with self._lock:
            conversation = self._newest()
        return conversation.manifest if conversation else None

    def size_bytes(self) -> int:
        """Return what the files of the lake take."""
        conversation = self._current
        return conversation.manifest.size_bytes if conversation else 0

    @contextmanager
    def snapshot(self) -> Iterator[RemoteView]:
        """
        Open a view of the newest manifest.

        Raises:
            TryAgainError: there is no lake yet, or the engine does not answer.
        """
        with self._lock:
            conversation = self._newest()
            if conversation is None:
                raise TryAgainError(f"read {MANIFEST} in {self._bucket.name}: no aggregator has written a lake yet")
            conversation.users += 1
        view = RemoteView(self, conversation)
        try:
            yield view
        finally:
            with self._lock:
                self._left(view.conversation)

    def renewed(self, lost: Conversation) -> Conversation:
        """
        Return a conversation about the same manifest in place of one the server does not know any more.

        Raises:
            TryAgainError: the engine does not answer.
        """
        with self._lock:
            self._left(lost)
            lost.retired = True
            current = self._current
            if current is lost or current is None:
                current = self._current = self._begun(lost.manifest)
            elif current.manifest.version != lost.manifest.version:
                raise TryAgainError("ask the engine: it was restarted while the tables changed; ask again")
            current.users += 1
            return current

    def close(self) -> None:
        """End the conversation."""
        with self._lock:
            if self._current is not None:
                self._current.session.close()
                self._current = None

    def _newest(self) -> Conversation | None:
        now = self._monotonic()
        if self._current is not None and now - self._looked_at < FRESH_SECONDS:
            return self._current
        about = self._bucket.stat(MANIFEST)
        if about is None:
            return None
        if self._current is None or about.etag != self._etag:
            found = read(self._bucket)
            if found is None:
                return None
            earlier, self._current = self._current, self._begun(found.manifest)
            self._etag = found.etag
            if earlier is not None:
                earlier.retired = True
                self._close_unused(earlier)
        self._looked_at = now
        return self._current

    def _begun(self, manifest: Manifest) -> Conversation:
        session = Session(self._url)
        session.set_up(
            [
                Relation(name, [f"{self._place}/{file.path}" for file in table.files], ddl(table.columns))
                for name, table in manifest.tables.items()
            ]
        )
        return Conversation(session, manifest)

    def _left(self, conversation: Conversation) -> None:
        conversation.users -= 1
        self._close_unused(conversation)

    def _close_unused(self, conversation: Conversation) -> None:
        if conversation.retired and conversation.users <= 0:
            with suppress(FleetcostError):
                conversation.session.close()
