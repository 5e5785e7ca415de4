"""`python -m fleetcost` is the `fleetcost` command."""

from fleetcost.cli import main

main()
