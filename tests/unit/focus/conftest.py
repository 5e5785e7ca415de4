"""A billed fleet in tables, once for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from builders import ingest, open_tables
from unit.focus.exported import Exported
from unit.focus.ledger_fleet import ledger_fleet, published


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exported]:
    """A fleet of three clouds in two currencies."""
    folder = tmp_path_factory.mktemp("focus")
    fleet, database = ledger_fleet(1), open_tables(folder)
    assert ingest(published(fleet), database).bad == 0
    yield Exported(fleet, database, folder)
    database.close()
