"""Settings: file < environment < flag, and nothing unknown is accepted."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetcost.errors import SettingsError
from fleetcost.ops.settings import (
    ENVIRONMENT_PREFIX,
    ROLES,
    AgentSettings,
    AggregatorSettings,
    SharedSettings,
    describe,
    load,
)

MAXIMA = {"port": 65535, "resolution_seconds": 3600}
MINIMA = {
    "port": 0, "resolution_seconds": 10, "build_delay_seconds": 0, "interval_seconds": 1, "backfill_hours": 1,
    "hourly_retention_days": 0, "hourly_retention_hours": 0, "daily_retention_days": 0, "memory": 0,
}  # fmt: skip


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting comes from the environment of whoever runs the tests."""
    for name in list(os.environ):
        if name.startswith(ENVIRONMENT_PREFIX):
            monkeypatch.delenv(name)


def write(folder: Path, text: str) -> Path:
    """Write a settings file."""
    file = folder / "settings.yaml"
    file.write_text(text)
    return file


@pytest.mark.parametrize("role", ROLES.values(), ids=ROLES)
def test_defaults_stand_alone(role: type[SharedSettings]) -> None:
    """Without a file, a variable or a flag every value is the default and says so."""
    loaded = load(role, {})
    assert loaded.settings == role()
    assert set(loaded.origins) == set(role.__struct_fields__)
    assert set(loaded.origins.values()) == {"default"}


def test_the_later_source_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A flag outweighs the environment, which outweighs the file, key by key; each value knows where it came from."""
    file = write(tmp_path, "port: 1\nbackfill_hours: 2\ninterval_seconds: 3\n")
    monkeypatch.setenv("FLEETCOST_BACKFILL_HOURS", "20")
    monkeypatch.setenv("FLEETCOST_INTERVAL_SECONDS", "30")
    loaded = load(AgentSettings, {"interval_seconds": "300"}, file)
    chosen = loaded.settings
    assert (chosen.port, chosen.backfill_hours, chosen.interval_seconds) == (1, 20, 300)
    origins = {name: loaded.origins[name] for name in ("port", "backfill_hours", "interval_seconds", "bind")}
    assert origins == {
        "port": f"file {file}",
        "backfill_hours": "environment",
        "interval_seconds": "flag",
        "bind": "default",
    }


def test_every_key_can_come_from_every_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths, numbers, choices and texts are read alike from a file, the environment and flags."""
    given_values = {"data_dir": "/d", "port": "12", "log_level": "debug", "cluster_id": "x", "storage_config": "s.yaml"}
    wanted = (Path("/d"), 12, "debug", "x", Path("s.yaml"))

    def read(loaded: Any) -> tuple[Any, ...]:
        return tuple(getattr(loaded.settings, name) for name in given_values)

    assert read(load(AgentSettings, given_values)) == wanted
    file = write(tmp_path, "".join(f"{name}: {value}\n" for name, value in given_values.items()))
    assert read(load(AgentSettings, {}, file)) == wanted
    for name, value in given_values.items():
        monkeypatch.setenv(f"FLEETCOST_{name.upper()}", value)
    assert read(load(AgentSettings, {})) == wanted


def test_unknown_keys_of_a_file_are_errors(tmp_path: Path) -> None:
    """A key nobody reads is refused with the file, the nearest known key and the list of all."""
    file = write(tmp_path, "clusterid: x\n")
    with pytest.raises(SettingsError, match=r"unknown key 'clusterid' \(did you mean 'cluster_id'\?\)") as raised:
        load(AgentSettings, {}, file)
    assert str(file) in str(raised.value)
    assert "backfill_hours" in str(raised.value)


def test_another_roles_key_in_a_file_is_an_error(tmp_path: Path) -> None:
    """A settings file belongs to one role: the agent's keys mean nothing to the aggregator."""
    with pytest.raises(SettingsError, match="unknown key 'cluster_id'"):
        load(AggregatorSettings, {}, write(tmp_path, "cluster_id: x\n"))


def test_unknown_variables_are_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    """A `FLEETCOST_…` variable nobody reads is refused with the nearest known one."""
    monkeypatch.setenv("FLEETCOST_CLUSTERID", "x")
    with pytest.raises(SettingsError, match=r"FLEETCOST_CLUSTERID \(did you mean 'FLEETCOST_CLUSTER_ID'\?\)"):
        load(AgentSettings, {})


