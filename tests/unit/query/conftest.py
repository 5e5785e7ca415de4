"""Tables to ask."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fleetcost.tables.database import Database
from unit.query.fleets import mock_topology


@pytest.fixture(scope="session")
def mock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The field's mock topology, one day of it."""
    with mock_topology(tmp_path_factory.mktemp("mock")) as database:
        yield database
