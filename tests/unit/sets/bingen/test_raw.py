"""The raw form on the command line."""

from __future__ import annotations

import gzip
import io
import json
import math
from pathlib import Path

import pytest

from fleetcost.cli.sets_raw import show_raw
from fleetcost.errors import CallerError
from fleetcost.sets.bingen.fields_allocation import ALLOCATION, ALLOCATION_SET, PV_ALLOCATION, PV_KEY
from fleetcost.sets.bingen.fields_asset import ANY, ASSET_SET
from fleetcost.sets.bingen.fields_cloudcost import CLOUD_COST_SET
from fleetcost.sets.bingen.fields_network import NETWORK_INSIGHT_SET
from fleetcost.sets.bingen.record import WireTime
from unit.sets.bingen.writer import Writer, build

ALLOCATIONS = Writer().file(ALLOCATION_SET, build(ALLOCATION_SET, 25, FromSource="prom"))
ASSETS = Writer().file(ASSET_SET, build(ASSET_SET, 21, Assets={"any": build(ANY, 21)}))


def shown(*files: Path, kind: str | None = None) -> tuple[int, list[dict[str, object]], list[str]]:
    """Return exit code, documents and reasons of a run."""
    out, errors = io.StringIO(), io.StringIO()
    code = show_raw(files, kind, out, errors)
    return code, [json.loads(line) for line in out.getvalue().splitlines()], errors.getvalue().splitlines()


def written(path: Path, content: bytes) -> Path:
    """Write a file and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_each_file_is_one_line(tmp_path: Path) -> None:
    """Every file becomes one JSON document on a line of its own, in the order given."""
    one = written(tmp_path / "one", ALLOCATIONS)
    two = written(tmp_path / "two", gzip.compress(ALLOCATIONS))
    code, documents, reasons = shown(one, two, kind="allocations")
    assert (code, reasons) == (0, [])
    assert [document["FromSource"] for document in documents] == ["prom", "prom"]


def test_a_file_that_cannot_be_read_leaves_the_others(tmp_path: Path) -> None:
    """A missing and a damaged file give a reason each and exit code 1; the good one is printed all the same."""
    good = written(tmp_path / "good", ALLOCATIONS)
    cut = written(tmp_path / "cut", ALLOCATIONS[:-1])
    code, documents, reasons = shown(tmp_path / "missing", cut, good, kind="allocations")
    assert (code, len(documents)) == (1, 1)
    assert reasons[0] == f"fleetcost: read {tmp_path / 'missing'}: No such file or directory"
    assert reasons[1].startswith(f"fleetcost: read {cut} as bingen allocations: Errors at byte ")
    assert len(reasons) == 2


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    """A folder given for a file is a reason, not a crash."""
    assert shown(tmp_path, kind="assets")[2] == [f"fleetcost: read {tmp_path}: Is a directory"]


def test_the_path_tells_the_kind(tmp_path: Path) -> None:
    """Without a kind, the folder's name decides, the one furthest right first."""
    path = written(tmp_path / "assets" / "etl" / "bingen" / "allocations" / "1h" / "0-3600", ALLOCATIONS)
    assert shown(path)[1][0]["FromSource"] == "prom"


def test_the_content_tells_the_kind_where_the_path_is_wrong(tmp_path: Path) -> None:
    """A file of another kind than its path says is printed as what it is."""
    code, documents, _ = shown(written(tmp_path / "allocations" / "file", ASSETS))
    assert code == 0
    assert documents[0]["Assets"]["any"]["__type"] == "Any"


def test_the_reason_is_that_of_the_kind_in_the_path(tmp_path: Path) -> None:
    """A damaged file whose path names a kind is refused as that kind, in one reason."""
    code, _, reasons = shown(written(tmp_path / "networkinsights" / "file", ASSETS[:-1]))
    assert code == 1
    assert "as bingen networkinsights: " in reasons[0]
    assert "as bingen assets: " not in reasons[0]


def test_content_that_fits_no_kind_gives_every_reason(tmp_path: Path) -> None:
    """A nameless file that is no set names what each kind would have wanted."""
    reason = shown(written(tmp_path / "file", b"PAR1"))[2][0]
    assert "it fits no kind of set" in reason
    assert all(f"as bingen {kind}" in reason for kind in ("allocations", "assets", "cloudcosts", "networkinsights"))


def test_sets_that_never_become_rows_are_recognised_too(tmp_path: Path) -> None:
    """Nameless cloud costs and network insights are distinguished from each other by their content."""
    cloud = Writer().file(CLOUD_COST_SET, build(CLOUD_COST_SET, 1, Integration="cur"))
    insights = Writer().file(NETWORK_INSIGHT_SET, build(NETWORK_INSIGHT_SET, 1))
    code, documents, _ = shown(written(tmp_path / "one", cloud), written(tmp_path / "two", insights))
    assert code == 0
    assert documents[0]["Integration"] == "cur"
    assert documents[1].keys() == {"NetworkInsights", "Window"}


def test_an_unknown_kind_is_the_callers_fault() -> None:
    """A kind that does not exist is refused before any file is read, with the one that was meant."""
    with pytest.raises(
        CallerError, match=r"--kind 'allocation': accepted is allocations, .*did you mean 'allocations'"
    ):
        show_raw([], "allocation")


def test_a_file_beyond_the_limit_is_not_read(tmp_path: Path) -> None:
    """A file larger than what is decoded is refused by its size, without reading it."""
    path = tmp_path / "huge"
    with path.open("wb") as file:
        file.truncate(128 * 1024 * 1024 + 1)
    assert "134,217,729 bytes, accepted is up to 134,217,728" in shown(path, kind="assets")[2][0]


def test_standard_output_is_utf8_whatever_the_locale(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """The documents are UTF-8 on standard output."""
    content = Writer().file(ALLOCATION_SET, build(ALLOCATION_SET, 25, FromSource="données 🚀"))
    assert show_raw([written(tmp_path / "file", content)], "allocations") == 0
    assert "données 🚀".encode() in capfdbinary.readouterr().out


def test_what_json_cannot_write_is_text(tmp_path: Path) -> None:
    """NaN and infinities become strings, times RFC 3339, struct keys a list in their order, and nil is null."""
    keys = [build(PV_KEY, 25, Name=name) for name in ("b", "a")]
    row = build(
        ALLOCATION,
        25,
        CPUCost=math.nan,
        RAMCost=math.inf,
        GPUCost=-math.inf,
        PVCostAdjustment=-0.0,
        SharedCost=5.0,
        RAMByteHours=1.2345678901234567e19,
        NetworkCost=0.1,
        Start=WireTime(63_000_000_000, 120_000_000, -28_800),
        PVs={key: build(PV_ALLOCATION, 25) for key in keys},
    )
    content = Writer().file(ALLOCATION_SET, build(ALLOCATION_SET, 25, Allocations={"row": row, "nil": None}))
    (document,) = shown(written(tmp_path / "file", content), kind="allocations")[1]
    assert document["Allocations"]["nil"] is None
    printed = document["Allocations"]["row"]
    assert [printed[name] for name in ("CPUCost", "RAMCost", "GPUCost")] == ["NaN", "+Inf", "-Inf"]
    assert [printed[name] for name in ("SharedCost", "NetworkCost")] == [5, 0.1]
    assert printed["RAMByteHours"] == 12345678901234567000
    assert math.copysign(1, printed["PVCostAdjustment"]) == -1
    assert printed["Start"] == "1997-05-23T08:00:00.12-08:00"
    assert [pair["key"]["Name"] for pair in printed["PVs"]] == ["a", "b"]
    assert printed["Properties"] is None
