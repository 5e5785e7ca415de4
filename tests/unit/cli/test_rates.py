"""The command `fleetcost rates`, on a bucket in a folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from fleetcost.cli.main import run

ECB = "Date,USD,JPY,\n2026-10-19,1.1655,179.02,\n2026-10-16,1.1623,178.35,\n"


@pytest.fixture
def store(tmp_path: Path) -> list[str]:
    """Flags that name a bucket in a folder."""
    (tmp_path / "bucket").mkdir()
    file = tmp_path / "federated-store.yaml"
    file.write_text(f"type: FILESYSTEM\nconfig:\n  directory: {tmp_path / 'bucket'}\n")
    return ["--storage-config", str(file), "--data-dir", str(tmp_path / "data")]


def test_rates_are_imported_shown_and_listed(
    tmp_path: Path, store: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """A file becomes a version of a table; a weekend has Friday's rate; the same file again changes nothing."""
    file = tmp_path / "eurofxref-hist.csv"
    file.write_text(ECB)
    assert run(["rates", "check", str(file)]) == 0
    assert "4 daily rates of 2 pairs, 2026-10-16 to 2026-10-19" in capsys.readouterr().out
    assert run(["rates", "import", str(file), "--table", "ecb", *store]) == 0
    assert "ecb: version 1, 4 rates" in capsys.readouterr().out
    assert run(["rates", "import", str(file), "--table", "ecb", *store]) == 0
    assert "nothing has changed" in capsys.readouterr().out
    assert run(["rates", "show", "2026-10-17", "usd", "EUR", "--table", "ecb", *store]) == 0
    said = capsys.readouterr().out
    assert "1 USD = 0.860363073217 EUR on 2026-10-17 (rate of 2026-10-16, ecb version 1)" in said
    assert run(["rates", "show", "2026-10-27", "USD", "EUR", "--table", "ecb", *store]) == 2
    assert "ecb has no rate of USD to EUR on 2026-10-27 or in the 7 days before" in capsys.readouterr().err
    assert run(["rates", "list", *store]) == 0
    assert "ecb" in capsys.readouterr().out


def test_a_swapped_direction_is_refused_with_its_line(
    tmp_path: Path, store: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is written where one line can hardly be meant, unless it is forced."""
    file = tmp_path / "booked.csv"
    file.write_text("date,base,quote,rate\n2026-09,USD,JPY,152\n2026-10,JPY,USD,153\n")
    assert run(["rates", "import", str(file), "--table", "booked", *store]) == 2
    assert "booked.csv: line 3: JPY to USD on 2026-10-01 is 153" in capsys.readouterr().err
    assert run(["rates", "list", *store]) == 0
    assert "booked" not in capsys.readouterr().out
    assert run(["rates", "import", str(file), "--table", "booked", "--force", *store]) == 0


def test_a_table_must_be_named(tmp_path: Path, store: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Without a table, and without the setting that names one, nothing is guessed."""
    file = tmp_path / "a.csv"
    file.write_text(ECB)
    assert run(["rates", "import", str(file), *store]) == 2
    assert "--table" in capsys.readouterr().err
    assert run(["rates", "show", "2026-10-17", "USD", "EUR", *store]) == 2
    assert run(["rates", "import", str(file), "--rates", "ecb", *store]) == 0
