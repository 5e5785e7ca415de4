"""`python -m fleetcost` is the `fleetcost` command."""

from fleetcost.cli.main import main

main()
