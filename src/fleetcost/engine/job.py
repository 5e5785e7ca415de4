"""
A job: a conversation in which queries become tables, kept as Parquet in the bucket by the engine itself.

No row passes through this process. What later statements read again is written below `scratch/` and removed at the end;
tables of the lake are written where they stay, a folder a run, and are seen by nobody before a manifest names them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from fleetcost.bucket.port import Bucket, ObjectInfo
from fleetcost.engine.schema import ddl, spark_type
from fleetcost.engine.session import Relation, Row, Session, TableLayout
from fleetcost.lake.manifest import FOLDER, LakeColumn, LakeFile
from fleetcost.model.window import Resolution
from fleetcost.query.dialect_spark import SparkLiterals

SCRATCH = f"{FOLDER}/scratch"
"""Folder of what is only needed for a while."""

_AT = "at"
"""Column that parts a table by the epoch seconds its windows begin at; in the names of folders, not in the files."""


class DeriveJob:
    """
    One run of derivations.

    Args:
        session: a conversation of its own
        bucket: the lake's
        place: the bucket's address as the engine knows it
        run: a name that no other run has
    """

    def __init__(self, session: Session, bucket: Bucket, place: str, run: str) -> None:
        self._session = session
        self._bucket = bucket
        self._place = place
        self._run = run
        self._dialect = SparkLiterals()
        self._kept = 0

    def address(self, path: str) -> str:
        """Return where the engine finds an object."""
        return f"{self._place}/{path}"

    def relation(self, relation: Relation) -> None:
        """Name files."""
        self._session.name(relation)

    def view(self, name: str, query: str) -> None:
        """Let later statements read a query under a name; it runs each time it is read."""
        self._session.view(name, self._dialect.spelled(query))

    def keep(self, name: str, query: str) -> None:
        """Run a query once and let later statements read its rows under a name."""
        self._kept += 1
        address = self.address(f"{self._work()}/{self._kept}-{name}")
        self._session.keep(name, self._dialect.spelled(query), address)

    def rows(self, query: str) -> Sequence[Row]:
        """Run a query and return all its rows."""
        return self._session.rows(self._dialect.spelled(query))

    def empty(self, name: str, columns: Sequence[LakeColumn]) -> None:
        """Name a table without rows."""
        self._session.name(Relation(name, (), ddl(columns)))

    def table(
        self, name: str, query: str, columns: Sequence[LakeColumn], parts: int, resolution: Resolution | None = None
    ) -> list[LakeFile]:
        """
        Write a table of the lake and let later statements read it under its name.

        Args:
            name: of the table
            query: its rows, in any order of columns
            columns: of the table in the lake
            parts: how many writers share the work
            resolution: of its windows, whose rows lie in files of their own; None for a table without windows
        """
        folder = f"{FOLDER}/{name}/{self._run}"
        typed = ", ".join(f"CAST(`{one.name}` AS {spark_type(one.type)}) AS `{one.name}`" for one in columns)
        order = [one.name for one in columns if one.name in ("cluster", "namespace", "controller", "pod", "container")]
        at = f", CAST(CAST(window_start AS TIMESTAMP) AS BIGINT) AS {_AT}" if resolution else ""
        sql = f"SELECT {typed}{at} FROM ({self._dialect.spelled(query)})"  # noqa: S608 - names of ours
        by = (_AT,) if resolution else ()
        self._session.save(sql, self.address(folder), TableLayout(by, order, parts))
        files = [_described(one.path, one.size_bytes, resolution) for one in self._written(folder)]
        self._session.name(Relation(name, [self.address(file.path) for file in files], ddl(columns)))
        return files

    def close(self) -> None:
        """Remove what was only needed meanwhile, and end the conversation."""
        for about in list(self._bucket.list(self._work())):
            self._bucket.delete(about.path)
        self._session.close()

    def _work(self) -> str:
        return f"{SCRATCH}/{self._run}"

    def _written(self, folder: str) -> list[ObjectInfo]:
        """Return the files of a folder; an engine's marks and checksums beside them are removed."""
        found = list(self._bucket.list(folder))
        for about in found:
            if not about.path.endswith(".parquet"):
                self._bucket.delete(about.path)
        return [about for about in found if about.path.endswith(".parquet")]


def _described(path: str, size_bytes: int, resolution: Resolution | None) -> LakeFile:
    if resolution is None:
        return LakeFile(path, size_bytes, -1)
    text = path.rpartition(f"/{_AT}=")[2].partition("/")[0]
    window = resolution.window_of(datetime.fromtimestamp(int(text), UTC))
    return LakeFile(path, size_bytes, -1, window.start, window.end)
