"""What rows are called: controllers, services, labels and uids."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fleetcost.costing.build import build
from fleetcost.costing.prices import PriceBook
from fleetcost.model.allocation import Allocation
from fleetcost.model.records import ContainerSeen, ContainerValue, Endpoint, NodeAddress, ObjectLabels, Owner, PodPlace
from making.samples import NAMESPACE, Making

BOOK = PriceBook()


def rows(making: Making) -> tuple[Allocation, ...]:
    return build(making.samples(), BOOK).allocations


def controller_of(making: Making) -> tuple[str, str]:
    (row,) = rows(making)
    return row.controller_kind, row.controller


@pytest.mark.parametrize(
    ("owners", "expected"),
    [
        ([("Pod", "p", "ReplicaSet", "web-1"), ("ReplicaSet", "web-1", "Deployment", "web")], ("deployment", "web")),
        ([("Pod", "p", "ReplicaSet", "web-1"), ("ReplicaSet", "web-1", "Rollout", "web")], ("rollout", "web")),
        ([("Pod", "p", "ReplicaSet", "web-1"), ("ReplicaSet", "web-1", "<none>", "<none>")], ("replicaset", "web-1")),
        ([("Pod", "p", "ReplicaSet", "web-1")], ("replicaset", "web-1")),
        (
            [("Pod", "p", "Job", "backup-28312345"), ("Job", "backup-28312345", "CronJob", "backup")],
            ("cronjob", "backup"),
        ),
        ([("Pod", "p", "Job", "backup-28312345")], ("job", "backup")),
        ([("Pod", "p", "StatefulSet", "db")], ("statefulset", "db")),
        ([("Pod", "p", "DaemonSet", "logs")], ("daemonset", "logs")),
        ([("Pod", "p", "SparkApplication", "etl")], ("sparkapplication", "etl")),
        ([("Pod", "p", "<none>", "<none>")], ("", "")),
        ([], ("", "")),
    ],
    ids=[
        "deployment",
        "rollout",
        "bare replicaset",
        "unknown replicaset",
        "cronjob",
        "job of a cronjob",
        "statefulset",
        "daemonset",
        "any other",
        "bare pod",
        "nobody knows",
    ],
)
def test_owner_chains(owners: list[tuple[str, str, str, str]], expected: tuple[str, str]) -> None:
    """A pod's controller is the last of its owners that somebody reports."""
    making = Making()
    making.pod("p")
    for owner in owners:
        making.owner(*owner)
    assert controller_of(making) == expected


def test_a_selector_stands_in_for_missing_owners() -> None:
    """Where nobody reports owners, the Deployment that selects the pod is its controller."""
    making = Making()
    making.pod("p")
    making.labels("p", {"app": "web", "tier": "front"})
    making.selector("deployment", "web", {"app": "web"})
    making.selector("deployment", "other", {"app": "web", "tier": "back"})
    assert controller_of(making) == ("deployment", "web")


def test_a_name_that_is_a_copy_is_dropped() -> None:
    """Some exporters turn dashes of names into underscores; the true name wins."""
    making = Making()
    making.pod("p")
    making.labels("p", {"app": "web"})
    making.selector("deployment", "my_web", {"app": "web"})
    making.selector("deployment", "my-web", {"app": "web"})
    assert controller_of(making) == ("deployment", "my-web")


def test_the_hash_names_the_deployment() -> None:
    """Where nobody reports the owner of a ReplicaSet, the hash its Deployment gave it and the pod tells its name."""
    making = Making()
    making.pod("p")
    making.owner("Pod", "p", "ReplicaSet", "web-5d4f8c7b9d")
    making.labels("p", {"pod_template_hash": "5d4f8c7b9d"})
    assert controller_of(making) == ("deployment", "web")


def test_services_by_selector() -> None:
    """Every service that selects a pod is its service, in the order of their names; one without a selector is none."""
    making = Making()
    making.pod("p")
    making.labels("p", {"app": "web", "env": "prod"})
    for name, wanted in (("b", {"app": "web"}), ("a", {"env": "prod"}), ("c", {"app": "db"}), ("d", {})):
        making.selector("service", name, wanted)
    (row,) = rows(making)
    assert row.services == ("a", "b")


def test_services_by_address() -> None:
    """Where nobody reports selectors, an endpoint's address tells which pods are behind it, but not a node's own."""
    making = Making()
    for pod, ip in (("p", "10.1.0.7"), ("host", "192.168.0.4")):
        making.pod(pod)
        making.pods["places"].append(PodPlace(NAMESPACE, pod, "", "n", ip))
        making.services["endpoints"].append(Endpoint(NAMESPACE, "front", ip))
    making.nodes["addresses"] = [NodeAddress("n", "192.168.0.4")]
    assert {row.pod: row.services for row in rows(making)} == {"p": ("front",), "host": ()}


