"""`fleetcost sets show --raw`: other agents' files, as they are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fleetcost.cli.main import run
from unit.sets.bingen.fixtures import ABSENT, FOLDER

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=ABSENT)


def test_each_file_is_one_line_and_a_bad_one_stops_nobody(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Two good files around a torn one give two documents, a named reason and exit code 1."""
    torn = tmp_path / "torn.bin"
    torn.write_bytes((FOLDER / "v25__assets_1h.bin").read_bytes()[:100])
    good = [str(FOLDER / f"v25__assets_{name}.bin") for name in ("1h", "1d")]

    code = run(["sets", "show", "--raw", "--kind", "assets", good[0], str(torn), good[1]])

    out, err = capfd.readouterr()
    assert code == 1
    assert [type(json.loads(line)) for line in out.splitlines()] == [dict, dict]
    assert "torn.bin" in err


def test_an_unknown_kind_is_refused(capfd: pytest.CaptureFixture[str]) -> None:
    """A kind there is not is refused with the nearest there is."""
    code = run(["sets", "show", "--raw", "--kind", "asets", str(FOLDER / "v25__assets_1h.bin")])

    assert code == 2
    assert "did you mean 'assets'" in capfd.readouterr().err
