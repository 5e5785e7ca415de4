"""What routes are handed: the tables, and each its own part of the server."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, get_type_hints

import pytest

from fleetcost.api.context import Context
from fleetcost.api.operation import Handed, Operation
from fleetcost.api.routes.operations import EVERY
from fleetcost.api.services import LiveTables, Services

HANDED = [one for one in EVERY if isinstance(one.handler, Handed)]


def test_a_request_does_not_carry_the_server() -> None:
    """A handler reaches the tables through its request, and neither tokens, settings nor what people keep."""
    hints = get_type_hints(Context)
    assert hints["tables"] is LiveTables
    assert Services not in hints.values()
    assert {one.name for one in fields(LiveTables)} < {one.name for one in fields(Services)}


@pytest.mark.parametrize("operation", HANDED, ids=lambda one: f"{one.method} {one.path}")
def test_a_route_gets_a_part_and_never_the_whole(operation: Operation) -> None:
    """What is chosen for a route is not the server's whole surroundings, whatever the handler names it."""
    handler: Any = operation.handler
    part = list(get_type_hints(handler.handler).values())[1]
    assert part is not Services


def test_routes_that_change_what_is_kept_are_handed_it() -> None:
    """Every route that changes something is handed what it changes; the tables alone cannot be changed."""
    assert {one.path for one in EVERY if one.changes} == {one.path for one in HANDED if one.changes}
