"""Macros are replaced where they are called, and nowhere else."""

from __future__ import annotations

import re
from importlib import resources

import pytest

from fleetcost.query.dialect_spark import MACROS as SPARK
from fleetcost.query.macros import expanded

MACROS = {"half": "({0} / 2)", "of": "pair({1}, {0})", "all": "list({*})"}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("SELECT half(a + 1)", "SELECT (a + 1 / 2)"),
        ("half(half(a))", "((a / 2) / 2)"),
        ("of(f(a, b), half(c)) + of(x, y)", "pair((c / 2), f(a, b)) + pair(y, x)"),
        ("all(a, f(b, c), 'd,)')", "list(a, f(b, c), 'd,)')"),
        ("SELECT 'half(a)', `half(b)`, behalf(c)", "SELECT 'half(a)', `half(b)`, behalf(c)"),
        ("half(a) = 'x' AND half('(')", "(a / 2) = 'x' AND ('(' / 2)"),
    ],
)
def test_a_call_becomes_its_template(given: str, expected: str) -> None:
    """Arguments go where the template has their numbers; calls inside calls too, texts and quoted names never."""
    assert expanded(given, MACROS) == expected


def test_a_call_without_an_end_is_a_mistake() -> None:
    """A statement whose bracket never closes is reported, not sent."""
    with pytest.raises(ValueError, match="does not end"):
        expanded("SELECT half(a", MACROS)


def test_every_macro_of_the_tables_has_a_form_for_other_engines() -> None:
    """What `schema.sql` defines for the embedded engine is spelled for Spark too."""
    text = resources.files("fleetcost.tables").joinpath("sql/schema.sql").read_text()
    names = set(re.findall(r"CREATE MACRO (\w+)\(", text))
    assert names
    assert names <= set(SPARK)
