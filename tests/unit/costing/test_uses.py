"""What containers are charged of what they use and of what their pod asks for as a whole."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from fleetcost.costing.build import build
from fleetcost.costing.prices import PriceBook
from fleetcost.costing.uses import NO_DEMAND, Demand, uses
from making.samples import GIB, Making

rates = st.one_of(st.none(), st.floats(0, 100, allow_subnormal=False).map(lambda rate: round(rate, 3)))
containers = st.dictionaries(st.sampled_from("abcd"), st.builds(Demand, rates, rates, rates, rates, rates), min_size=1)
pods = st.builds(Demand, st.none(), rates, rates, st.none(), rates)


@given(containers, pods)
def test_a_pod_is_charged_what_it_asks_for_and_no_container_less_than_it_asked(
    of: dict[str, Demand], pod: Demand
) -> None:
    """Charges add up to no less than the pod's request, and to no more than needed; requests add up to it exactly."""
    found = uses(of, pod, 2.0)
    charged = sum(one.charged for one in found.values())
    own = sum(one.requested or 0.0 for one in of.values())
    assert charged >= 2 * (pod.requested or 0.0) - 1e-6
    assert math.isclose(sum(one.requested for one in found.values()), 2 * max(own, pod.requested or 0.0), abs_tol=1e-6)
    assert all(one.charged >= one.requested - 1e-6 for one in found.values())
    if (pod.requested or 0.0) <= own:
        basis = sum(one.charged for one in uses(of, Demand(None, None, pod.used, None, None), 2.0).values())
        assert math.isclose(charged, basis, abs_tol=1e-6)


@given(containers, pods)
def test_the_use_of_a_pods_control_group_counts_where_no_containers_does(of: dict[str, Demand], pod: Demand) -> None:
    """The pod's own use is shared completely, or where a container's is known it is not counted at all."""
    found = uses(of, pod, 1.0)
    known = [one.used for one in of.values() if one.used is not None]
    used = [one.used for one in found.values() if one.used is not None]
    assert math.isclose(sum(used), sum(known) if known else pod.used or 0.0, abs_tol=1e-6)
    assert bool(used) is (bool(known) or pod.used is not None)


@given(containers, pods)
def test_limits_add_up_to_the_pods_where_containers_have_none(of: dict[str, Demand], pod: Demand) -> None:
    """A container keeps its own limit; the others have equal parts of what the pod's leaves, and without it none."""
    found = uses(of, pod, 1.0)
    for name, one in of.items():
        assert found[name].limit == one.limit or one.limit is None
    own = sum(one.limit or 0.0 for one in of.values())
    if pod.limit is not None and any(one.limit is None for one in of.values()):
        assert math.isclose(sum(one.limit or 0.0 for one in found.values()), max(pod.limit, own), abs_tol=1e-6)
    if pod.limit is None:
        assert [one.limit for one in found.values()] == [one.limit for one in of.values()]


def test_limits_are_in_the_rows() -> None:
    """A row has its limit times its time; a container without one has none, which is not zero."""
    making = Making()
    making.node("n", cores=8, gib=32)
    making.pod("web", node="n", containers=("app", "log"))
    making.container("web", container="app", cpu_limit=2.0, ram_limit=GIB)
    rows = {row.container: row for row in build(making.samples(), PriceBook()).allocations}
    assert (rows["app"].cpu_core_limit_hours, rows["app"].ram_byte_limit_hours) == (48, 24 * GIB)
    assert (rows["log"].cpu_core_limit_hours, rows["log"].ram_byte_limit_hours) == (None, None)


def test_nothing_known_is_nothing_charged() -> None:
    """A container of which nothing is known costs nothing, and its use is unknown, not zero."""
    (use,) = uses({"a": NO_DEMAND}, NO_DEMAND, 1.0).values()
    assert (use.charged, use.requested, use.used, use.limit) == (0.0, 0.0, None, None)


@given(containers, st.floats(0.01, 24))
def test_a_pod_that_asks_for_nothing_as_a_whole_changes_nothing(of: dict[str, Demand], hours: float) -> None:
    """Nothing known of the whole pod and a request of zero charge the same: what each container asks for or uses."""
    found = uses(of, NO_DEMAND, hours)
    assert found == uses(of, Demand(None, 0.0, None, None, None), hours)
    assert {name: one.charged for name, one in found.items()} == {name: one.basis * hours for name, one in of.items()}
