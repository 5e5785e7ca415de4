"""What the conformance cases talk to: something that answers GET requests about a fleet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

from compat.asgi import Answered, AsgiClient
from compat.fleets import Fleet, Ingested, fill, ingested
from engine.lakes import by_engine
from fleetcost.api.app import create_app
from fleetcost.api.services import CurrencyFacts, Limits, Services
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
    chosen = {"database": made.database, "status": lambda: made.ingestor.status} | more
    return services_for(made.fleet, folder, **chosen)


def services_for(fleet: Fleet, folder: Path, **more: Any) -> Services:
    """Return what the application needs besides `database` and `status`, which must be given."""
    chosen: dict[str, Any] = {
        "hourly_retention": None,
        "interval_seconds": 600,
        "limits": Limits(running=2, waiting=16, seconds=60),
        "state": FolderState(folder / "state"),
        "money": money_of(fleet),
    } | more
    return Services(clock=lambda: fleet.now, **chosen)


def money_of(fleet: Fleet) -> CurrencyFacts:
    """Return what decides the currency of answers: the fleet's rates, where it has any."""
    facts = CurrencyFacts(rates=fleet.rates.name if fleet.rates else "")
    facts.book.know({fleet.rates.name: fleet.rates} if fleet.rates else {})
    return facts


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
def on_engine(url: str, fleet: Fleet, folder: Path, *, derived: bool = False, **more: Any) -> Iterator[InProcess]:
    """
    Answer from a fleet's lake by a distributed engine.

    Args:
        url: of the engine
        fleet: whose sets and bills the lake is made of
        folder: for everything
        derived: the engine makes the lake too; else a database does, which is closed before the first question
        more: of the services
    """
    bucket = FilesystemBucket(folder / "bucket")
    if derived:
        fill(bucket, fleet)
        with closing(by_engine(url, bucket, folder / "data", fleet.now)) as deriver:
            assert deriver.pass_once().bad == 0
    else:
        made = ingested(fleet, folder)
        LakeWriter(made.database, bucket, folder, lambda: fleet.now).write()
        made.database.close()
    tables = RemoteTables(bucket, url)
    tables.refresh()
    services = services_for(fleet, folder, database=tables, status=tables.status, **more)
    try:
        with AsgiClient(create_app(services, PAGE)) as client:
            yield InProcess(client)
    finally:
        tables.close()


ENGINES: dict[str, EngineFactory] = {"in process": in_process}
"""Where questions run without anything else being started; the distributed engines are in `tests/engine`."""
