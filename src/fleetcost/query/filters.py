r"""
The field's filter language, version 2, to a syntax tree.

```
expression = comparison ( "+" comparison )* | comparison ( "|" comparison )*     + is and, | is or, never mixed
comparison = field operator value ( "," value )* | "(" expression ")"
field      = name | name "[" key "]"
operator   = ":" "!:" "~:" "!~:" "<~:" "!<~:" "~>:" "!~>:"
value      = a text in double quotes, in which \" and \\ stand for the quote and the backslash
           | a bare word of letters, digits and `_ - . /`, where clients of the field ask
```

Several values mean any of them; behind a negated operator, none of them. Two comparisons with only blanks between them
are joined by `+`: a plus sign that was not percent-encoded arrives as a blank.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass

from fleetcost.errors import QuestionCode, QuestionError

DEEPEST = 32
"""Parentheses inside each other that are still read."""

LONGEST = 16_384
"""Characters of a filter that are still read."""

WIDEST = 256
"""Comparisons of a filter that are still read."""


class Match(enum.StrEnum):
    """How a value is compared."""

    EQUALS = ":"
    CONTAINS = "~:"
    STARTS_WITH = "<~:"
    ENDS_WITH = "~>:"


@dataclass(frozen=True, slots=True)
class Compare:
    """
    One comparison.

    Attributes:
        field: name as written
        key: what stood in brackets, such as a label's name; None without brackets
        match: how to compare
        negated: none of the values may match
        values: at least one
        position: where it begins in the text
    """

    field: str
    key: str | None
    match: Match
    negated: bool
    values: tuple[str, ...]
    position: int


@dataclass(frozen=True, slots=True)
class Every:
    """All parts hold."""

    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """At least one part holds."""

    parts: tuple[Filter, ...]


Filter = Compare | Every | Some


def every(*parts: Filter | None) -> Filter | None:
    """Return the filter that holds where all of these hold; None holds everywhere."""
    given = tuple(part for part in parts if part is not None)
    return given[0] if len(given) == 1 else Every(given) if given else None


_FIELD = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_KEY = re.compile(r"\[([^\]\"]+)\]")
_OPERATOR = re.compile(r"(!?)(<~:|~>:|~:|:)")
_VALUE = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_WORD = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./-]*")
_ESCAPED = re.compile(r'\\(["\\])')
_BLANKS = re.compile(r"\s*")


def parse_filter(text: str, parameter: str = "filter", *, bare: bool = False) -> Filter | None:
    """
    Read a filter; the empty text is None and matches everything.

    Args:
        text: the filter
        parameter: whose value it is, for messages
        bare: also read a value without quotes, which the field's servers accept

    Raises:
        QuestionError: what was expected, and at which character.
    """
    if len(text) > LONGEST:
        case, code = f"The filter has {len(text)} characters", QuestionCode.TOO_LARGE
        raise QuestionError(parameter, text[:40] + "…", f"at most {LONGEST} characters", case=case, code=code)
    if "\0" in text:
        case, code = "The filter has a NUL character", QuestionCode.SYNTAX
        raise QuestionError(parameter, text.replace("\0", "\\0"), "a filter without", case=case, code=code)
    if not text.strip():
        return None
    reader = _Reader(text, parameter, bare=bare)
    tree = reader.expression(0)
    reader.end()
    return tree


class _Reader:
    """A cursor over the text."""

    def __init__(self, text: str, parameter: str, *, bare: bool) -> None:
        self._text = text
        self._parameter = parameter
        self._at = 0
        self._comparisons = 0
        self._bare = bare

    def expression(self, depth: int) -> Filter:
        if depth > DEEPEST:
            raise self._wrong(f"at most {DEEPEST} parentheses inside each other")
        parts = [self._comparison(depth)]
        joiner = self._joiner()
        while joiner and self._joiner() == joiner:
            self._at += self._peek() == joiner
            parts.append(self._comparison(depth))
        if self._joiner():
            raise self._wrong("parentheses where + and | meet")
        if len(parts) == 1:
            return parts[0]
        return Every(tuple(parts)) if joiner == "+" else Some(tuple(parts))

    def _joiner(self) -> str:
        """Return what joins the next comparison: `|`, `+`, or `+` where only blanks are between; empty at the end."""
        follows = self._peek()
        return "+" if follows.isalpha() or follows == "(" else follows if follows in {"+", "|"} else ""

    def end(self) -> None:
        if self._peek():
            raise self._wrong("+ or | before another comparison")

    def _comparison(self, depth: int) -> Filter:
        if self._peek() == "(":
            self._at += 1
            inner = self.expression(depth + 1)
            if self._peek() != ")":
                raise self._wrong("a closing parenthesis")
            self._at += 1
            return inner
        self._comparisons += 1
        if self._comparisons > WIDEST:
            raise self._wrong(f"at most {WIDEST} comparisons")
        position = self._at
        field = self._take(_FIELD, "a field name")[0]
        key = _KEY.match(self._text, self._at)
        if key:
            self._at = key.end()
        operator = self._take(_OPERATOR, "an operator, one of : !: ~: !~: <~: !<~: ~>: !~>:")
        values = [self._value()]
        while self._peek() == ",":
            self._at += 1
            values.append(self._value())
        return Compare(field, key[1] if key else None, Match(operator[2]), bool(operator[1]), tuple(values), position)

    def _value(self) -> str:
        if self._bare and self._peek() != '"':
            return self._take(_WORD, "a value in double quotes")[0]
        return _ESCAPED.sub(r"\1", self._take(_VALUE, "a value in double quotes")[1])

    def _peek(self) -> str:
        self._skip()
        return self._text[self._at : self._at + 1]

    def _take(self, pattern: re.Pattern[str], expected: str) -> re.Match[str]:
        self._skip()
        match = pattern.match(self._text, self._at)
        if match is None:
            raise self._wrong(expected)
        self._at = match.end()
        return match

    def _skip(self) -> None:
        blanks = _BLANKS.match(self._text, self._at)
        self._at = blanks.end() if blanks else self._at

    def _wrong(self, expected: str) -> QuestionError:
        read, position = self._text[self._at : self._at + 12], self._at + 1
        case = (
            f"The filter has `{read}` at character {position}" if read else f"The filter ends at character {position}"
        )
        return QuestionError(
            self._parameter, self._text, expected, case=case, code=QuestionCode.SYNTAX, position=position
        )
