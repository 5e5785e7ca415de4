"""`fleetcost billing`: what it prints, and its exit code."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from fleetcost.cli.main import run
from making.bills import amazon
from making.bills.ledger import COSTS, totals


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


def test_a_file_and_a_folder_are_checked_without_settings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All that one holds against the invoice: rows, days, every cost by currency and rule, exact to the last digit."""
    charges = amazon.charges(datetime(2025, 3, 1, tzinfo=UTC), 2)
    (tmp_path / "bills").mkdir()
    (tmp_path / "bills" / "cur.csv.gz").write_bytes(amazon.as_csv_gz(charges))
    for path in (tmp_path / "bills", tmp_path / "bills" / "cur.csv.gz"):
        assert run(["billing", "check", str(path), "--json", "--data-dir", str(tmp_path / "data")]) == 0
        (found,) = json.loads(capsys.readouterr().out)
        assert found["rows"] == len(charges)
        assert found["days"][0] == {"day": "2025-03-01", "rows": found["days"][0]["rows"]}
        sums = {one["currency"]: tuple(Decimal(one[name]) for name in COSTS) for one in found["totals"]}
        assert sums == {
            currency: tuple(cost.quantize(Decimal("1e-12"), ROUND_HALF_UP) for cost in costs)
            for currency, costs in totals(charges).items()
        }
        assert sum(one["rows"] for one in found["rules"]) == len(charges)
        assert found["unmapped_rows"] > 0
    assert run(["billing", "check", str(tmp_path / "bills"), "--data-dir", str(tmp_path / "data")]) == 0
    assert f"rows: {len(charges):,}; days: 28, 2025-03-01 to 2025-03-28" in capsys.readouterr().out


def test_what_would_not_count_ends_a_check_with_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same charges in two files, a value that is none, an empty folder: exit code 1, and the message names them."""
    bills = tmp_path / "bills"
    bills.mkdir()
    flags = ["--data-dir", str(tmp_path / "data")]
    assert run(["billing", "check", str(bills), *flags]) == 1
    assert "Data Missing" in capsys.readouterr().out
    content = "Date,MeterCategory,MeterName,ResourceId,Cost\n2026-01-01,x,m,/subscriptions/vm,5\n"
    (bills / "january-5.csv").write_text(content)
    (bills / "january-6.csv").write_text(content)
    assert run(["billing", "check", str(bills), "--json", *flags]) == 1
    said = capsys.readouterr().out
    assert "january-5.csv and january-6.csv hold the same charges" in said
    (bills / "january-6.csv").write_text(content.replace(",5", ",5 EUR"))
    assert run(["billing", "check", str(bills / "january-6.csv"), "--json", *flags]) == 1
    assert "january-6.csv: line 2: Cost is '5 EUR'" in capsys.readouterr().out
    assert run(["billing", "check", str(bills / "none.csv"), *flags]) == 2


def test_a_window_of_dates_includes_both(flags: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Two dates are whole days, the last one included; dates the wrong way round are refused."""
    yesterday = datetime.now(UTC) - timedelta(days=1)
    window = f"{yesterday - timedelta(days=1):%Y-%m-%d},{yesterday:%Y-%m-%d}"
    assert run(["billing", "run", *flags, "--window", window, "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert [day["day"] for day in found["days"]] == [f"{yesterday:%Y-%m-%d}"]
    assert run(["billing", "run", *flags, "--window", "2026-01-12,2026-01-10"]) == 2
    assert "a first date and a last one" in capsys.readouterr().err


def test_what_is_wrong_is_reported(flags: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
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
