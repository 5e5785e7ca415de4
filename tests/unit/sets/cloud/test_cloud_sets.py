"""Cloud cost sets: rows, totals, files, paths, versions, status."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bills import cloud_cost, cloud_key, cloud_set
from builders import at, day, key, money
from fleetcost.bucket.memory import MemoryBucket
from fleetcost.errors import ConditionFailedError, ObjectMissingError, SetDamagedError, SettingsError
from fleetcost.model.cloud_cost import BillState, Category, ChargeRule, CloudCostTotal
from fleetcost.model.cloud_sets import (
    CLOUD_FORMAT_VERSION,
    ConnectionStatus,
    IntegrationStatus,
    Replaced,
    integration_id,
)
from fleetcost.sets.cloud import files
from fleetcost.sets.cloud.layout import CloudObject, discover, locate, set_path, status_path, version_path
from fleetcost.sets.cloud.publish import CloudOutcome, header_at, publish, read, versions
from fleetcost.sets.cloud.status import integrations, read_status, write_status

GOLDEN = Path(__file__).parents[3] / "golden"
VERSIONS = [f"cloudcosts-v{version}" for version in range(1, CLOUD_FORMAT_VERSION + 1)]
"""Every version is kept; `scripts/golden.py` writes those of a new one."""


def plain(value: Any) -> Any:
    """Return a value as JSON has it."""
    return json.loads(json.dumps(value, default=str))


@pytest.mark.parametrize("version", VERSIONS)
def test_the_golden_set_is_read_as_it_was_meant(version: str) -> None:
    """Every column of every row, and the whole header, is what was written then; later columns are beside."""
    expected = json.loads((GOLDEN / version / "cloudcosts.json").read_text())
    content = (GOLDEN / version / "cloudcosts.parquet").read_bytes()
    found = files.from_bytes(content, "golden")
    header = plain(msgspec.to_builtins(found.header))
    assert {name: header[name] for name in expected["header"]} == expected["header"]
    known = [name for name in found.table.schema.names if name in expected["rows"][0]]
    assert plain(found.table.select(known).to_pylist()) == expected["rows"]
    assert files.header_from_bytes(content, "golden") == found.header


@pytest.mark.parametrize("version", VERSIONS)
def test_the_golden_set_is_still_the_same_set(version: str) -> None:
    """Publishing an old set with this build says the same: it is unchanged."""
    content = (GOLDEN / version / "cloudcosts.parquet").read_bytes()
    found = files.from_bytes(content, "golden")
    bucket = MemoryBucket()
    bucket.put(set_path(found.header.key), content)
    assert publish(bucket, found).outcome is CloudOutcome.UNCHANGED


def test_totals_are_exact_and_kept_apart_by_currency() -> None:
    """A thousand thirds of a cent add up to the last digit, and euros are not added to dollars."""
    rows = [cloud_cost(provider_id=f"i-{n}", cost="0.003333333") for n in range(1000)]
    made = cloud_set([*rows, cloud_cost(cost=7, currency="EUR"), cloud_cost(cost=-2, list_cost=0, currency="EUR")])
    euro, dollar = made.header.totals
    assert (euro.currency, euro.net_cost, euro.list_cost) == ("EUR", money(5), money(7))
    assert (dollar.currency, dollar.invoiced_cost) == ("USD", money("3.333333"))


def test_large_amounts_of_small_currencies_fit() -> None:
    """A row of ten thousand billion keeps its nine places."""
    made = cloud_set([cloud_cost(cost="12345678901234.123456789", currency="IDR")])
    assert str(made.header.totals[0].net_cost) == "12345678901234.123456789"


def test_unmapped_rows_are_told_with_their_totals() -> None:
    """What no rule knows is in the set and in its header's account of the unmapped."""
    odd = cloud_cost(cost=3, rule=ChargeRule.UNMAPPED, line_type="Surprise")
    made = cloud_set([cloud_cost(cost=10), odd])
    assert made.header.unmapped_rows == 1
    assert [total.net_cost for total in made.header.unmapped] == [money(3)]
    assert [total.net_cost for total in made.header.totals] == [money(13)]


