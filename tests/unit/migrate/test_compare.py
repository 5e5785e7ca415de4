"""Two products' answers about the same pods: every difference has a class, and the classes add up to all of it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetcost.cli.main import run
from fleetcost.errors import NoAnswerError
from fleetcost.migrate.compare import DifferenceClass, PodCosts, PodProperties, compare, read_rows


def row(pod: str, kind: str = "deployment", cluster: str = "c1", **costs: float | str) -> dict[str, Any]:
    """Return a row of the field's shape; its total is the sum of its costs unless it is given."""
    total = sum(value for name, value in costs.items() if name.endswith("Cost") and not isinstance(value, str))
    properties = {"cluster": cluster, "namespace": "shop", "pod": pod, "controllerKind": kind}
    return {"name": f"{cluster}/shop/{pod}", "properties": properties, "minutes": 1440, "totalCost": total, **costs}


def answer(*rows: dict[str, Any]) -> bytes:
    """Return an answer of one set."""
    return json.dumps({"code": 200, "data": [{one["name"]: one for one in rows}]}).encode()


def idle(cost: float) -> dict[str, Any]:
    """Return the idle row of a cluster."""
    return {"name": "c1/__idle__", "properties": {"cluster": "c1"}, "totalCost": cost}


PAIRS: dict[DifferenceClass, tuple[dict[str, Any] | None, dict[str, Any] | None, float]] = {
    DifferenceClass.IDLE: (idle(5), idle(3), 2),
    DifferenceClass.TENANCY: (row("a", cpuCost=1, sharedCost=0.2), row("a", cpuCost=1), 0.2),
    DifferenceClass.DISCOUNTS: (row("a", cpuCoreHours=24, cpuCost=1), row("a", cpuCoreHours=24, cpuCost=0.8), 0.2),
    DifferenceClass.PRICES: (row("a", cpuCoreHours=24, cpuCost=1), row("a", cpuCoreHours=24, cpuCost=0.5), 0.5),
    DifferenceClass.SHORT_RUNS: (
        row("a", minutes=5, cpuCoreHours=2, cpuCost=2), row("a", minutes=4, cpuCoreHours=1, cpuCost=1), 1,
    ),
    DifferenceClass.AMOUNTS: (row("a", ramByteHours=2, ramCost=2), row("a", ramByteHours=1, ramCost=1), 1),
    DifferenceClass.VOLUMES: (row("a", pvCost=2), row("a", pvCost=1), 1),
    DifferenceClass.BALANCERS: (row("a", loadBalancerCost=2), row("a", loadBalancerCost=1), 1),
    DifferenceClass.NETWORK: (row("a", networkCost=2), row("a", networkCost=1), 1),
    DifferenceClass.BILLS: (
        row("a", cpuCost=1, cpuCostAdjustment=-0.25, totalCost=0.75), row("a", cpuCost=1), -0.25,
    ),
    DifferenceClass.JOB_NAMES: (row("a", "cronjob", cpuCost=1), row("a", "job", cpuCost=1), 0),
    DifferenceClass.ONLY_HERE: (row("a", cpuCost=1), None, 1),
    DifferenceClass.ONLY_THERE: (None, row("a", cpuCost=1), -1),
    DifferenceClass.OTHER: (row("a", cpuCost=1, totalCost=3), row("a", cpuCost=1), 2),
}  # fmt: skip


@pytest.mark.parametrize("kind", PAIRS)
def test_each_cause_has_its_class(kind: DifferenceClass) -> None:
    """Two answers that differ by one cause differ in its class alone, by all of the difference."""
    ours, theirs, cost = PAIRS[kind]
    here = read_rows(answer(*(one for one in (ours,) if one)), "here")
    there = read_rows(answer(*(one for one in (theirs,) if one)), "there")
    found = compare(here, here, there)

    assert {one: float(total) for one, (total, _) in found.sums().items()} == {kind: pytest.approx(cost)}
    assert kind.meaning
    assert kind.old_value


def test_what_is_estimated_is_a_gap() -> None:
    """What our answer has only with estimates is the gaps', and nothing else's."""
    here, seen = (read_rows(answer(row("a", cpuCoreHours=h, cpuCost=h)), "here") for h in (3, 2))
    found = compare(here, seen, read_rows(answer(row("a", cpuCoreHours=2, cpuCost=2)), "there"))

    assert found.sums() == {DifferenceClass.GAPS: (Decimal(1), 1)}


