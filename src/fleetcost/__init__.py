"""
fleetcost: what every Kubernetes cluster costs, in one place.

The rooms of this package are listed in the order of the data in `docs/architecture.md`.
"""

__version__ = "0.1.0"
