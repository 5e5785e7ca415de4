"""
The one reader of the files people write, YAML and JSON: settings, tokens, prices, contexts, stores, bills, values.

What could be understood in two ways is refused with its file and line: a key that is there twice (parsers take the last
and say nothing), a key nobody knows, a second document. Size and depth are bounded, values behind aliases are counted
as often as they are named, and no message repeats a value that the parser found: it may be a credential.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

from fleetcost.errors import SettingsError, near

LARGEST_BYTES = 8 * 1024 * 1024
DEEPEST = 64
MOST_VALUES = 400_000
"""Values of one file, those behind an alias counted each time: nine lines of aliases can stand for a billion values."""

_TAG = "tag:yaml.org,2002:"
NULL = f"{_TAG}null"
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]]|[^\s,:{}\[\]"]+')
_STEP = re.compile(r"\.(\w+)|\[(\d+)\]")
_REPEATS_THE_FILE = ("found und", "found duplicate anchor", "could not determine a constructor")

Kind = TypeVar("Kind")
Step = str | int


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """
    One file as it was read: no mapping of it has a key twice.

    Attributes:
        name: what it is and where it lies, for messages, such as `tokens file /etc/fleetcost/tokens.yaml`
        node: the outermost value, with the line of each
    """

    name: str
    node: yaml.Node

    @property
    def value(self) -> Any:  # noqa: ANN401 - whatever is in the file
        """
        The content as mappings, lists, texts, numbers and dates; None where the file is empty.

        Raises:
            SettingsError: a value is none of its kind, such as the date 2001-99-99.
        """
        try:
            return yaml.SafeLoader("").construct_document(self.node)
        except yaml.MarkedYAMLError as error:
            raise _not_yaml(self.name, error) from None
        except (ValueError, OverflowError):
            raise SettingsError(f"{self.name}: not YAML: a date or a number is none; write texts in quotes") from None

    def mapping(self, known: Collection[str] = ()) -> dict[Any, Any]:
        """
        Return the content of a file of `key: value` lines; an empty file has none.

        Args:
            known: the keys that may be there; empty where they are free

        Raises:
            SettingsError: something else, or a key that is not known.
        """
        value = {} if self.node.tag == NULL else self.value
        if not isinstance(value, dict):
            raise SettingsError(f"{self.name}: expected `key: value` lines, found {type(value).__name__}")
        for key in value:
            if known and key not in known:
                hint = f"unknown key {key!r}{near(str(key), known)}; known: {', '.join(sorted(known))}"
                raise SettingsError(f"{self.name}, line {self.line(str(key))}: {hint}")
        return value

    def convert(self, kind: type[Kind], empty: Kind | None = None) -> Kind:
        """
        Return the content as a value of a kind, whose structs forbid unknown fields.

        Args:
            kind: the type
            empty: what an empty file amounts to; None where it may not be empty

        Raises:
            SettingsError: it is not of that kind; names the line.
        """
        if empty is not None and self.node.tag == NULL:
            return empty
        try:
            return msgspec.convert(self.value, kind)
        except msgspec.ValidationError as error:
            raise SettingsError(f"{self.name}, line {self.line(*steps(str(error)))}: {error}") from None

    def texts(self) -> Iterator[tuple[int, str]]:
        """Yield every single value as it is written, with its line, counted from 1; keys are none."""
        return _texts(self.node)

    def line(self, *path: Step) -> int:
        """Return the line of a key or an item, counted from 1; of the nearest thing around it where it is absent."""
        node, line = self.node, self.node.start_mark.line
        for step in path:
            found = _child(node, step)
            if found is None:
                break
            line, node = found
        return int(line) + 1


def read_text(file: Path, what: str, largest: int = LARGEST_BYTES) -> str:
    """
    Return the text of a file people wrote.

    Args:
        file: where it lies
        what: what it is, for messages, such as `tokens file`
        largest: how many bytes it may have

    Raises:
        SettingsError: it cannot be read, is too large, or is not UTF-8.
    """
    try:
        with file.open("rb") as opened:
            content = opened.read(largest + 1)
        if len(content) > largest:
            raise SettingsError(f"read {what} {file}: larger than {largest} bytes, which no such file needs")
        return content.decode("utf-8-sig")
    except OSError as error:
        raise SettingsError(f"read {what} {file}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"read {what} {file}: not UTF-8 at byte {error.start}") from None


def read_yaml(file: Path, what: str) -> ConfigFile:
    """Read a YAML file; errors as `read_text` and `parse_yaml`."""
    return parse_yaml(read_text(file, what), f"{what} {file}")


def read_json(file: Path, what: str) -> ConfigFile:
    """Read a JSON file; errors as `read_text` and `parse_json`."""
    return parse_json(read_text(file, what), f"{what} {file}")


def parse_yaml(text: str, name: str) -> ConfigFile:
    """
    Read YAML.

    Args:
        text: the content
        name: what it is and where it lies, for messages

    Raises:
        SettingsError: not YAML, more than one document, a key twice, too deep or too much.
    """
    nodes = _composed(text, name)
    if len(nodes) > 1:
        raise SettingsError(f"{name}, line {nodes[1].start_mark.line + 1}: a second document; expected one")
    return _checked(name, nodes[0] if nodes else yaml.ScalarNode(NULL, "", _mark(0)))


def parse_yaml_documents(text: str, name: str) -> tuple[ConfigFile, ...]:
    """
    Read YAML of any number of documents; empty ones are left out.

    Raises:
        SettingsError: not YAML, a key twice, too deep or too much.
    """
    return tuple(_checked(name, node) for node in _composed(text, name))


def parse_json(text: str, name: str) -> ConfigFile:
    """
    Read JSON.

    Raises:
        SettingsError: not JSON, a key twice, too deep or too much.
    """
    depth = 0
    for word, line in _tokens(text):
        depth += (word in "{[") - (word in "}]")
        if depth > DEEPEST:
            raise SettingsError(f"{name}, line {line}: {_TOO_DEEP}")
    try:
        json.loads(text, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise SettingsError(f"{name}, line {error.lineno}: not JSON: {error.msg}") from None
    except ValueError:
        raise SettingsError(f"{name}: not JSON: it holds a number that is none") from None
    return _checked(name, _json_node(_tokens(text)))


def steps(message: str) -> list[Step]:
    """Return the path at the end of msgspec's message, such as ``… - at `$.tokens[0].name` ``."""
    path = [name or int(number) for name, number in _STEP.findall(message.rpartition("`$")[2].partition("[...]")[0])]
    unknown = re.search(r"unknown field `(\w+)`", message)
    return [*path, unknown[1]] if unknown else path


