"""The filter language: text to tree."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fleetcost.errors import QuestionError
from fleetcost.query.filters import DEEPEST, LONGEST, Compare, Every, Filter, Match, Some, parse_filter


def parse(text: str) -> Filter:
    """Read a filter that is not empty."""
    tree = parse_filter(text)
    assert tree is not None
    return tree


def compare(text: str) -> Compare:
    """Read a single comparison."""
    tree = parse(text)
    assert isinstance(tree, Compare)
    return tree


@pytest.mark.parametrize(
    ("operator", "match", "negated"),
    [
        (":", Match.EQUALS, False),
        ("!:", Match.EQUALS, True),
        ("~:", Match.CONTAINS, False),
        ("!~:", Match.CONTAINS, True),
        ("<~:", Match.STARTS_WITH, False),
        ("!<~:", Match.STARTS_WITH, True),
        ("~>:", Match.ENDS_WITH, False),
        ("!~>:", Match.ENDS_WITH, True),
    ],
)
@pytest.mark.parametrize("field", ["namespace", "label[app]"])
def test_every_operator(field: str, operator: str, match: Match, negated: bool) -> None:  # noqa: FBT001 - a table's column
    """Each of the eight operators is read on plain and on keyed fields."""
    one = compare(f'{field}{operator}"x"')
    assert (one.field, one.key) == (("namespace", None) if field == "namespace" else ("label", "app"))
    assert (one.match, one.negated, one.values) == (match, negated, ("x",))


def test_values_may_be_several() -> None:
    """A list of values is read in order, with anything but quotes in them."""
    assert compare('namespace:"a","b c", "ä+|()[]:,~"').values == ("a", "b c", "ä+|()[]:,~")
    assert compare('namespace:""').values == ("",)


def test_keys_may_be_any_label_name() -> None:
    """Brackets hold a label's name as Kubernetes spells it."""
    assert compare('label[app.kubernetes.io/name]:"x"').key == "app.kubernetes.io/name"


@pytest.mark.parametrize("text", ["", "  ", "\n"])
def test_the_empty_filter_matches_everything(text: str) -> None:
    """No text is no filter."""
    assert parse_filter(text) is None


def test_plus_is_and_bar_is_or() -> None:
    """Comparisons joined by one sign become one node with all of them, in order."""
    every, some = parse('a:"1"+b:"2"+c:"3"'), parse('a:"1"|b:"2"')
    assert isinstance(every, Every)
    assert isinstance(some, Some)
    assert [part.field for part in every.parts if isinstance(part, Compare)] == ["a", "b", "c"]
    assert len(some.parts) == 2


def test_a_blank_between_comparisons_is_and() -> None:
    """A plus sign that was not percent-encoded arrives as a blank, and is read as what was meant."""
    spaced = parse('a:"1" b:"2"')
    assert isinstance(spaced, Every)
    assert [part.field for part in spaced.parts if isinstance(part, Compare)] == ["a", "b"]


def test_a_backslash_escapes() -> None:
    r"""Inside quotes `\"` is a quote and `\\` a backslash, so that every value can be written."""
    assert compare(r'namespace:"a\"b","c\\"').values == ('a"b', "c\\")


def test_nul_is_refused() -> None:
    """A NUL character cannot be in any value, and is said to be there."""
    with pytest.raises(QuestionError, match="The filter has a NUL character"):
        parse_filter('a:"\0"')


def test_parentheses_group() -> None:
    """Where the signs meet, parentheses say what belongs together."""
    tree = parse('cluster:"c1"+(namespace:"a","b"|label[app]~:"redis")')
    assert isinstance(tree, Every)
    first, second = tree.parts
    assert isinstance(first, Compare)
    assert isinstance(second, Some)


def test_superfluous_parentheses_change_nothing() -> None:
    """A comparison in parentheses is that comparison."""
    assert parse('((a:"1"))') == Compare("a", None, Match.EQUALS, negated=False, values=("1",), position=2)


def test_blanks_do_not_matter() -> None:
    """Blanks between parts are skipped; inside quotes they count."""
    spaced, tight = parse(' a : " x " , "y" '), parse('a:" x ","y"')
    assert isinstance(spaced, Compare)
    assert isinstance(tight, Compare)
    assert (spaced.field, spaced.values) == (tight.field, tight.values)


