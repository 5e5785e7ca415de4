"""Printable tables, spreadsheets and the description of the routes, each read by rules of its own format."""

from __future__ import annotations

import csv
import io
import re

import pytest

from fleetcost.api import openapi
from fleetcost.api.compat.export import written
from fleetcost.api.compat.pdf import table_pdf
from fleetcost.api.routes.operations import EVERY
from unit.api.apps import App

DAY = "2026-01-10T00:00:00Z,2026-01-11T00:00:00Z"


def objects(document: bytes) -> dict[int, bytes]:
    """Read a PDF as a reader does: from its end to the table of places, and from there each object."""
    start = int(document.rpartition(b"startxref\n")[2].split(b"\n")[0])
    head, count = document[start:].split(b"\n")[:2]
    assert head == b"xref"
    places = re.findall(rb"(\d{10}) 00000 n ", document[start:])
    assert int(count.split()[1]) == len(places) + 1
    found = {}
    for number, place in enumerate(places, 1):
        first, content = document[int(place) :].split(b"\n", 1)
        assert first == f"{number} 0 obj".encode()
        found[number] = content.partition(b"\nendobj\n")[0]
    return found


def printed(document: bytes) -> list[list[str]]:
    """Return the lines of each page, as they are shown."""
    pages = []
    for content in objects(document).values():
        stream = re.fullmatch(rb"<< /Length (\d+) >>\nstream\n(.*)\nendstream", content, re.DOTALL)
        if stream:
            assert int(stream[1]) == len(stream[2])
            texts = re.findall(rb"\((.*)\) Tj", stream[2])
            pages.append([re.sub(rb"\\(.)", rb"\1", text).decode("cp1252") for text in texts])
    return pages


def test_a_table_is_a_page() -> None:
    """A short table is one page: its title with the page's number, headers, and a line a row, figures to the right."""
    (page,) = printed(table_pdf("Costs", ["name", "cpu", "total"], [["shop", "1.00", "2.50"]]))
    assert page[0] == "Costs   page 1 of 1"
    assert page[2].split() == ["name", "cpu", "total"]
    assert page[3].split() == ["shop", "1.00", "2.50"]
    assert len(page[2]) == len(page[3])


def test_a_long_table_loses_no_line() -> None:
    """Rows go on on the next page; every one is there once, under the headers, within the page's height."""
    pages = printed(table_pdf("Costs", ["name", "total"], [[f"row-{number}", "1"] for number in range(500)]))
    assert len(pages) > 5
    assert [line.split()[0] for page in pages for line in page[3:]] == [f"row-{number}" for number in range(500)]
    assert {page[2].split()[0] for page in pages} == {"name"}
    assert max(map(len, pages)) * 11 <= 595 - 72


def test_an_empty_table_is_a_page() -> None:
    """Nothing to show is a page that says what it would show."""
    (page,) = printed(table_pdf("Costs", ["name"], []))
    assert len(page) == 3


@pytest.mark.parametrize(
    ("name", "shown"),
    [("a(b)c\\d", "a(b)c\\d"), ("Größe €", "Größe €"), ("名前", "??"), ("x" * 80, "x" * 51 + "~"), ("", "")],
)
def test_any_name_is_shown(name: str, shown: str) -> None:
    """Brackets and backslashes do not end a text, letters the font lacks are question marks, long names are cut."""
    (page,) = printed(table_pdf("Costs", ["name", "total"], [[name, "1"]]))
    assert page[3][:52].rstrip() == shown


def test_the_printed_figures_are_the_answers(full: App) -> None:
    """The page shows the figures of the JSON summary, rounded to cents."""
    asked = {"window": DAY, "aggregate": "namespace", "accumulate": "true", "idle": "false"}
    (rows,) = (one["allocations"] for one in full.get("/model/allocation/summary", **asked)["data"]["sets"])
    (page,) = printed(full.client.get("/model/allocation", asked | {"format": "pdf"}).content)
    shown = {line.split()[0]: line.split()[-1] for line in page[3:]}
    assert shown == {name: f"{row['totalCost']:,.2f}" for name, row in rows.items()}


def test_the_sheet_has_the_summarys_figures(full: App) -> None:
    """CSV and the summary are one computation: each column of a row is the summary's field of that name."""
    asked = {"window": DAY, "aggregate": "namespace", "accumulate": "true", "idle": "false"}
    (rows,) = (one["allocations"] for one in full.get("/model/allocation/summary", **asked)["data"]["sets"])
    lines = list(csv.DictReader(io.StringIO(full.client.get("/model/allocation", asked | {"format": "csv"}).text)))
    assert {line["name"] for line in lines} == set(rows)
    for line in lines:
        for name, value in rows[line["name"]].items():
            assert line[name] == ("" if value is None else str(value)), name


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_no_cell_is_a_formula(text: str) -> None:
    """What a spreadsheet would run is marked as text; numbers below zero stay numbers."""
    body = written([{"name": text, "cost": -1.5}], ("name", "cost"), "x.csv").body.decode()
    ((name, cost),) = list(csv.reader(io.StringIO(body)))[1:]
    assert (name, cost) == ("'" + text, "-1.5")


def test_every_operation_has_a_name_of_its_own_and_says_what_it_takes() -> None:
    """Each operation has one name, each variable part of a path is described, and each reference leads somewhere."""
    document = openapi.document(EVERY)
    operations = [(path, one) for path, methods in document["paths"].items() for one in methods.values()]
    names = [one["operationId"] for _, one in operations]
    assert len(set(names)) == len(names) == len(EVERY)
    for path, one in operations:
        places = {parameter["name"] for parameter in one["parameters"] if parameter["in"] == "path"}
        assert places == set(re.findall(r"{(\w+)}", path))
        assert all(parameter.get("description") or parameter["in"] == "path" for parameter in one["parameters"])
    schemas = document["components"]["schemas"]
    for name in re.findall(r"#/components/schemas/([\w.]+)", repr(document)):
        assert name in schemas


def test_an_order_is_described_as_accepted() -> None:
    """The description says 202 for what is only taken, and what a body must hold."""
    order = openapi.document(EVERY)["paths"]["/api/v1/repairs"]["post"]
    assert "202" in order["responses"]
    assert "200" not in order["responses"]
    schema = order["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    assert openapi.document(EVERY)["components"]["schemas"][schema]["required"] == ["cluster", "window"]