def test_another_roles_variable_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """One environment may serve both roles of a pod: the other role's variables are known and not read."""
    monkeypatch.setenv("FLEETCOST_CLUSTER_ID", "x")
    assert load(AggregatorSettings, {}).settings == AggregatorSettings()


@pytest.mark.parametrize(("name", "least"), MINIMA.items())
def test_lower_bounds_hold(name: str, least: int) -> None:
    """The bound itself is accepted, one less is refused with the key, the bound and where the value came from."""
    role = next(role for role in ROLES.values() if name in role.__struct_fields__)
    assert getattr(load(role, {name: str(least)}).settings, name) == least
    with pytest.raises(SettingsError, match=rf"{name}.*\(from flag\)") as raised:
        load(role, {name: str(least - 1)})
    assert str(least) in str(raised.value)


@pytest.mark.parametrize(("name", "most"), MAXIMA.items())
def test_upper_bounds_hold(name: str, most: int) -> None:
    """The largest accepted value is accepted and the next is not."""
    assert getattr(load(AgentSettings, {name: str(most)}).settings, name) == most
    with pytest.raises(SettingsError, match=name):
        load(AgentSettings, {name: str(most + 1)})


@pytest.mark.parametrize(
    ("name", "value"),
    [("port", "ninety"), ("log_level", "loud"), ("log_format", "xml"), ("currency", "usd"), ("currency", "DOLLAR")],
)
def test_wrong_values_name_key_and_origin(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A value of the wrong kind is refused with its key and the source it came from."""
    monkeypatch.setenv(f"FLEETCOST_{name.upper()}", value)
    with pytest.raises(SettingsError, match=rf"settings of the agent: .*{name}.*\(from environment\)"):
        load(AgentSettings, {})


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"a: [", "not YAML"),
        (b"- a\n- b\n", "expected `key: value` lines, found list"),
        (b"just text", "expected `key: value` lines, found str"),
        (b"cluster_id: \xff\xfe\n", "not UTF-8"),
        (b"data_dir: 5\n", "data_dir"),
        (b"cluster_id: 5\n", "cluster_id"),
        (b"? [a]\n: 1\n", "expected texts as keys"),
        (b"data_dir: 2001-99-99\n", "not YAML"),
        (b"port: 1\nport: 2\n", "port.*twice"),
    ],
)
def test_unusable_files_are_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    """A file that is no mapping of known keys to values is refused with its name and the reason."""
    file = tmp_path / "settings.yaml"
    file.write_bytes(content)
    with pytest.raises(SettingsError, match=reason) as raised:
        load(AgentSettings, {}, file)
    assert str(file) in str(raised.value)


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    """A file that was named and is not there is refused; defaults are not taken in silence."""
    with pytest.raises(SettingsError, match=r"read settings file .*absent.yaml: No such file"):
        load(AgentSettings, {}, tmp_path / "absent.yaml")


def test_an_empty_file_changes_nothing(tmp_path: Path) -> None:
    """A file with comments only is a file with no keys."""
    assert load(AgentSettings, {}, write(tmp_path, "# nothing\n")).settings == AgentSettings()


@given(st.binary(max_size=60))
def test_no_content_of_a_file_crashes(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    """Whatever is in a settings file, it is read or refused as a settings error."""
    file = tmp_path_factory.mktemp("settings") / "settings.yaml"
    file.write_bytes(content)
    try:
        loaded = load(AgentSettings, {}, file)
    except SettingsError:
        return
    assert isinstance(loaded.settings, AgentSettings)


@pytest.mark.parametrize("role", ROLES.values(), ids=ROLES)
def test_every_setting_is_described(role: type[SharedSettings]) -> None:
    """Each key has a line of meaning, a flag and a variable; help and documentation are made of them."""
    described = {key.name: key for key in describe(role)}
    assert set(described) == set(role.__struct_fields__)
    assert all(len(key.meaning.split()) > 2 for key in described.values())
    assert described["data_dir"].flag == "--data-dir"
    assert described["data_dir"].variable == "FLEETCOST_DATA_DIR"
