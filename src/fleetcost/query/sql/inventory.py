"""What a fleet holds, as statements: volumes, workloads, nodes, what ran in an hour, and what bills name alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from fleetcost.model.cloud_cost import Category, ChargeRule
from fleetcost.model.reconciliation import RowOutcome
from fleetcost.model.sets import SetKind
from fleetcost.query.dialect import Dialect
from fleetcost.query.kinds import CLOUD
from fleetcost.query.question import Question
from fleetcost.query.sql.source import RESOURCES, FromClause
from fleetcost.query.sql.stage import Stage

WORKLOAD = ("cluster", "currency", "namespace", "controller_kind", "controller")
"""What tells workloads apart."""

_ZONES = ("topology_kubernetes_io_zone", "failure_domain_beta_kubernetes_io_zone")
_SECONDS = 'seconds_between("start", "end")'


class InventoryQueries:
    """
    Writes the statements of a question about assets, whose filter names clusters alone.

    Costs are whole billionths of the currency's unit, amounts of cores and GPUs whole billionths too, times without a
    zone; `stages` must be there before.
    """

    def __init__(self, question: Question, dialect: Dialect) -> None:
        self._dialect = dialect
        self._adjusted = question.adjusted
        self._assets = FromClause(replace(question, kind=SetKind.ASSETS), dialect)
        self._rows = FromClause(replace(question, kind=SetKind.ALLOCATIONS), dialect)
        self._bills = FromClause(replace(question, kind=CLOUD), dialect)

    def stages(self) -> list[Stage]:
        """Return what must be there before."""
        return self._assets.stages()

    def volumes(self) -> str:
        """Return a row a persistent volume: names, cost, size, use, and when it was there, measured and unmounted."""
        disks = (
            f"SELECT *, CASE WHEN volume_name = '' THEN name ELSE volume_name END AS volume, {_SECONDS} AS seconds "
            f"FROM {self._assets.assets()} WHERE {self._assets.passes()} AND type = 'Disk' AND NOT local"
        )
        spare = "coalesce(u.byte_hours, 0) * 100 >= d.byte_hours * 99 AND d.byte_hours > 0"
        size = self._dialect.latest(
            "CASE WHEN seconds > 0 THEN quotient(wide(d.byte_hours) * 3600, seconds) ELSE 0 END", "d.window_start"
        )
        return (
            f"WITH spare AS ({self._spare()}), disks AS ({disks})\n"
            "SELECT d.cluster, d.currency, d.volume, max(d.provider_id), max(claim_namespace), max(claim_name), "
            f"max(storage_class), {self._nanos(self._cost)}, {size}, max(byte_usage_max), "
            "count(DISTINCT CASE WHEN byte_usage_max IS NOT NULL THEN d.window_start END), "
            "min(d.window_start), max(d.window_end), "
            f"max(CASE WHEN {spare} THEN d.window_end END), max(CASE WHEN NOT ({spare}) THEN d.window_end END), "
            "sum(byte_usage_hours)::DOUBLE, sum(wide(d.byte_hours))::DOUBLE\n"
            "FROM disks AS d LEFT JOIN spare AS u "
            "ON u.cluster = d.cluster AND u.window_start = d.window_start AND u.volume = d.volume\n"
            "GROUP BY d.cluster, d.currency, d.volume ORDER BY 1, 2, 3"
        )

    def _spare(self) -> str:
        """Return what of each volume no pod used: cluster, window_start, volume, byte_hours."""
        source = self._rows
        rows = source.table("allocation", (*WORKLOAD, "kind", "pod", "container", "volumes", "window_start"))
        return (
            "SELECT cluster, window_start, part.volume AS volume, sum(wide(part.byte_hours)) AS byte_hours\n"
            f"FROM (SELECT cluster, window_start, {self._dialect.each('volumes')} AS part FROM {rows} "
            f"WHERE {source.in_frame()} AND {source.passes()} AND kind = 'unmounted')\n"
            "GROUP BY cluster, window_start, part.volume"
        )

    def workloads(self, quiet_bytes_per_second: int) -> str:
        """
        Return a row a workload: who, costs of its resources, its pods' windows and quiet ones, traffic, bursts, GPUs.

        Args:
            quiet_bytes_per_second: traffic in and out below which a pod's window is quiet
        """
        source = self._rows
        rows = source.table("allocation", (*WORKLOAD, "kind", "pod", "container", "window_start"))
        used = f"cpu_core_usage_hours::DOUBLE * 3600 / {_SECONDS}"
        pod = ", ".join((*WORKLOAD, "window_start", "window_end", "pod"))
        costs = ", ".join(f"sum({source.cost(name)}) AS {name}" for name in RESOURCES)
        pods = (
            f'SELECT {pod}, max({_SECONDS}) AS seconds, max("end") AS "end", {costs}, '
            "sum(wide(network_transfer_bytes) + wide(network_receive_bytes)) AS bytes, "
            f"max(CASE WHEN {_SECONDS} > 0 THEN cpu_core_usage_max - {used} END) AS burst, "
            "sum(CASE WHEN cpu_core_usage_max IS NULL OR cpu_core_usage_hours IS NULL THEN 1 ELSE 0 END) AS unseen, "
            "sum(gpu_request_hours) AS gpu_asked, sum(gpu_usage_hours) AS gpu_used, max(gpu_usage_max) AS gpu_most, "
            "sum(CASE WHEN gpu_request_hours > 0 AND gpu_usage_hours IS NULL THEN 1 ELSE 0 END) AS gpu_unseen, "
            "max(gpu_model) AS gpu_model\n"
            f"FROM {rows} WHERE {source.in_frame()} AND {source.passes()} AND kind = 'workload' GROUP BY {pod}"
        )
        money = ", ".join(self._sum_of_nanos(name) for name in RESOURCES)
        return (
            f"SELECT {', '.join(WORKLOAD)}, {money}, count(*), sum(seconds), "
            f"sum(CASE WHEN bytes < wide({quiet_bytes_per_second}) * seconds THEN 1 ELSE 0 END), sum(bytes), "
            "max(burst), sum(unseen), count(DISTINCT window_start), min(window_start), max(window_end), "
            "coalesce(nanos(sum(gpu_asked)), 0), nanos(sum(gpu_used)), max(gpu_most), sum(gpu_unseen), max(gpu_model)\n"
            f"FROM ({pods}) GROUP BY {', '.join(WORKLOAD)} ORDER BY {', '.join(WORKLOAD)}"
        )

    def quiet_pods(self, bytes_per_second: int) -> str:
        """Return a row a pod with less traffic than so much: who, where, cost, seconds, traffic, amounts × time."""
        source = self._rows
        pod = ("cluster", "namespace", "pod", "controller_kind", "controller")
        rows = source.table("allocation", (*pod, "kind", "container", "node", "window_start"))
        traffic = ("network_receive_bytes", "network_transfer_bytes")
        amounts = ", ".join(
            f"coalesce(sum({name}), 0)::DOUBLE"
            for name in (
                *("cpu_core_hours", "ram_byte_hours", "cpu_core_request_hours", "ram_byte_request_hours"),
                *("cpu_core_usage_hours", "ram_byte_usage_hours"),
            )
        )
        return (
            f"SELECT {', '.join(pod)}, max(node), {self._nanos(source.total())}, "
            f'seconds_between(min("start"), max("end")), {", ".join(f"sum(wide({name}))" for name in traffic)}, '
            f"{amounts}\n"
            f"FROM {rows} WHERE {source.in_frame()} AND {source.passes()} AND kind = 'workload' "
            f"GROUP BY {', '.join(pod)}\n"
            f"HAVING sum(wide({traffic[0]}) + wide({traffic[1]})) < wide({bytes_per_second}) * "
            f'seconds_between(min("start"), max("end")) ORDER BY {", ".join(pod)}'
        )

    def local_disks(self) -> str:
        """Return a row a node's own disk: cluster, name, cost, capacity, highest use, its last window's end."""
        size = self._dialect.latest(
            f"CASE WHEN {_SECONDS} > 0 THEN quotient(wide(byte_hours) * 3600, {_SECONDS}) ELSE 0 END", "window_start"
        )
        return (
            f"SELECT cluster, name, {self._nanos(self._cost)}, {size}, max(byte_usage_max), max(window_end)\n"
            f"FROM {self._assets.assets()} WHERE {self._assets.passes()} AND type = 'Disk' AND local "
            "GROUP BY cluster, name ORDER BY 1, 2"
        )

    def nodes(self) -> str:
        """Return a row a node: who, what it is, its cost, and when it was there."""
        latest = ", ".join(
            self._dialect.latest(name, "window_start") for name in ("pool", "node_type", "provider", "region")
        )
        spot = "max(coalesce(preemptible, 0)) >= 0.5"
        return (
            f"SELECT cluster, currency, name, {latest}, {spot}, {self._nanos(self._cost)}, "
            f"sum(wide({_SECONDS})), min(window_start), max(window_end)\n"
            f"FROM {self._assets.assets()} WHERE {self._assets.passes()} AND type = 'Node' "
            "GROUP BY cluster, currency, name ORDER BY 1, 2, 3"
        )

    def loads(self) -> str:
        """Return what was asked for in each window of a cluster: cluster, window_start, cores, bytes and nodes."""
        source = self._rows
        rows = source.table("allocation", ("cluster", "window_start", "kind", "node"))
        return (
            "SELECT cluster, window_start, sum(cpu_core_request_hours)::DOUBLE, "
            "sum(wide(ram_byte_request_hours))::DOUBLE, "
            "count(DISTINCT node)\n"
            f"FROM {rows} WHERE {source.in_frame()} AND {source.passes()} AND kind = 'workload' AND node <> '' "
            "GROUP BY cluster, window_start ORDER BY 1, 2"
        )

    def sizes(self, hours: Mapping[str, datetime]) -> str:
        """Return a row a node of one hour of each cluster: who, seconds, what pods can ask for, zone."""
        zone = ", ".join(self._dialect.label("labels", name) for name in _ZONES)
        free = ", ".join(
            f"{amount} * (1 - coalesce({name}_overhead_fraction, 0))"
            for name, amount in (("cpu", "cpu_core_hours::DOUBLE"), ("ram", "ram_byte_hours::DOUBLE"))
        )
        return (
            f"SELECT cluster, name, {_SECONDS}, {free}, gpu_hours::DOUBLE, coalesce({zone}, '')\n"
            f"FROM {self._assets.assets()} WHERE {self._assets.passes()} AND type = 'Node' AND {self._of(hours)}"
        )

    def running(self, hours: Mapping[str, datetime]) -> str:
        """Return a row a container of one hour of each cluster: where, whose, seconds, asked for and used."""
        source = self._rows
        rows = source.table("allocation", (*WORKLOAD, "kind", "pod", "container", "node", "window_start"))
        names = ("cluster", "node", "namespace", "controller_kind", "controller", "pod", "container")
        amounts = ", ".join(
            f"{name}::DOUBLE"
            for name in (
                *("cpu_core_request_hours", "ram_byte_request_hours", "gpu_request_hours"),
                *("cpu_core_usage_hours", "ram_byte_usage_hours"),
            )
        )
        return (
            f"SELECT {', '.join(names)}, {_SECONDS}, {amounts}\n"
            f"FROM {rows} WHERE {source.in_frame()} AND {source.passes()} AND kind = 'workload' AND node <> '' "
            f"AND {self._of(hours)} ORDER BY {', '.join(names)}"
        )

    def _of(self, hours: Mapping[str, datetime]) -> str:
        """Return the condition that a row is of the hour of its cluster."""
        by_hour: dict[datetime, list[str]] = {}
        for cluster, start in sorted(hours.items()):
            by_hour.setdefault(start, []).append(cluster)
        each = [
            f"(window_start = {self._dialect.time(start)} AND cluster IN ({self._texts(clusters)}))"
            for start, clusters in by_hour.items()
        ]
        return f"({' OR '.join(each) or 'FALSE'})"

    def orphans(self) -> str:
        """Return a row a resource of a bill that nothing uses: disks of no asset, and addresses metered as idle."""
        disk = f"category = '{Category.STORAGE}' AND outcome = '{RowOutcome.NO_ASSET}'"
        address = "(lower(usage_type) LIKE '%idleaddress%' OR lower(usage_type) LIKE '%static ip charge%')"
        by = "currency, integration, provider, account_id, region_id, service, provider_id"
        return (
            f"SELECT {by}, max(cluster), max(usage_type), max(CASE WHEN {address} THEN 1 ELSE 0 END), "
            f"{self._nanos(self._bills.money('amortized_net_cost'))}, count(DISTINCT window_start), "
            f"min(window_start), max(window_end)\n"
            f"FROM {self._bills.table('cloud_cost')} WHERE {self._bills.in_frame()} AND {self._bills.passes()} "
            f"AND rule IN ('{ChargeRule.USAGE}', '{ChargeRule.DISCOUNT}') AND provider_id <> '' GROUP BY {by}\n"
            f"HAVING min(CASE WHEN ({disk}) OR {address} THEN 1 ELSE 0 END) = 1 ORDER BY {by}"
        )

    def commitments(self) -> str:
        """Return a row a commitment with an unused part: who, that part, and what its payer pays on demand."""
        source = self._bills
        rows = f"{source.table('cloud_cost')} WHERE {source.in_frame()} AND {source.passes()}"
        unused = f"(commitment_status = 'Unused' OR rule = '{ChargeRule.COMMITMENT_FEE}')"
        # A reservation of databases covers no machine; what a plan of machines is named after differs by provider.
        machines = (
            f"max(CASE WHEN category = '{Category.COMPUTE}' OR lower(service) LIKE '%compute%' "
            "OR lower(service) LIKE '%ec2%' OR lower(service) LIKE '%billingbenefits%' THEN 1 ELSE 0 END)"
        )
        cost = source.money("amortized_net_cost")
        payer = "currency, provider, invoice_entity_id"
        demand = (
            f"SELECT {payer}, {self._nanos(cost)} AS demand FROM {rows} AND rule = '{ChargeRule.USAGE}' "
            f"AND category = '{Category.COMPUTE}' AND commitment_id = '' GROUP BY {payer}"
        )
        held = (
            f"SELECT {payer}, integration, CASE WHEN commitment_id = '' THEN provider_id ELSE commitment_id END AS id, "
            f"max(service) AS service, {self._nanos(cost)} AS unused, count(DISTINCT window_start) AS days, "
            f"max(window_end) AS last, {machines} AS machines FROM {rows} AND {unused} GROUP BY {payer}, integration, 5"
        )
        return (
            f"SELECT h.currency, h.integration, h.provider, h.invoice_entity_id, h.id, h.service, h.unused, "
            f"CASE WHEN h.machines = 1 THEN coalesce(d.demand, 0) ELSE 0 END, h.days, h.last\n"
            f"FROM ({held}) AS h LEFT JOIN ({demand}) AS d "
            "ON d.currency = h.currency AND d.provider = h.provider AND d.invoice_entity_id = h.invoice_entity_id\n"
            "WHERE h.unused > 0 AND h.id <> '' ORDER BY 1, 2, 3, 4, 5"
        )

    def billed(self) -> str:
        """Return of each integration how many days have a bill, and when the newest of them ends."""
        return (
            f"SELECT integration, count(DISTINCT window_start), max(window_end) FROM {self._bills.table('cloud_cost')} "
            f"WHERE {self._bills.in_frame()} GROUP BY integration"
        )

    @property
    def _cost(self) -> str:
        return self._assets.money("cost + adjustment" if self._adjusted else "cost")

    def _nanos(self, amount: str) -> str:
        return f"nanos({self._assets.rounded(f'sum({amount})')})"

    def _sum_of_nanos(self, column: str) -> str:
        return f"nanos({self._rows.rounded(f'sum({column})')})"

    def _texts(self, values: Sequence[str]) -> str:
        return ", ".join(map(self._dialect.text, values))
