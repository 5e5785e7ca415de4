"""`fleetcost billing check`: what bills hold, as tables and as one document."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from fleetcost.billing.file_source import FileSource, LoneFile
from fleetcost.billing.inspect import Inspected
from fleetcost.billing.integration import FolderPlace, Integration
from fleetcost.billing.source import BillSource
from fleetcost.bucket.filesystem import FilesystemBucket
from fleetcost.errors import SettingsError
from fleetcost.model.cloud_cost import CLOUD_COSTS, CloudCostTotal
from fleetcost.model.cloud_sets import ConnectionStatus, IntegrationId

_NAME = IntegrationId("checked")


def bill_at(path: Path) -> tuple[Integration, BillSource]:
    """
    Return a file or a folder of bills as an integration of its own.

    Raises:
        SettingsError: there is neither.
    """
    whole = path.absolute()
    if whole.is_dir():
        source: BillSource = FileSource(FilesystemBucket(whole), folder=whole)
    elif whole.is_file():
        source = LoneFile(whole)
    else:
        raise SettingsError(f"check {path}: there is no such file or folder")
    return Integration(_NAME, "file", "", str(path), FolderPlace(whole)), source


def show_check(integration: Integration, found: Inspected) -> None:
    """Print what was found."""
    console = Console(highlight=False)
    good = found.status is ConnectionStatus.SUCCESSFUL
    console.print(Text(f"{integration.location}: {found.status.value}", "green" if good else "red"))
    if found.message:
        console.print(Text(found.message, "bright_black"))
    if not found.days:
        return
    first, last = min(found.days), max(found.days)
    console.print(f"rows: {found.rows:,}; days: {len(found.days)}, {first:%Y-%m-%d} to {last:%Y-%m-%d}")
    if absent := _absent(found):
        console.print(f"days between them without any row: {len(absent)}, the first is {absent[0]:%Y-%m-%d}")
    console.print(_table(found))
    for total in found.totals:
        console.print(f"Kubernetes: {found.share(total.currency) * 100:.2f} % of what was paid in {total.currency}")
    if found.unmapped:
        console.print(f"{found.unmapped:,} rows are of no kind known here; they are in every total, as `unmapped`")


def check_document(integration: Integration, found: Inspected) -> dict[str, object]:
    """Return what was found as plain values; amounts are texts, exact."""
    return {
        "integration": integration.id, "location": integration.location, "status": found.status.value,
        "message": found.message, "rows": found.rows, "unmapped_rows": found.unmapped,
        "days": [{"day": f"{day:%Y-%m-%d}", "rows": rows} for day, rows in sorted(found.days.items())],
        "totals": [
            _costs(total) | {"kubernetes_percent": float(found.share(total.currency))} for total in found.totals
        ],
        "rules": [{"rule": one.rule.value, "rows": one.rows, **_costs(one.total)} for one in found.rules],
    }  # fmt: skip


def _table(found: Inspected) -> Table:
    costs = [name.removesuffix("_cost").replace("_", " ") for name in CLOUD_COSTS]
    table = Table(box=SIMPLE_HEAD, header_style="bold")
    for heading in ("rule", "currency", "rows", *costs):
        table.add_column(heading, justify="left" if heading in {"rule", "currency"} else "right")
    for total in found.totals:
        mine = [one for one in found.rules if one.total.currency == total.currency]
        for one in mine:
            table.add_row(one.rule.value, total.currency, f"{one.rows:,}", *_shown(one.total))
        rows = f"{sum(one.rows for one in mine):,}"
        table.add_row("all", total.currency, rows, *_shown(total), style="bold", end_section=True)
    return table


def _absent(found: Inspected) -> Sequence[datetime]:
    first, last = min(found.days), max(found.days)
    every = (first + timedelta(days=number) for number in range((last - first).days))
    return [day for day in every if day not in found.days]


def _shown(total: CloudCostTotal) -> list[str]:
    return [f"{getattr(total, name):,.2f}" for name in CLOUD_COSTS]


def _costs(total: CloudCostTotal) -> dict[str, object]:
    return {"currency": total.currency, **{name: f"{getattr(total, name):f}" for name in CLOUD_COSTS}}
