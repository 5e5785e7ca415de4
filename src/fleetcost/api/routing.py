"""What every route shares: its context, the thread it runs in, its errors."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from fleetcost.api.problem import StartingError, respond
from fleetcost.api.services import Services
from fleetcost.errors import TryAgainError
from fleetcost.tables.database import Snapshot
from fleetcost.tables.ledger import last_written

Route = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Context:
    """One request: its parameters and the services behind it."""

    parameters: QueryParams
    services: Services

    def now(self) -> datetime:
        """The clock's reading."""
        return self.services.clock()

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """
        Open the view this request answers from.

        Raises:
            StartingError: the first pass is still running and nothing has been ingested yet.
            TryAgainError: the first pass has failed.
        """
        status = self.services.status()
        with self.services.database.snapshot() as snapshot:
            if status.passes == 0 and last_written(snapshot) is None:
                if status.last_error:
                    raise TryAgainError(f"nothing has been ingested yet, the last pass failed: {status.last_error}")
                raise StartingError(status.done, status.total)
            yield snapshot

    def as_of(self, snapshot: Snapshot) -> datetime:
        """When the tables were last equal to the bucket, as far as this process or the ledger knows."""
        return self.services.status().last_pass_at or last_written(snapshot) or self.now()


def answered(handler: Callable[[Context], Any]) -> Route:
    """Turn a function of a context into a route: run it in a thread, encode what it returns, tell its errors."""

    async def route(request: Request) -> Response:
        context = Context(request.query_params, request.app.state.services)
        try:
            body = await run_in_threadpool(_encoded, handler, context)
        except Exception as error:  # noqa: BLE001 - the one place where a request's errors end
            return respond(request, error)
        return Response(body, media_type="application/json")

    return route


def _encoded(handler: Callable[[Context], Any], context: Context) -> bytes:
    return msgspec.json.encode(handler(context))
