"""`fleetcost sets show`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from builders import allocation, allocation_set, asset_set, disk, node
from fleetcost.model.allocation import VolumeShare
from fleetcost.model.sets import FORMAT_VERSION
from fleetcost.sets.files import to_bytes
from unit.cli.conftest import Command

GOLDEN = Path(__file__).parents[2] / "golden" / "v1"


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """A good file of each kind, one damaged, one absent."""
    rows = [
        allocation(pod="web-1", cpu_cost=0.5, labels={"a": "b"}, cpu_core_hours=1.5),
        allocation(pod="web-2", volumes=(VolumeShare("v", "i", 1, allocation(pv_cost=2).pv_cost),), pv_cost=2),
    ]
    found = {name: tmp_path / f"{name}.parquet" for name in ("allocations", "assets", "damaged", "absent")}
    found["allocations"].write_bytes(to_bytes(allocation_set(rows, source="Prometheus at http://[::1]:9090 [/x]")))
    found["assets"].write_bytes(
        to_bytes(asset_set([node(cpu_cost=1), disk(cost=2)], final=False, coverage_minutes=7.5))
    )
    found["damaged"].write_bytes(found["assets"].read_bytes()[:-3])
    return found


def test_a_set_as_a_table(command: Command, files: dict[str, Path]) -> None:
    """The header in words, then a line a row with what it costs; nothing of a name is taken for markup."""
    done = command("sets", "show", files["allocations"])
    assert (done.code, done.err) == (0, "")
    text = " ".join(done.out.split())
    assert "c1 allocations 1h [2026-01-10T00:00:00Z, 2026-01-10T01:00:00Z)" in text
    assert "2 rows, 2.500000 USD, final, 60 of 60 minutes observed" in text
    assert (
        f"from Prometheus at http://[::1]:9090 [/x], built 2026-01-10 01:05:00Z by 0.1.0, format {FORMAT_VERSION}"
        in text
    )
    assert "│ n1 │ shop │ web │ web-1 │ app │ 1.5000 │ 0.500000 │" in text
    assert "│ n1 │ shop │ web │ web-2 │ app │ 0.0000 │ 2.000000 │" in text


def test_a_partial_set_says_so(command: Command, files: dict[str, Path]) -> None:
    """A set that may grow, and the minutes it has seen, are reported."""
    text = " ".join(command("sets", "show", files["assets"]).out.split())
    assert "2 rows, 3.000000 USD, partial, 7.5 of 60 minutes observed" in text
    assert "│ Disk │ pv-1 │ vol-1 │" in text


def test_a_set_as_json(command: Command, files: dict[str, Path]) -> None:
    """One JSON document a row, in the columns of the format, labels as objects, amounts exact."""
    lines = command("sets", "show", "--json", files["allocations"]).out.splitlines()
    first, second = (json.loads(line) for line in lines)
    assert (first["pod"], first["labels"], first["cpu_cost"]) == ("web-1", {"a": "b"}, "0.500000000")
    assert second["volumes"] == [{"volume": "v", "provider_id": "i", "byte_hours": 1, "cost": "2.000000000"}]
    assert first["start"] == "2026-01-10T00:00:00Z"
    assert set(first) == set(allocation_set().table.schema.names)


def test_a_damaged_file_never_hides_the_others(command: Command, files: dict[str, Path]) -> None:
    """What cannot be read is named on standard error, everything else is printed, and the code is 1."""
    done = command("sets", "show", "--json", files["allocations"], files["damaged"], files["absent"], files["assets"])
    assert done.code == 1
    assert len(done.out.splitlines()) == 4
    first, second = done.err.splitlines()
    assert f"read {files['damaged']}: not a whole Parquet file" in first
    assert str(files["absent"]) in second


def test_golden_files_are_shown(command: Command) -> None:
    """Files of the first version are shown as they are today."""
    done = command("sets", "show", "--json", *sorted(GOLDEN.glob("*.parquet")))
    assert (done.code, len(done.out.splitlines())) == (0, 7)
