"""`verify --numbers`: an aggregator's answers held against the bucket."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest

from builders import FOREVER, at, open_tables
from compat.asgi import AsgiClient
from compat.engine import PAGE, InProcess
from fleetcost.api.app import create_app
from fleetcost.api.services import Services
from fleetcost.bucket.memory import MemoryBucket
from fleetcost.errors import CallerError
from fleetcost.ingest.run import Ingestor
from fleetcost.model.window import Window
from fleetcost.tables.database import Database
from fleetcost.verify.numbers import Figure, verify_numbers
from unit.ingest.billed_fleet import billed_fleet

NOW = at(day=8)


@dataclass(frozen=True, slots=True)
class Asked:
    """An aggregator of a billed fleet."""

    bucket: MemoryBucket
    database: Database
    engine: InProcess
    folder: Path

    def ask(self, path: str, parameters: Mapping[str, str]) -> bytes:
        """Answer as over HTTP."""
        answer = self.engine.get(f"{path}?{urlencode(parameters)}")
        assert answer.status == 200, answer.body
        return answer.body

    def differing(self, number: int = -1) -> list[Figure]:
        """Return what differs; `number` chooses the day that is rebuilt."""
        figures = list(verify_numbers(self.bucket, self.ask, self.folder, NOW, lambda days: days[number]))
        assert len(figures) > 100
        return [one for one in figures if one.differs]


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[Asked]:
    """An aggregator that has read everything."""
    bucket = MemoryBucket()
    billed_fleet(1).publish(bucket)
    database = open_tables(tmp_path)
    ingestor = Ingestor(bucket, database, FOREVER, lambda: NOW)
    ingestor.pass_once()
    services = Services(database, lambda: ingestor.status, lambda: NOW, None, 600)
    with AsgiClient(create_app(services, PAGE)) as client:
        yield Asked(bucket, database, InProcess(client), tmp_path / "rebuilt")
    database.close()


def test_numbers_that_are_right_differ_nowhere(asked: Asked) -> None:
    """Of a fleet with bills every pair of amounts is equal, at list prices and as billed."""
    assert asked.differing() == []


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ("UPDATE asset_1d SET cost = cost + 1 WHERE type = 'Disk' AND cluster = 'aws'", "assets are as rebuilt"),
        ("UPDATE namespace_1d SET cpu_cost = cpu_cost + 1, cost = cost + 1", "namespaces are as rebuilt"),
        ("UPDATE idle_1d SET cpu_cost = cpu_cost + 1", "allocations with idle are the assets"),
    ],
)
def test_a_number_that_is_wrong_is_found(asked: Asked, change: str, what: str) -> None:
    """A table that says something else than the objects is found, by the promise that it breaks."""
    with asked.database.transaction() as writer:
        writer.execute(change)
    assert what in {one.what for one in asked.differing()}


def test_a_bucket_without_a_whole_day_is_reported(tmp_path: Path) -> None:
    """Nothing is called right where there is nothing to check."""

    def nobody(path: str, parameters: Mapping[str, str]) -> bytes:
        raise AssertionError((path, parameters))

    def newest(days: tuple[Window, ...]) -> Window:
        return days[-1]

    with pytest.raises(CallerError, match="no daily set"):
        list(verify_numbers(MemoryBucket(), nobody, tmp_path, NOW, newest))
