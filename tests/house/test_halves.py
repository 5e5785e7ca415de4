"""The two halves of `make test`: together they run every test, and neither hides that one did not run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
pytest_plugins = ["pytester"]

INI = """[pytest]
testpaths = tests
addopts = --import-mode=importlib -ra
markers =
    real: needs a server
    corner: slow
"""

FREE = "def test_free(): pass\n"
SERVED = "def test_served(): pass\n"
MARKED = "import pytest\n@pytest.mark.real\ndef test_marked(): pass\ndef test_beside(): pass\n"
ABSENT = "import pytest\ndef test_absent(): pytest.skip('no store here')\n"
KNOWN = "import pytest\ndef test_known(): pytest.skip('no pages here: TEST_SHARED names their folder')\n"


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the plugins, which every run within this one would import again for seconds."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


def half(folder: pytest.Pytester, which: str, *arguments: str, **files: str) -> tuple[int, str]:
    """Run a half over files of tests, named by place with `__` for `/`; return its exit code and what it printed."""
    (folder.path / "tests").mkdir(exist_ok=True)
    (folder.path / "tests" / "conftest.py").write_text((REPOSITORY / "tests" / "conftest.py").read_text())
    folder.makeini(INI)
    for place, text in {"unit__test_free": FREE, "contract__test_served": SERVED, **files}.items():
        file = folder.path / "tests" / f"{place.replace('__', '/')}.py"
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    done = folder.runpytest_inprocess("-v", "-p", "no:cacheprovider", "--servers", which, *arguments)
    return int(done.ret), f"{done.stdout}\n{done.stderr}"


def ran(printed: str) -> set[str]:
    """Return the names of the tests that passed."""
    return set(re.findall(r"::(test_\w+) PASSED", printed))


def test_every_test_is_in_one_half(pytester: pytest.Pytester) -> None:
    """What lies in a folder of servers or is marked `real` runs in the one half, all else in the other."""
    halves = [half(pytester, which, unit__test_both=MARKED) for which in ("none", "only")]
    assert [code for code, _ in halves] == [0, 0]
    assert [ran(printed) for _, printed in halves] == [{"test_free", "test_beside"}, {"test_served", "test_marked"}]


def test_a_mark_from_elsewhere_is_refused(pytester: pytest.Pytester) -> None:
    """A test that no half would run, because its file does not say that it is `real`, stops the run."""
    borrowed = "from pytest import mark\nREAL = getattr(mark, 're' + 'al')\n@REAL\ndef test_lost(): pass\n"
    code, printed = half(pytester, "none", unit__test_lost=borrowed)
    assert code == pytest.ExitCode.USAGE_ERROR, printed
    assert "test_lost is marked `real` by another file" in printed


@pytest.mark.parametrize("which", ["none", "only"])
def test_a_missing_server_fails(pytester: pytest.Pytester, which: str) -> None:
    """A skip for a reason that is not listed fails the half; a listed one, or `--gaps`, does not."""
    place = {"none": "unit__test_x", "only": "contract__test_x"}[which]
    code, printed = half(pytester, which, **{place: ABSENT + KNOWN.partition("\n")[2]})
    assert code == pytest.ExitCode.TESTS_FAILED
    assert "no store here\n`make test` needs it" in printed
    assert "1 failed, 1 passed, 1 skipped" in printed
    assert half(pytester, which, "--gaps")[0] == pytest.ExitCode.OK


def test_an_empty_half_is_a_fault_unless_tests_were_chosen(pytester: pytest.Pytester) -> None:
    """With nothing chosen a half without tests fails, whatever the options; of chosen tests the other may have all."""
    empty = {"contract__test_served": ""}
    assert half(pytester, "only", "--corners", "-q", **empty)[0] == pytest.ExitCode.TESTS_FAILED
    assert half(pytester, "only", "-k", "free")[0] == pytest.ExitCode.NO_TESTS_COLLECTED
    assert half(pytester, "only", "tests/unit")[0] == pytest.ExitCode.NO_TESTS_COLLECTED
