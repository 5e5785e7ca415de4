"""The reader of files that people write: nothing in them can be understood in two ways."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from fleetcost.api.access import read_tokens
from fleetcost.api.elsewhere.book import read_book
from fleetcost.billing.config import read_integrations
from fleetcost.bucket.config import read_config
from fleetcost.cli.sources import price_book, source_access
from fleetcost.errors import SettingsError
from fleetcost.migrate.read import read_values
from fleetcost.ops.duration import seconds_of
from fleetcost.ops.reading import DEEPEST, ConfigFile, parse_json, parse_yaml, read_text
from fleetcost.ops.settings import AgentSettings, AggregatorSettings, load

Path_ = tuple[str | int, ...]
SECOND = "the second value"
PARSERS = {"yaml": parse_yaml, "json": parse_json}


def read_sheet(file: Path) -> object:
    return price_book(AgentSettings(price_sheet=file))


def read_headers(file: Path) -> object:
    return source_access(AgentSettings(prometheus_headers_file=file))


def read_secrets(file: Path) -> object:
    contexts = file.with_name("contexts.yaml")
    contexts.write_text("- {name: far, address: 'http://far:9090', secret: far}\n")
    return read_book(contexts, file, file.with_name("kept.json"))


TOKEN = {
    "name": "a",
    "sha256": "0" * 64,
    "scopes": ["read"],
    "filter": 'cluster:"prod"',
    "asset_filter": "",
    "cloud_filter": "",
}
KEY = {"authorizerType": "AWSAccessKey", "id": "i", "secret": "s"}
ROLE = {"authorizerType": "AWSAssumeRole", "roleARN": "r", "authorizer": KEY}
ATHENA = {
    "bucket": "s3://b", "region": "r", "database": "d", "table": "t", "account": "1", "authorizer": ROLE
}  # fmt: skip
STORE = {
    "type": "S3",
    "config": {
        "bucket": "b",
        "endpoint": "e",
        "http_config": {"tls_config": {"ca_file": ""}, "idle_conn_timeout": "1m30s"},
    },
    "prefix": "p",
}
FILES: dict[str, tuple[Callable[[Path], object], Any]] = {
    "agent settings": (lambda file: load(AgentSettings, {}, file), {"cluster_id": "c", "port": 9003}),
    "aggregator settings": (lambda file: load(AggregatorSettings, {}, file), {"port": 9090, "log_level": "info"}),
    "tokens": (read_tokens, {"tokens": [TOKEN, TOKEN | {"name": "b", "sha256": "1" * 64}]}),
    "price sheet": (read_sheet, {"currency": "EUR", "storage_classes": {"fast": {"gib_hourly": 1}}}),
    "headers": (read_headers, {"X-One": "1", "X-Two": "2"}),
    "contexts": (
        lambda file: read_book(file, None, file.with_name("kept.json")),
        [{"name": "far", "address": "http://far:9090", "id": "f", "details": {"team": {"name": "x"}}}],
    ),
    "secrets of contexts": (read_secrets, {"far": {"user": "ann", "pass": "p"}, "near": {"token": "t"}}),
    "store": (read_config, STORE),
    "integrations": (
        read_integrations,
        {"aws": {"athena": [ATHENA]}, "focus": {"files": [{"store": STORE, "name": "f"}]}},
    ),
    "integrations, older form": (
        read_integrations,
        {"azure": [{"azureSubscriptionID": "s", "azureStorageAccount": "a", "azureStorageContainer": "c"}]},
    ),
    "values": (
        lambda file: read_values(read_text(file, "values"), str(file)),
        {"kubecostProductConfigs": {"clusterName": "c", "labels": {"a": 1}}, "extra": [{"b": {"c": 1}}]},
    ),
}  # fmt: skip


def keys_of(value: Any, path: Path_ = ()) -> Iterator[Path_]:
    """Every key of every mapping, at any depth."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, child in inner:
        if isinstance(value, dict):
            yield (*path, name)
        yield from keys_of(child, (*path, name))


def written(value: Any, twice: Path_ = (), path: Path_ = ()) -> str:
    """JSON, which is YAML too, with each key on a line of its own and one of them there twice."""
    if isinstance(value, dict):
        lines = [f"{json.dumps(name)}: {written(one, twice, (*path, name))}" for name, one in value.items()]
        if twice[:-1] == path and twice:
            lines.append(f"{json.dumps(twice[-1])}: {json.dumps(SECOND)}")
        return "{\n" + ",\n".join(lines) + "\n}"
    if isinstance(value, list):
        return "[" + ",\n".join(written(one, twice, (*path, number)) for number, one in enumerate(value)) + "]"
    return json.dumps(value)


@pytest.mark.parametrize("kind", FILES)
def test_every_kind_of_file_is_read(kind: str, tmp_path: Path) -> None:
    """The examples of this module can be used as they stand, so that what follows is refused for the key alone."""
    read, example = FILES[kind]
    (tmp_path / "file").write_text(written(example))
    assert read(tmp_path / "file") is not None


@pytest.mark.parametrize(
    ("kind", "key"), [(kind, key) for kind, (_, example) in FILES.items() for key in keys_of(example)]
)
def test_a_key_that_is_there_twice_is_refused_in_every_file_at_every_depth(
    kind: str, key: Path_, tmp_path: Path
) -> None:
    """Of two equal keys one would be lost in silence: a token's second filter would show it the whole fleet."""
    read, example = FILES[kind]
    file = tmp_path / "file"
    file.write_text(written(example, key))
    line = file.read_text().partition(SECOND)[0].count("\n") + 1
    with pytest.raises(SettingsError, match="is there twice") as refused:
        read(file)
    assert f"{file}, line {line}, `" in str(refused.value)
    assert f"{key[-1]}`" in str(refused.value)


