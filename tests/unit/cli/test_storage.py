"""`fleetcost storage`: what is in a bucket, and whether it works, as a person reads it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fleetcost.bucket.filesystem import FilesystemBucket
from fleetcost.cli.main import run
from fleetcost.sets.beside import BesideKind
from making.field_bucket import write_field, write_third

DAY, HOUR = 86_400, 3_600
MIDNIGHT = 1_780_272_000


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the variables of the tests themselves, which no command knows."""
    for name in ("TEST_SHARED", "TEST_TOOLS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COLUMNS", "120")
    file = tmp_path / "federated-store.yaml"
    file.write_text(f"type: FILESYSTEM\nprefix: fleet\nconfig:\n  directory: {tmp_path}/bucket\n")
    return file


@pytest.fixture
def filled(settings: Path, tmp_path: Path) -> Path:
    """A bucket with two clusters, holes, an old agent's file, merged output and a stranger."""
    bucket = FilesystemBucket(tmp_path / "bucket" / "fleet")
    for kind in ("allocations", "assets"):
        for day in (0, 1, 4, 6):
            start = MIDNIGHT + day * DAY
            bucket.put(f"federated/one/etl/parquet/{kind}/1d/{start}-{start + DAY}.parquet", b"x" * 1000)
    for hour in range(3):
        start = MIDNIGHT + hour * HOUR
        bucket.put(f"federated/two/etl/parquet/allocations/1h/{start}-{start + HOUR}.parquet", b"x" * 10)
    bucket.put(f"federated/two/etl/bingen/allocations/1d/{MIDNIGHT}-{MIDNIGHT + DAY}", b"x" * 86)
    bucket.put(f"federated/combined/etl/bingen/allocations/1d/{MIDNIGHT}-{MIDNIGHT + DAY}", b"x")
    bucket.put("federated/two/cluster.json", b"{}")
    bucket.put("federated/two/notes.txt", b"x")
    return settings


def ls(settings: Path, *extra: str) -> int:
    return run(["storage", "ls", "--storage-config", str(settings), *extra])


def test_ls_as_a_table(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each cluster, kind, resolution and form has a line with its windows, size, ends and holes."""
    assert ls(filled) == 0
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "one allocations 1d parquet 4 4.0 kB 2026-06-01 2026-06-07 3" in lines
    assert "assets 1d parquet 4 4.0 kB 2026-06-01 2026-06-07 3" in lines
    assert "two allocations 1d bingen 1 86 B 2026-06-01 2026-06-01 none" in lines
    assert "allocations 1h parquet 3 30 B 2026-06-01 00:00 2026-06-01 02:00 none" in lines
    assert "one allocations and assets 1d 2026-06-03 to 2026-06-04, 2026-06-06" in lines
    assert "2 clusters, 12 sets, 8.1 kB" in lines
    assert "1 object of an older product's merged output: skipped" in lines
    assert "1 object this build does not know:" in lines
    assert any(line.startswith("federated/two/notes.txt (not etl/") for line in lines)


def test_ls_as_json(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same, for programs: holes as half-open windows."""
    assert ls(filled, "--json", "--cluster", "one") == 0
    document = json.loads(capsys.readouterr().out)
    assert [(row["kind"], row["windows"], row["bytes"], row["missing"]) for row in document["sets"]] == [
        ("allocations", 4, 4000, 3),
        ("assets", 4, 4000, 3),
    ]
    assert document["sets"][0]["holes"] == [
        {"start": "2026-06-03T00:00:00Z", "end": "2026-06-05T00:00:00Z"},
        {"start": "2026-06-06T00:00:00Z", "end": "2026-06-07T00:00:00Z"},
    ]


def test_ls_fits_a_narrow_terminal(
    filled: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In eighty columns no column is cut off."""
    monkeypatch.setenv("COLUMNS", "80")
    assert ls(filled) == 0
    table = [line for line in capsys.readouterr().out.splitlines() if " 1d " in line or "holes" in line]
    assert table[0].split() == ["cluster", "sets", "windows", "size", "first", "last", "holes"]
    assert all(len(line) <= 80 and "…" not in line for line in table)


def test_ls_of_an_empty_bucket(settings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An empty bucket says what comes next; a directory that is not there is an error."""
    assert ls(settings) == 1
    assert "there is no such directory" in capsys.readouterr().err
    (tmp_path / "bucket" / "fleet").mkdir(parents=True)
    assert ls(settings) == 0
    assert "An agent writes its first within minutes" in capsys.readouterr().out


def check(settings: Path, *extra: str) -> int:
    return run(["storage", "check", "--storage-config", str(settings), *extra])


def test_check_passes_and_leaves_nothing(settings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every step passes on a directory, with its time, and no object is left."""
    assert check(settings) == 0
    out = capsys.readouterr().out
    names = [line.split()[1] for line in out.splitlines() if line.startswith(" ✔")]
    assert names == [
        "settings",
        "credentials",
        "connection",
        "put",
        "get",
        "list",
        "create",
        "replace",
        "clock",
        "delete",
    ]
    assert "All 10 checks passed in " in out
    assert list(FilesystemBucket(tmp_path / "bucket" / "fleet").list()) == []


def test_check_for_a_reader(filled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With `--read-only` nothing is written, and one object is read."""
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "bucket").rglob("*")}
    assert check(filled, "--read-only") == 0
    assert "bytes of federated/combined/" in capsys.readouterr().out
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "bucket").rglob("*")} == before


def test_check_of_broken_settings(settings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A mistake in the file is the first step's failure, and the others are not tried."""
    settings.write_text("type: S3\nconfig:\n  bucket: b\n  endpoint: e\n  regio: x\n")
    assert check(settings, "--json") == 1
    document = json.loads(capsys.readouterr().out)
    assert document["passed"] is False
    first, *others = document["steps"]
    assert first["outcome"] == "failed"
    assert "line 5, `config.regio`: unknown key (did you mean 'region'?)" in first["account"]
    assert {step["outcome"] for step in others} == {"not tried"}


def test_check_without_settings(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a file the flag that names it is named."""
    assert run(["storage", "check"]) == 2
    assert "give --storage-config federated-store.yaml" in capsys.readouterr().err


def test_ls_names_every_folder_of_other_agents(
    settings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What other products' agents write beside their sets is listed with its meaning, and what those agents say."""
    write_field(FilesystemBucket(tmp_path / "bucket" / "fleet"))
    assert ls(settings) == 0
    out = " ".join(capsys.readouterr().out.split())
    for words in ("KubeModel open 1", "heartbeats third 2", "10-minute sets third 2", "not known photos 1"):
        assert words in out
    assert "agent of third: seen at 2026-06-01T12:00:00Z, version 1.0.25" in out
    assert "does not know" not in out

    assert ls(settings, "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["unknown"] == []
    assert {one["kind"] for one in document["beside"]} == set(BesideKind)
    assert {one["cluster"]: one["version"] for one in document["agents"]}["third"] == "1.0.25"


def test_ls_of_what_cannot_be_priced_says_so(
    settings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A bucket of inventories alone is not told to wait: it says what to switch on."""
    write_third(FilesystemBucket(tmp_path / "bucket" / "fleet"), sets=False)
    assert ls(settings) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "A KubeModel is an inventory without prices" in out
    assert "exportLegacyDataModels" in out
    assert "within minutes" not in out
