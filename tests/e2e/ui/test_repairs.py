"""A gap is mended from the page: a dry run with its differences, then the order, which the agent does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from fleetcost.bucket.filesystem import FilesystemBucket
from fleetcost.demo.run import Fleet, fleet
from fleetcost.model.identity import ClusterId
from fleetcost.model.sets import SetKey, SetKind
from fleetcost.model.window import Resolution, Window
from fleetcost.sets.layout import set_path
from fleetcost.sets.publish import header_at
from servers.fleetcost import aggregator, get

pytestmark = pytest.mark.real

CLUSTER = ClusterId("cluster-0")


@dataclass(frozen=True, slots=True)
class Holed:
    """
    A cluster of which one hour is nowhere.

    Attributes:
        address: of the aggregator
        agents: who answers orders
        here: tells whether the hour is in the bucket
    """

    address: str
    agents: Fleet
    here: Callable[[], bool]


@pytest.fixture(scope="module")
def holed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Holed]:
    """Two days of one cluster; of yesterday an hour and the day's sum are lost, in the bucket and at the agent."""
    folder = tmp_path_factory.mktemp("holed")
    bucket = FilesystemBucket(_made(folder / "bucket"))
    opened: dict[Path, FilesystemBucket] = {}

    def store(at: Path) -> FilesystemBucket:
        return opened.setdefault(at, FilesystemBucket(_made(at)))

    agents = fleet(bucket, folder / "agents", store, lambda: datetime.now(UTC), clusters=1, days=2)
    agents.build(lambda _cluster, _done, _due: None)
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    hour = Window(midnight - timedelta(hours=12), midnight - timedelta(hours=11))
    keys = [SetKey(CLUSTER, kind, Resolution.HOUR, hour) for kind in SetKind]
    for one in (bucket, *opened.values()):
        for key in keys:
            one.delete(set_path(key))
    config = folder / "federated-store.yaml"
    config.write_text(f"type: FILESYSTEM\nconfig:\n  directory: {folder / 'bucket'}\n")
    with aggregator(config, folder / "data") as address:
        yield Holed(address, agents, lambda: header_at(bucket, keys[0]) is not None)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def test_a_gap_is_mended_from_the_page(holed: Holed, page: Page) -> None:
    """The dry run says which sets would come and changes nothing; the order brings them."""
    page.goto(f"{holed.address}/health?window=2d")
    page.get_by_role("button", name=f"Repair {CLUSTER}").first.click()
    dialog = page.get_by_role("dialog", name="Repair")
    dialog.get_by_role("button", name="Show what it would change").click()
    expect(dialog.get_by_role("status")).to_contain_text("Ordered")
    holed.agents.answer()
    expect(dialog.get_by_role("row", name="allocations").first).to_contain_text("none → 60")
    assert not holed.here()

    dialog.get_by_role("button", name="Order the repair").click()
    expect(dialog.get_by_role("status")).to_contain_text("Ordered")
    holed.agents.answer()
    expect(dialog.get_by_role("status")).to_contain_text("Done")
    assert holed.here()
    newest = get(holed.address, "/api/v1/repairs", limit="2")["repairs"]
    assert [one["dry_run"] for one in newest] == [False, True]
    dialog.get_by_role("button", name="Close").click()


def test_who_may_not_order_is_offered_nothing(holed: Holed, page: Page) -> None:
    """A server that is read-only takes no orders: the page has no button, and still says what the cause is."""

    def read_only(route: object) -> None:
        route.fulfill(json={"repairs": [], "read_only": True})  # type: ignore[attr-defined]

    page.route("**/api/v1/repairs**", read_only)
    page.goto(f"{holed.address}/health?window=2d")
    expect(page.get_by_role("table", name="Windows that are not complete")).to_be_visible()
    expect(page.get_by_role("button", name="Repair")).to_have_count(0)
