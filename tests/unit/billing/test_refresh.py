"""A refresh publishes the days that changed and no other ones; late rows restate the days they belong to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from fleetcost.billing.file_source import FileSource
from fleetcost.billing.integration import FolderPlace, Integration, NoPlace
from fleetcost.billing.open import open_source
from fleetcost.billing.plan import BillTiming, Due, plan, rebuild, repair, state_of
from fleetcost.billing.refresh import Refreshed, Work, refresh
from fleetcost.billing.run import Billing
from fleetcost.bucket.filesystem import FilesystemBucket
from fleetcost.bucket.memory import MemoryBucket
from fleetcost.errors import BillDamagedError, BillError, BillRefusedError, FleetcostError, SettingsError, StoreError
from fleetcost.model.cloud_cost import BillState
from fleetcost.model.cloud_sets import CloudSetKey, ConnectionStatus, integration_id
from fleetcost.model.window import Resolution, Window
from fleetcost.sets.cloud.compare import changes
from fleetcost.sets.cloud.publish import CloudOutcome, read, versions
from fleetcost.sets.cloud.status import read_status
from making.bills import amazon
from making.bills.ledger import Charge, truth
from making.bills.reading import ENGINE, plain_rows

JANUARY, MARCH = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)
FEBRUARY = datetime(2026, 2, 1, tzinfo=UTC)
NOW = datetime(2026, 3, 4, 6, tzinfo=UTC)
NAME = integration_id("aws")


@dataclass(slots=True)
class Account:
    """An account whose reports lie in a folder, and the aggregator that reads them."""

    folder: Path
    now: datetime = NOW
    bucket: MemoryBucket = field(default_factory=MemoryBucket)
    bills: dict[datetime, list[Charge]] = field(default_factory=dict)

    def write(self, month: datetime, charges: Sequence[Charge]) -> None:
        """Replace a month's report, as AWS does."""
        self.bills[month] = list(charges)
        after = (month + timedelta(days=32)).replace(day=1)
        period = self.folder / "reports" / "daily" / f"{month:%Y%m%d}-{after:%Y%m%d}"
        period.mkdir(parents=True, exist_ok=True)
        name = f"reports/daily/{period.name}/daily-00001.csv.gz"
        (self.folder / name).write_bytes(amazon.as_csv_gz(charges))
        (period / "daily-Manifest.json").write_bytes(amazon.manifest([name], month))

    @property
    def integration(self) -> Integration:
        """Its settings."""
        return Integration(NAME, "aws-s3", "AWS", f"file://{self.folder}", FolderPlace(self.folder))

    @property
    def work(self) -> Work:
        """What a refresh works with."""
        return Work(self.bucket, self.folder / "work", ENGINE, lambda: self.now)

    def refresh(self, due: Due | None = None) -> Refreshed:
        """Run once."""
        source = FileSource(FilesystemBucket(self.folder), "reports", self.folder)
        return refresh(self.integration, source, due or plan(self.now, BillTiming(), first=False), self.work)

    def day(self, day: datetime, version: int = 0) -> dict[tuple[object, ...], tuple[Decimal, ...]]:
        """Return a day's rows in the ledger's words."""
        return plain_rows(read(self.bucket, key(day), version))

    def expected(self) -> dict[datetime, dict[tuple[object, ...], tuple[Decimal, ...]]]:
        """Return what every day must be."""
        charges = (charge for charges in self.bills.values() for charge in charges)
        return truth(charges, until=self.now.replace(hour=0) + timedelta(days=1))


def key(day: datetime) -> CloudSetKey:
    """Return the key of a day's set."""
    return CloudSetKey(NAME, Resolution.DAY.window_of(day))


@pytest.fixture
def account(tmp_path: Path) -> Account:
    """Return an account with three months of reports, all read."""
    made = Account(tmp_path)
    made.write(JANUARY, amazon.charges(JANUARY, 3, seed=1))
    made.write(FEBRUARY, amazon.charges(FEBRUARY, 2, seed=2))
    made.write(MARCH, amazon.charges(MARCH, 4, seed=3))
    first = made.refresh(plan(NOW, BillTiming(), first=True))
    assert (first.status, first.message) == (ConnectionStatus.SUCCESSFUL, "")
    return made


