"""The uid behind a cluster id."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from builders import at
from fleetcost.agent.uid import agent_name, cluster_uid
from fleetcost.errors import SourceError
from fleetcost.model.window import Window
from fleetcost.samples.query import Query
from fleetcost.samples.source import Row


class Born:
    """A source that knows when the cluster was born, or does not, or is down."""

    name = "a source"

    def __init__(self, *births: float, down: bool = False) -> None:
        self._births = births
        self._down = down

    def query(self, query: Query, window: Window, resolution_seconds: int) -> Sequence[Row]:
        """Answer the one question that is asked."""
        assert (query.metric, window.hours, resolution_seconds) == ("kube_namespace_created", 1, 60)
        if self._down:
            raise SourceError("down")
        return [Row({}, value) for value in self._births]


def test_the_setting_wins(tmp_path: Path) -> None:
    """A uid that was given is taken as it is, and nothing is written."""
    assert cluster_uid("mine", tmp_path / "uid", Born(5), at(1)) == "mine"
    assert list(tmp_path.iterdir()) == []


def test_the_uid_survives_a_lost_disk(tmp_path: Path) -> None:
    """Two empty folders on the cluster with the same birth give the same uid; another birth another uid."""
    uid = cluster_uid("", tmp_path / "a" / "uid", Born(1_700_000_000), at(1))
    assert cluster_uid("", tmp_path / "b" / "uid", Born(1_700_000_000), at(30)) == uid
    assert cluster_uid("", tmp_path / "c" / "uid", Born(1_700_000_001), at(1)) != uid


def test_a_cluster_is_known_in_its_first_hour(tmp_path: Path) -> None:
    """The hour that is asked reaches to this moment, so a cluster that was made minutes ago has its own uid at once."""
    asked = []

    class Young(Born):
        def query(self, query: Query, window: Window, resolution_seconds: int) -> Sequence[Row]:
            asked.append(window.end)
            return super().query(query, window, resolution_seconds)

    cluster_uid("", tmp_path / "uid", Young(5), at(1.75))
    assert asked == [at(1.75)]


def test_the_file_wins_over_the_source(tmp_path: Path) -> None:
    """A uid that was used once stays, whatever the source says later; nothing half-written is left behind."""
    file = tmp_path / "data" / "uid"
    uid = cluster_uid("", file, Born(5), at(1))
    assert cluster_uid("", file, Born(6), at(1)) == cluster_uid("", file, Born(down=True), at(1)) == uid
    assert [each.name for each in file.parent.iterdir()] == ["uid"]


def test_a_source_that_is_down_decides_nothing(tmp_path: Path) -> None:
    """A random uid would be kept for ever and make the same cluster a stranger after its disk is lost."""
    with pytest.raises(SourceError):
        cluster_uid("", tmp_path / "uid", Born(down=True), at(1))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("source", [Born(), Born(0), Born(5, 6)], ids=["none", "zero", "two"])
def test_without_one_birth_the_uid_is_random(tmp_path: Path, source: Born) -> None:
    """A source that does not know the cluster, or knows two, gives a random uid that is kept."""
    uid = cluster_uid("", tmp_path / "a", source, at(1))
    assert cluster_uid("", tmp_path / "a", source, at(1)) == uid
    assert cluster_uid("", tmp_path / "b", source, at(1)) != uid


def test_who_begins_at_once_gets_one_name(tmp_path: Path) -> None:
    """Of many that begin at one moment on one folder, all have the name that one of them made, and leave no draft."""
    for number in range(20):
        home = tmp_path / str(number)
        with ThreadPoolExecutor(8) as pool:
            assert len(set(pool.map(lambda _: agent_name(home / "name"), range(8)))) == 1  # noqa: B023 - ends in the loop
        assert [file.name for file in home.iterdir()] == ["name"]
