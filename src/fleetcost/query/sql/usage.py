"""What containers used over a window, as statements: what they ask for and since when, facts, and distributions."""

from __future__ import annotations

from dataclasses import replace

from fleetcost.model.sets import SetKind
from fleetcost.query.conditions import columns_of
from fleetcost.query.dialect import Dialect
from fleetcost.query.question import Question
from fleetcost.query.sql.source import FromClause, matched
from fleetcost.query.sql.stage import Stage

CONTAINER = ("cluster", "currency", "namespace", "controller_kind", "controller", "container")
"""What tells containers of controllers apart."""

MOST_CHANGED = 5
"""Evidence counts since what is asked for changed where more than one day in so many asked for something else."""

_SECONDS = 'seconds_between("start", "end")'


class UsageQueries:
    """
    Writes the statements of a question about allocations.

    `stages` must be there before: `container_days`, a row a container and day; and `sized`, a row a container with a
    number of its own, what its newest set asks for, and since when evidence counts.
    """

    def __init__(self, question: Question, dialect: Dialect) -> None:
        self._question = replace(question, kind=SetKind.ALLOCATIONS)
        self._dialect = dialect
        self._source = FromClause(self._question, dialect)

    def stages(self) -> list[Stage]:
        """Return what must be there before."""
        return [*self._source.stages(), Stage("container_days", self._days()), Stage("sized", self._sized())]

    def _rows(self) -> str:
        columns = {*CONTAINER, "kind", "pod", "window_start"}
        source = self._source
        table = source.table("allocation", columns | columns_of(self._question.filter, SetKind.ALLOCATIONS))
        return (
            f"{table} WHERE {source.in_frame()} AND {source.passes()} AND kind = 'workload' AND controller <> '' "
            f"AND {_SECONDS} > 0"
        )

    def _days(self) -> str:
        by = ", ".join((*CONTAINER, "window_start", "window_end"))
        money = {name: f"sum({self._source.cost(name)})" for name in ("cpu", "ram")}
        seconds = f"sum(wide({_SECONDS}))::DOUBLE"  # cast, or Sail refuses two sums of one name
        sums = {
            "seconds": f"sum(wide({_SECONDS}))",
            "pods": "count(DISTINCT pod)",
            **{f"{name}_cost": amount for name, amount in money.items()},
            "cpu_charged": "sum(cpu_core_hours)",
            "ram_charged": "sum(wide(ram_byte_hours))",
            "cpu_used": "sum(cpu_core_usage_hours)",
            "ram_used": "sum(wide(ram_byte_usage_hours))",
            "cpu_peak": "max(cpu_core_usage_max)",
            "ram_peak": "max(ram_byte_usage_max)",
            "restarts": "sum(wide(restarts))",
            "oom_kills": "sum(wide(oom_kills))",
            "throttled": "sum(wide(cpu_throttled_periods))",
            "periods": "sum(wide(cpu_periods))",
            "pressed": "sum(cpu_pressure_seconds)",
        } | {
            f"{name}_{what}": f"CAST(round(sum({column})::DOUBLE * 3600 / {seconds} * {scale}) AS BIGINT)"
            for name, amount, scale in (("cpu", "cpu_core", 1000), ("ram", "ram_byte", 1))
            for what, column in (("asked", f"{amount}_request_hours"), ("limit", f"{amount}_limit_hours"))
        }
        chosen = ", ".join(f"{amount} AS {name}" for name, amount in sums.items())
        return f"SELECT {by}, {chosen} FROM {self._rows()} GROUP BY {by}"

    def _sized(self) -> str:
        keys = ", ".join(CONTAINER)
        newest = ", ".join(
            f"{self._dialect.latest(name, 'window_start')} AS {name}"
            for name in ("cpu_asked", "ram_asked", "cpu_limit", "ram_limit")
        )
        other = "d.cpu_asked <> n.cpu_asked OR d.ram_asked <> n.ram_asked"
        listed = ", ".join(f"n.{name}" for name in CONTAINER)
        facts = ("cpu_asked", "ram_asked", "cpu_limit", "ram_limit", "newest_end")
        return (
            f"WITH newest AS (SELECT {keys}, {newest}, max(window_end) AS newest_end, count(*) AS days "
            f"FROM container_days GROUP BY {keys}),\n"
            f"known AS (SELECT {listed}, {', '.join(f'max(n.{name}) AS {name}' for name in facts)}, "
            "min(d.window_start) AS first, "
            f"sum(CASE WHEN {other} THEN 1 ELSE 0 END) * {MOST_CHANGED} > max(n.days) AS changed, "
            f"coalesce(max(CASE WHEN {other} THEN d.window_end END), min(d.window_start)) AS priced_since\n"
            f"FROM newest AS n JOIN container_days AS d ON {matched('n', 'd', CONTAINER)} GROUP BY {listed})\n"
            f"SELECT row_number() OVER (ORDER BY {keys}) - 1 AS number, {keys}, {', '.join(facts)}, first, "
            "priced_since, changed, CASE WHEN changed THEN priced_since ELSE first END AS since\nFROM known"
        )

    def facts(self) -> str:
        """Return a row a container, by number; see `usage.ContainerUse` and the places where it is read."""
        counts = "d.window_start >= s.since"
        keys = ", ".join(f"s.{name}" for name in CONTAINER)
        sizes = ("cpu_asked", "ram_asked", "cpu_limit", "ram_limit")
        kept = ("first", "newest_end", "since", "priced_since", "changed", *sizes)
        held = ", ".join(f"s.{name}" for name in kept)

        def priced(amount: str) -> str:
            return f"CASE WHEN d.window_start >= s.priced_since THEN {amount} END"

        whole = ", ".join(
            f"nanos({self._source.rounded(f'sum({cost})')}), sum({charged})::DOUBLE, "
            f"coalesce(sum({used}), 0)::DOUBLE, max(d.{name}_peak)"
            for name in ("cpu", "ram")
            for cost, charged, used in [[priced(f"d.{name}_{what}") for what in ("cost", "charged", "used")]]
        )

        def since(amount: str) -> str:
            return f"CASE WHEN {counts} THEN {amount} END"

        return (
            f"SELECT {keys}, {held}, {whole}, sum({priced('d.seconds')}), sum({since('d.seconds')}), "
            f"count(DISTINCT {since('d.window_start')}), count(DISTINCT {since('dayofweek(d.window_start)')}), "
            f"sum({since('d.restarts')}), sum({since('d.oom_kills')}), "
            "max(CASE WHEN d.oom_kills > 0 THEN d.ram_limit END), "
            "max(CASE WHEN d.oom_kills > 0 THEN d.window_end END), "
            f"max({since('CASE WHEN d.periods > 0 THEN d.throttled::DOUBLE / d.periods::DOUBLE END')}), "
            f"sum({since('d.pressed')})::DOUBLE, sum({since('d.pods')})\n"
            f"FROM sized AS s JOIN container_days AS d ON {matched('s', 'd', CONTAINER)} "
            f"GROUP BY s.number, {keys}, {held} ORDER BY s.number"
        )

    def distributions(self) -> str:
        """Return a row a container of a pod and day: its number, whether it is of the later half, its pod, two."""
        middle = "quotient(seconds_between(s.since, s.newest_end), 2)"
        return (
            f"SELECT s.number, CASE WHEN seconds_between(s.since, r.window_start) >= {middle} THEN 1 ELSE 0 END, "
            "dense_rank() OVER (ORDER BY s.number, r.pod) - 1, r.cpu_usage_histogram, r.ram_usage_histogram\n"
            f"FROM (SELECT * FROM {self._rows()} "
            "AND (cpu_usage_histogram IS NOT NULL OR ram_usage_histogram IS NOT NULL)) AS r\n"
            f"JOIN sized AS s ON {matched('r', 's', CONTAINER)} WHERE r.window_start >= s.since"
        )
