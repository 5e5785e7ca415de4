"""Where a server's statements are, and what they are made of."""

from __future__ import annotations

from dataclasses import dataclass

from fleetcost.api.problem import ReadOnlyError
from fleetcost.bucket.port import Bucket, BucketReader
from fleetcost.statements.live import StatementSources
from fleetcost.statements.overview import StatementReader


@dataclass(frozen=True, slots=True)
class StatementShelf:
    """
    Where a server's statements are.

    Attributes:
        bucket: where they are
        writer: the same, None where this server writes nothing
        sources: what they are made of
    """

    bucket: BucketReader
    writer: Bucket | None
    sources: StatementSources

    @property
    def reader(self) -> StatementReader:
        """What reads them."""
        return StatementReader(self.bucket, self.sources)

    def writing(self) -> Bucket:
        """
        Return where statements are written.

        Raises:
            ReadOnlyError: this server writes nothing.
        """
        if self.writer is None:
            raise ReadOnlyError("this server writes nothing to the bucket: close the month where it does")
        return self.writer
