"""The columns a form wants, found in a bill under any of their names: one view in place of many header variants."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

_TEXT = "VARCHAR"


class Kind(enum.Enum):
    """What a column holds; the value is its type in the view."""

    TEXT = _TEXT
    AMOUNT = "DECIMAL(38, 12)"
    TIME = "TIMESTAMP"
    COUNT = "BIGINT"


@dataclass(frozen=True, slots=True)
class Column:
    """
    One column of a form.

    Attributes:
        name: in the form's SQL
        kind: what it holds
        spellings: names in bills, the first that is there wins; compared as `plain` makes them
    """

    name: str
    kind: Kind
    spellings: tuple[str, ...]


def columns(kind: Kind, *lines: str) -> tuple[Column, ...]:
    """Return columns from lines such as `name: spelling, spelling`; a column without spellings has its own name."""
    made = []
    for line in lines:
        name, _, spellings = line.partition(":")
        names = tuple(plain(one) for one in spellings.split(",") if one.strip())
        made.append(Column(name.strip(), kind, names or (plain(name),)))
    return tuple(made)


def plain(header: str) -> str:
    """
    Return a header without case, signs and translation.

    Bills of other languages carry the English name in parentheses; a byte order mark may stick to the first one.
    """
    inner = re.search(r"\(([A-Za-z_/: ]+)\)\s*$", header)
    return re.sub(r"[^a-z0-9]", "", (inner[1] if inner else header).lower())


def found(headers: Sequence[str]) -> dict[str, str]:
    """Return the bill's own header by its plain name; of two that look alike the first."""
    known: dict[str, str] = {}
    for header in headers:
        known.setdefault(plain(header), header)
    return known


def has(headers: Sequence[str], *names: str) -> bool:
    """Tell whether a bill has all these columns."""
    known = found(headers)
    return all(plain(name) in known for name in names)


def view(
    wanted: Sequence[Column], types: Mapping[str, str], readers: Mapping[Kind, Callable[[str], str]] | None = None
) -> str:
    """
    Return the select list that gives every wanted column its own name and type, NULL where the bill has none.

    Args:
        wanted: columns of the form
        types: the bill's headers and their types
        readers: how texts of a kind are read where that differs from plain conversion
    """
    known = found(list(types))
    return ",\n    ".join(_select(column, known, types, readers or {}) for column in wanted)


def _select(
    column: Column, known: Mapping[str, str], types: Mapping[str, str], readers: Mapping[Kind, Callable[[str], str]]
) -> str:
    header = next((known[name] for name in column.spellings if name in known), None)
    if header is None:
        return f"CAST(NULL AS {column.kind.value}) AS {column.name}"
    return f"{_read(column.kind, quoted(header), types[header], readers)} AS {column.name}"


def _read(kind: Kind, name: str, found_type: str, readers: Mapping[Kind, Callable[[str], str]]) -> str:
    if kind is Kind.TEXT:
        return f"CAST({name} AS {_TEXT})"
    if found_type != _TEXT:
        return f"CAST({name} AS {kind.value})"
    return readers.get(kind, _PLAIN[kind])(f"NULLIF(trim({name}), '')")


def amount(text: str) -> str:
    """
    Return a text as an amount.

    The engine reads decimals of 18 digits forty times as fast as those of 38, so the short form is tried first; both
    round alike.
    """
    return f"coalesce(TRY_CAST({text} AS DECIMAL(18, 12)), CAST({text} AS {Kind.AMOUNT.value}))"


_PLAIN: dict[Kind, Callable[[str], str]] = {
    Kind.AMOUNT: amount,
    Kind.TIME: lambda text: f"CAST({text} AS {Kind.TIME.value})",
    Kind.COUNT: lambda text: f"CAST({text} AS {Kind.COUNT.value})",
}


def quoted(name: str) -> str:
    """Return a name as the engine takes it, whatever it holds."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a text as the engine takes it, whatever it holds."""
    return "'" + text.replace("'", "''") + "'"


def json_map(name: str) -> str:
    """Return a column of JSON objects as a map of texts; an empty text is no map."""
    return f"from_json(NULLIF(trim({name}), ''), '\"MAP(VARCHAR, VARCHAR)\"')"


def sorted_map(pairs: str) -> str:
    """Return a map without empty values, its keys sorted, so that equal labels are equal rows; NULL becomes empty."""
    return (
        f"coalesce(map_from_entries(list_sort(list_filter(map_entries({pairs}), "
        "lambda tag: coalesce(tag.value, '') <> ''))), MAP {}::MAP(VARCHAR, VARCHAR))"
    )