def test_every_day_is_what_the_ledger_says(account: Account) -> None:
    """After the first run each day of the bills and their fees has a set, equal to the ledger to the last digit."""
    expected = account.expected()
    assert len(expected) == 28 + 28 + 4
    assert {day: account.day(day) for day in expected} == expected


def test_days_are_estimated_partial_and_final(account: Account) -> None:
    """Today's bill is estimated, that of the two days before partial, every older one final."""
    states = {day: read(account.bucket, key(day)).header.state for day in account.expected()}
    assert [states[MARCH + timedelta(days=n)] for n in range(4)] == [
        BillState.FINAL, BillState.PARTIAL, BillState.PARTIAL, BillState.ESTIMATED,
    ]  # fmt: skip
    assert states[JANUARY] is BillState.FINAL


def test_the_same_bills_again_write_nothing(account: Account) -> None:
    """A second run finds every day unchanged, and the bucket stays as it is to the byte."""
    before = {info.path: info for info in account.bucket.list("cloudcosts")}
    done = account.refresh()
    assert done.written == 0
    assert {day.outcome for day in done.days} == {CloudOutcome.UNCHANGED}
    assert {info.path: info for info in account.bucket.list("cloudcosts")} == before


def test_time_makes_days_final_without_new_versions(account: Account) -> None:
    """Days later the same rows are final, their version stays one, and the days to come have their part of the fees."""
    begun = account.now
    account.now += timedelta(days=3)
    written = [day for day in account.refresh().days if day.written]
    assert {day.outcome for day in written if day.header.key.window.start < begun} == {CloudOutcome.STATE_CHANGED}
    assert {day.outcome for day in written if day.header.key.window.start >= begun} == {CloudOutcome.CREATED}
    header = read(account.bucket, key(MARCH + timedelta(days=3))).header
    assert (header.state, header.version) == (BillState.FINAL, 1)


def test_a_late_credit_restates_the_day_it_is_for(account: Account) -> None:
    """A credit in March's bill for a day of January makes that day's second version; the first stays."""
    late = JANUARY + timedelta(days=1)
    account.write(MARCH, [*account.bills[MARCH], amazon.late_credit(late)])
    done = account.refresh()
    assert [day.header.key.window.start for day in done.days if day.written] == [late]
    header = read(account.bucket, key(late)).header
    assert (header.version, header.replaces.version if header.replaces else 0) == (2, 1)
    assert account.day(late) == account.expected()[late]
    new, old = (made.totals[0].invoiced_cost for made in versions(account.bucket, key(late)))
    assert new - old == Decimal("-41.5")
    (change,) = changes(read(account.bucket, key(late), 1), read(account.bucket, key(late), 2))
    assert (change.rule, change.difference.invoiced_cost, change.difference.list_cost) == (
        "credit",
        Decimal("-41.5"),
        0,
    )
    assert account.refresh().written == 0


def test_a_late_row_whose_own_bill_is_gone_is_reported(account: Account) -> None:
    """Without January's report its day cannot be made whole: it stays, and the run says so."""
    for file in (account.folder / "reports" / "daily" / "20260101-20260201").iterdir():
        file.unlink()
    late = JANUARY + timedelta(days=1)
    account.write(MARCH, [*account.bills[MARCH], amazon.late_credit(late)])
    done = account.refresh()
    assert done.unplaced == {late: 1}
    assert "1 rows belong to days from 2026-01-02" in done.message
    assert read(account.bucket, key(late)).header.version == 1


def test_repair_touches_only_the_days_it_names(account: Account) -> None:
    """Two days of the bill have changed; the repair of one changes that one, and late rows for others wait."""
    changed = MARCH + timedelta(days=1), MARCH + timedelta(days=2)
    extra = [amazon.late_credit(day, "-7.25") for day in (*changed, JANUARY)]
    account.write(MARCH, [*account.bills[MARCH], *extra])
    before = {info.path: info.etag for info in account.bucket.list("cloudcosts/aws/1d")}
    done = account.refresh(repair(Window(changed[0], changed[0] + timedelta(hours=1))))
    after = {info.path: info.etag for info in account.bucket.list("cloudcosts/aws/1d")}
    assert [day.header.key.window.start for day in done.days] == [changed[0]]
    touched = {path for path in after if after[path] != before.get(path)}
    assert all(str(int(changed[0].timestamp())) in path for path in touched)
    assert len(touched) == 2
    assert account.day(changed[0]) == account.expected()[changed[0]]
    assert account.day(changed[1]) != account.expected()[changed[1]]


