"""What the conformance cases talk to: something that answers GET requests about a fleet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol

from compat.asgi import Answered, AsgiClient
from compat.fleets import Fleet, Ingested, ingested
from fleetcost.api.app import create_app
from fleetcost.api.services import Limits, Services
from fleetcost.api.state import FolderState
from fleetcost.bucket.filesystem import FilesystemBucket
from fleetcost.engine.remote import RemoteTables
from fleetcost.lake.write import LakeWriter
from fleetcost.ui.files import File, WebApp

EngineFactory = Callable[[Fleet, Path], AbstractContextManager["Engine"]]


class Engine(Protocol):
    """
    Something that answers.

    Another implementation is tested by putting it behind this.
    """

    def get(self, target: str) -> Answered:
        """Answer a request by its path and query."""


class InProcess:
    """The application, asked without a network."""

    def __init__(self, client: AsgiClient) -> None:
        self.client = client

    def get(self, target: str) -> Answered:
        """Answer a request by its path and query."""
        return self.client.ask(target, headers={"accept": "application/json"})


PAGE = WebApp({"index.html": File(b'<!doctype html><base href="./"><title>fleetcost</title>', "text/html")})


def services_of(made: Ingested, folder: Path, **more: Any) -> Services:
    """Return what the application needs of a fleet in tables."""
    chosen: dict[str, Any] = {
        "hourly_retention": None,
        "interval_seconds": 600,
        "limits": Limits(running=2, waiting=16, seconds=60),
        "state": FolderState(folder / "state"),
    } | more
    chosen = {"database": made.database, "status": lambda: made.ingestor.status} | chosen
    return Services(clock=lambda: made.fleet.now, **chosen)


@contextmanager
def in_process(fleet: Fleet, folder: Path, **more: Any) -> Iterator[InProcess]:
    """Ingest a fleet and answer questions about it for the length of the block."""
    made = ingested(fleet, folder)
    try:
        with AsgiClient(create_app(services_of(made, folder, **more), PAGE)) as client:
            yield InProcess(client)
    finally:
        made.database.close()


@contextmanager
def on_engine(url: str, fleet: Fleet, folder: Path, **more: Any) -> Iterator[InProcess]:
    """Ingest a fleet, write its lake, and answer from there by a distributed engine; the database is closed."""
    made = ingested(fleet, folder)
    bucket = FilesystemBucket(folder / "bucket")
    LakeWriter(made.database, bucket, folder, lambda: fleet.now).write()
    made.database.close()
    tables = RemoteTables(bucket, url)
    tables.refresh()
    services = services_of(made, folder, database=tables, status=tables.status, **more)
    try:
        with AsgiClient(create_app(services, PAGE)) as client:
            yield InProcess(client)
    finally:
        tables.close()


ENGINES: dict[str, EngineFactory] = {"in process": in_process}
"""Where questions run without anything else being started; the distributed engines are in `tests/engine`."""