MONEY = st.decimals(0, 10_000, places=5)
NAMES = st.sampled_from(["c1/shop/a", "c1/shop/b", "c1/__idle__", "c1/__unmounted__"])
COSTS = [name for name in PodCosts.__struct_fields__ if name not in {"name", "properties", "minutes"}]
ROWS = st.dictionaries(
    NAMES,
    st.builds(
        PodCosts,
        properties=st.builds(PodProperties, controller_kind=st.sampled_from(["job", "cronjob", ""])),
        minutes=st.sampled_from([Decimal(3), Decimal(1440)]),
        **dict.fromkeys(COSTS, MONEY),
    ),
)


@given(ROWS, ROWS, ROWS)
def test_the_classes_add_up_to_the_whole_difference(
    here: dict[str, PodCosts], seen: dict[str, PodCosts], there: dict[str, PodCosts]
) -> None:
    """Whatever two products answer, no difference is lost and none is counted twice, to the last digit."""
    found = compare(here, seen, there)

    assert sum((cost for cost, _ in found.sums().values()), Decimal()) == found.here - found.there


def test_clusters_by_other_names_are_one() -> None:
    """Where one cluster is compared, what each product calls it makes no difference."""
    here = read_rows(answer(row("a", cpuCost=1)), "here", named=False)
    there = read_rows(answer(row("a", cluster="cluster-one", cpuCost=1)), "there", named=False)

    assert compare(here, here, there).matched == 1


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"<html>", json.dumps({"data": [{"a": 3}]}).encode()])
def test_an_answer_of_something_else_is_refused(content: bytes) -> None:
    """What is no answer about allocations says so, and whose it is."""
    with pytest.raises(NoAnswerError, match="the answer of http://x cannot be read"):
        read_rows(content, "http://x")


@contextmanager
def served(answers: dict[str, bytes]) -> Iterator[str]:
    """Serve recorded answers by path on the loopback, and give the address."""

    class Recorded(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, _, query = self.path.partition("?")
            body = answers.get(f"{path} exclude" if "estimated=exclude" in query else path)
            self.send_response(200 if body else 404)
            self.end_headers()
            self.wfile.write(body or b"{}")

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Recorded)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


OURS = {
    "/model/allocation": answer(
        row("a", cpuCoreHours=24, cpuCost=1.25, sharedCost=0.1), row("b", cpuCost=0.5), idle(2)
    ),
    "/model/allocation exclude": answer(
        row("a", cpuCoreHours=24, cpuCost=1, sharedCost=0.1), row("b", cpuCost=0.5), idle(2)
    ),
}
OPENCOST = {"/allocation/compute": answer(row("a", cpuCoreHours=24, cpuCost=0.8), idle(2.5))}


@pytest.mark.parametrize("product", ["opencost", "kubecost"])
def test_the_command_compares_a_recorded_answer(product: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The classes of a recorded answer of either product add up to the whole difference, as a table and as JSON."""
    theirs = OPENCOST if product == "opencost" else {"/model/allocation": OPENCOST["/allocation/compute"]}
    with served(OURS) as here, served(theirs) as there:
        assert run(["import", "compare", "--url", here, f"--{product}", there, "--window", "7d", "--json"]) == 0
        document = json.loads(capsys.readouterr().out)
        assert run(["import", "compare", "--url", here, f"--{product}", there, "--cluster", "c1"]) == 0
        table = capsys.readouterr().out

    sums = {one["class"]: Decimal(one["cost"]) for one in document["classes"]}
    assert sum(sums.values()) == Decimal(document["difference"]) == Decimal("0.55")
    assert sums == {
        "gaps": Decimal("0.25"), "idle": Decimal("-0.5"), "tenancy": Decimal("0.1"), "discounts": Decimal("0.2"),
        "only here": Decimal("0.5"),
    }  # fmt: skip
    assert "whole difference of 0.5500" in " ".join(table.split())


def test_who_does_not_answer_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """The product that is not there is the one that is named, with its own flag."""
    with served(OURS) as here:
        assert run(["import", "compare", "--url", here, "--opencost", "http://127.0.0.1:1"]) != 0
    assert "--opencost" in capsys.readouterr().err
