"""`fleetcost billing`: what it prints, and its exit code."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fleetcost.cli.main import run
from making.bills import amazon


@pytest.fixture
def flags(tmp_path: Path) -> list[str]:
    """Return the flags of a bucket and an account whose bill is of yesterday."""
    folder = tmp_path / "bills"
    folder.mkdir()
    (tmp_path / "bucket").mkdir()
    yesterday = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)
    (folder / "bill.csv.gz").write_bytes(amazon.as_csv_gz(amazon.charges(yesterday, 1)))
    settings = {"aws": {"s3": [{"location": str(folder), "name": "payer"}]}}
    (tmp_path / "cloud-integration.json").write_text(json.dumps(settings))
    (tmp_path / "store.yaml").write_text(f"type: FILESYSTEM\nconfig: {{directory: {tmp_path / 'bucket'}}}\n")
    return [
        "--storage-config", str(tmp_path / "store.yaml"), "--data-dir", str(tmp_path / "data"),
        "--cloud-integration", str(tmp_path / "cloud-integration.json"),
    ]  # fmt: skip


def test_a_run_says_what_it_did(flags: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """The first run creates a day, the second finds it unchanged; the unmapped rows have a total of their own."""
    assert run(["billing", "run", *flags, "--json"]) == 0
    (first,) = json.loads(capsys.readouterr().out)
    assert (first["status"], [day["outcome"] for day in first["days"]]) == ("Connection Successful", ["created"])
    assert first["days"][0]["unmapped"][0]["currency"] == "USD"
    assert run(["billing", "run", *flags]) == 0
    said = capsys.readouterr().out
    assert "1 unchanged" in said
    assert "of it unmapped" in said
    assert run(["billing", "status", *flags]) == 0
    assert "Connection Successful" in capsys.readouterr().out
    day = first["days"][0]["day"]
    assert run(["billing", "versions", day, *flags, "--json"]) == 0
    assert [row["version"] for row in json.loads(capsys.readouterr().out)] == [1]
    assert run(["billing", "versions", day, *flags, "--integration", "payer", "--changes", "1,1"]) == 0
    assert "cost the same in every row" in capsys.readouterr().out
    assert run(["billing", "versions", day, *flags, "--changes", "1"]) == 2


def test_a_check_writes_nothing(flags: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It reads the newest bills, says how that went, and leaves the bucket alone."""
    assert run(["billing", "check", *flags]) == 0
    assert "Connection Successful" in capsys.readouterr().out
    assert list((tmp_path / "bucket").iterdir()) == []


def test_what_is_wrong_is_told(flags: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No bills is exit code 1 with the field's word; a call that cannot be used is 2 and names its cure."""
    (tmp_path / "bills" / "bill.csv.gz").unlink()
    assert run(["billing", "run", *flags]) == 1
    assert "Data Missing" in capsys.readouterr().out
    assert run(["billing", "run", *flags, "--integration", "other"]) == 2
    assert "known: payer" in capsys.readouterr().err
    assert run(["billing", "run", *flags, "--window", "1d", "--rebuild"]) == 2
    assert run(["billing", "versions", "yesterday", *flags]) == 2
    assert run(["billing", "run", *flags[:2]]) == 2
    assert "--cloud-integration" in capsys.readouterr().err
