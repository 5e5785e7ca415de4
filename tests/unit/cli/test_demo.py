"""`fleetcost demo`: a whole fleet without a network."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from builders import FOREVER, at, open_tables
from fleetcost.bucket.filesystem import FilesystemBucket
from fleetcost.demo.fleet import FLEET
from fleetcost.ingest.run import Ingestor
from fleetcost.sets.discover import discover
from unit.cli.conftest import Command, Done


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for the demonstration, which goes on where it stopped."""
    return tmp_path_factory.mktemp("demo")


@pytest.fixture
def demo(command: Command, folder: Path) -> Callable[..., Done]:
    """Build two clusters and a day and print the costs."""
    return lambda *extra: command("demo", "--no-serve", "--days", "1", "--clusters", "2", "--data-dir", folder, *extra)


def costs(out: str) -> dict[str, list[float]]:
    """Return the figures of each line of the table."""
    found = {}
    for line in out.splitlines():
        words = line.split()
        if words and words[0] in {"all", *(cluster.id for cluster in FLEET)} and words[-1].endswith("%"):
            found[words[0]] = [float(word.replace(",", "")) for word in words[-8:-1]]
    return found


def test_the_demonstration_prints_what_the_fleet_costs(demo: Callable[..., Done]) -> None:
    """Each cluster has a line; its parts are its total, and the lines make the fleet's."""
    done = demo()
    assert done.code == 0
    table = costs(done.out)
    assert list(table) == ["cluster-0", "cluster-1", "all"]
    for *parts, total in table.values():
        assert min(parts) >= 0 < total  # soon after midnight the day has cost cents
        assert sum(parts) == pytest.approx(total, abs=0.04)
    for column in range(7):
        parts = sum(table[name][column] for name in ("cluster-0", "cluster-1"))
        assert table["all"][column] == pytest.approx(parts, abs=0.02)


def test_a_second_run_goes_on_where_the_first_stopped(demo: Callable[..., Done], folder: Path) -> None:
    """Nothing that is there is built again; final sets stay byte for byte."""
    before = {info.path: info.etag for info in FilesystemBucket(folder / "bucket").list()}
    assert before
    assert demo().code == 0
    after = {info.path: info.etag for info in FilesystemBucket(folder / "bucket").list()}
    assert set(before) <= set(after)
    changed = [path for path, etag in before.items() if after[path] != etag and "/1h/" in path]
    assert len(changed) <= 2 * 2 * 2


def test_everything_the_demonstration_writes_is_understood(folder: Path, tmp_path: Path) -> None:
    """Every object in its bucket is a set or an identity, and every set loads."""
    bucket = FilesystemBucket(folder / "bucket")
    assert {found.location.state.value for found in discover(bucket)} == {"set", "identity"}
    database = open_tables(tmp_path)
    done = Ingestor(bucket, database, FOREVER, lambda: at(0)).pass_once()
    database.close()
    assert (done.bad, done.loaded > 0) == (0, True)


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        (("--clusters", str(len(FLEET) + 1)), f"the demonstration has 1 to {len(FLEET)} clusters"),
        (("--clusters", "0"), f"1 to {len(FLEET)} clusters"),
        (("--days", "0"), "--days 0: at least 1"),
    ],
)
def test_sizes_are_bounded(demo: Callable[..., Done], extra: tuple[str, ...], message: str) -> None:
    """More clusters than there are, or no days, are refused."""
    done = demo(*extra)
    assert done.code == 2
    assert message in done.err
