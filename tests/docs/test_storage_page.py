"""The table of docs/storage.md, where a machine cannot run every backend."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "docs_storage.py"


@pytest.fixture(scope="module")
def script() -> dict[str, Any]:
    """The script's functions."""
    return runpy.run_path(str(SCRIPT))


def test_what_did_not_run_is_kept(script: dict[str, Any]) -> None:
    """Results of backends that could not run stay as the page has them; those that ran are new, failures too."""
    (first, second, *_) = script["sentences"]()
    passed, failed, not_run = script["PASSED"], script["FAILED"], script["NOT_RUN"]
    ran_everywhere = {(name, backend): passed for name in script["sentences"]() for backend in script["TITLES"]}
    page = script["table"](ran_everywhere)
    here = {(first, "memory"): failed, (second, "memory"): passed, (first, "ceph"): not_run}

    found, kept = script["with_kept"](here, page)

    assert (found[first, "memory"], found[first, "ceph"], found[second, "ceph"]) == (failed, passed, passed)
    assert kept["ceph"] == len(script["sentences"]())
    assert script["with_kept"](ran_everywhere, page) == (ran_everywhere, {})
    assert script["with_kept"](here, "") == (here, {})


def test_a_new_promise_is_not_said_to_be_kept(script: dict[str, Any]) -> None:
    """A test that the page does not have yet, on a backend that could not run, is written as not run."""
    first, *_ = script["sentences"]()
    found, _ = script["with_kept"]({(first, "memory"): script["PASSED"]}, "")
    row = script["table"](found).splitlines()[2]
    assert row.count(script["NOT_RUN"]) == len(script["TITLES"]) - 1
