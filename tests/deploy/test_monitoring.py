"""Rules and dashboard: the rules do what they say, and every query finds what our own /metrics serve."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.charts import DEPLOY
from fleetcost.ops import metrics
from making.simulated import write_openmetrics
from servers.fleetcost import aggregator, fleetcost, get
from servers.process import free_port, running
from servers.prometheus import prometheus

pytestmark = pytest.mark.real

RULES = DEPLOY / "alerts" / "fleetcost.rules.yaml"
DASHBOARD = DEPLOY / "grafana" / "fleetcost.json"
CLUSTER = "cluster-3"


def promtool(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Prometheus' own tool beside the rules."""
    program = shutil.which("promtool")
    if program is None:
        pytest.skip("no promtool: `make test` installs it with Debian's prometheus")
    return subprocess.run(
        [program, *arguments], cwd=RULES.parent, capture_output=True, text=True, timeout=120, check=False
    )


def alerts() -> list[dict[str, Any]]:
    """Return every alert of the rules."""
    return [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]


def test_the_rules_can_be_loaded() -> None:
    """Prometheus' own tool accepts the file."""
    checked = promtool("check", "rules", RULES.name)

    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_each_alert_fires_on_what_it_is_about() -> None:
    """The scenarios of the test file hold: each alert fires where it should and is quiet where it should be."""
    tested = promtool("test", "rules", "fleetcost.rules.test.yaml")

    assert tested.returncode == 0, tested.stdout + tested.stderr


def test_every_alert_is_tested_and_has_a_cure() -> None:
    """Each alert occurs in the test file as one that fires, and says what to do."""
    scenarios = yaml.safe_load(RULES.with_name("fleetcost.rules.test.yaml").read_text())["tests"]
    fired = {one["alertname"] for test in scenarios for one in test["alert_rule_test"] if one["exp_alerts"]}
    for alert in alerts():
        assert alert["alert"] in fired
        assert alert["annotations"]["cure"]
        assert alert["labels"]["severity"] in {"critical", "warning"}


def test_rules_speak_of_metrics_that_exist() -> None:
    """Each name in a rule or in a panel is a metric of ours."""
    known = {sample.name for family in metrics.REGISTRY.collect() for sample in family.samples}
    known |= {family.name for family in metrics.REGISTRY.collect()}
    known |= {f"{family.name}_total" for family in metrics.REGISTRY.collect() if family.type == "counter"}
    text = " ".join([alert["expr"] for alert in alerts()] + expressions())
    named = set(re.findall(r"\b(?:fleetcost|kubecost)_[a-z_]+", text))

    assert named <= known
    assert len(named) > 12


def expressions() -> list[str]:
    """Return every query of the dashboard."""
    panels = json.loads(DASHBOARD.read_text())["panels"]
    return [target["expr"] for panel in panels for target in panel["targets"]]


def test_the_dashboard_is_whole() -> None:
    """Panels have unlike ids, do not overlap, and read the source that the page chooses."""
    panels = json.loads(DASHBOARD.read_text())["panels"]
    cells = [
        (column, row)
        for panel in panels
        for column in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for row in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]

    assert len({panel["id"] for panel in panels}) == len(panels)
    assert len(set(cells)) == len(cells)
    assert {panel["datasource"]["uid"] for panel in panels} == {"${source}"}


