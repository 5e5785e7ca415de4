"""
Build some of the demonstration's clusters; run by the installed wheel's Python, several at once.

    python build_fleet.py FOLDER DAYS CLUSTER …
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from fleetcost.cli.stores import clock, local_store
from fleetcost.demo.fleet import FLEET
from fleetcost.demo.run import fleet
from fleetcost.ops import log


def main() -> None:
    """Let the agents of the named clusters push their history into the folder's bucket."""
    folder, days, chosen = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    log.configure("error")
    bucket = local_store(folder / "bucket")
    whole = fleet(bucket, folder / "agents", local_store, clock, clusters=len(FLEET), days=days)
    part = replace(whole, agents=tuple(agent for agent in whole.agents if agent.builder.identity.cluster in chosen))
    part.build(lambda _cluster, _done, _due: None)


if __name__ == "__main__":
    main()
