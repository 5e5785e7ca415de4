"""One mapping of a file read key by key, so that every complaint can name the key, the file and the line."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from fleetcost.errors import SettingsError, near
from fleetcost.ops.duration import seconds_of
from fleetcost.ops.reading import NULL, ConfigFile, shape
from fleetcost.ops.secret import Secret

_TRUE, _FALSE = ("true", "yes", "on"), ("false", "no", "off")


@dataclass(frozen=True, slots=True)
class Place:
    """
    Where in which file a value stands.

    Attributes:
        file: the file that was read
        line: counted from 1
        key: dotted, such as `config.http_config.tls_config.ca_file`
    """

    file: Path
    line: int
    key: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}, `{self.key}`"


@dataclass(frozen=True, slots=True)
class Ineffective:
    """A key that is understood and changes nothing, with the reason."""

    place: Place
    reason: str

    def __str__(self) -> str:
        return f"`{self.place.key}` (line {self.place.line}): {self.reason}"


@dataclass(slots=True)
class Section:
    """
    One mapping of the file. Each getter notes the key it was asked for; `close` refuses every other key.

    Attributes:
        file: the file, for messages
        key: dotted path of this mapping, empty for the whole document
        line: where the mapping begins
        values: the mapping's nodes by key
        asked: keys somebody asked for
        ineffective: keys found that have no effect; all sections of a document share the list
    """

    file: Path
    key: str
    line: int
    values: dict[str, yaml.Node]
    ineffective: list[Ineffective]
    asked: set[str] = field(default_factory=set)

    def has(self, key: str) -> bool:
        """Tell whether the key is there and not null."""
        return self._node(key) is not None

    def place(self, key: str) -> Place:
        """Where the key stands, or the section where it is absent."""
        node = self.values.get(key)
        return Place(self.file, node.start_mark.line + 1 if node else self.line, self._dotted(key))

    def error(self, key: str, complaint: str) -> SettingsError:
        """Build the error that a value of this section cannot be used."""
        return SettingsError(f"{self.place(key)}: {complaint}")

    def required(self, key: str, meaning: str) -> str:
        """
        Return a text that must be there and not be empty.

        Raises:
            SettingsError: it is absent or empty.
        """
        text = self.text(key)
        if not text:
            raise SettingsError(f"{self.place(key)}: required and missing: give {meaning}{self._mistyped(key)}")
        return text

    def text(self, key: str, default: str = "") -> str:
        """Return a scalar as it is written, numbers included."""
        node = self._node(key)
        if node is None:
            return default
        if not isinstance(node, yaml.ScalarNode):
            raise self.error(key, f"expected a text, found a {shape(node)}")
        return str(node.value)

    def secret(self, key: str) -> Secret | None:
        """Return a credential, or None where there is none."""
        text = self.text(key)
        return Secret(text) if text else None

    def flag(self, key: str, *, default: bool = False) -> bool:
        """Return a truth value; quoted ones count, as templates write them."""
        text = self.text(key, str(default)).lower()
        if text in _TRUE:
            return True
        if text in _FALSE:
            return False
        raise self.error(key, f"expected true or false, read {text!r}")

    def whole(self, key: str, default: int = 0) -> int:
        """Return a whole number that is not negative."""
        text = self.text(key, str(default))
        if not text.isdecimal():
            raise self.error(key, f"expected a whole number, 0 or more, read {text!r}")
        return int(text)

    def seconds(self, key: str, default: float) -> float:
        """Return a duration such as `90s`, `1m30s` or `2m`, in seconds."""
        if not self.has(key):
            return default
        text = self.text(key)
        seconds = seconds_of(text)
        if seconds is None:
            raise self.error(key, f"expected a duration such as 90s, 1m30s or 500ms, read {text!r}")
        return seconds

    def one_of(self, key: str, accepted: tuple[str, ...], default: str) -> str:
        """Return one of the accepted words, whatever its case."""
        text = self.text(key, default) or default
        for word in accepted:
            if word.lower() == text.lower():
                return word
        raise self.error(key, f"read {text!r}{near(text, accepted)}; accepted: {', '.join(accepted)}")

    def section(self, key: str) -> Section:
        """Return a mapping inside this one; an absent one is empty."""
        node = self._node(key)
        if node is None:
            return Section(self.file, self._dotted(key), self.place(key).line, {}, self.ineffective)
        return _section(self.file, self._dotted(key), node, self.ineffective)

    def pairs(self, key: str) -> tuple[tuple[str, str], ...]:
        """Return a mapping of texts as pairs in the file's order; its keys are free."""
        inner = self.section(key)
        return tuple((name, inner.text(name)) for name in inner.values)

    def without_effect(self, reason: str, *keys: str) -> None:
        """Accept these keys, whatever they hold, and note those that are there."""
        for key in keys:
            if self.has(key):
                self.ineffective.append(Ineffective(self.place(key), reason))

    def close(self) -> None:
        """
        Refuse the keys nobody asked for.

        Raises:
            SettingsError: names the first of them, its line, the nearest known key and all known ones.
        """
        for key in self.values:
            if key not in self.asked:
                known = sorted(self.asked)
                raise self.error(key, f"unknown key{near(key, known)}; known here: {', '.join(known)}")

    def _mistyped(self, key: str) -> str:
        found = difflib.get_close_matches(key, self.values.keys() - self.asked, n=1)
        return f"; `{found[0]}` in line {self.place(found[0]).line} is no key of this section" if found else ""

    def _dotted(self, key: str) -> str:
        return f"{self.key}.{key}" if self.key else key

    def _node(self, key: str) -> yaml.Node | None:
        self.asked.add(key)
        node = self.values.get(key)
        return None if node is None or node.tag == NULL else node


def section_of(file: ConfigFile, path: Path, expected: str) -> Section:
    """
    Return the outermost section of a file.

    Args:
        file: its content
        path: where it lies, for messages
        expected: its outermost keys, for messages

    Raises:
        SettingsError: it is empty or not a mapping.
    """
    if file.node.tag == NULL:
        raise SettingsError(f"{path}: empty; expected {expected}")
    return _section(path, "", file.node, [])


def _section(file: Path, key: str, node: yaml.Node, ineffective: list[Ineffective]) -> Section:
    line = node.start_mark.line + 1
    if not isinstance(node, yaml.MappingNode):
        where = f"{file}, line {line}" + (f", `{key}`" if key else "")
        raise SettingsError(f"{where}: expected `key: value` lines, found a {shape(node)}")
    return Section(file, key, line, {name.value: value for name, value in node.value}, ineffective)