@pytest.fixture(scope="module")
def scraped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Prometheus that scrapes a real agent and a real aggregator every second; yields its address."""
    folder = tmp_path_factory.mktemp("scraped")
    now = time.time()
    write_openmetrics(folder / "samples.om", [CLUSTER], now - 3 * 3600, now + 1200)
    (folder / "bucket").mkdir()
    store = folder / "federated-store.yaml"
    store.write_text(f"type: FILESYSTEM\nconfig:\n  directory: {folder / 'bucket'}\n")
    (folder / "source").mkdir()
    with prometheus(folder / "samples.om", folder / "source") as source:
        common = ("--cluster-id", CLUSTER, "--prometheus-url", source, "--storage-config", str(store))
        common += ("--data-dir", str(folder / "agent"), "--backfill-hours", "2", "--interval-seconds", "1")
        port = free_port()
        command = [sys.executable, "-m", "fleetcost", "agent", "run", *common, "--port", str(port)]
        environment = dict(os.environ)
        health = f"http://127.0.0.1:{port}"
        with (
            running(command, environment=environment, log=folder / "agent.log", ready=lambda: _round_done(health)),
            aggregator(store, folder / "serving", "--interval-seconds", "1") as address,
            _scraping(folder, port, int(address.rpartition(":")[2])) as server,
        ):
            yield server


def _round_done(health: str) -> bool:
    try:
        return bool(get(health, "/healthz")["rounds"] > 0)
    except OSError:
        return False


def _scraping(folder: Path, agent: int, server: int) -> Any:
    settings = folder / "prometheus.yml"
    targets = [f"127.0.0.1:{agent}", f"127.0.0.1:{server}"]
    job = {"job_name": "fleetcost", "static_configs": [{"targets": targets}]}
    document = {"global": {"scrape_interval": "1s"}, "rule_files": [str(RULES)], "scrape_configs": [job]}
    settings.write_text(yaml.safe_dump(document))
    return _Prometheus(settings, folder / "own")


class _Prometheus:
    """A server with a settings file of its own; it is ready once it has both targets' samples twice."""

    def __init__(self, settings: Path, data: Path) -> None:
        data.mkdir()
        self.address = f"http://127.0.0.1:{free_port()}"
        listen = self.address.removeprefix("http://")
        command = ["prometheus", f"--config.file={settings}", f"--storage.tsdb.path={data}"]
        command.append(f"--web.listen-address={listen}")
        self._server = running(command, environment={}, log=data.with_suffix(".log"), ready=self._sees_both)

    def __enter__(self) -> str:
        self._server.__enter__()
        return self.address

    def __exit__(self, *error: object) -> None:
        self._server.__exit__(None, None, None)

    def _sees_both(self) -> bool:
        try:
            return len(ask(self.address, "count_over_time(up[1m]) > 3 and up == 1")) == 2
        except OSError:
            return False


def ask(address: str, query: str) -> list[dict[str, Any]]:
    """Ask a Prometheus."""
    encoded = urllib.parse.quote(query)
    return list(get(address, f"/api/v1/query?query={encoded}")["data"]["result"])


@pytest.mark.parametrize("query", expressions())
def test_every_panel_finds_something(scraped: str, query: str) -> None:
    """Each query of the dashboard has an answer in a real Prometheus that scrapes our own /metrics."""
    assert ask(scraped, query.replace("$__rate_interval", "1m"))


def test_the_agent_has_pushed_while_it_was_scraped(scraped: str) -> None:
    """What the panels show is a living fleet: sets were uploaded, and the aggregator knows the cluster."""
    (known,) = ask(scraped, "fleetcost_aggregator_cluster_last_upload_timestamp_seconds")

    assert known["metric"]["cluster"] == CLUSTER
    assert sum(float(one["value"][1]) for one in ask(scraped, "fleetcost_agent_uploaded_sets_total")) > 0


@pytest.mark.parametrize("alert", alerts(), ids=lambda one: one["alert"])
def test_a_fleet_that_is_well_raises_nothing(scraped: str, alert: dict[str, Any]) -> None:
    """No rule finds anything in a fleet that is well, the simulation's own findings apart."""
    found = ask(scraped, alert["expr"])

    assert found == []


def test_the_agents_checks_see_fresh_samples(scraped: str, tmp_path: Path) -> None:
    """A source that lives now passes the agent's checks of its metrics."""
    del scraped
    now = time.time()
    write_openmetrics(tmp_path / "samples.om", [CLUSTER], now - 3600, now + 600)
    (tmp_path / "bucket").mkdir()
    store = tmp_path / "federated-store.yaml"
    store.write_text(f"type: FILESYSTEM\nconfig:\n  directory: {tmp_path / 'bucket'}\n")
    with prometheus(tmp_path / "samples.om", tmp_path) as source:
        done = fleetcost(
            *("agent", "check", "--cluster-id", CLUSTER, "--prometheus-url", source),
            *("--storage-config", str(store), "--data-dir", str(tmp_path / "agent")),
        )

    assert re.search(r"prometheusHasKSMMetric\s*│\s*ok", done.stdout), done.stdout
