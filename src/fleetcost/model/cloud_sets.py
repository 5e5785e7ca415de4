"""What a cloud cost set says about itself, and what is known of an integration: the bills of one account."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from datetime import datetime
from typing import NewType

from fleetcost.errors import SettingsError
from fleetcost.model.cloud_cost import CLOUD_COST, BillState, CloudCostTotal
from fleetcost.model.window import Window

CLOUD_FORMAT_VERSION = CLOUD_COST.newest
"""Version of cloud cost sets: that of the newest column; each since 1 is read (`docs/format/cloudcosts.md`)."""

IntegrationId = NewType("IntegrationId", str)
"""A validated name of one source of bills: a folder in the bucket."""

LONGEST_ID = 200
_ALLOWED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@=+-]*")


def integration_id(text: str) -> IntegrationId:
    """
    Check the name of an integration.

    Raises:
        SettingsError: empty, too long, or not a safe folder name.
    """
    if len(text) > LONGEST_ID or not _ALLOWED.fullmatch(text):
        raise SettingsError(
            f"integration {text!r} cannot be a folder name: accepted are up to {LONGEST_ID} letters, digits and "
            "`. _ @ = + -`, beginning with a letter or digit; give it another `name`"
        )
    return IntegrationId(text)


@dataclass(frozen=True, slots=True, order=True)
class CloudSetKey:
    """Which cloud cost set: one UTC day of one integration."""

    integration: IntegrationId
    window: Window

    def __str__(self) -> str:
        return f"{self.integration} cloudcosts 1d {self.window}"


@dataclass(frozen=True, slots=True)
class Replaced:
    """The set that another version took the place of; it is kept under its version's number."""

    version: int
    digest: str
    built_at: datetime


@dataclass(frozen=True, slots=True)
class CloudSetHeader:
    """
    A cloud cost set's account of itself, kept in the file beside the rows.

    Attributes:
        key: integration and day
        version: 1 for the first set of the day, one more with every change of its rows
        replaces: the version before this one, None for the first
        state: how far the day's bill had come
        rows: number of rows
        bill_rows: number of rows of the bill they were made of
        totals: the five costs, one entry a currency, in order of the currencies
        unmapped_rows: rows that no rule knows
        unmapped: their totals; they are part of `totals`
        source: what the bill was read from, in words
        source_digest: hash of the names and etags of the objects, or of the query, the rows were read from
        built_at: when the set was built
        writer_version: version of the writer
        digest: hash of the rows; equal rows have equal digests whenever they were built
        format_version: version of the file format
    """

    key: CloudSetKey
    version: int
    replaces: Replaced | None
    state: BillState
    rows: int
    bill_rows: int
    totals: tuple[CloudCostTotal, ...]
    unmapped_rows: int
    unmapped: tuple[CloudCostTotal, ...]
    source: str
    source_digest: str
    built_at: datetime
    writer_version: str
    digest: str
    format_version: int = CLOUD_FORMAT_VERSION


class ConnectionStatus(enum.StrEnum):
    """What the last look at an integration's bills found, in the field's words."""

    NO_CONNECTION = "No Connection"
    INVALID_CONFIGURATION = "Invalid Configuration"
    FAILED_CONNECTION = "Failed Connection"
    PARSE_ERROR = "Parse Error"
    DATA_MISSING = "Data Missing"
    SUCCESSFUL = "Connection Successful"

    @property
    def meaning(self) -> str:
        """One sentence for people; the documentation's table is made of these."""
        return _MEANINGS[self]


_MEANINGS = {
    ConnectionStatus.NO_CONNECTION: "not tried yet",
    ConnectionStatus.INVALID_CONFIGURATION: "the configuration cannot be used as it stands",
    ConnectionStatus.FAILED_CONNECTION: "the provider did not answer, or refused: credentials, permission, address",
    ConnectionStatus.PARSE_ERROR: "bills were found and cannot be understood",
    ConnectionStatus.DATA_MISSING: "everything answered, and there are no bills for the days that were asked for",
    ConnectionStatus.SUCCESSFUL: "the bills were read",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegrationStatus:
    """
    What is known of one integration after its last run.

    Attributes:
        integration: its name
        source: what kind of bills: `aws-athena`, `aws-s3`, `azure-storage`, `gcp-bigquery`, `focus`, …
        provider: as in the rows
        location: where the bills lie; never a credential
        status: what the last run found
        message: for people; empty where all is well
        created: when the first run began
        last_run, next_run: when the last run began, and when the next is due
        refresh_seconds: the pause between two runs
        runs: how often it ran
        coverage: from the first to the last day for which there is a set, None where there is none
    """

    integration: IntegrationId
    source: str
    provider: str
    location: str
    status: ConnectionStatus
    message: str = ""
    created: datetime
    last_run: datetime
    next_run: datetime
    refresh_seconds: int
    runs: int = 1
    coverage: Window | None = None

    @property
    def valid(self) -> bool:
        """Whether the last run read bills."""
        return self.status is ConnectionStatus.SUCCESSFUL