def test_the_order_of_rows_does_not_matter() -> None:
    """The same rows in another order are the same set."""
    rows = [
        cloud_cost(provider_id="b", cost=1),
        cloud_cost(provider_id="a", cost=2, labels={"x": "2"}),
        cloud_cost(provider_id="a", cost=3, labels={"x": "1"}, category=Category.NETWORK),
        cloud_cost(provider_id="a", cost=4, labels={"x": "1", "a": "0"}),
    ]
    assert cloud_set(rows).header.digest == cloud_set(rows[::-1]).header.digest
    assert cloud_set(rows).table.num_rows == 4


@given(st.lists(st.decimals(-10_000, 10_000, places=9), max_size=20))
def test_files_keep_every_amount(amounts: list[Any]) -> None:
    """Whatever is written is read again, header and rows."""
    made = cloud_set([cloud_cost(provider_id=str(n), cost=amount) for n, amount in enumerate(amounts)])
    found = files.from_bytes(files.to_bytes(made), "x")
    assert found.header == made.header
    assert found.table == made.table
    assert sum(total.net_cost for total in found.header.totals) == sum(map(money, amounts))


def test_a_changed_file_is_refused() -> None:
    """A flipped byte, a cut, another set's file and plain rubbish are damaged, each with its reason."""
    content = files.to_bytes(cloud_set([cloud_cost(cost=1)]))
    flipped = bytearray(content)
    flipped[60] ^= 1
    for bad in (bytes(flipped), content[:-9], b"PAR1", b""):
        with pytest.raises(SetDamagedError, match="read x"):
            files.from_bytes(bad, "x")


def test_another_kind_of_set_is_refused() -> None:
    """An allocation set in the place of a cloud cost set says what it is."""
    content = (GOLDEN / "v1" / "allocations.parquet").read_bytes()
    with pytest.raises(SetDamagedError, match="a set of allocations, not of cloudcosts"):
        files.from_bytes(content, "x")


def test_a_set_lies_where_the_format_says() -> None:
    """Integration, day and version make the path, and the path gives them back."""
    start = day().start_epoch
    assert set_path(cloud_key()) == f"cloudcosts/aws-1/1d/{start}-{start + 86400}.parquet"
    assert version_path(cloud_key(), 3) == f"cloudcosts/aws-1/1d/versions/{start}-{start + 86400}.3.parquet"
    assert locate(set_path(cloud_key())).key == cloud_key()
    earlier = locate(version_path(cloud_key(), 3))
    assert (earlier.state, earlier.key, earlier.version) == (CloudObject.VERSION, cloud_key(), 3)
    assert locate(status_path(cloud_key().integration)).state is CloudObject.STATUS


@pytest.mark.parametrize(
    "path",
    [
        "cloudcosts/aws-1/1d/0-86400.parquet",
        "cloudcosts/aws-1/1d/1768003200-1768006800.parquet",
        "cloudcosts/aws-1/1d/1768003200-1768089600.1.parquet",
        "cloudcosts/aws-1/1d/versions/1768003200-1768089600.parquet",
        "cloudcosts/aws-1/1h/1768003200-1768006800.parquet",
        "cloudcosts/.x/1d/1768003200-1768089600.parquet",
        "cloudcosts/aws-1",
        "federated/c1/cluster.json",
    ],
)
def test_other_names_are_unknown_with_a_reason(path: str) -> None:
    """A name that is not exactly a day's, a version's or a status's is unknown, and the reason is reported."""
    location = locate(path)
    assert location.state is CloudObject.UNKNOWN
    assert location.reason


