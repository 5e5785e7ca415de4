"""No module needs, by a way round, what needs it: each can be read before those that use it."""

from __future__ import annotations

from graphlib import TopologicalSorter

import grimp


def test_the_package_has_no_circle() -> None:
    """All modules can be put into an order in which each imports only earlier ones, type hints included."""
    graph = grimp.build_graph("fleetcost", cache_dir=None)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    order = list(TopologicalSorter(imports).static_order())
    assert len(order) == len(graph.modules) > 400
