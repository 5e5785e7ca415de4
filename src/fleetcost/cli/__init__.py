"""The `fleetcost` command: the composition root, the one place where concrete classes meet."""
