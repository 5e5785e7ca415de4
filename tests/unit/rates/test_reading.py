"""Files of rates: every form the central bank publishes, our own, and what is refused of them."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from decimal import Decimal

import pytest

from fleetcost.errors import RatesRefusedError
from fleetcost.rates.checks import checked
from fleetcost.rates.reading import read_rates
from fleetcost.rates.table import ExchangeRate, RateKind

HISTORY = b"""Date,USD,JPY,RUB,
2026-10-19,1.1655,179.02,N/A,
2026-10-16,1.1623,178.35,N/A,
"""
DAILY = b"Date, USD, JPY, \n19 October 2026, 1.1655, 179.02, \n"
XML = b"""<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01"
  xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
  <Cube>
    <Cube time="2026-10-19"><Cube currency="USD" rate="1.1655"/><Cube currency="JPY" rate="179.02"/></Cube>
    <Cube time="2026-10-16"><Cube currency="USD" rate="1.1623"/><Cube currency="JPY" rate="178.35"/></Cube>
  </Cube>
</gesmes:Envelope>
"""


def packed(content: bytes, name: str = "eurofxref-hist.csv") -> bytes:
    """Return a zip of one file."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return made.getvalue()


def euro(day: int, quote: str, rate: str) -> ExchangeRate:
    """Return a rate of the bank in October 2026."""
    return ExchangeRate(date(2026, 10, day), "EUR", quote, Decimal(rate))


BOTH = {euro(19, "USD", "1.1655"), euro(19, "JPY", "179.02"), euro(16, "USD", "1.1623"), euro(16, "JPY", "178.35")}


@pytest.mark.parametrize(
    ("content", "rates"),
    [
        (HISTORY, BOTH),
        (packed(HISTORY), BOTH),
        (XML, BOTH),
        (packed(XML, "eurofxref-hist.xml"), BOTH),
        (DAILY, {euro(19, "USD", "1.1655"), euro(19, "JPY", "179.02")}),
        (b"\xef\xbb\xbfdate,base,quote,rate\r\n2026-10-16,USD,EUR,0.86\r\n",
         {ExchangeRate(date(2026, 10, 16), "USD", "EUR", Decimal("0.86"))}),
    ],
    ids=["history", "zip", "xml", "zip of xml", "daily", "own"],
)  # fmt: skip
def test_every_form_gives_the_same_rates(content: bytes, rates: set[ExchangeRate]) -> None:
    """What is not quoted and the empty last column are no rates; digits stay as published."""
    file = read_rates("file", content)
    assert set(checked(file)) == rates
    assert file.kind is RateKind.DAILY


@pytest.mark.parametrize(("day", "monthly"), [("2026-10", False), ("2026-10-01", True)])
def test_months_are_known_by_their_form_or_said(day: str, monthly: bool) -> None:  # noqa: FBT001 - a parameter
    """A booked rate's date is a month, or the first day of one where that is said."""
    file = read_rates("file", f"date,base,quote,rate\n{day},USD,EUR,0.9\n".encode(), monthly=monthly)
    assert (file.kind, file.rates[0].rate.day) == (RateKind.MONTHLY, date(2026, 10, 1))


OWN = "date,base,quote,rate\n2026-10-15,EUR,USD,1.16\n"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("2026-10-16,EUR,USD,0", "line 3: '0' is no rate"),
        ("2026-10-16,EUR,USD,0.000", "line 3: '0.000' is no rate"),
        ("2026-10-16,EUR,USD,-1.2", "line 3: '-1.2' is no rate"),
        ("2026-10-16,EUR,USD,NaN", "line 3: 'NaN' is no rate"),
        ("2026-10-16,EUR,USD,Infinity", "line 3: 'Infinity' is no rate"),
        ('2026-10-16,EUR,USD,"1,16"', "line 3: '1,16' is no rate"),
        ("2026-10-16,EUR,USD,1.1234567890123", "at most 12 decimal places"),
        ("2026-10-16,EUR,usd,1.16", "line 3: 'usd' is no ISO 4217 code"),
        ("2026-10-16,EUR,EUR,1", "line 3: a rate of EUR to itself"),
        ("16.10.2026,EUR,USD,1.16", "line 3: '16.10.2026' is no day"),
        ("2026-10-16,EUR,USD", "line 3: 3 values"),
        ("2026-10-15,EUR,USD,1.17", "line 3: EUR to USD on 2026-10-15 is given in line 2 already"),
        ("2026-10-16,EUR,USD,11.6", "line 3: EUR to USD on 2026-10-16 is 11.6, next to EUR to USD on 2026-10-15, 1.16"),
        ("2026-10-16,EUR,USD,0.38", "--force"),
        ("2026-10-16,USD,EUR,8.6", "are base and quote swapped?"),
    ],
)
def test_what_can_hardly_be_a_rate_is_refused_with_its_line(line: str, says: str) -> None:
    """Nothing of a file is taken where one line of it is wrong, and the message says which and why."""
    with pytest.raises(RatesRefusedError) as error:
        checked(read_rates("booked.csv", f"{OWN}{line}\n".encode()))
    assert says in str(error.value)
    assert "booked.csv" in str(error.value)


def test_a_large_change_can_be_forced() -> None:
    """Whoever knows that a currency fell says so."""
    file = read_rates("file", f"{OWN}2026-10-16,EUR,USD,11.6\n".encode())
    assert len(checked(file, force=True)) == 2


def test_the_neighbour_may_be_in_the_table_already() -> None:
    """A single new day is compared with the table's, in either direction."""
    file = read_rates("file", b"date,base,quote,rate\n2026-10-16,USD,EUR,1.16\n")
    assert checked(file, [ExchangeRate(date(2026, 10, 15), "EUR", "USD", Decimal("1.16"))])
    with pytest.raises(RatesRefusedError, match="swapped"):
        checked(file, [ExchangeRate(date(2026, 10, 15), "EUR", "USD", Decimal("0.2"))])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\xff",
        b"when,what\n1,2\n",
        b"<a",
        b"<!DOCTYPE a [<!ENTITY b 'c'>]><a/>",
        b"PK\x03\x04cut",
        b"Date,USD,\n",
    ],
)
def test_what_is_no_file_of_rates_is_refused(content: bytes) -> None:
    """A file of another form, a damaged one and one without rates are errors of the caller, never a crash."""
    with pytest.raises(RatesRefusedError, match="file"):
        read_rates("file", content)
