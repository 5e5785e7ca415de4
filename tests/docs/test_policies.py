"""Policies of the documentation for stores that no test server stands for: whole, and about one folder alone."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

STORAGE = Path(__file__).parents[2] / "docs" / "storage.md"
FOLDER = "federated/prod-eu-1"
BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/"


def policy(name: str) -> str:
    """Return the text of a policy."""
    found = re.search(rf"<!-- policy: {name} -->\n```\w+\n(.*?)```", STORAGE.read_text(), re.DOTALL)
    assert found, f"no policy {name} in {STORAGE.name}"
    return found[1]


@pytest.mark.parametrize("name", ["agent", "gcs condition", "azure condition"])
def test_a_policy_opens_one_cluster_and_not_those_whose_name_begins_alike(name: str) -> None:
    """Wherever a policy names the cluster's folder, the slash that ends the name is part of what must match."""
    text = policy(name)
    assert FOLDER in text
    assert re.findall(rf"{FOLDER}(?!/)", text) == []
    assert re.findall(r"federated/(?!prod-eu-1/)", text) == []


@pytest.mark.parametrize("name", ["gcs condition", "azure condition"])
def test_a_condition_is_whole(name: str) -> None:
    """Every bracket and quote that a condition opens is closed again, in order."""
    opened: list[str] = []
    for sign in re.sub(r"'[^']*'|\"[^\"]*\"", "", policy(name)):
        if sign in "([{":
            opened.append(sign)
        elif sign in ")]}":
            assert opened.pop() + sign in {"()", "[]", "{}"}
        assert sign not in "'\""
    assert opened == []


def test_googles_condition_is_about_objects_and_about_lists() -> None:
    """The file for gcloud has a title and an expression, which asks for the object's name or for the listed prefix."""
    condition: dict[str, Any] = yaml.safe_load(policy("gcs condition"))
    assert set(condition) == {"title", "expression"}
    objects, lists = condition["expression"].split("||")
    assert f'resource.name.startsWith("projects/_/buckets/fleet-costs/objects/{FOLDER}/")' in objects
    assert "storage.googleapis.com/objectListPrefix" in lists


def test_azures_condition_is_about_every_action_of_the_role() -> None:
    """The role has no action outside of blobs, and each that it has is bound by the condition."""
    role: dict[str, Any] = json.loads(policy("azure role"))
    assert role["Actions"] == []
    condition = policy("azure condition")
    for action in role["DataActions"]:
        assert action.startswith(BLOBS)
        assert f"ActionMatches{{'{action}'}}" in condition
