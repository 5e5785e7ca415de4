"""Macros: expressions that engines write differently, replaced by name before a statement is sent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

_CALL = re.compile(r"'[^']*'|`[^`]*`|\b([a-z_][a-z_0-9]*)\(")
_MEANT = re.compile(r"'[^']*'|[(),]")


def expanded(sql: str, macros: Mapping[str, str]) -> str:
    """
    Replace each call of a macro by its template, inner calls first.

    Args:
        sql: a statement without comments; texts in it are between single quotes
        macros: templates by name; `{0}` and so on stand for the arguments, `{*}` for all of them
    """
    written, begin = [], 0
    for call in _CALL.finditer(sql):
        if call.start() < begin or call[1] not in macros:
            continue
        end = _closing(sql, call.end())
        arguments = [expanded(part.strip(), macros) for part in _arguments(sql[call.end() : end])]
        written += [sql[begin : call.start()], _filled(macros[call[1]], arguments)]
        begin = end + 1
    return "".join([*written, sql[begin:]])


def _filled(template: str, arguments: list[str]) -> str:
    every = ", ".join(arguments)
    return re.sub(r"\{(\d|\*)\}", lambda place: every if place[1] == "*" else arguments[int(place[1])], template)


def _closing(sql: str, begin: int) -> int:
    depth = 1
    for found in _MEANT.finditer(sql, begin):
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        if depth == 0:
            return found.start()
    raise ValueError(f"a call that does not end: {sql[begin : begin + 60]!r}")


def _arguments(text: str) -> Iterator[str]:
    """Yield what stands between the commas that are in no bracket."""
    depth, begin = 0, 0
    for found in _MEANT.finditer(text):
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        if found[0] == "," and depth == 0:
            yield text[begin : found.start()]
            begin = found.end()
    yield text[begin:]
