"""Values in Terraform: the `helm_release` resources of a file, with the values they write themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from fleetcost.errors import SettingsError
from fleetcost.migrate.values import ChartValues, laid_over, put
from fleetcost.ops.reading import parse_yaml

_BLOCK = re.compile(r"^\s*(resource|module|locals|variable|data|provider|terraform)\b[^\n:]*\{", re.MULTILINE)
_HEREDOC = re.compile(r'^"?<<-?\s*(?P<end>\w+)\n(?P<text>.*)\n\s*(?P=end)"?$', re.DOTALL)
_ENCODED = re.compile(r"^\$\{(?:yamlencode|jsonencode)\((?P<value>.*)\)\}$", re.DOTALL)
_CALL = re.compile(r"^\$\{(?P<call>.*)\}$", re.DOTALL)
_LONGEST_CALL = 80
_SETS = ("set", "set_sensitive", "set_list")


def is_terraform(text: str, name: str) -> bool:
    """Return whether a file is Terraform's: by its name, or because a block of it begins a line."""
    return name.endswith((".tf", ".hcl")) or (_BLOCK.search(text) is not None and not _is_yaml(text))


def releases(text: str, name: str) -> Iterator[ChartValues]:
    """
    Return the values of each `helm_release` and of each module that hands values on.

    Raises:
        SettingsError: not Terraform, or its reader is not installed.
    """
    document = _parsed(text, f"values {name}")
    for kind in ("resource", "module"):
        for entry in document.get(kind, []):
            blocks = entry.get('"helm_release"', {}) if kind == "resource" else entry
            yield from (_of_release(_bare(title), body) for title, body in blocks.items() if _hands_values(body, kind))


def _hands_values(body: Any, kind: str) -> bool:  # noqa: ANN401 - what the reader gives
    return isinstance(body, dict) and (kind == "resource" or any(key in body for key in ("values", *_SETS)))


def _of_release(title: str, body: dict[str, Any]) -> ChartValues:
    document: dict[str, Any] = {}
    elsewhere = []
    given = body.get("values", [])
    for values in given if isinstance(given, list) else [given]:
        made = _values(values, title)
        if made is None:
            elsewhere.append(f"what {_call(values)} gives")
        else:
            document = laid_over(document, made)
    for one in (one for key in _SETS for one in _entries(body.get(key))):
        put(document, _bare(one.get("name", "")), _plain(one.get("value")))
    chart = _bare(body.get("chart", "")).rpartition("/")[2]
    return ChartValues(f"helm_release {title}", chart, document, tuple(elsewhere))


def _entries(value: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - what the reader gives
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict)]


def _values(written: Any, title: str) -> dict[str, Any] | None:  # noqa: ANN401 - what the reader gives
    """Return values that are written in the file itself; None for those of a function that reads others."""
    text = str(written)
    if heredoc := _HEREDOC.match(text):
        return parse_yaml(_dedented(heredoc["text"]), f"the values of helm_release {title}").mapping()
    if encoded := _ENCODED.match(text):
        written = _parsed(f"value = {encoded['value']}\n", f"the values of helm_release {title}")["value"]
        return {_bare(key): _plain(inner) for key, inner in written.items()} if isinstance(written, dict) else None
    return None


def _dedented(text: str) -> str:
    lines = text.split("\n")
    indent = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return "\n".join(line[indent:] for line in lines)


def _plain(value: Any) -> Any:  # noqa: ANN401 - what the reader gives
    """Return a value without the quotes that the reader leaves at texts; what Terraform computes stays as written."""
    if isinstance(value, dict):
        return {_bare(key): _plain(inner) for key, inner in value.items() if not str(key).startswith("__")}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return _bare(value) if isinstance(value, str) else value


def _bare(text: Any) -> str:  # noqa: ANN401 - what the reader gives
    return str(text).removeprefix('"').removesuffix('"')


def _call(written: Any) -> str:  # noqa: ANN401 - what the reader gives
    text = _CALL.sub(lambda found: found["call"], str(written))
    return text if len(text) <= _LONGEST_CALL else f"{text[:_LONGEST_CALL]}…"


def _is_yaml(text: str) -> bool:
    try:
        return isinstance(parse_yaml(text, "values").value, dict)
    except SettingsError:
        return False


def _parsed(text: str, name: str) -> dict[str, Any]:
    try:
        import hcl2  # noqa: PLC0415 - an extra: only who brings a file of Terraform needs it
    except ModuleNotFoundError:
        raise SettingsError(
            f"read {name}: this is Terraform, whose reader is not installed: pip install 'fleetcost[terraform]', or "
            "give what `helm get values` prints"
        ) from None
    try:
        parsed: dict[str, Any] = hcl2.loads(text)
    except Exception as error:  # noqa: BLE001 - the reader's errors have no common class
        line = f", line {error.line}" if hasattr(error, "line") else ""
        raise SettingsError(f"{name}{line}: neither YAML nor Terraform that can be read") from None
    return parsed
