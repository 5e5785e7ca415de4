"""What the server says of itself: the OpenAPI document, the documentation page, the tables of parameters."""

from __future__ import annotations

import runpy
from pathlib import Path

from compat.started import Fleets
from fleetcost.api.routes.operations import EVERY, OPERATIONS
from fleetcost.api.words import Family

WINDOW = "window=1704067200,1704153600"


def test_openapi_describes_every_route(fleets: Fleets) -> None:
    """The document names every route and parameter of the table, and its references all lead somewhere."""
    answer = fleets.client("topology").ask("/openapi.json")
    document = answer.document
    assert document["openapi"] == "3.1.0"
    for one in EVERY:
        described = document["paths"][one.path][one.method.lower()]
        named = {parameter["name"] for parameter in described["parameters"]}
        assert {parameter.name for parameter in one.parameters} <= named
        assert described["operationId"] == one.identifier
    identifiers = [one.identifier for one in EVERY]
    assert len(identifiers) == len(set(identifiers))
    for part in answer.body.decode().split('"$ref":"#/components/schemas/')[1:]:
        assert part.split('"')[0] in document["components"]["schemas"]


def test_the_documentation_page_needs_no_script(fleets: Fleets) -> None:
    """The page lists every route, has no script and no style of its own, and loads nothing from elsewhere."""
    page = fleets.client("topology").ask("/docs").body.decode()
    assert all(one.path in page for one in OPERATIONS)
    for forbidden in ("<script", "style=", "<style", "http://", "https://"):
        assert forbidden not in page


def test_opencost_and_the_page_share_a_path(fleets: Fleets) -> None:
    """A browser that goes to /assets gets the page, a program OpenCost's answer."""
    client = fleets.client("topology")
    assert b"<!doctype html>" in client.ask("/assets?window=7d", headers={"accept": "text/html,*/*"}).body
    assert client.ask(f"/assets?{WINDOW}", headers={"accept": "*/*"}).document["code"] == 200
    assert client.ask("/explore").body.startswith(b"<!doctype html>")


def test_every_native_path_speaks_in_problems() -> None:
    """The families of the table and the shapes of errors agree."""
    assert all(one.path.startswith("/api/v1/") == (one.family is Family.NATIVE) for one in EVERY)


def test_the_page_of_parameters_is_fresh() -> None:
    """The documentation's tables are what its script makes of the routes as they are."""
    repository = Path(__file__).parents[3]
    made = runpy.run_path(str(repository / "scripts" / "docs_api.py"))["page"]()
    assert (repository / "docs" / "api-parameters.md").read_text() == made, "run scripts/docs_api.py"
