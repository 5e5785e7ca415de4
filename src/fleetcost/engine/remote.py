"""The tables of the lake behind a distributed engine: answers as the embedded database does, without a file."""

from __future__ import annotations

import re
import threading
from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fleetcost.bucket.port import BucketReader
from fleetcost.engine.schema import ddl, lake_defaults
from fleetcost.engine.session import LostError, Relation, Row, Session, new_tag
from fleetcost.errors import FleetcostError, QuestionEndedError, TryAgainError
from fleetcost.lake.manifest import MANIFEST, LakeTable, Manifest, read
from fleetcost.lake.write import newest_shapes
from fleetcost.model.window import Resolution
from fleetcost.ops import log
from fleetcost.query.dialect_spark import SparkLiterals
from fleetcost.tables.arrow_file import write_arrow
from fleetcost.tables.columns import LABEL_COLUMNS
from fleetcost.tables.ledger import aware

REFRESH_SECONDS = 10.0
"""How often a server looks for a newer manifest."""

_NAMED = re.compile(r"\$([a-z_]+)")

_log = log.get("engine")


@dataclass(frozen=True, slots=True)
class LakeStatus:
    """
    What the API shows in place of an ingest loop: each version of the manifest counts as a pass.

    Attributes:
        phase: `starting` until there is a manifest
        passes: version of the manifest
        last_pass_at: when it was written
        last_error: why the newest one could not be looked for, empty while all is well
        done, total, last_pass_seconds, skipped: nothing is ingested here
    """

    phase: str
    passes: int
    last_pass_at: datetime | None
    last_error: str
    done: int = 0
    total: int = 0
    last_pass_seconds: float = 0.0
    skipped: tuple[str, ...] = ()


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
        self._dialect = SparkLiterals()
        self._kept: list[tuple[str, str]] = []
        """Names and queries, in which times and numbers are written."""
        self._texts: dict[str, str] = {}
        """The texts behind the parameters of what was kept."""
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

    def keep(self, name: str, query: str, parameters: Mapping[str, Any] | None = None) -> None:
        """Let later statements read a query under a name."""
        self._kept.append((name, self._filled(query, parameters or {})))
        self._texts |= _texts_of(parameters)

    def forget(self) -> None:
        """Forget what was kept: another question begins."""
        self._kept.clear()
        self._texts.clear()

    def rows(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[Row]:
        """
        Run a query and return all its rows.

        Raises:
            QuestionEndedError, TooMuchError, TryAgainError: see `Session.table`.
        """
        found = self._table(self._filled(sql, parameters or {}), self._texts | _texts_of(parameters))
        return list(zip(*map(_values, found.columns), strict=True))

    def write(self, sql: str, options: str, file: str, parameters: Mapping[str, Any] | None = None) -> None:
        """Write a query's rows into a local file; see `rows` for what is raised."""
        found = self._table(self._filled(sql, parameters or {}), self._texts | _texts_of(parameters))
        write_arrow(found, options, file)

    def interrupt(self) -> None:
        """End the query that is running."""
        self._ended = True
        with suppress(FleetcostError):
            self._conversation.session.interrupt(self._tag)

    def _table(self, sql: str, texts: Mapping[str, str]) -> Any:  # noqa: ANN401 - an Arrow table
        whole = self._dialect.spelled(self._with_kept(sql))
        try:
            return self._asked(whole, texts)
        except LostError:
            # The server was restarted: nothing of the question was lost, it is in the statement.
            self._conversation = self._tables.renewed(self._conversation)
            return self._asked(whole, texts)

    def _asked(self, sql: str, texts: Mapping[str, str]) -> Any:  # noqa: ANN401 - an Arrow table
        if self._ended:
            raise QuestionEndedError("run a query: it was ended before its answer was there")
        try:
            return self._conversation.session.table(sql, self._tag, texts)
        except FleetcostError as error:
            if self._ended:
                raise QuestionEndedError("run a query: it was ended before its answer was there") from error
            raise

    def _filled(self, sql: str, parameters: Mapping[str, Any]) -> str:
        """Write times and numbers into a statement in place of their names; texts are bound by the engine."""
        written = {name: self._written(name, value) for name, value in parameters.items()}
        return _NAMED.sub(lambda found: written[found[1]], sql) if written else sql

    def _written(self, name: str, value: object) -> str:
        if isinstance(value, datetime):
            return self._dialect.time(aware(value))
        return f"{self._dialect.marker}{name}" if isinstance(value, str) else str(value)

    def _with_kept(self, sql: str) -> str:
        bare = sql.strip().rstrip(";")
        if not self._kept:
            return bare
        stages = ",\n".join(f"{name} AS (\n{query})" for name, query in self._kept)
        return f"WITH {stages}\n{bare}"


def _texts_of(parameters: Mapping[str, Any] | None) -> dict[str, str]:
    return {name: value for name, value in (parameters or {}).items() if isinstance(value, str)}


class RemoteTables:
    """
    The lake behind an engine.

    Args:
        bucket: where the manifest is
        url: of the engine, `sc://host:port`
        place: the bucket's address as the engine knows it, such as `s3a://costs/prod`; empty takes the bucket's own
    """

    file = None
    broken = ""

    def __init__(self, bucket: BucketReader, url: str, place: str = "") -> None:
        self._bucket = bucket
        self._url = url
        self._place = (place or bucket.name).rstrip("/")
        self._lock = threading.Lock()
        self._refreshing = threading.Lock()
        self._current: Conversation | None = None
        self._etag = ""
        self._error = ""

    @property
    def place(self) -> str:
        """Where the rows are, for people."""
        return f"{self._place} by {self._url.partition(';')[0]}"

    def files(self) -> Mapping[str, int]:
        """Return the sizes of the lake's tables."""
        tables = self._current.manifest.tables if self._current else {}
        return {f"{name}/": sum(file.size_bytes for file in table.files) for name, table in tables.items()}

    def size_bytes(self) -> int:
        """Return what the files of the lake take."""
        conversation = self._current
        return conversation.manifest.size_bytes if conversation else 0

    def status(self) -> LakeStatus:
        """Return what is known of the lake; asks nobody."""
        conversation = self._current
        manifest = conversation.manifest if conversation else None
        return LakeStatus(
            phase="waiting" if manifest else "starting",
            passes=manifest.version if manifest else 0,
            last_pass_at=manifest.written_at if manifest else None,
            last_error=self._error,
        )

    def refresh(self) -> None:
        """
        Look for a newer manifest, and begin a conversation about it; views that are open keep theirs.

        Raises:
            TryAgainError: there is no lake yet, the store or the engine does not answer.
            StoreRefusedError: the store refused.
        """
        with self._refreshing:
            about = self._bucket.stat(MANIFEST)
            if about is not None and self._current is not None and about.etag == self._etag:
                return
            found = read(self._bucket)
            if found is None:
                raise TryAgainError(f"read {MANIFEST} in {self._bucket.name}: no aggregator has written a lake yet")
            begun = self._begun(found.manifest)
            with self._lock:
                earlier, self._current, self._etag = self._current, begun, found.etag
                if earlier is not None:
                    earlier.retired = True
                    _close_unused(earlier)

    def run(self, stop: threading.Event, seconds: float) -> None:
        """Look for newer manifests until asked to stop; what goes wrong is said and tried again."""
        while not stop.is_set():
            try:
                self.refresh()
                self._error = ""
            except Exception as error:  # noqa: BLE001 - a loop goes on
                self._error = str(error)
                _log.error("lake not read", error=str(error), kind=type(error).__name__)
            stop.wait(seconds)

    @contextmanager
    def snapshot(self) -> Iterator[RemoteView]:
        """
        Open a view of the newest manifest that is known.

        Raises:
            TryAgainError: there is no lake yet, or the engine does not answer.
        """
        if self._current is None:
            self.refresh()
        with self._lock:
            conversation = self._current
            if conversation is None:
                raise TryAgainError(f"ask the engine at {self._url}: this server is being stopped")
            conversation.users += 1
        view = RemoteView(self, conversation)
        try:
            yield view
        finally:
            with self._lock:
                _left(view.conversation)

    def renewed(self, lost: Conversation) -> Conversation:
        """
        Return a conversation about the same manifest in place of one the server does not know any more.

        Raises:
            TryAgainError: the engine does not answer, or the tables have changed meanwhile.
        """
        with self._refreshing:
            current = self._current
            if current is lost or current is None:
                current = self._begun(lost.manifest)
            elif current.manifest.version != lost.manifest.version:
                raise TryAgainError("ask the engine: it was restarted while the tables changed; ask again")
            with self._lock:
                self._current = current
                current.users += 1
                lost.retired = True
                _left(lost)
            return current

    def close(self) -> None:
        """End the conversation."""
        with self._lock:
            if self._current is not None:
                with suppress(FleetcostError):
                    self._current.session.close()
                self._current = None

    def _begun(self, manifest: Manifest) -> Conversation:
        session = Session(self._url)
        session.set_up(
            [self._relation(name, table) for name, table in manifest.tables.items()],
            {f"allocation_{resolution}": _labelled(resolution) for resolution in Resolution},
        )
        return Conversation(session, manifest)

    def _relation(self, name: str, table: LakeTable) -> Relation:
        """Return a table with the columns of this build, whichever build wrote its files."""
        columns = newest_shapes().get(name, table.columns)
        files = [f"{self._place}/{file.path}" for file in table.files]
        return Relation(name, files, ddl(columns), lake_defaults(name, columns))


def _labelled(resolution: Resolution) -> str:
    """Return single rows with their labels, what the embedded database has a view for."""
    labels = ", ".join(f"l.{name}" for name in LABEL_COLUMNS)
    return (
        f"SELECT c.*, {labels} FROM container_{resolution} AS c "  # noqa: S608 - names of ours
        "LEFT JOIN label_set AS l ON l.label_set = c.label_set"
    )


def _left(conversation: Conversation) -> None:
    conversation.users -= 1
    _close_unused(conversation)


def _close_unused(conversation: Conversation) -> None:
    if conversation.retired and conversation.users <= 0:
        with suppress(FleetcostError):
            conversation.session.close()


def _values(column: Any) -> list[Any]:  # noqa: ANN401 - an Arrow column
    """Return a column's values; wide whole numbers, which these engines keep as decimals, as whole numbers."""
    values: list[Any] = column.to_pylist()
    if getattr(column.type, "scale", None) != 0:
        return values
    return [None if value is None else int(value) for value in values]
