"""
One conversation with an engine behind Spark Connect.

The client's own patience with a server that is away is ten minutes; ours ends with the question's time.
"""

from __future__ import annotations

import threading
import uuid
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any

from fleetcost.errors import QuestionEndedError, SettingsError, TooMuchError, TryAgainError

Row = tuple[Any, ...]

_SETTINGS: Mapping[str, str] = {
    "spark.sql.session.timeZone": "UTC",
    # An overflow is an error, never a NULL.
    "spark.sql.ansi.enabled": "true",
    # Sums of amounts keep their nine places; otherwise the eighth is the last as soon as two sums are added.
    "spark.sql.decimalOperations.allowPrecisionLoss": "false",
}

_GONE = (
    "SESSION_NOT_FOUND", "SESSION_CHANGED", "SESSION_CLOSED", "NO_ACTIVE_SESSION", "INVALID_HANDLE",
    "session not found", "UNAVAILABLE",
)  # fmt: skip
"""What an error says when the server does not know the conversation, because it was restarted."""

_ENDED = ("OPERATION_CANCELED", "CANCELLED", "cancelled", "canceled")
_TOO_MUCH = ("OutOfMemory", "RESOURCE_EXHAUSTED", "Resources exhausted")

_CLIENT = ("pyspark", "grpc")
"""Modules whose errors are the engine's; any other is a mistake of ours and passes."""

_PING_MILLISECONDS = 10_000
"""How long a server that computes may be silent until it is asked whether it lives."""

_PONG_MILLISECONDS = 5000


class LostError(TryAgainError):
    """The server does not know this conversation any more, or cannot be reached; a new one may go on."""


@dataclass(frozen=True, slots=True)
class FixedColumn:
    """A column that files do not have, or not all of them: its name, and its value in the engine's words."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Relation:
    """
    A table as the engine finds it.

    Attributes:
        name: in statements
        files: their addresses
        columns: of the table, in the engine's words; a file may lack some
        defaults: what stands in the columns that a file lacks, where that is not NULL
    """

    name: str
    files: Sequence[str]
    columns: str
    defaults: Sequence[FixedColumn] = ()


@dataclass(frozen=True, slots=True)
class FilePart:
    """
    Files of a table that are alike.

    Attributes:
        files: their addresses
        columns: that they have, in the engine's words
        more: columns that all their rows have besides
    """

    files: Sequence[str]
    columns: str
    more: Sequence[FixedColumn]


@dataclass(frozen=True, slots=True)
class TableLayout:
    """
    How rows lie in the files of a table.

    Attributes:
        by: columns that are in the names of folders, not in the files
        order: columns the rows of a file are ordered by
        parts: how many writers share the work; 0 leaves it to the engine
    """

    by: Sequence[str] = ()
    order: Sequence[str] = ()
    parts: int = 0


class Session:
    """
    A conversation.

    Args:
        url: of the server, `sc://host:port`, with its parameters such as `;token=…`
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._spark = _connect(url)
        self._lock = threading.Lock()

    def set_up(self, relations: Sequence[Relation], views: Mapping[str, str]) -> None:
        """
        Configure the conversation, name the tables, and define views by name and query.

        Raises:
            TryAgainError: the server does not answer.
        """
        with self._translated():
            for key, value in _SETTINGS.items():
                self._spark.conf.set(key, value)
            for relation in relations:
                self._frame(relation).createOrReplaceTempView(relation.name)
            for name, query in views.items():
                self._spark.sql(query).createOrReplaceTempView(name)

    def table(self, sql: str, tag: str, texts: Mapping[str, str] = MappingProxyType({})) -> Any:  # noqa: ANN401 - an Arrow table
        """
        Run a query; `texts` are behind its parameters.

        Raises:
            LostError: the conversation is over; another may go on.
            QuestionEndedError: it was interrupted.
            TooMuchError: the engine has not enough memory for it.
            TryAgainError: the engine failed.
        """
        with self._translated():
            # Tags belong to the thread.
            self._spark.addTag(tag)
            try:
                return self._asked(sql, texts)
            finally:
                self._spark.removeTag(tag)

    def name(self, relation: Relation) -> None:
        """Let statements read files under a name; see `set_up` for what is raised."""
        with self._translated():
            self._frame(relation).createOrReplaceTempView(relation.name)

    def view(self, name: str, sql: str) -> None:
        """Let statements read a query under a name; see `set_up` for what is raised."""
        with self._translated():
            self._query(sql).createOrReplaceTempView(name)

    def name_values(self, name: str, columns: str, values: Sequence[Row]) -> None:
        """Let statements read a few rows of ours under a name."""
        with self._translated():
            self._spark.createDataFrame(list(values), columns).createOrReplaceTempView(name)

    def name_parts(self, name: str, parts: Sequence[FilePart]) -> None:
        """Let statements read files under a name; the parts together have the same columns, in any order."""
        with self._translated():
            whole: Any = None
            for part in parts:
                more = (f"{one.value} AS `{one.name}`" for one in part.more)
                frame = self._spark.read.schema(part.columns).parquet(*part.files).selectExpr("*", *more)
                whole = frame if whole is None else whole.unionByName(frame)
            whole.createOrReplaceTempView(name)

    def rows(self, sql: str) -> list[Row]:
        """Run a query and return all its rows; see `table` for what is raised."""
        found = self.table(sql, new_tag())
        return list(zip(*(column.to_pylist() for column in found.columns), strict=True))

    def keep(self, name: str, sql: str, address: str) -> None:
        """Run a query once, into a folder, and let statements read its rows under a name."""
        with self._translated():
            frame = self._query(sql)
            frame.write.mode("overwrite").option("compression", "zstd").parquet(address)
            self._spark.read.schema(frame.schema).parquet(address).createOrReplaceTempView(name)

    def save(self, sql: str, address: str, layout: TableLayout) -> None:
        """Run a query and let the engine write its rows into a folder; see `table` for what is raised."""
        with self._translated():
            frame = self._query(sql)
            if layout.parts:
                frame = frame.repartition(layout.parts, *(layout.by or layout.order))
            if layout.order:
                frame = frame.sortWithinPartitions(*layout.by, *layout.order)
            frame.write.mode("overwrite").option("compression", "zstd").partitionBy(*layout.by).parquet(address)

    def _query(self, sql: str) -> Any:  # noqa: ANN401 - the client has no types
        # The client's own `sql(…)` has the server analyse a statement once more before anything is asked of it.
        from pyspark.sql.connect.dataframe import DataFrame  # noqa: PLC0415 - an extra, and heavy
        from pyspark.sql.connect.plan import SQL  # noqa: PLC0415 - an extra, and heavy

        return DataFrame(SQL(sql), self._spark)

    def _asked(self, sql: str, texts: Mapping[str, str]) -> Any:  # noqa: ANN401 - an Arrow table
        # The client's own `sql(…).toArrow()` has the server read and analyse a statement three times: as a command, for
        # its schema and to run it. Analysing a question takes a Spark server longer than computing it.
        from pyspark.sql.connect.functions import lit  # noqa: PLC0415 - an extra, and heavy
        from pyspark.sql.connect.plan import SQL  # noqa: PLC0415

        client, values = self._spark.client, {name: lit(text) for name, text in texts.items()}
        found, _, _ = client.to_table(SQL(sql, named_args=values).to_proto(client), {})
        return found

    def interrupt(self, tag: str) -> None:
        """End what runs under a tag."""
        with self._translated():
            self._spark.interruptTag(tag)

    def close(self) -> None:
        """End the conversation."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._spark.client.close()

    def _frame(self, relation: Relation) -> Any:  # noqa: ANN401 - the client has no types
        if not relation.files:
            return self._spark.createDataFrame([], relation.columns)
        frame = self._spark.read.schema(relation.columns).parquet(*relation.files)
        if not relation.defaults:
            return frame
        from pyspark.sql.connect.functions import expr  # noqa: PLC0415 - an extra, and heavy

        return frame.withColumns({one.name: expr(f"coalesce(`{one.name}`, {one.value})") for one in relation.defaults})

    def _translated(self) -> _Translated:
        return _Translated(self._url)


class _Translated:
    """Translates the client's errors."""

    def __init__(self, url: str) -> None:
        self._url = url

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if not isinstance(error, Exception) or not type(error).__module__.startswith(_CLIENT):
            return
        text = " ".join(str(error).split())[:600]
        what = f"ask the engine at {self._url.partition(';')[0]}: {text}"
        if any(word in text for word in _ENDED):
            raise QuestionEndedError(what) from error
        if any(word in text for word in _TOO_MUCH):
            raise TooMuchError(what) from error
        if any(word in text for word in _GONE):
            raise LostError(what) from error
        raise TryAgainError(what) from error


