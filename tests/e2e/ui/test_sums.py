"""On every page, tab, drawer and terminal the parts are the total that is shown, and that is the server's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Response, expect

from e2e.ui.conftest import attentive
from e2e.ui.sites import BILLED, Site
from e2e.ui.tables import ReadRow, ReadTable, figure, tables
from fleetcost.cli.main import run

pytestmark = pytest.mark.real

Captured = pytest.CaptureFixture[str]
Patch = pytest.MonkeyPatch

WINDOWS = {"billed": BILLED, "unbilled": "today", "mixed": "7d"}
"""One day that bills cover, one that none covers, and both sides of where bills end."""

BASES = ("billed", "list")

PAGES = (
    "",
    "explore?",
    "explore?estimated=exclude&",
    "explore?aggregate=namespace&row=shop&",
    "explore?aggregate=cluster,namespace,controller&",
    "explore?aggregate=label:team&row=ml&",
    "explore?aggregate=label:team,cluster&idle=share&",
    "explore?aggregate=node&idle=hide&",
    "explore?aggregate=namespace&metric=gpu&",
    "explore?aggregate=cluster&rate=month&",
    "clusters/cluster-2?",
    "clusters/cluster-1?",
    "w/cluster-0/shop/deployment:storefront?",
    "efficiency?",
    "efficiency?tab=workload&",
    "efficiency?tab=pool&",
    "efficiency?tab=node&",
    "showback?",
    "showback?aggregate=team,cluster&idle=separate&tenancy=separate&",
    "showback?aggregate=namespace&share_namespaces=kube-system&share_cost=100&share_split=even&",
    "assets?",
    "assets?aggregate=cluster,type,name&",
    "assets?aggregate=cluster,name&filter=assetType:%22Disk%22&tab=unattached&",
    "cloud?",
    "bill?",
    "clusters?",
    "health?",
    "prices?",
)
"""Every page with sums, in each of its tabs; of Explore what changes its figures, and its details."""

PARTS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "Total": (
        ("CPU", "RAM", "GPU", "Storage", "Network", "Load bal.", "Shared", "External"),
        ("List", "Adjustment"),
        ("Direct", "Idle", "Shared"),
    ),
    "Paid": (("CPU", "RAM", "GPU"), ("Used", "Workload idle", "Infra idle", "Not measured")),
    "Idle": (("Workload idle", "Infra idle"),),
    "Reconciled": (("List", "Adjustment"),),
}
"""By column, what adds up to it in each row."""

WHOLE = 100
COSTS = re.compile(r"/api/v1/(allocations|assets)\?(?!.*format=)")


@pytest.fixture(scope="module")
def broad(billed: Site, wide: BrowserContext) -> Iterator[Page]:
    """A tab so broad that no table leaves a column out."""
    del billed
    page = wide.new_page()
    page.set_viewport_size({"width": 2600, "height": 1200})
    with attentive(page):
        yield page
    page.close()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.strip("?&") or "overview")
def test_parts_are_the_total(billed: Site, broad: Page, path: str) -> None:
    """In each table rows add up to its totals, parts of a row to the row, and steps to what the server says."""
    assert list(wrong(billed, broad, path)) == []


def wrong(site: Site, page: Page, path: str) -> Iterator[str]:
    """Find what does not add up on a page, over every window and basis."""
    for name, window in WINDOWS.items():
        for basis in BASES:
            answers = opened(page, f"{site.address}/{path or '?'}window={window}&basis={basis}")
            found = tables(page)
            assert found or page.get_by_role("status").count()
            each = [f"{table.label}: {fault}" for table in found for fault in faults(table)]
            each += [fault for answer in answers for fault in of_answer(answer)]
            each += shown(page, path, found, answers) + above_all(page)
            yield from (f"{name} {basis}: {fault}" for fault in each)


def opened(page: Page, address: str) -> list[Any]:
    """Open a page and return the server's answers about costs that it was made of."""
    answers: list[Response] = []

    def heard(response: Response) -> None:
        if COSTS.search(response.url):
            answers.append(response)

    page.on("response", heard)
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.wait_for_load_state("networkidle")
    expect(page.locator(".answer[aria-busy=true]")).to_have_count(0)
    page.remove_listener("response", heard)
    return [answer.json() for answer in answers]


def of_answer(answer: Any) -> list[str]:
    """Return what does not add up in the server's own answer: rows, and the steps of its series."""
    total = answer["totals"]["total_cost"]
    sums = {"rows": sum(row["total_cost"] for row in answer["rows"])}
    if answer["series"]:
        sums["steps"] = sum(step["total_cost"] for step in answer["series"])
    return [f"the server: {name} are {value} of {total}" for name, value in sums.items() if abs(value - total) > 1e-6]


