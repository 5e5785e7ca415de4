"""Cluster ids."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetcost.bucket.paths import checked
from fleetcost.errors import SettingsError
from fleetcost.model.identity import DEFAULT_IDS, LONGEST_ID, RESERVED_IDS, cluster_id


@pytest.mark.parametrize("text", ["prod-eu-1", "0", "Prod EU", "arn:aws:eks@x=1+2", "a" * LONGEST_ID])
def test_sensible_ids_are_accepted(text: str) -> None:
    """Names of clusters as people and clouds give them are ids as they stand."""
    assert cluster_id(text) == text


def test_no_id_tells_the_three_ways_to_give_one() -> None:
    """Without an id the message names flag, environment variable and file key."""
    with pytest.raises(SettingsError, match=r"--cluster-id, FLEETCOST_CLUSTER_ID or `cluster_id:`"):
        cluster_id("")


@pytest.mark.parametrize("text", sorted(DEFAULT_IDS))
def test_default_ids_are_refused(text: str) -> None:
    """Ids that products ship as a default are refused, because two clusters would overwrite each other."""
    with pytest.raises(SettingsError, match=r"default.*overwrite"):
        cluster_id(text)


@pytest.mark.parametrize("text", sorted(RESERVED_IDS))
def test_reserved_ids_are_refused(text: str) -> None:
    """The folder of merged output is no cluster's."""
    with pytest.raises(SettingsError, match="reserved"):
        cluster_id(text)


@pytest.mark.parametrize(
    "text", ["a/b", "../x", ".", ".hidden", "-x", " x", "a\nb", "a\n", "a\0", "ä", "a" * (LONGEST_ID + 1), "a\\b"]
)
def test_ids_that_are_no_folder_name_are_refused(text: str) -> None:
    """What cannot be a folder name everywhere is refused, and the accepted signs are named."""
    with pytest.raises(SettingsError, match="accepted are up to 253 letters"):
        cluster_id(text)


@given(st.text(max_size=20))
def test_an_accepted_id_is_a_safe_folder_name(text: str) -> None:
    """Whatever is accepted can be the folder of objects in every bucket."""
    try:
        accepted = cluster_id(text)
    except SettingsError:
        return
    assert checked(f"federated/{accepted}/cluster.json").split("/")[1] == text