_TOO_DEEP = f"more than {DEEPEST} levels deep, which no such file needs"


def _composed(text: str, name: str) -> list[yaml.Node]:
    try:
        return [node for node in yaml.compose_all(text, _BoundedLoader) if node is not None and node.tag != NULL]
    except yaml.MarkedYAMLError as error:
        raise _not_yaml(name, error) from None
    except yaml.YAMLError:
        raise SettingsError(f"{name}: not YAML: it holds characters that YAML does not allow") from None


class _BoundedLoader(yaml.SafeLoader):
    """YAML that is composed to a depth: the composer calls itself for each level."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:  # noqa: ANN401 - as in the parent
        self.depth += 1
        if self.depth > DEEPEST:
            raise yaml.MarkedYAMLError(problem=_TOO_DEEP, problem_mark=self.get_mark())
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1


def _not_yaml(name: str, error: yaml.MarkedYAMLError) -> SettingsError:
    """Build the error without the parser's excerpt of the file, which may be a credential."""
    line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
    problem = str(error.problem)
    if problem == _TOO_DEEP:
        return SettingsError(f"{name}{line}: {problem}")
    if problem.startswith(_REPEATS_THE_FILE):
        problem = "a value begins with `*`, `&` or `!`: write it in quotes"
    return SettingsError(f"{name}{line}: not YAML: {problem}")


def _checked(name: str, node: yaml.Node) -> ConfigFile:
    if _count(name, "", node, {}) > MOST_VALUES:
        raise SettingsError(f"{name}: more than {MOST_VALUES} values, which no such file needs")
    return ConfigFile(name, node)


