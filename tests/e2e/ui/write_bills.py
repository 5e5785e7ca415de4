"""
Write the bills of the demonstration's clusters and what a euro is worth; run by the installed wheel's Python.

    python write_bills.py FOLDER BUCKET DAYS

Prints the file of the settings.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fleetcost.cli.stores import local_store
from fleetcost.demo.bills import write_bills
from fleetcost.demo.exchange import write_rates
from fleetcost.demo.fleet import FLEET


def main() -> None:
    """Bill every cluster from the first day to now; one provider is late."""
    folder, bucket, days = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    now = datetime.now(UTC)
    since = now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days - 1)
    write_rates(local_store(bucket), since, now)
    sys.stdout.write(str(write_bills(folder, FLEET, since, now, late=True)))


if __name__ == "__main__":
    main()
