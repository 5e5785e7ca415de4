"""One module per family of routes; each route parses, asks and formats."""
