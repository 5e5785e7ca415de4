"""Azure, GCP and FOCUS bills in every variant become the rows that the ledger says, to the last digit."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from fleetcost.errors import BillDamagedError
from making.bills import others
from making.bills.ledger import truth
from making.bills.reading import all_rows, read_sets

FIRST = datetime(2026, 1, 1, tzinfo=UTC)
AZURE = others.azure(FIRST, 14)
GOOGLE = others.google(FIRST, 3)
FOCUS = others.focus(FIRST, 3)


@pytest.mark.parametrize(
    "content",
    [
        others.azure_csv(AZURE),
        others.azure_csv(AZURE, others.PAY_AS_YOU_GO),
        others.azure_csv(AZURE, others.GERMAN, localised=True),
        others.azure_csv(AZURE, braces=True),
    ],
    ids=["enterprise", "pay-as-you-go", "german", "braces"],
)
def test_an_azure_export(tmp_path: Path, content: bytes) -> None:
    """Headers of every agreement, a byte order mark, decimal commas, days first, tags with and without braces."""
    assert all_rows(read_sets(tmp_path, ("export.csv", content))) == truth(AZURE)


def test_an_azure_export_in_parquet(tmp_path: Path) -> None:
    """The same charges from typed columns."""
    assert all_rows(read_sets(tmp_path, ("part_0_0001.snappy.parquet", others.azure_parquet(AZURE)))) == truth(AZURE)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("dump.json", others.google_json(GOOGLE)),
        ("dump.parquet", others.google_parquet(GOOGLE)),
        ("dump.csv", others.google_csv(GOOGLE)),
    ],
)
def test_a_gcp_dump(tmp_path: Path, name: str, content: bytes) -> None:
    """Nested or flat, the credits of a row are distinguished by what they are for."""
    assert all_rows(read_sets(tmp_path, (name, content))) == truth(GOOGLE)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("focus.csv", others.focus_csv(FOCUS)),
        ("focus-1-2.csv", others.focus_csv(FOCUS, "1.2")),
        ("focus.parquet", others.focus_parquet(FOCUS)),
        ("focus-1-0.parquet", others.focus_parquet(FOCUS, "1.0")),
    ],
)
def test_a_focus_file(tmp_path: Path, name: str, content: bytes) -> None:
    """Versions 1.0 to 1.2, as text and as Parquet, in yen."""
    assert all_rows(read_sets(tmp_path, (name, content))) == truth(FOCUS)


def test_bills_of_several_forms_are_read_together(tmp_path: Path) -> None:
    """A folder may hold all of them; each row keeps its currency, and no currency is added to another."""
    sets = read_sets(
        tmp_path, ("a.csv", others.azure_csv(AZURE)), ("b.json", others.google_json(GOOGLE)),
        ("c.parquet", others.focus_parquet(FOCUS)),
    )  # fmt: skip
    assert all_rows(sets) == truth([*AZURE, *GOOGLE, *FOCUS])
    assert [total.currency for total in sets[FIRST].header.totals] == ["EUR", "JPY", "USD"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a,b\n1,2\n", "of no form known here"),
        (b'Date,MeterCategory,Cost\n2026-01-01,x,1.5\n2026-01-01,x,"2,5"\n', "decimal comma"),
        (b"Date,MeterCategory,Cost\n01/02/2026,x,1\n2026-01-01,x,2\n", "dates of two kinds"),
        (b"Date,MeterCategory,Cost\n2026-01-01,x,much\n", "line 2: Cost is 'much', which is no amount"),
        (b"Date,MeterCategory,Cost\n,x,1\n", "line 2: Date is empty"),
    ],
)
def test_what_cannot_be_understood_is_reported(tmp_path: Path, content: bytes, said: str) -> None:
    """No row is guessed or left out: the bill is refused, and the message says why."""
    with pytest.raises(BillDamagedError, match=said):
        read_sets(tmp_path, ("export.csv", content))


def test_american_and_european_dates_are_told_apart(tmp_path: Path) -> None:
    """In an export of one month the number that never changes is the month, wherever it stands."""
    rows = [f"0{day}/03/2026,x,1" for day in (1, 2, 3)]
    sets = read_sets(tmp_path, ("export.csv", "\n".join(["Date,MeterCategory,Cost", *rows]).encode()))
    assert [day.isoformat()[:10] for day in sets] == ["2026-03-01", "2026-03-02", "2026-03-03"]
    rows = [f"03/0{day}/2026,x,1" for day in (1, 2, 3)]
    sets = read_sets(tmp_path, ("other.csv", "\n".join(["Date,MeterCategory,Cost", *rows]).encode()))
    assert [day.isoformat()[:10] for day in sets] == ["2026-03-01", "2026-03-02", "2026-03-03"]
