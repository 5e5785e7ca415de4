"""One run of the engine about some days: from what the ledgers say to a manifest that has them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from fleetcost.bucket.port import Bucket, ObjectInfo
from fleetcost.engine.arrivals import put_converted
from fleetcost.engine.days import Stale, order_of, stale, unreadable, wrong
from fleetcost.engine.derive import Derivation, DerivedBatch
from fleetcost.engine.job import DeriveJob
from fleetcost.engine.lake_state import LakeState
from fleetcost.engine.ledgers import Ledgers
from fleetcost.engine.schema import ddl
from fleetcost.engine.session import Relation, Session
from fleetcost.engine.source_files import SourceFile, name_rows, tells_files
from fleetcost.errors import TryAgainError
from fleetcost.ingest.plan import Batch, Load
from fleetcost.ingest.prefetch import Prefetcher
from fleetcost.lake.manifest import LakeFile
from fleetcost.model.columns import ColumnTable
from fleetcost.model.states import ObjectState
from fleetcost.sets.layout import locate
from fleetcost.tables.ledger import Entry, EntryState


@dataclass(frozen=True, slots=True)
class EngineAt:
    """
    A distributed engine.

    Attributes:
        url: `sc://host:port`
        place: the bucket's address as the engine knows it
    """

    url: str
    place: str


@dataclass(slots=True)
class DeriveRun:
    """
    A run.

    Attributes:
        days: which
        bucket: the lake's and the sets'
        engine: who works
        lake: what is there
        ledgers: of sets and of bills
        stage: fetches foreign sets
        converted: where foreign sets lie in our format, by their paths
        name: no other run has it
    """

    days: frozenset[datetime]
    bucket: Bucket
    engine: EngineAt
    lake: LakeState
    ledgers: Ledgers
    stage: Prefetcher
    converted: dict[str, str] = field(default_factory=dict)
    name: str = field(default_factory=lambda: secrets.token_hex(8))

    def derive(self) -> Sequence[Entry]:
        """
        Derive the stale windows of the days and commit them.

        Returns:
            What the ledger must say of sets that turned out to be damaged; then nothing is committed.

        Raises:
            TryAgainError, TooMuchError: the engine failed.
            StoreError, StoreRefusedError, ConditionFailedError: see `LakeState.commit`.
        """
        bills = [*self.ledgers.bills().values()]
        found = stale(self.days, self.ledgers.states(), bills, self.lake.manifest)
        if not found.windows and not found.gone:
            return ()
        entries = self.ledgers.of_days(self.days)
        self._convert(found, entries)
        order = order_of(found, entries, bills, self.converted)
        exported = self.ledgers.export()
        session = Session(self.engine.url)
        job = DeriveJob(session, self.bucket, self.engine.place, self.name)
        try:
            self._name_ledgers(session, job, exported)
            return self._worked(session, job, found, order, entries, exported)
        finally:
            job.close()

    def _worked(
        self, session: Session, job: DeriveJob, found: Stale, order: DerivedBatch, entries: Sequence[Entry],
        exported: Mapping[str, Sequence[LakeFile]],
    ) -> Sequence[Entry]:  # fmt: skip
        work = Derivation(job, order, self.ledgers.shapes(), self._namer(session, order))
        try:
            work.load()
            damaged = wrong(job, order, entries, self.ledgers)
        except TryAgainError:
            damaged = unreadable(self.bucket, [e for e in entries if e.state is EntryState.INGESTED])
            if not damaged:
                raise
        if not damaged:
            self.lake.commit(found, {**work.run(), **exported})
        return damaged

    def _name_ledgers(self, session: Session, job: DeriveJob, exported: Mapping[str, Sequence[LakeFile]]) -> None:
        """Name the ledgers, and the label sets that have a row already."""
        before = self.lake.manifest.tables["label_set"].files if self.lake.manifest else ()
        shapes = self.ledgers.shapes()
        tables = {
            **{name: (name, files) for name, files in exported.items()},
            "label_set_before": ("label_set", before),
        }
        session.set_up(
            [
                Relation(name, [job.address(file.path) for file in files], ddl(shapes[table]))
                for name, (table, files) in tables.items()
            ],
            {},
        )

    def _namer(self, session: Session, order: DerivedBatch) -> _Namer:
        first = next((files[0] for files in (*order.sets.values(), order.bills) if files), None)
        tells = first is not None and tells_files(session, f"{self.engine.place}/{first.path}")
        return _Namer(session, self.engine.place, tells)

    def _convert(self, found: Stale, entries: Sequence[Entry]) -> None:
        """Put foreign sets that the order needs and nobody has converted in this run into the bucket in our format."""
        windows = {(state.resolution, state.window) for state in found.windows}
        loads = [
            Load(entry.key, ObjectInfo(entry.path, entry.size_bytes, entry.etag, entry.written_at), foreign=True)
            for entry in entries
            if entry.state is EntryState.INGESTED
            and (entry.key.resolution, entry.key.window) in windows
            and entry.path not in self.converted
            and locate(entry.path).state is ObjectState.FOREIGN_SET
        ]
        for _, fetched in self.stage.each([Batch(tuple(loads), ())] if loads else []):
            self.converted |= put_converted(fetched, self.bucket, self.name)


@dataclass(frozen=True, slots=True)
class _Namer:
    """Names the rows of set files in a session."""

    session: Session
    place: str
    tells_files: bool

    def __call__(self, name: str, table: ColumnTable, files: Sequence[SourceFile]) -> None:
        """See `source_files.name_rows`."""
        name_rows(self.session, name, table, self.place, files, tells_files=self.tells_files)
