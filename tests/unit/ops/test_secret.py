"""Secrets never show."""

from __future__ import annotations

import copy
import pickle

import msgspec
import pytest

from fleetcost.ops.secret import Secret

TEXT = "hunter2"


@pytest.mark.parametrize(
    "shown", [str, repr, "{}".format, "{0!r}".format, lambda value: f"{value}", lambda v: f"{[v]}"]
)
def test_a_secret_prints_as_stars(shown: object) -> None:
    """However a secret is turned into text, its text is not in it."""
    assert TEXT not in shown(Secret(TEXT))  # type: ignore[operator]
    assert "***" in shown(Secret(TEXT))  # type: ignore[operator]


def test_reveal_is_the_one_way_out() -> None:
    """The text comes out only where it is asked for by name."""
    assert Secret(TEXT).reveal() == TEXT


def test_secrets_compare_by_their_text() -> None:
    """Equal texts are equal secrets with equal hashes; a text is no secret."""
    assert Secret(TEXT) == Secret(TEXT)
    assert hash(Secret(TEXT)) == hash(Secret(TEXT))
    assert Secret(TEXT) != Secret("other")
    assert Secret(TEXT) != TEXT


@pytest.mark.parametrize("copier", [pickle.dumps, copy.copy, copy.deepcopy, msgspec.json.encode])
def test_secrets_cannot_be_copied_out(copier: object) -> None:
    """Pickling, copying and encoding a secret raise instead of spreading it."""
    with pytest.raises(TypeError):
        copier(Secret(TEXT))  # type: ignore[operator]


def test_a_secret_has_no_attributes_to_print() -> None:
    """Nothing that walks an object's attributes finds the text."""
    assert not hasattr(Secret(TEXT), "__dict__")