def _count(name: str, path: str, node: yaml.Node, counted: dict[int, int | None]) -> int:
    """Check the keys below a node and return how many values it stands for; a node behind aliases is checked once."""
    if id(node) in counted:
        known = counted[id(node)]
        if known is None:
            raise SettingsError(f"{name}, line {node.start_mark.line + 1}, `{path}`: a value that holds itself")
        return known
    counted[id(node)] = None
    inner = _members(name, path, node) if isinstance(node, yaml.MappingNode) else _items(path, node)
    counted[id(node)] = total = 1 + sum(_count(name, below, child, counted) for below, child in inner)
    return total


def _items(path: str, node: yaml.Node) -> Iterator[tuple[str, yaml.Node]]:
    if isinstance(node, yaml.SequenceNode):
        yield from ((f"{path}[{number}]", child) for number, child in enumerate(node.value))


def _members(name: str, path: str, node: yaml.MappingNode) -> Iterator[tuple[str, yaml.Node]]:
    """Refuse a key that is there twice, in whatever spelling: `yes` and `true`, `1` and `"1"` are one key."""
    seen: set[str] = set()
    for key, child in node.value:
        at = f"{name}, line {key.start_mark.line + 1}"
        if not isinstance(key, yaml.ScalarNode):
            raise SettingsError(f"{at}: expected texts as keys, found a {shape(key)}")
        below = f"{path}.{key.value}" if path else str(key.value)
        text = _key_text(key)
        if text in seen:
            raise SettingsError(f"{at}, `{below}`: the key is there twice; keep one of them")
        seen.add(text)
        yield below, child


def _key_text(key: yaml.ScalarNode) -> str:
    """Return a key as its mapping is asked for it."""
    try:
        return str(yaml.SafeLoader("").construct_object(key))
    except (yaml.YAMLError, ValueError, OverflowError):
        return str(key.value)


def _texts(node: yaml.Node) -> Iterator[tuple[int, str]]:
    if isinstance(node, yaml.ScalarNode):
        yield int(node.start_mark.line) + 1, str(node.value)
    inner = [value for _, value in node.value] if isinstance(node, yaml.MappingNode) else node.value
    if not isinstance(node, yaml.ScalarNode):
        for one in inner:
            yield from _texts(one)


def shape(node: yaml.Node) -> str:
    """Return what a node is, for messages."""
    if isinstance(node, yaml.MappingNode):
        return "mapping"
    return "list" if isinstance(node, yaml.SequenceNode) else "single value"


def _child(node: yaml.Node, step: Step) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        return next(((key.start_mark.line, value) for key, value in node.value if key.value == str(step)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step].start_mark.line, node.value[step]
    return None


def _json_node(tokens: Iterator[tuple[str, int]]) -> yaml.Node:
    """Build the node of one value; that the text is JSON is known."""
    node = _json_next(tokens)
    if node is None:
        raise AssertionError("unreachable: no value of JSON begins with a closing bracket")
    return node


def _json_next(tokens: Iterator[tuple[str, int]]) -> yaml.Node | None:
    """Return the next value, or None at the end of the list or object it would be in."""
    word, line = next(tokens)
    mark = _mark(line - 1)
    if word in "}]":
        return None
    if word not in "{[":
        value = json.loads(word)
        return yaml.ScalarNode(_TAG + _JSON_TAGS[type(value)], value if isinstance(value, str) else word, mark)
    items: list[yaml.Node] = []
    while (item := _json_next(tokens)) is not None:
        items.append(item)
    if word == "[":
        return yaml.SequenceNode(f"{_TAG}seq", items, mark)
    return yaml.MappingNode(f"{_TAG}map", list(zip(items[::2], items[1::2], strict=True)), mark)


_JSON_TAGS: dict[type, str] = {str: "str", bool: "bool", int: "int", float: "float", type(None): "null"}


def _no_number(text: str) -> float:
    raise ValueError(text)


def _tokens(text: str) -> Iterator[tuple[str, int]]:
    """Yield brackets, texts and words of JSON, each with its line."""
    line = 1
    end = 0
    for token in _TOKEN.finditer(text):
        line += text.count("\n", end, token.start())
        end = token.start()
        yield token[0], line


def _mark(line: int) -> yaml.Mark:
    return yaml.Mark("", 0, line, 0, None, 0)