@pytest.mark.parametrize(
    ("text", "position", "expected"),
    [
        ("namespace", 10, "an operator, one of : !: ~:"),
        ('namespace="x"', 10, "an operator, one of : !: ~:"),
        ("namespace:x", 11, "a value in double quotes"),
        ('namespace:"x', 11, "a value in double quotes"),
        ('namespace:"x",', 15, "a value in double quotes"),
        (':"x"', 1, "a field name"),
        ('1a:"x"', 1, "a field name"),
        ('a:"1"+', 7, "a field name"),
        ('a:"1"+b:"2"|c:"3"', 12, "parentheses where + and | meet"),
        ('a:"1"|b:"2"+c:"3"', 12, "parentheses where + and | meet"),
        ('a:"1" "b"', 7, "+ or | before another comparison"),
        ('a:"1" b:"2"|c:"3"', 12, "parentheses where + and | meet"),
        ('(a:"1"', 7, "a closing parenthesis"),
        ('a:"1")', 6, "+ or | before another comparison"),
        ("()", 2, "a field name"),
        ('label[]:"x"', 6, "an operator, one of : !: ~:"),
        ('label[a:"x"', 6, "an operator, one of : !: ~:"),
        ('a:~"x"', 3, "a value in double quotes"),
        ('a!"x"', 2, "an operator, one of : !: ~:"),
    ],
)
def test_errors_say_where_and_what(text: str, position: int, expected: str) -> None:
    """A filter that cannot be read is refused with the character, what was read there, and what was expected."""
    with pytest.raises(QuestionError) as raised:
        parse_filter(text, "filter")
    assert raised.value.accepted.startswith(expected)
    assert (raised.value.position, raised.value.code) == (position, "syntax")
    assert f" at character {position}: use {raised.value.accepted}." in str(raised.value)
    assert raised.value.parameter == "filter"


def test_errors_show_what_was_read() -> None:
    """Some characters from the place of the mistake are shown, or that the text ends there."""
    with pytest.raises(QuestionError, match="has `abcdefghijkl` at character 11"):
        parse_filter('namespace:abcdefghijklmnop"')
    with pytest.raises(QuestionError, match="ends at character 11"):
        parse_filter("namespace:")


def test_depth_and_length_are_bounded() -> None:
    """Deep nesting and endless texts are refused before they cost anything; what is just allowed is read."""
    deep = "(" * DEEPEST + 'a:"1"' + ")" * DEEPEST
    assert isinstance(parse(deep), Compare)
    with pytest.raises(QuestionError, match=f"at most {DEEPEST} parentheses"):
        parse_filter(f"({deep})")
    with pytest.raises(QuestionError, match="at most 16384 characters"):
        parse_filter('a:"' + "x" * LONGEST + '"')


filters = st.recursive(
    st.builds(
        lambda field, key, operator, values: field + key + operator + ",".join(f'"{value}"' for value in values),
        st.sampled_from(["namespace", "label", "cluster", "x1"]),
        st.sampled_from(["", "[a]", "[a/b.c]"]),
        st.sampled_from([":", "!:", "~:", "!~:", "<~:", "!<~:", "~>:", "!~>:"]),
        st.lists(
            st.text(st.characters(exclude_characters='"\\\0', exclude_categories=["Cs"]), max_size=5),
            min_size=1,
            max_size=3,
        ),
    ),
    lambda inner: st.builds(
        lambda joiner, parts: joiner.join(f"({part})" for part in parts),
        st.sampled_from("+|"),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=6,
)


@given(filters)
def test_every_well_formed_filter_is_read(text: str) -> None:
    """Whatever the grammar allows is a tree, and parentheses around it change nothing but positions."""
    assert type(parse(text)) is type(parse(f"({text})"))


@given(st.one_of(st.text(max_size=60), st.text('abc[]()+|:!~<>", ', max_size=60)))
@example('a:"1"' + "+" * 50)
def test_no_text_crashes(text: str) -> None:
    """Whatever is sent is a tree, nothing, or a question error."""
    try:
        tree = parse_filter(text)
    except QuestionError:
        return
    assert tree is None or isinstance(tree, Compare | Every | Some)
