"""Simulated clusters' samples as OpenMetrics text, which a real Prometheus is loaded with: clusters that live now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from fleetcost.demo.fleet import FLEET
from fleetcost.demo.series import SimulatedCluster


def write_openmetrics(file: Path, names: Sequence[str], start_epoch: float, end_epoch: float) -> None:
    """
    Write every sample of some of the demonstration's clusters.

    Args:
        file: where
        names: their ids, which become the label `cluster_id`
        start_epoch: the first sample's time, in Unix seconds
        end_epoch: the last one's, which may lie ahead
    """
    chosen = [cluster for cluster in FLEET if cluster.id in names]
    simulated = [(one.id, SimulatedCluster(one, start_epoch, lambda: end_epoch)) for one in chosen]
    metrics = sorted({metric for _, one in simulated for metric in one._metrics})
    with file.open("w") as out:
        for metric in metrics:
            out.write(f"# TYPE {metric} unknown\n")
            for name, one in simulated:
                out.writelines(_lines(metric, name, one, start_epoch, end_epoch))
        out.write("# EOF\n")


def _lines(metric: str, name: str, one: SimulatedCluster, start_epoch: float, end_epoch: float) -> Iterator[str]:
    for series in one.series(metric, start_epoch, end_epoch):
        labels = ",".join(f'{key}="{value}"' for key, value in {**series.labels, "cluster_id": name}.items())
        for time, value in zip(series.times, series.values, strict=True):
            yield f"{metric}{{{labels}}} {float(value)!r} {float(time):.3f}\n"
