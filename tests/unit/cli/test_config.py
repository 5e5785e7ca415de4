"""`fleetcost config show`."""

from __future__ import annotations

from pathlib import Path

import pytest

from fleetcost.ops.settings import ROLES
from unit.cli.conftest import Command


def cells(out: str) -> dict[str, tuple[str, str]]:
    """Return value and origin by setting."""
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in out.splitlines() if line.startswith("│")]
    return {row[0]: (row[1], row[2]) for row in rows}


@pytest.mark.parametrize("role", ROLES)
def test_every_setting_is_shown_with_its_origin(command: Command, role: str) -> None:
    """Each key of the role has a line with its default."""
    done = command("config", "show", role)
    assert done.code == 0
    shown = cells(done.out)
    assert set(shown) == set(ROLES[role].__struct_fields__)
    assert {origin for _, origin in shown.values()} == {"default"}
    assert shown["data_dir"] == ("fleetcost-data", "default")


def test_the_effective_values_are_shown(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """File, environment and flag each leave their mark, and the later wins."""
    file = tmp_path / "settings.yaml"
    file.write_text("port: 1\nbackfill_hours: 2\ncluster_id: '[c]'\n")
    monkeypatch.setenv("FLEETCOST_BACKFILL_HOURS", "20")
    shown = cells(command("config", "show", "agent", "--settings", file, "--interval-seconds", "7").out)
    assert shown["port"] == ("1", f"file {file}")
    assert shown["backfill_hours"] == ("20", "environment")
    assert shown["interval_seconds"] == ("7", "flag")
    assert shown["cluster_id"] == ("[c]", f"file {file}")


def test_the_file_may_be_named_by_the_environment(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`FLEETCOST_SETTINGS` names the file where no flag does."""
    file = tmp_path / "settings.yaml"
    file.write_text("port: 5\n")
    monkeypatch.setenv("FLEETCOST_SETTINGS", str(file))
    assert cells(command("config", "show", "aggregator").out)["port"] == ("5", f"file {file}")


def test_long_values_are_not_cut(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a narrow terminal a long path is broken over lines, never shortened."""
    monkeypatch.setenv("COLUMNS", "60")
    long = "/" + "abcdefghij" * 12
    out = command("config", "show", "agent", "--data-dir", long).out
    assert "…" not in out
    assert long in "".join(line.split("│")[2].strip() for line in out.splitlines() if line.startswith("│"))
