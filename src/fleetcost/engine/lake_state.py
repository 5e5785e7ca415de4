"""The lake as the deriver knows it: the newest manifest, and the next one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from fleetcost.bucket.port import Bucket
from fleetcost.engine.days import Stale
from fleetcost.engine.ledgers import LEDGERS, MAKER, Ledgers
from fleetcost.ingest.passes import Clock
from fleetcost.lake.manifest import FoundManifest, LakeFile, LakeTable, Manifest, read, window_mark
from fleetcost.lake.publish import LakeChange, changed, commit, remove_unused
from fleetcost.ops import log
from fleetcost.statements.pins import pinned_paths

_BY_DAY = ("reconciled_asset", "reconciled_day")
"""Tables without windows in the lake whose files are of a day each."""

_log = log.get("engine")


class LakeState:
    """
    The manifest that is there, and the ledgers that belong to it.

    Args:
        bucket: the lake's
        ledgers: of sets and of bills
        clock: gives the time
    """

    def __init__(self, bucket: Bucket, ledgers: Ledgers, clock: Clock) -> None:
        self._bucket = bucket
        self._ledgers = ledgers
        self._clock = clock
        self._found: FoundManifest | None = None

    @property
    def manifest(self) -> Manifest | None:
        """The newest that is known; None where nothing was written yet."""
        return self._found.manifest if self._found else None

    def refresh(self) -> None:
        """
        Read the manifest, and let the ledgers follow it.

        A lake that something else made is not continued: engines do not read maps of two makers as one table. It stays
        until the newest days are there, and is then replaced by these.

        Raises:
            StoreError, StoreRefusedError: the store did not answer, or refused.
            DamagedError: it cannot be read.
        """
        found = read(self._bucket)
        self._found = _restarted(found) if found and found.manifest.marks.get("ledger") != MAKER else found
        self._ledgers.follow(self.manifest)

    def commit(self, made: Stale, files: Mapping[str, Sequence[LakeFile]]) -> None:
        """
        Make windows visible.

        Args:
            made: the windows
            files: new files of each table; of the ledgers all

        Raises:
            ConditionFailedError: somebody else wrote the manifest meanwhile.
            StoreError, StoreRefusedError: the store did not answer, or refused.
        """
        windows = {window_mark(state.resolution, state.window): state.mark for state in made.windows}
        whole = {
            **{name: files[name] for name in LEDGERS},
            **{name: self._of_other_days(name, made) for name in _BY_DAY},
            "label_set": self._files("label_set"),
        }
        for name in (*_BY_DAY, "label_set"):
            whole[name] = (*whole[name], *files.get(name, ()))
        change = LakeChange(windows, made.gone, dict.fromkeys(whole, MAKER), {**files, **whole})
        after = changed(self.manifest, change, self._ledgers.shapes(), self._clock())
        self._found = commit(self._bucket, after, self._found)
        self._ledgers.stands(after.version)
        newest = max((f"{state.window.start:%Y-%m-%dT%H}" for state in made.windows), default="")
        _log.info("lake", version=after.version, windows=len(windows), newest=newest)

    def tidy(self) -> None:
        """Remove files that nobody needs any more."""
        if self.manifest is not None:
            remove_unused(self._bucket, self.manifest, self._clock(), lambda: pinned_paths(self._bucket))

    def _files(self, table: str) -> Sequence[LakeFile]:
        return self.manifest.tables[table].files if self.manifest else ()

    def _of_other_days(self, table: str, made: Stale) -> Sequence[LakeFile]:
        """Return the files of days that are not made again."""
        return [file for file in self._files(table) if file.start not in made.billed]


def _restarted(found: FoundManifest) -> FoundManifest:
    tables = {name: LakeTable(table.columns) for name, table in found.manifest.tables.items()}
    return FoundManifest(msgspec.structs.replace(found.manifest, tables=tables, marks={}), found.etag)
