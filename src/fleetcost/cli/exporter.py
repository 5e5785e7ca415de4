"""The FOCUS export that settings ask for."""

from __future__ import annotations

from fleetcost.bucket.port import Bucket
from fleetcost.cli.stores import clock
from fleetcost.errors import SettingsError
from fleetcost.focus.publish import FocusExporter, FocusSchedule
from fleetcost.focus.split import FocusAsked
from fleetcost.model.focus import FocusPart, FocusVersion
from fleetcost.ops.settings import AggregatorSettings
from fleetcost.tables.database import Database


def focus_exporter(settings: AggregatorSettings, database: Database, bucket: Bucket) -> FocusExporter | None:
    """
    Return what keeps the export up to date, None where none is asked for.

    Raises:
        SettingsError: nothing may be written to the bucket.
    """
    if not settings.focus_export:
        return None
    if settings.read_only:
        raise SettingsError(
            "settings `focus_export` and `read_only`: an export is written to the bucket; leave one out"
        )
    asked = FocusAsked(FocusVersion(settings.focus_export_version), FocusPart(settings.focus_export_level))
    schedule = FocusSchedule(settings.focus_export, asked, settings.focus_export_days)
    return FocusExporter(database, bucket, settings.data_dir, clock, schedule)
