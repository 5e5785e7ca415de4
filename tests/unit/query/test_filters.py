"""The filter language: text to tree."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fleetcost.errors import QuestionError
from fleetcost.query.filters import DEEPEST, LONGEST, WIDEST, Compare, Every, Filter, Match, Some, parse_filter
from unit.query.questions import ANY_FILTER


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
        ('pod:"a"pod', 11, "an operator, one of : !: ~:"),
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


def test_depth_width_and_length_are_bounded() -> None:
    """Deep nesting, endless texts and lists are refused before they cost anything; what is just allowed is read."""
    deep = "(" * DEEPEST + 'a:"1"' + ")" * DEEPEST
    assert isinstance(parse(deep), Compare)
    with pytest.raises(QuestionError, match=f"at most {DEEPEST} parentheses"):
        parse_filter(f"({deep})")
    with pytest.raises(QuestionError, match="at most 16384 characters"):
        parse_filter('a:"' + "x" * LONGEST + '"')
    assert isinstance(parse("+".join(['a:"1"'] * WIDEST)), Every)
    with pytest.raises(QuestionError, match=f"at most {WIDEST} comparisons"):
        parse_filter("+".join(['a:"1"'] * (WIDEST + 1)))


SOUP = st.lists(
    st.sampled_from(
        ["namespace", "label", "[app]", '"x"', '"', ":", "!:", "~:", "<~:", "~>:", "!~>:", *list("+|(), \\")]
    ),
    max_size=14,
).map("".join)


def written(tree: Filter, *, inside: bool = False) -> str:
    """Write a filter as a client would."""
    if isinstance(tree, Compare):
        values = ",".join('"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' for value in tree.values)
        key = "" if tree.key is None else f"[{tree.key}]"
        return f"{tree.field}{key}{'!' if tree.negated else ''}{tree.match.value}{values}"
    joined = ("+" if isinstance(tree, Every) else "|").join(written(part, inside=True) for part in tree.parts)
    return f"({joined})" if inside else joined


def unplaced(tree: Filter) -> Filter:
    """Return a filter without the positions at which its comparisons were read."""
    if isinstance(tree, Compare):
        return Compare(tree.field, tree.key, tree.match, tree.negated, tree.values, 0)
    return type(tree)(tuple(unplaced(part) for part in tree.parts))


@given(tree=ANY_FILTER)
def test_what_is_written_is_read(tree: Filter) -> None:
    """Every filter, written as text, is read as the same filter, and parentheses around it change nothing."""
    text = written(tree)
    assert unplaced(parse(text)) == unplaced(parse(f"({text})")) == tree


@given(text=st.one_of(SOUP, st.text(max_size=40), st.text('abc[]()+|:!~<>", ', max_size=60)))
@example("(" * 500)
@example('a:"' + "\\" * 51 + '"')
@example('namespace:"a"' + '+pod:"b"' * 300)
@example('a:"1"' + "+" * 50)
def test_any_text_is_read_or_refused(text: str) -> None:
    """Whatever is sent, the reader returns a filter or says what was expected where; nothing else happens."""
    tree, refusal = None, None
    try:
        tree = parse_filter(text)
    except QuestionError as error:
        refusal = error
    assert (tree is not None) + (refusal is not None) + (not text.strip()) == 1
    assert refusal is None or (refusal.parameter == "filter" and refusal.accepted)


@pytest.mark.parametrize("word", ["shop", "kube-system", "v1.2", "team/web", "_x", "0"])
def test_a_bare_word_is_a_value_where_it_is_asked_for(word: str) -> None:
    """A word without quotes is the same value as with them, alone, among others and before another comparison."""
    for form in ("a:{}", "a:{},{}", 'a:{} b:"c"', "(a:{}|b:{})"):
        quoted = form.replace("{}", f'"{word}"')
        assert _unplaced(parse_filter(form.replace("{}", word), bare=True)) == _unplaced(parse_filter(quoted))
    with pytest.raises(QuestionError):
        parse_filter(f"a:{word}")


def _unplaced(tree: Filter | None) -> str:
    return re.sub(r"position=\d+", "", repr(tree))
