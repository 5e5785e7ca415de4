"""Parameters that change nothing: clients of the field are answered and read what was left out, ours are refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.datastructures import QueryParams

from fleetcost.api.compat.parameters import KUBECOST_ALLOCATION
from fleetcost.api.parameters import DISPLAY_ONLY, LONGEST_NAMED, read_parameters
from fleetcost.api.routes.operations import OPERATIONS
from fleetcost.api.words import Family
from unit.api.apps import App

DAY = "2026-01-10T00:00:00Z,2026-01-11T00:00:00Z"
HEADER = "x-fleetcost-left-out"
ROUTES = [
    "/model/allocation",
    "/model/allocation/summary",
    "/model/allocation/view",
    "/model/allocation/trends",
    "/allocation",
    "/allocation/compute",
    "/model/assets",
    "/model/cloudCost",
    "/cloudCost",
    "/model/clusterInfoMap",
]


def asked(full: App, path: str, more: str = "") -> tuple[Any, str, str]:
    """Ask a route and return its data, its warning and what the header names."""
    needs = next(one for one in OPERATIONS if one.path == path).parameters
    window = f"window={DAY}" if any(parameter.name == "window" for parameter in needs) else ""
    response = full.client.get(f"{path}?{window}&{more}")
    assert response.status_code == 200, response.text
    document = response.json()
    return document.get("data", document), document.get("warning", ""), response.headers.get(HEADER, "")


@pytest.mark.parametrize("path", ROUTES)
def test_what_is_only_for_display_changes_nothing(full: App, path: str) -> None:
    """With every display parameter the answer and its warning are those without, and a header names each of them."""
    data, warning, nothing = asked(full, path)
    names = sorted(DISPLAY_ONLY)
    for some in (names[:10], names[10:]):
        assert asked(full, path, "&".join(f"{name}=x" for name in some)) == (data, warning, ", ".join(some))
    assert nothing == ""


@pytest.mark.parametrize("path", ROUTES[:-1])
def test_a_mistyped_parameter_stands_in_the_warning(full: App, path: str) -> None:
    """A parameter nobody knows does not refuse the answer; the warning says it changed nothing and what was meant."""
    data, warning, _ = asked(full, path)
    again, said, header = asked(full, path, "filtre=x&agregate=namespace")

    assert (again, header) == (data, "filtre, agregate")
    assert said.startswith(warning)
    assert "there is no parameter `filtre` here, so it changed nothing; did you mean `filter`?" in said
    assert "did you mean `aggregate`?" in said


def test_a_warning_is_of_its_own_request(full: App) -> None:
    """What one client mistyped is not said to the next one who asks the same without the mistake."""
    first = asked(full, "/model/allocation", "filtre=x")
    second = asked(full, "/model/allocation")

    assert "filtre" in first[1]
    assert "filtre" not in second[1]
    assert first[0] == second[0]


@pytest.mark.parametrize("sent", ["shareCost=NaN", "shareIdle=undefined", "limit=null", "idleByNode=undefined"])
def test_a_value_that_a_script_has_not_is_none(full: App, sent: str) -> None:
    """What a script writes for nothing, where a number, a choice or a truth value belongs, is as if not sent."""
    data, warning, _ = asked(full, "/model/allocation", "aggregate=namespace")

    assert asked(full, "/model/allocation", f"aggregate=namespace&{sent}") == (data, warning, sent.partition("=")[0])


def test_a_misspelled_way_of_sharing_is_none_and_said(full: App) -> None:
    """`shareIdle=weightedd`, as one published client asks, shares nothing, and the warning says so."""
    data, _, _ = asked(full, "/model/allocation", "aggregate=namespace")
    again, said, header = asked(full, "/model/allocation", "aggregate=namespace&shareIdle=weightedd")

    assert (again, header) == (data, "shareIdle")
    assert "`shareIdle` is none of" in said
    assert "did you mean `weighted`?" in said


@pytest.mark.parametrize(
    "more",
    ["shareCost=cheap", "idle=maybe", "limit=-1", "accumulate=yearly", "aggregate=namespce", "filter=namespce:x"],
)
def test_a_value_that_cannot_be_used_is_refused(full: App, more: str) -> None:
    """What would have an effect and cannot be understood is still an error."""
    assert full.client.get(f"/model/allocation?window={DAY}&{more}").status_code == 400


@pytest.mark.parametrize("path", ["/api/v1/allocations", "/api/v1/assets"])
def test_our_own_routes_refuse_what_they_do_not_know(full: App, path: str) -> None:
    """On native routes a parameter nobody reads is an error, for display or not."""
    assert full.client.get(path, {"window": DAY, "chartType": "pie"}).status_code == 400


def test_what_changes_something_refuses_what_it_does_not_know() -> None:
    """A route with an effect leaves nothing out: an unknown parameter may have been meant to prevent it."""
    assert all(not one.lenient for one in OPERATIONS if one.changes)
    assert {one.family for one in OPERATIONS if one.lenient} == {Family.KUBECOST, Family.OPENCOST}


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.text(max_size=80), st.text(max_size=20)), max_size=30))
def test_whatever_is_sent_is_read_left_out_or_refused(more: list[tuple[str, str]]) -> None:
    """Every parameter is chosen or named, and what is named is a header's value of bounded length."""
    known = {parameter.name for parameter in KUBECOST_ALLOCATION}
    sent = [("window", "7d"), *((name, value) for name, value in more if name not in known)]
    read = read_parameters(QueryParams(sent), KUBECOST_ALLOCATION, lenient=True)

    assert read.chosen == {"window": "7d"}
    assert set(read.left_out) == {name for name, _ in sent[1:]}
    assert read.header.isascii()
    assert read.header.isprintable()
    assert len(read.header) <= 16 * (3 * 4 * LONGEST_NAMED + 2)
    assert json.dumps(read.doubts)
