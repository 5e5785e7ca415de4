"""Windows at the edges of time: answered or refused as the caller's, never an error of the server."""

from __future__ import annotations

import pytest

from fleetcost.api.routes.operations import EVERY
from unit.api.apps import App

ASKED = [one for one in EVERY if not one.changes and {"window", "before"} & {each.name for each in one.parameters}]
MORE = {"field": "namespace", "names": "a"}

EDGES = [
    "1970-01-01T00:00:00Z,1970-01-01T01:00:00Z",
    "2199-12-31T23:00:00Z,2200-01-01T00:00:00Z",
    "1970-01-01T00:00:00Z,2200-01-01T00:00:00Z",
]
BEYOND = [
    "1970-01-01T00:00:00Z,9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00Z,2026-01-01T00:00:00Z",
    "9999-12-31T00:00:00Z,9999-12-31T23:59:59Z",
    "0,99999999999",
    "99999w",
    "999999d offset 999999w",
]


@pytest.mark.parametrize("text", EDGES)
def test_every_route_answers_windows_at_the_edges(full: App, text: str) -> None:
    """The first and the last window, and all of time, are answered or refused with 400 by every route that has one."""
    for one in ASKED:
        known = {each.name for each in one.parameters}
        asked = {name: text for name in ("window", "before", "after") if name in known}
        asked |= {name: value for name, value in MORE.items() if name in known}
        response = full.client.get(one.path, asked)
        assert response.status_code in {200, 400, 409}, (one.path, response.text)


@pytest.mark.parametrize("text", BEYOND)
def test_what_lies_beyond_is_refused(full: App, text: str) -> None:
    """A time before 1970 or after 2200 is no window, and the answer says so."""
    refused = full.refused("/model/allocation", 400, window=text)
    assert "window" in refused["message"]
