"""The page on the Prometheus that people have, the values it shows, and the flag that findings name."""

from __future__ import annotations

from pathlib import Path

import yaml

from fleetcost.model.finding import ALLOWLIST

REPOSITORY = Path(__file__).parents[2]
PAGE = (REPOSITORY / "docs" / "guide" / "prometheus.md").read_text()
VALUES = (REPOSITORY / "deploy" / "examples" / "prometheus" / "kube-prometheus-stack.yaml").read_text()


def test_the_page_shows_the_values_that_are_shipped() -> None:
    """What the page shows is the file, without the file's own comment."""
    shown = PAGE.partition("```yaml\n")[2].partition("```")[0]
    assert VALUES.partition("kube-state-metrics:")[2] == shown.partition("kube-state-metrics:")[2]


def test_the_values_give_the_flag_that_findings_name() -> None:
    """The chart joins its list by commas into the flag that the finding, and the page, tell people to add."""
    allowed = yaml.safe_load(VALUES)["kube-state-metrics"]["metricLabelsAllowlist"]
    assert f"--metric-labels-allowlist={','.join(allowed)}" == ALLOWLIST
    assert ALLOWLIST in PAGE