@given(st.text(max_size=60))
def test_no_path_crashes(path: str) -> None:
    """Whatever an object is called, it is in some state, and what is a set has no other name."""
    for one in (path, f"cloudcosts/{path}", f"cloudcosts/a/1d/{path}"):
        location = locate(one)
        if location.state is CloudObject.SET and location.key:
            assert set_path(location.key) == one


def test_a_day_is_written_once() -> None:
    """The same bill again changes nothing; only a new state is written, under the same version."""
    bucket = MemoryBucket()
    made = cloud_set([cloud_cost(cost=1)], state=BillState.PARTIAL)
    assert publish(bucket, made).outcome is CloudOutcome.CREATED
    etag = bucket.stat(set_path(cloud_key()))
    assert publish(bucket, made).outcome is CloudOutcome.UNCHANGED
    assert bucket.stat(set_path(cloud_key())) == etag
    done = publish(bucket, cloud_set([cloud_cost(cost=1)], state=BillState.FINAL))
    assert (done.outcome, done.header.version, done.header.replaces) == (CloudOutcome.STATE_CHANGED, 1, None)
    assert [header.state for header in versions(bucket, cloud_key())] == [BillState.FINAL]


def test_a_restated_day_is_a_new_version_and_the_old_one_stays() -> None:
    """Each version can be read by its number, and the new one names the one it replaced."""
    bucket = MemoryBucket()
    first = publish(bucket, cloud_set([cloud_cost(cost=10)])).header
    second = publish(bucket, cloud_set([cloud_cost(cost=10), cloud_cost(cost=-4, rule=ChargeRule.CREDIT)])).header
    assert (second.version, second.replaces) == (2, Replaced(1, first.digest, first.built_at))
    assert [header.version for header in versions(bucket, cloud_key())] == [2, 1]
    assert [read(bucket, cloud_key(), n).header.totals[0].net_cost for n in (1, 2, 0)] == [
        money(10), money(6), money(6),
    ]  # fmt: skip
    with pytest.raises(ObjectMissingError):
        read(bucket, cloud_key(), 3)


def test_old_versions_go() -> None:
    """Only so many earlier versions are kept, the newest of them."""
    bucket = MemoryBucket()
    for number in range(1, 7):
        publish(bucket, cloud_set([cloud_cost(cost=number)]), kept_versions=2)
    assert [header.version for header in versions(bucket, cloud_key())] == [6, 5, 4]


def test_a_run_that_died_after_its_copy_is_repeated() -> None:
    """The copy that is there already is no obstacle."""
    bucket = MemoryBucket()
    publish(bucket, cloud_set([cloud_cost(cost=1)]))
    bucket.put(version_path(cloud_key(), 1), bucket.get(set_path(cloud_key())))
    assert publish(bucket, cloud_set([cloud_cost(cost=2)])).header.version == 2


def test_an_empty_bill_does_not_erase_a_day() -> None:
    """A bill that lost its rows leaves what is there, unless it is forced."""
    bucket = MemoryBucket()
    publish(bucket, cloud_set([cloud_cost(cost=1)]))
    assert publish(bucket, cloud_set([])).outcome is CloudOutcome.KEPT_FULLER
    assert publish(bucket, cloud_set([]), force=True).header.rows == 0


def test_a_damaged_day_is_written_anew_above_its_versions() -> None:
    """A torn object is replaced by a version number nobody has had."""
    bucket = MemoryBucket()
    for cost in (1, 2, 3):
        publish(bucket, cloud_set([cloud_cost(cost=cost)]))
    bucket.put(set_path(cloud_key()), b"torn")
    assert header_at(bucket, cloud_key()) is None
    done = publish(bucket, cloud_set([cloud_cost(cost=4)]))
    assert (done.outcome, done.header.version) == (CloudOutcome.CREATED, 3)