def new_tag() -> str:
    """Return a name for what one question runs."""
    return f"fleetcost-{uuid.uuid4().hex}"


def _connect(url: str) -> Any:  # noqa: ANN401 - the client has no types
    try:
        from pyspark.sql.connect.client import DefaultChannelBuilder  # noqa: PLC0415 - an extra, and heavy
        from pyspark.sql.connect.client.retries import DefaultPolicy  # noqa: PLC0415 - an extra, and heavy
        from pyspark.sql.connect.session import SparkSession  # noqa: PLC0415 - an extra, and heavy
    except ImportError as error:
        raise SettingsError(f"engine: spark needs the extra fleetcost[spark]: {error}") from error
    options = [
        ("grpc.keepalive_time_ms", _PING_MILLISECONDS),
        ("grpc.keepalive_timeout_ms", _PONG_MILLISECONDS),
        # A Spark server hangs up on a client that pings it while there is nothing to wait for.
        ("grpc.keepalive_permit_without_calls", 0),
        ("grpc.http2.max_pings_without_data", 0),
        ("grpc.initial_reconnect_backoff_ms", 200),
        ("grpc.max_reconnect_backoff_ms", 1000),
    ]
    # The error says it too, with the address.
    warnings.filterwarnings("ignore", message=r"\[RETRIES_EXCEEDED\]")
    with _Translated(url):
        spark = SparkSession.builder.channelBuilder(DefaultChannelBuilder(url, options)).create()
        # Its own `close`, also called when a conversation is collected as garbage, first waits for the last words of
        # every conversation of this process, and one with a dead server never ends.
        spark.client.close = partial(_hang_up, spark.client)  # type: ignore[method-assign]
        spark.client.set_retry_policies([DefaultPolicy(max_retries=3, initial_backoff=100, max_backoff=800)])
    return spark


def _hang_up(client: Any) -> None:  # noqa: ANN401 - the client has no types
    client._channel.close()  # noqa: SLF001 - what is under way is cancelled with it
    client._closed = True  # noqa: SLF001 - as its own `close` says it