def shown(page: Page, path: str, found: list[ReadTable], answers: list[Any]) -> list[str]:
    """Return totals on the page that are no total of the server's: of tables, of the title, of the chart's steps."""
    if "rate=" in path or "metric=" in path or not answers:
        return []
    totals = [answer["totals"]["total_cost"] for answer in answers]
    totals += [sum(answer["totals"][f"{name}_cost"] for name in ("cpu", "ram", "gpu")) for answer in answers
               if "gpu_cost" in answer["totals"]]  # fmt: skip
    figures = {f"{table.label}, total": table.totals.figures.get("Total") or table.totals.figures.get("Paid")
               for table in found if table.totals and table.kind == "table"}  # fmt: skip
    title = page.locator(".title .figure .number")
    if title.count():
        figures["the title"] = figure(title.first.inner_text(), title.first.get_attribute("title") or "")
    for table in found:
        if "plain-table" in table.kind:
            figures[f"{table.label}, steps"] = table.sum("Total")
    return details(found) + [
        f"{name}: {one.value} is none of {totals}"
        for name, one in figures.items()
        if one is not None and all(abs(one.value - total) > one.doubt + 1e-6 for total in totals)
    ]


def details(found: list[ReadTable]) -> list[str]:
    """Return a total of a row's details that no row of the page has."""
    drawers = [table.totals for table in found if table.label == "Costs" and table.totals]
    rows = [row.figures.get("Total") for table in found if table.kind == "table" for row in table.rows]
    values = [one.value for one in rows if one is not None]
    return [
        f"details: {drawer.figures['Cost'].value} is no row's total"
        for drawer in drawers
        if all(abs(drawer.figures["Cost"].value - value) > 1e-6 for value in values)
    ]


def above_all(page: Page) -> list[str]:
    """Return shares above the whole that nothing explains; a use above what was asked for has a star."""
    words = page.locator("main td, aside td, .tile").all_inner_texts()
    plain = [text for text in words if ", more than " not in text]
    return [text for text in plain for part in re.findall(r"(?<![+−0-9.])([0-9.]+)%", text) if float(part) > WHOLE]


def faults(table: ReadTable) -> list[str]:
    """Return what does not add up in a table."""
    return [*_columns(table), *(fault for row in _all(table) for fault in _parts(row)), *_twin(table)]


def _all(table: ReadTable) -> tuple[ReadRow, ...]:
    return table.rows if table.totals is None else (*table.rows, table.totals)


def _columns(table: ReadTable) -> list[str]:
    """Compare each column's sum with the totals' row."""
    if table.totals is None:
        return []
    found = []
    for column, total in table.totals.figures.items():
        held = table.sum(column)
        if abs(held.value - total.value) > held.doubt + total.doubt:
            found.append(f"{column}: rows add up to {held.value}, the total says {total.value}")
    return found


def _parts(row: ReadRow) -> list[str]:
    """Compare what is in a row with the row's own total."""
    found = []
    for column, ways in PARTS.items():
        # The columns of a bill are views of one charge, not parts of it.
        if column not in row.figures or "Kubernetes" in row.words:
            continue
        for names in ways:
            held = [row.figures[name] for name in names if name in row.figures and names[0] in row.figures]
            whole = row.figures[column]
            value, doubt = sum(one.value for one in held), sum(one.doubt for one in held) + whole.doubt + 1e-6
            if held and abs(value - whole.value) > doubt:
                found.append(f"{row.name}: {column} is {whole.value}, its parts {names} are {value}")
    return found


def _twin(table: ReadTable) -> list[str]:
    """Compare the groups of each step of a chart with the step's sum."""
    if "plain-table" not in table.kind or "Total" not in table.columns:
        return []
    groups = table.columns[2 : table.columns.index("Total")]
    found = []
    for row in table.rows:
        held = [row.figures[name] for name in groups if name in row.figures]
        whole = row.figures.get("Total")
        if whole is None:
            continue
        if abs(sum(one.value for one in held) - whole.value) > sum(one.doubt for one in held) + whole.doubt:
            found.append(f"{row.name}: {sum(one.value for one in held)} in groups, {whole.value} in all")
    return found


@pytest.mark.parametrize("basis", BASES)
@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize(
    "question",
    [
        ("allocation",),
        ("allocation", "--aggregate", "cluster,namespace", "--idle", "share"),
        ("allocation", "--aggregate", "namespace", "--share-namespaces", "kube-system", "--share-cost", "100"),
        ("assets",),
        ("assets", "--aggregate", "cluster,type"),
    ],
    ids=" ".join,
)
def test_parts_are_the_total_on_a_terminal(
    billed: Site, question: tuple[str, ...], window: str, basis: str, capsys: Captured, monkeypatch: Patch
) -> None:
    """`fleetcost query` prints rows whose parts are their total, and a last line that is the sum of the lines."""
    monkeypatch.setenv("COLUMNS", "200")
    asked = ["query", *question, "--url", billed.address, "--window", WINDOWS[window], "--basis", basis]
    assert run(asked) == 0
    lines = [[cell.strip() for cell in re.split("[│┃]", line)[1:-1]] for line in capsys.readouterr().out.splitlines()]
    rows = [
        [float(cell.replace(",", "")) for cell in line[1:]] for line in lines if line and line[0] not in {"", "name"}
    ]
    assert len(rows) > 1
    for *parts, total in rows:
        assert sum(parts) == pytest.approx(total, abs=0.005 * (len(parts) + 1))
    *each, last = rows
    for column, total in enumerate(last):
        assert sum(row[column] for row in each) == pytest.approx(total, abs=0.005 * (len(each) + 1))