def test_a_narrowed_token_stays_narrowed(tmp_path: Path) -> None:
    """A second, empty filter does not widen a token; the message names the line of the second."""
    file = tmp_path / "tokens.yaml"
    file.write_text(f"tokens:\n  - name: a\n    sha256: {'0' * 64}\n    filter: 'cluster:\"prod\"'\n    filter: ''\n")
    with pytest.raises(SettingsError, match=r"tokens.yaml, line 5, `tokens\[0\].filter`: the key is there twice"):
        read_tokens(file)


OPEN = {"headers", "values", "secrets of contexts"}
"""Files whose outermost keys are names that people choose."""


@pytest.mark.parametrize("kind", sorted(FILES.keys() - OPEN - {"contexts"}))
def test_an_unknown_key_is_refused_in_every_file(kind: str, tmp_path: Path) -> None:
    """A mistyped key is an error that names file and key, never a setting that has no effect."""
    read, example = FILES[kind]
    file = tmp_path / "file"
    file.write_text(json.dumps(example | {"mistyped": "hidden"}))
    with pytest.raises(SettingsError, match=rf"{file}, line \d+.*mistyped") as refused:
        read(file)
    assert "hidden" not in str(refused.value)


def test_an_unknown_key_inside_a_list_is_named_with_its_line(tmp_path: Path) -> None:
    """What msgspec says by path is said by line, too."""
    file = tmp_path / "secrets.yaml"
    file.write_text("far: {user: ann, pass: p}\nnear:\n  tokn: hidden\n")
    with pytest.raises(SettingsError, match=r"secrets.yaml, line \d+: .*unknown field `tokn`") as refused:
        read_secrets(file)
    assert "hidden" not in str(refused.value)
    file = tmp_path / "tokens.yaml"
    file.write_text("tokens:\n- {name: a, sha256: b}\n- name: a\n  sha256: b\n  filtre: hidden\n")
    with pytest.raises(SettingsError, match=r"tokens.yaml, line 5: .*unknown field `filtre`"):
        read_tokens(file)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(json_values, st.sampled_from((None, 1, "\t")))
def test_json_is_read_as_the_standard_library_reads_it(value: Any, indent: int | str | None) -> None:
    """Texts, numbers and their nesting come through whole, whatever the white space."""
    keys = [name for path in keys_of(value) for name in path if isinstance(name, str)]
    if len({key.lower() for key in keys}) < len(set(keys)) or any(key.strip() in {"", "null", "~"} for key in keys):
        return
    assert parse_json(json.dumps(value, indent=indent), "x").value == value


@given(st.text(alphabet="ab:{}[]\"'&*!<>|-, \n\t#0.", max_size=80))
def test_whatever_a_file_holds_it_is_read_or_refused(text: str) -> None:
    """No content ends a reader otherwise than with a settings error, and what is read is what a plain parser reads."""
    for parse in PARSERS.values():
        try:
            read = parse(text, "x").value
        except SettingsError:
            continue
        assert repr(read) == repr(yaml.safe_load(text) if parse is parse_yaml else json.loads(text))


@pytest.mark.parametrize("form", PARSERS)
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a": ', "}")])
def test_depth_is_bounded(form: str, opening: str, closing: str) -> None:
    """A document of any depth is refused with its line; one at the bound is read."""
    deep = DEEPEST - 1
    assert parsed(form, opening * deep + "1" + closing * deep)
    for depth in (DEEPEST + 1, 100_000):
        with pytest.raises(SettingsError, match=f"x, line 1: more than {DEEPEST} levels deep"):
            parsed(form, opening * depth + "1" + closing * depth)


def parsed(form: str, text: str) -> ConfigFile:
    return PARSERS[form](text, "x")


def test_aliases_are_counted_as_often_as_they_are_named() -> None:
    """Nine lines that stand for a billion values are refused, and so is a value that holds itself; one alias is not."""
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    with pytest.raises(SettingsError, match="values, which no such file needs"):
        parse_yaml("\n".join(lines), "x")
    with pytest.raises(SettingsError, match="holds itself"):
        parse_yaml("a: &a [*a]", "x")
    assert parse_yaml("a: &a {b: 1}\nc:\n  <<: *a\n  b: 2\n", "x").value == {"a": {"b": 1}, "c": {"b": 2}}


@pytest.mark.parametrize("text", ["a: !hidden", "a: *hidden", "a: !!int hidden", "a: {b: hidden"])
def test_no_message_repeats_a_value(text: str) -> None:
    """The parser quotes the file where it fails; what it quotes may be a credential."""
    with pytest.raises(SettingsError, match=r"x.*not YAML") as refused:
        assert parse_yaml(text, "x").value
    assert "hidden" not in str(refused.value)


def test_size_is_bounded(tmp_path: Path) -> None:
    """A file larger than its kind needs is refused before it is in memory."""
    (tmp_path / "f").write_text("a" * 11)
    assert read_text(tmp_path / "f", "file", 11)
    with pytest.raises(SettingsError, match="larger than 10 bytes"):
        read_text(tmp_path / "f", "file", 10)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0", 0), ("90s", 90), ("1m30s", 90), ("500ms", 0.5), ("1.5h", 5400), ("7d", 604800), ("2w", 1209600)],
)
def test_durations(text: str, seconds: float) -> None:
    """One parser reads the durations of every file."""
    assert seconds_of(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "5", "s", "1m 30s", "-1s", "1y", "1s!", "٣s"])
def test_what_is_no_duration(text: str) -> None:
    """A number without a unit and anything around it is none."""
    assert seconds_of(text) is None
