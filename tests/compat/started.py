"""Applications that several tests of a module ask."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from compat.asgi import AsgiClient
from compat.catalogue import FLEETS
from compat.engine import PAGE, services_of
from compat.fleets import Ingested, ingested
from fleetcost.api.app import create_app


class Fleets:
    """Applications by fleet, each started when it is first asked."""

    def __init__(self, factory: pytest.TempPathFactory) -> None:
        self._factory = factory
        self._started: dict[str, tuple[Ingested, AsgiClient, Path]] = {}

    def client(self, name: str) -> AsgiClient:
        """Return the client of a fleet's application."""
        if name not in self._started:
            folder = self._factory.mktemp(name)
            made = ingested(FLEETS[name], folder)
            client = AsgiClient(create_app(services_of(made, folder), PAGE))
            client.__enter__()
            self._started[name] = (made, client, folder)
        return self._started[name][1]

    def close(self) -> None:
        """Stop all of them."""
        for made, client, _ in self._started.values():
            client.__exit__()
            made.database.close()


def ask(fleets: Fleets, fleet: str, target: str) -> Any:
    """Ask and return the document of a success."""
    answer = fleets.client(fleet).ask(target)
    assert answer.status == 200, answer.body[:600]
    return answer.document