def test_labels_are_the_pods_over_the_namespaces_over_some_of_the_nodes() -> None:
    """The nearer label wins; of a node's labels only those that say where and on what are taken over."""
    making = Making()
    making.pod("p", node="n")
    making.node(
        "n", cores=1, gib=1, labels={"topology_kubernetes_io_zone": "a", "team": "infra", "kubernetes_io_os": "linux"}
    )
    making.names["namespace_labels"] = [ObjectLabels(NAMESPACE, NAMESPACE, "", {"team": "shop", "cost": "1"}, 0.0)]
    making.names["namespace_annotations"] = [ObjectLabels(NAMESPACE, NAMESPACE, "", {"note": "ns"}, 0.0)]
    making.labels("p", {"team": "web"})
    (row,) = rows(making)
    assert row.labels == {"topology_kubernetes_io_zone": "a", "team": "web", "cost": "1"}
    assert row.namespace_labels == {"team": "shop", "cost": "1"}
    assert row.annotations == row.namespace_annotations == {"note": "ns"}


def test_the_newest_labels_win() -> None:
    """A label that changed inside the window has the value it had last, whatever the order of the series."""
    for first, second in ((("old", 1.0), ("new", 20.0)), (("new", 20.0), ("old", 1.0))):
        making = Making()
        making.pod("p")
        for value, hour in (first, second):
            making.labels("p", {"version": value}, hour=hour)
        (row,) = rows(making)
        assert row.labels == {"version": "new"}


def test_a_pod_that_is_made_again_is_another_pod() -> None:
    """Two pods of one name, one after the other, are two rows with their own times, requests and labels."""
    making = Making()
    for uid, hours, cores in (("1", (0.0, 6.0), 1.0), ("2", (12.0, 24.0), 2.0)):
        making.pod("db-0", hours, uid=uid, node=f"n{uid}")
        making.container("db-0", uid=uid, node=f"n{uid}", cpu_requested=cores)
        making.labels("db-0", {"run": uid}, uid=uid)
    making.container("db-0", cpu_used_seconds=9 * 3600.0)
    first, second = rows(making)
    assert (first.pod_uid, first.cpu_core_request_hours, first.node, first.labels["run"]) == ("1", 6, "n1", "1")
    assert (second.pod_uid, second.cpu_core_request_hours, second.node, second.labels["run"]) == ("2", 24, "n2", "2")
    assert (first.cpu_core_usage_hours, second.cpu_core_usage_hours) == (3, 6)


def test_the_same_pod_with_and_without_a_uid_is_one() -> None:
    """Two exporters report the same pods, one of them without uids; nothing is doubled."""
    making = Making()
    making.pod("p", uid="1")
    making.pod("p")
    making.container("p", uid="1", cpu_requested=1.0)
    making.container("p", cpu_requested=1.0)
    (row,) = rows(making)
    assert (row.pod_uid, row.cpu_core_hours) == ("1", 24)


def test_sidecars_are_containers_and_other_init_containers_are_not() -> None:
    """An init container that runs beside the others holds its request as long as the pod; one that is done, none."""
    making = Making()
    making.pod("p", (1.0, 24.0), uid="1")
    for container, hours in (("proxy", (0.9, 24.0)), ("migrate", (0.5, 0.9))):
        first, last = making.seen(hours)
        making.pods["init_running"].append(ContainerSeen(NAMESPACE, "p", "1", container, first, last))
        making.pods["init_cpu_requested"].append(ContainerValue(NAMESPACE, "p", "1", container, "", 0.5))
    making.container("p", container="proxy", cpu_used_seconds=3600.0)
    found = rows(making)
    assert [row.container for row in found] == ["main", "proxy"]
    assert [float(row.cpu_core_hours) for row in found] == [0, pytest.approx(0.5 * 23.1)]
    assert float(found[1].cpu_core_usage_hours or 0) == 1


def test_owners_of_one_name_in_two_namespaces() -> None:
    """Namespaces keep pods of one name apart."""
    making = Making()
    making.pod("p")
    making.pod("p", namespace="other")
    making.owner("Pod", "p", "DaemonSet", "a")
    making.names["owners"].append(Owner("other", "Pod", "p", "", "DaemonSet", "b"))
    assert {(row.namespace, row.controller) for row in rows(making)} == {(NAMESPACE, "a"), ("other", "b")}


def test_a_changed_pod_record_changes_the_answer() -> None:
    """A label of one pod does not leak to another."""
    making = Making()
    making.pod("a")
    making.pod("b")
    making.labels("a", {"team": "x"})
    samples = making.samples()
    one, other = build(samples, BOOK).allocations
    assert (one.labels, other.labels) == ({"team": "x"}, {})
    moved = samples.names.pod_labels[0]._replace(name="b")
    changed = replace(samples, names=replace(samples.names, pod_labels=(moved,)))
    assert [row.labels for row in build(changed, BOOK).allocations] == [{}, {"team": "x"}]