def test_two_writers_do_not_overwrite_each_other() -> None:
    """The second of two that saw the same day is reported."""

    class Raced(MemoryBucket):
        raced = False

        def put(self, path: str, content: bytes, **conditions: Any) -> Any:
            if not self.raced and path == set_path(cloud_key()):
                self.raced = True
                super().put(path, files.to_bytes(cloud_set([cloud_cost(cost=9)])))
            return super().put(path, content, **conditions)

    with pytest.raises(ConditionFailedError):
        publish(Raced(), cloud_set([cloud_cost(cost=1)]))


def test_a_renamed_file_is_refused() -> None:
    """A day copied to another day's place is damaged, not counted twice."""
    bucket = MemoryBucket()
    bucket.put(set_path(cloud_key(1)), files.to_bytes(cloud_set([cloud_cost(cost=1)])))
    with pytest.raises(SetDamagedError, match="copied or renamed"):
        read(bucket, cloud_key(1))


def test_a_status_comes_back_as_it_was_written() -> None:
    """All of it, with and without coverage, and integrations are listed by their status."""
    bucket = MemoryBucket()
    status = IntegrationStatus(
        integration=cloud_key().integration,
        source="aws-s3",
        provider="AWS",
        location="s3://bills/x",
        status=ConnectionStatus.SUCCESSFUL,
        created=at(0),
        last_run=at(6),
        next_run=at(12),
        refresh_seconds=21600,
        coverage=day(),
    )
    for one in (status, replace(status, coverage=None, status=ConnectionStatus.DATA_MISSING, message="nothing")):
        write_status(bucket, one)
        assert read_status(bucket, status.integration) == one
        assert one.valid is (one is status)
    assert read_status(bucket, integration_id("other")) is None
    assert integrations(bucket) == ("aws-1",)


@pytest.mark.parametrize(
    "content",
    [b"[]", b"[" * 5_000, b" " * 100_000, b"coverage"],
    ids=["another kind", "deep", "large", "coverage beyond every calendar"],
)
def test_a_status_that_is_none_is_damaged(content: bytes) -> None:
    """Whatever lies in its place is a damaged status, named by its path."""
    bucket, one = MemoryBucket(), integration_id("bad")
    if content == b"coverage":
        good = IntegrationStatus(
            integration=one, source="s", provider="p", location="l", status=ConnectionStatus.SUCCESSFUL,
            created=at(0), last_run=at(6), next_run=at(12), refresh_seconds=1, coverage=day(),
        )  # fmt: skip
        write_status(bucket, good)
        document = json.loads(bucket.get(status_path(one)))
        content = json.dumps(document | {"coverage_end_epoch": 10**17}).encode()
    bucket.put(status_path(one), content)
    with pytest.raises(SetDamagedError, match=r"bad/.*not the status"):
        read_status(bucket, one)


def test_discover_names_every_object() -> None:
    """Sets, versions, status and strangers come out, each in its state."""
    bucket = MemoryBucket()
    for cost in (1, 2):
        publish(bucket, cloud_set([cloud_cost(cost=cost)]))
    bucket.put("cloudcosts/aws-1/readme", b"x")
    bucket.put("cloudcosts/aws-10/status.json", b"{}")
    bucket.put(f"federated/{key().cluster}/cluster.json", b"{}")
    assert [(found.location.integration, found.location.state.value) for found in discover(bucket)] == [
        ("aws-1", "set"), ("aws-1", "earlier version"), ("aws-1", "unknown"), ("aws-10", "status"),
    ]  # fmt: skip
    assert len(list(discover(bucket, integration_id("aws-1")))) == 3


@pytest.mark.parametrize("text", ["", ".x", "a/b", "a b", "ä", "x" * 201])
def test_an_integration_must_be_a_folder(text: str) -> None:
    """What cannot be a folder is refused with what is accepted."""
    with pytest.raises(SettingsError, match="accepted are"):
        integration_id(text)


def test_totals_of_nothing_are_nothing() -> None:
    """A set without rows has no currency and no totals."""
    assert cloud_set([]).header.totals == ()
    assert CloudCostTotal(currency="USD").net_cost == 0
