"""Patches of recommendations: what the API server takes for each kind of workload, or why there is none."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from fleetcost.api.patches import patches
from fleetcost.query.usage import ContainerUse
from fleetcost.savings.opportunity import Opportunity, SavingPlace
from fleetcost.savings.recommend import SizingRule, recommend
from fleetcost.savings.words import SavingKind
from unit.savings.series import GIB, MIB, container, flat, wave

PLACES = {
    "deployment": "spec.template.spec", "statefulset": "spec.template.spec", "daemonset": "spec.template.spec",
    "replicaset": "spec.template.spec", "cronjob": "spec.jobTemplate.spec.template.spec",
}  # fmt: skip
"""Where Kubernetes keeps the containers of each kind: https://kubernetes.io/docs/reference/kubernetes-api/."""


def advised(use: ContainerUse, **place: str) -> Opportunity:
    """Return the recommendation for a container."""
    advice = recommend(use, SizingRule())
    where = {
        "cluster": use.cluster, "namespace": use.namespace, "controller_kind": use.controller_kind,
        "controller": use.controller, "name": use.container,
    }  # fmt: skip
    return Opportunity(
        SavingKind.REQUESTS, SavingPlace(**where | place), use.currency, advice.verdict, 0, advice=advice
    )


def written(*found: Opportunity) -> list[Any]:
    """Return the documents of patches."""
    return [one for one in yaml.safe_load_all(patches(found)) if one is not None]


@pytest.mark.parametrize("kind", PLACES)
def test_containers_lie_where_their_kind_has_them(kind: str) -> None:
    """A patch has the containers of one workload, with what they should ask for, where its kind keeps them."""
    use = container(wave(), flat(200.0 * MIB))
    (document,) = written(*(advised(use, controller_kind=kind, name=name) for name in ("app", "side-car")))
    for key in PLACES[kind].split("."):
        document = document[key]
    assert [(one["name"], one["resources"].keys()) for one in document["containers"]] == [
        ("app", {"requests"}), ("side-car", {"requests"}),
    ]  # fmt: skip
    assert document["containers"][0]["resources"]["requests"]["memory"] == "230Mi"


@pytest.mark.parametrize("kind", ["job", "rollout", "pod"])
def test_what_cannot_be_patched_says_so(kind: str) -> None:
    """Of a kind whose containers no patch may change there is a line and no document."""
    found = advised(container(wave(), flat(200.0 * MIB)), controller_kind=kind)
    assert written(found) == []
    assert "no patch" in patches([found])


def test_no_request_is_above_its_limit() -> None:
    """Where more is recommended than the limit allows, the limit is raised with it, and the text says what it was."""
    use = container(wave(0.9), flat(900.0 * MIB), (0.2, 0.5 * GIB))
    use = replace(use, cpu=replace(use.cpu, limit=4.0), ram=replace(use.ram, limit=float(GIB)))
    (document,) = written(advised(use))
    resources = document["spec"]["template"]["spec"]["containers"][0]["resources"]
    assert resources["limits"] == {"memory": resources["requests"]["memory"]}
    assert "its limit of 1024Mi is below" in patches([advised(use)])


@given(st.sampled_from(["namespace", "controller", "name", "controller_kind"]), st.text(min_size=1))
def test_no_name_writes_yaml(part: str, name: str) -> None:
    """Whatever a cluster names its objects, a patch has one document at most, and a name is text or refused."""
    documents = written(advised(container(wave(), flat(200.0 * MIB)), **{part: name}))
    assert len(documents) <= 1
    for document in documents:
        assert document["spec"]["template"]["spec"]["containers"][0]["name"] == (name if part == "name" else "app")


@pytest.mark.parametrize("name", ["123", "null", "on", "1e3", "0x10"])
def test_a_name_stays_text(name: str) -> None:
    """A container's name that YAML would read as something else is text."""
    (document,) = written(advised(container(wave(), flat(200.0 * MIB)), name=name))
    assert document["spec"]["template"]["spec"]["containers"][0]["name"] == name
