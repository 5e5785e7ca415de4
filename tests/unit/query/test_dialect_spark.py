"""What a user writes stays a text in Spark's SQL, whatever it is."""

from __future__ import annotations

import pytest

from fleetcost.query.dialect_spark import Spark, SparkLiterals
from fleetcost.query.filters import Match


@pytest.mark.parametrize("value", ["a'b", "a\\", "\\' OR 1=1 --", "${env:HOME}", 'say "x"', "a::VARCHAR", "-- x"])
def test_a_literal_is_left_alone(value: str) -> None:
    """Nothing in a literal ends it, is replaced by a variable of the server, or is taken for a name or a type."""
    dialect = SparkLiterals()
    literal = dialect.text(value)
    assert dialect.spelled(f'SELECT {literal} AS "end"') == f"SELECT {literal} AS `end`"
    assert literal.count("'") == 2
    assert "$" not in literal
    assert literal.strip("'").replace("\\u0027", "'").replace("\\u0024", "$").replace("\\u005C", "\\") == value


def test_names_types_and_comments_are_spelled() -> None:
    """Quoted names get backticks, types their names, and a comment with an apostrophe disturbs nobody."""
    sql = "-- a row's own\nSELECT min(\"start\"), x::VARCHAR, NULL::TIMESTAMP, 'it is ::VARCHAR' FROM t"
    assert Spark().spelled(sql) == "\nSELECT min(`start`), x::STRING, NULL::TIMESTAMP_NTZ, 'it is ::VARCHAR' FROM t"


def test_lists_are_searched_between_edges() -> None:
    """An element begins and ends where the list says, not anywhere in a neighbour."""
    assert SparkLiterals().list_has("services", Match.EQUALS, "web") == "array_contains(services, 'web')"
    assert "contains(concat('\x01', array_join(services, '\x01'), '\x01'), '\x01we')" in SparkLiterals().list_has(
        "services", Match.STARTS_WITH, "we"
    )


def test_an_empty_text_is_part_of_every_element_and_of_no_empty_list() -> None:
    """What asks for a beginning of nothing asks whether there is an element at all."""
    for match in (Match.STARTS_WITH, Match.ENDS_WITH):
        assert Spark().list_has("services", match, "") == "size(services) > 0"
        assert Spark().list_has("services", match, "a\x01") == "FALSE"


def test_texts_of_users_are_bound() -> None:
    """A text stands behind a parameter, the same text behind the same one; only statements of ours have literals."""
    dialect = Spark()
    assert [dialect.text(one) for one in ("a'b", "c", "a'b")] == [":v0", ":v1", ":v0"]
    assert dialect.bound == {"v0": "a'b", "v1": "c"}
    assert dialect.spelled("x = :v0::VARCHAR") == "x = :v0::STRING"
