"""What went wrong with containers: restarts, kills for want of memory, throttling, pressure."""

from __future__ import annotations

from fleetcost.model.samples import PodSamples
from fleetcost.samples import records as r
from fleetcost.samples.queries.parts import CONTAINER, REAL_CONTAINER, equal, looks, most
from fleetcost.samples.query import Fills

_GROUP = ("id", "name")

RESTARTS = looks(
    "restarts",
    "kube_pod_container_status_restarts_total",
    (),
    "how often a container was restarted",
    field="restarts",
)
OOM_EVENTS = looks(
    "kills for want of memory",
    "container_oom_events_total",
    _GROUP,
    "how often the kernel killed a process of the container because its memory ran out",
    *REAL_CONTAINER,
    field="oom_events",
)
OOM_ENDED = most(
    "ended for want of memory",
    "kube_pod_container_status_last_terminated_reason",
    CONTAINER,
    "whether a container that was restarted had been killed: its control group is often gone before it can tell",
    equal("reason", "OOMKilled"),
    fills=Fills(PodSamples, "oom_ended", r.container_value),
)
CPU_PERIODS = looks(
    "CPU periods",
    "container_cpu_cfs_periods_total",
    _GROUP,
    "scheduling periods of a container with a CPU limit",
    *REAL_CONTAINER,
    field="cpu_periods",
)
CPU_THROTTLED_PERIODS = looks(
    "CPU periods, throttled",
    "container_cpu_cfs_throttled_periods_total",
    _GROUP,
    "those of them in which it was stopped at its limit: it needs more than it was seen to use",
    *REAL_CONTAINER,
    field="cpu_throttled_periods",
)
CPU_PRESSURE = looks(
    "CPU pressure",
    "container_pressure_cpu_waiting_seconds_total",
    _GROUP,
    "seconds in which a container waited for CPU, with or without a limit; Kubernetes has it since 1.34",
    *REAL_CONTAINER,
    field="cpu_pressure_seconds",
)
RAM_PRESSURE = looks(
    "RAM pressure",
    "container_pressure_memory_stalled_seconds_total",
    _GROUP,
    "seconds in which all of a container stood still for want of memory",
    *REAL_CONTAINER,
    field="ram_pressure_seconds",
)
