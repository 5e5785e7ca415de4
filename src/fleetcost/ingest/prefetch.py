"""The stage: a folder beside the database where the objects of the next batch arrive while one is being applied."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from fleetcost.bucket.port import BucketReader
from fleetcost.ingest.budget import Budget
from fleetcost.ingest.decoders import Decoders
from fleetcost.ingest.fetch import Fetched, Fetcher
from fleetcost.ingest.plan import Batch

FOLDER = "ingest"
"""Its name; what a killed process left there is removed."""


class Prefetcher:
    """
    Fetches batches, one ahead of the one that is applied; to be entered for one pass.

    Args:
        bucket: where objects come from
        beside: the folder of the database
        budget: of memory
        currency: of foreign sets
        clock: gives the time
    """

    def __init__(
        self, bucket: BucketReader, beside: Path, budget: Budget, currency: str, clock: Callable[[], datetime]
    ) -> None:
        self._folder = beside / FOLDER
        self._clock = clock
        self._decoders = Decoders(budget.decoders, budget.decoder_bytes, currency, clock)
        self._fetcher = Fetcher(bucket, self._decoders.convert, budget.download_bytes)
        self._ahead = ThreadPoolExecutor(1, thread_name_prefix="stage")

    def __enter__(self) -> Self:
        shutil.rmtree(self._folder, ignore_errors=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._decoders.close()
        self._ahead.shutdown(cancel_futures=True)
        shutil.rmtree(self._folder, ignore_errors=True)

    def each(self, batches: Sequence[Batch]) -> Iterator[tuple[Batch, tuple[Fetched, ...]]]:
        """
        Iterate the batches with their fetched objects, whose files are there until the next is asked for.

        Raises:
            NoRoomError: the disk is full.
        """
        coming = [self._begin(0, batches[0])] if batches else []
        for number, batch in enumerate(batches):
            fetched = coming.pop().result()
            if number + 1 < len(batches):
                coming.append(self._begin(number + 1, batches[number + 1]))
            yield batch, fetched
            shutil.rmtree(self._folder / str(number), ignore_errors=True)

    def _begin(self, number: int, batch: Batch) -> Future[tuple[Fetched, ...]]:
        return self._ahead.submit(self._fetcher.fetch, batch.loads, self._folder / str(number), self._clock())
