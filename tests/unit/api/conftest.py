"""One application for all tests that only ask."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from compat.started import Fleets
from unit.api.apps import App, app, fleet_bucket


@pytest.fixture(scope="session")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """An application with the fleet in its tables."""
    with app(tmp_path_factory.mktemp("api"), fleet_bucket()) as opened:
        opened.ingestor.pass_once()
        yield opened


@pytest.fixture(scope="session")
def fleets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleets]:
    """The fleets of the conformance cases, each started when it is first asked."""
    made = Fleets(tmp_path_factory)
    yield made
    made.close()
