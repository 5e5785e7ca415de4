"""
Write the bills of the demonstration's clusters; run by the installed wheel's Python, prints the settings' file.

    python write_bills.py FOLDER DAYS
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fleetcost.demo.bills import write_bills
from fleetcost.demo.fleet import FLEET


def main() -> None:
    """Bill every cluster from the first day to now; one provider is late."""
    folder, days = Path(sys.argv[1]), int(sys.argv[2])
    now = datetime.now(UTC)
    since = now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days - 1)
    sys.stdout.write(str(write_bills(folder, FLEET, since, now, late=True)))


if __name__ == "__main__":
    main()
