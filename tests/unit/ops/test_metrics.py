"""Own metrics."""

from __future__ import annotations

import re

from fleetcost.ops import metrics


def test_every_metric_has_our_prefix_and_a_meaning() -> None:
    """Names begin with `fleetcost_` and a role, except the two that the field's dashboards read; each has help."""
    families = list(metrics.REGISTRY.collect())
    assert len(families) >= 8
    for family in families:
        ours = re.match(r"fleetcost_(agent|aggregator|bill|bucket|lake|api)_[a-z_]+$", family.name)
        assert ours or re.match(r"kubecost_(allocation|asset)_data_status$", family.name), family.name
        assert len(family.documentation.split()) > 2, family.name


def test_the_page_is_in_the_text_format() -> None:
    """`/metrics` prints help, type and samples of every metric."""
    page = metrics.page().decode()
    assert "# HELP fleetcost_agent_rounds_total" in page
    assert "# TYPE fleetcost_agent_gap_hours gauge" in page
    assert metrics.CONTENT_TYPE.startswith("text/plain")
