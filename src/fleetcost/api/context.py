"""One request as a handler sees it: its parameters, its caller, the tables behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fleetcost.api.caller import Caller
from fleetcost.api.gate import Ticket
from fleetcost.api.problem import ForbiddenError, StartingError
from fleetcost.api.services import LiveTables
from fleetcost.api.words import Family
from fleetcost.errors import TryAgainError
from fleetcost.model.sets import SetKind
from fleetcost.query.allowed import allowed_clusters
from fleetcost.query.answer import Completeness
from fleetcost.query.filters import Filter, every
from fleetcost.query.kinds import RowKind
from fleetcost.tables.ledger import last_written
from fleetcost.tables.view import View


@dataclass(frozen=True, slots=True)
class Context:
    """
    One request.

    Attributes:
        path: of the route that was asked
        family: whose shapes it speaks
        parameters: as written, each at most once, empty ones left out
        places: the variable parts of the path
        tables: what every answer is read from
        caller: who asks
        ticket: ends the question when its time is over
        now: the clock's reading at the beginning
        body: of the request
    """

    path: str
    family: Family
    parameters: dict[str, str]
    places: dict[str, str]
    tables: LiveTables
    caller: Caller
    ticket: Ticket
    now: datetime
    body: bytes = b""

    @contextmanager
    def snapshot(self) -> Iterator[View]:
        """
        Open the view this request answers from.

        Raises:
            StartingError: the first pass is still running and nothing has been ingested yet.
            TryAgainError: the first pass has failed.
        """
        status = self.tables.status()
        with self.tables.database.snapshot() as snapshot, self.ticket.held(snapshot):
            if status.passes == 0 and last_written(snapshot) is None:
                if status.last_error:
                    raise TryAgainError(f"nothing has been ingested yet, the last pass failed: {status.last_error}")
                raise StartingError(status.done, status.total)
            yield snapshot

    def as_of(self, snapshot: View) -> datetime:
        """When the tables were last equal to the bucket, as far as this process or the ledger knows."""
        return self.tables.status().last_pass_at or last_written(snapshot) or self.now

    def narrowed(self, asked: Filter | None, kind: RowKind) -> Filter | None:
        """
        Return the filter that counts: what was asked for and what the caller's token allows.

        Raises:
            ForbiddenError: the token is narrowed by something that rows of this kind do not have.
        """
        allowed = self.caller.filters.get(kind)
        if self.caller.narrowed and allowed is None:
            raise ForbiddenError(f"the token {self.caller.name!r} may not see {kind}: its filter names none of them")
        return every(allowed, asked)

    def scope(self, kind: RowKind) -> Filter | None:
        """Return the part of the fleet the caller may know of, None for all."""
        return self.caller.filters.get(kind)

    def clusters(self, snapshot: View) -> frozenset[str] | None:
        """Return the clusters the caller may know of, None for all."""
        if not self.caller.narrowed:
            return None
        allowed = self.caller.filters.get(SetKind.ALLOCATIONS)
        if allowed is None:
            return frozenset()
        return frozenset(
            self.tables.known.remembered(snapshot, ("allowed", allowed), lambda: allowed_clusters(snapshot, allowed))
        )

    def seen(self, snapshot: View, judged: Sequence[Completeness]) -> tuple[Completeness, ...]:
        """Return what stands behind an answer of the clusters the caller may know of: the others are not even named."""
        allowed = self.clusters(snapshot)
        return tuple(one for one in judged if allowed is None or one.cluster in allowed)

    def hourly_from(self) -> datetime | None:
        """Since when hourly rows are kept."""
        keep = self.tables.hourly_retention
        return None if keep is None else self.now - keep


Handler = Callable[[Context], Any]
"""Answers a request: with a document to be encoded, or with a `Reply`."""