def test_a_bill_that_lost_a_day_keeps_the_set_until_a_rebuild(account: Account) -> None:
    """A day that vanished from the bill stays as it was; a rebuild takes the bill's word."""
    gone = MARCH + timedelta(days=1)
    account.write(MARCH, [charge for charge in account.bills[MARCH] if charge.day != gone])
    outcomes = {day.header.key.window.start: day.outcome for day in account.refresh().days}
    assert outcomes[gone] is CloudOutcome.KEPT_FULLER
    account.refresh(rebuild(account.now, BillTiming()))
    assert read(account.bucket, key(gone)).header.bill_rows == 0


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (SettingsError("x"), ConnectionStatus.INVALID_CONFIGURATION),
        (BillDamagedError("x"), ConnectionStatus.PARSE_ERROR),
        (BillRefusedError("x"), ConnectionStatus.FAILED_CONNECTION),
        (BillError("x"), ConnectionStatus.FAILED_CONNECTION),
        (StoreError("x"), ConnectionStatus.FAILED_CONNECTION),
    ],
)
def test_failures_become_the_words_of_the_field(
    account: Account, error: FleetcostError, status: ConnectionStatus
) -> None:
    """Each failure of a source is a status, kept in the bucket with its message; the sets stay."""

    def broken(_one: Integration) -> FileSource:
        raise error

    billing = Billing([account.integration], account.work, BillTiming(), broken)
    assert billing.run_once()["aws"].status is status
    kept = read_status(account.bucket, NAME)
    assert kept is not None
    assert (kept.status, kept.message, kept.valid) == (status, "x", False)
    assert kept.coverage == Window(JANUARY, NOW.replace(hour=0) + timedelta(days=1))


def test_nothing_to_read_is_missing_data(tmp_path: Path) -> None:
    """An empty folder answers, and has no bills."""
    assert Account(tmp_path).refresh().status is ConnectionStatus.DATA_MISSING


def test_what_cannot_be_read_here_is_said(tmp_path: Path) -> None:
    """A source this build does not know is an invalid configuration with its reason; the others are still read."""
    account = Account(tmp_path)
    account.write(MARCH, amazon.charges(MARCH, 1))
    other = Integration(integration_id("oci"), "oci-usage", "Oracle", "oci", NoPlace("not read"))
    billing = Billing(
        [other, account.integration], account.work, BillTiming(),
        lambda one: open_source(one, lambda _seconds: None, timedelta(days=7), {}),
    )  # fmt: skip
    done = billing.run_once()
    assert done["oci"].status is ConnectionStatus.INVALID_CONFIGURATION
    assert done["aws"].status is ConnectionStatus.SUCCESSFUL
    assert [read_status(account.bucket, integration_id(name)) is not None for name in ("oci", "aws")] == [True, True]
    assert billing.run_once()["aws"].written == 0
    again = read_status(account.bucket, NAME)
    assert again is not None
    assert again.runs == 2


@pytest.mark.parametrize(
    ("now", "first", "start"),
    [
        (datetime(2026, 3, 20, 5, tzinfo=UTC), False, MARCH),
        (datetime(2026, 3, 4, 5, tzinfo=UTC), False, FEBRUARY),
        (datetime(2026, 3, 8, 5, tzinfo=UTC), False, MARCH),
        (datetime(2026, 3, 20, 5, tzinfo=UTC), True, datetime(2025, 12, 19, tzinfo=UTC)),
    ],
)
def test_the_month_is_read_whole(now: datetime, first: bool, start: datetime) -> None:  # noqa: FBT001 - a table of cases
    """The current month, the month before for a week more, and everything kept in the first run."""
    due = plan(now, BillTiming(), first=first)
    assert due.window == Window(start, now.replace(hour=0) + timedelta(days=1))
    assert not due.only
    assert not due.force


def test_states_change_at_the_end_of_the_day_and_after_48_hours() -> None:
    """To the second."""
    day = Resolution.DAY.window_of(MARCH)
    second = timedelta(seconds=1)
    assert [state_of(day, at).value for at in (day.end - second, day.end, day.end + timedelta(hours=48) - second)] == [
        "estimated", "partial bill", "partial bill",
    ]  # fmt: skip
    assert state_of(day, day.end + timedelta(hours=48)) is BillState.FINAL
