"""What each row carries of shared costs."""

from __future__ import annotations

from decimal import Decimal

from fleetcost.query.dialect import Dialect
from fleetcost.query.question import Idle, Question
from fleetcost.query.sharing import DISKS, HOURS_PER_MONTH, MANAGEMENT, OVERHEAD, Sharing, Split, Tenancy
from fleetcost.query.sql.grain import PARTS, Grain
from fleetcost.query.sql.names import Names
from fleetcost.query.sql.source import RESOURCES, FromClause, matched
from fleetcost.query.sql.stage import Stage


class Shared:
    """
    The stages `sources` (what is shared, per window) and `shared` (who carries what of it), and what groups carry.

    Rows carry shares by their cost before anything was shared. Volumes that no pod used, and idle, carry none.
    """

    def __init__(self, question: Question, dialect: Dialect) -> None:
        self._question = question
        self._dialect = dialect
        self._names = Names(question, dialect)
        self._amount = FromClause(question, dialect).amount
        self._order = ", ".join([Grain(question, dialect).order(), "cluster", "place"])

    def stages(self) -> list[Stage]:
        """Return the stages; `carried` must be there before."""
        sharing = self._question.sharing
        stages = []
        if sharing is not None:
            stages = [Stage("sources", self._sources(sharing)), Stage("shared", self._shared(sharing))]
        return stages

    def breakdown(self) -> str:
        """Return each group's shared costs by source: step, currency, names, source, amount and its parts."""
        by = f"step, currency{self._names.listed()}"
        parts = ", ".join(f"sum({part}) AS {part}" for part in PARTS)
        return f"SELECT {by}, source, sum(amount) AS amount, {parts} FROM ({self._every_share()}) GROUP BY {by}, source"

    def unshared(self) -> str:
        """Return what nobody could carry, per window: there is no row with a cost it could follow."""
        if self._question.sharing is None or self._question.filter is not None:
            return "SELECT window_start, currency, amount FROM sources WHERE FALSE"
        return (
            "SELECT window_start, currency, sum(s.amount) AS amount FROM sources AS s WHERE NOT EXISTS "
            "(SELECT 1 FROM carried AS c WHERE c.window_start = s.window_start AND c.currency = s.currency "
            f"AND {self._eligible()}{self._has_weight()}) GROUP BY window_start, currency"
        )

    def passing_part(self) -> str:
        """Return the part of shared costs that rows passing the filter carry, per window."""
        return (
            "SELECT window_start, currency, sum(upto - before) FILTER (WHERE passes)::DOUBLE "
            "/ nullif(sum(upto - before), 0)::DOUBLE AS part "
            f"FROM ({self._positions(self._question.sharing or Sharing())}) GROUP BY window_start, currency"
        )

    def _eligible(self) -> str:
        return "origin IS NULL AND mounted AND visible"

    def _has_weight(self) -> str:
        sharing = self._question.sharing
        return "" if sharing is not None and sharing.split is Split.EVEN else " AND shared_weight > 0"

    def _sources(self, sharing: Sharing) -> str:
        idle = "".join(f" + {name}_idle" for name in RESOURCES) if self._question.idle is Idle.SHARE else ""
        tenancy = " + disks + management" if self._question.tenancy is Tenancy.SHARE else ""
        amounts = [f"sum(total + external{idle}{tenancy})::{self._amount} AS amount"]
        for part in PARTS:
            own = f" + {part}_idle" if part in RESOURCES and idle else ""
            amounts.append(f"sum({part}{own})::{self._amount} AS {part}")
        taken = (
            f"SELECT window_start, currency, origin AS source, {', '.join(amounts)}\n"
            "FROM carried WHERE origin IS NOT NULL GROUP BY window_start, currency, origin"
        )
        return f"{taken}\nUNION ALL\n{self._overhead(sharing)}" if sharing.monthly_cost else taken

    def _overhead(self, sharing: Sharing) -> str:
        """Return the overhead of each window that has rows; the part of a window that is not over costs nothing yet."""
        hourly = sharing.monthly_cost / HOURS_PER_MONTH
        resolution = self._question.frame.resolution
        whole = self._dialect.exact((hourly * resolution.seconds / 3600).quantize(Decimal("1e-9")))
        running = self._running_window(hourly)
        return (
            f"SELECT window_start, currency, '{OVERHEAD}' AS source, ({running or whole})::{self._amount} AS amount, "
            f"{', '.join(f'0::{self._amount} AS {part}' for part in PARTS)}\n"
            "FROM (SELECT DISTINCT window_start, currency FROM grain WHERE visible)"
        ).replace("$whole", whole)

    def _running_window(self, hourly: Decimal) -> str:
        now = self._question.now
        if now is None:
            return ""
        current = self._question.frame.resolution.window_of(now)
        hours = Decimal(round((now - current.start).total_seconds() * 1000)) / 3_600_000
        part = self._dialect.exact((hourly * hours).quantize(Decimal("1e-9")))
        start = self._dialect.time(current.start)
        return f"CASE WHEN window_start < {start} THEN $whole WHEN window_start = {start} THEN {part} ELSE 0 END"

    def _positions(self, sharing: Sharing) -> str:
        """Return where each row that carries shares begins and ends on the line from 0 to `whole`."""
        by = "PARTITION BY window_start, currency"
        window = f"ORDER BY {self._order} ROWS UNBOUNDED PRECEDING"
        if sharing.split is Split.WEIGHTED:
            return (
                f"SELECT *, sum(weight) OVER ({by}) AS whole, sum(weight) OVER ({by} {window}) AS upto, "
                f"sum(weight) OVER ({by} {window}) - weight AS before\n"
                f"FROM (SELECT *, shared_weight AS weight FROM carried WHERE {self._eligible()})"
            )
        keys = ", ".join(self._names.parts) or "1"
        group = f"{by}{self._names.listed()}"
        inside = "CASE WHEN key_whole = 0 THEN {n} / key_rows ELSE {w}::DOUBLE / key_whole::DOUBLE END"
        return (
            f"SELECT *, max(rank) OVER ({by}) AS whole,\n"
            f"  rank - 1 + {inside.format(n='nth', w='key_upto')} AS upto,\n"
            f"  rank - 1 + {inside.format(n='(nth - 1)', w='(key_upto - weight)')} AS before\n"
            f"FROM (SELECT *, dense_rank() OVER ({by} ORDER BY {keys}) AS rank,\n"
            f"    sum(weight) OVER ({group}) AS key_whole, sum(weight) OVER ({group} {window}) AS key_upto,\n"
            f"    row_number() OVER ({group} ORDER BY {self._order}) AS nth, count(*) OVER ({group}) AS key_rows\n"
            f"  FROM (SELECT *, shared_weight AS weight FROM carried WHERE {self._eligible()}))"
        )

    def _shared(self, sharing: Sharing) -> str:
        upto, before = (
            self._dialect.part("s.amount", "upto", "whole", self._amount),
            self._dialect.part("s.amount", "before", "whole", self._amount),
        )
        amount = f"({upto}) - ({before})"
        parts = ", ".join(
            f"coalesce(amount::DOUBLE * {part}::DOUBLE / nullif(sourced, 0)::DOUBLE, 0)::{self._amount} AS {part}"
            for part in PARTS
        )
        chosen = ", ".join(f"s.{part}" for part in PARTS)
        return (
            f"SELECT window_start, currency{self._names.listed()}, source, amount, {parts}\n"
            f"FROM (SELECT p.window_start, p.currency{self._names.listed('p.')}, s.source, s.amount AS sourced, "
            f"({amount})::{self._amount} AS amount, {chosen}\n"
            f"  FROM ({self._positions(sharing)}) AS p JOIN sources AS s "
            f"ON {matched('p', 's', ('window_start', 'currency'))}\n  WHERE p.passes AND p.whole > 0)"
        )

    def _every_share(self) -> str:
        """Return every share of every row that passes: its step, group, source, amount and parts."""
        step, names = FromClause(self._question, self._dialect).step(), self._names.listed()
        nothing = ", ".join(f"0 AS {part}" for part in PARTS)
        pieces = []
        if self._question.tenancy is Tenancy.SHARE:
            pieces += [
                f"SELECT {step} AS step, currency{names}, '{source}' AS source, {column} AS amount, {nothing} "
                f"FROM carried WHERE passes AND origin IS NULL AND {column} <> 0"
                for source, column in ((DISKS, "disks"), (MANAGEMENT, "management"))
            ]
        if self._question.sharing is not None:
            pieces.append(f"SELECT {step} AS step, currency{names}, source, amount, {', '.join(PARTS)} FROM shared")
        none = f"SELECT {step} AS step, currency{names}, '' AS source, 0 AS amount, {nothing} FROM carried WHERE FALSE"
        return "\nUNION ALL ".join(pieces) or none

    def extras(self) -> str:
        """Return what each group carries per step: of idle by resource, and of shared costs and tenancy together."""
        step, names = FromClause(self._question, self._dialect).step(), self._names.listed()
        shares = self._question.idle is Idle.SHARE
        idle = ", ".join(f"{f'{name}_idle' if shares else '0'} AS {name}_cost_idle" for name in RESOURCES)
        none = ", ".join(f"0 AS {name}_cost_idle" for name in RESOURCES)
        sums = ", ".join(f"sum({name}_cost_idle)::{self._amount} AS {name}_cost_idle" for name in RESOURCES)
        return (
            f"SELECT step, currency{names}, {sums}, sum(shared_cost)::{self._amount} AS shared_cost\n"
            f"FROM (SELECT {step} AS step, currency{names}, {idle}, 0 AS shared_cost FROM carried "
            "WHERE passes AND origin IS NULL\n"
            f"  UNION ALL SELECT step, currency{names}, {none}, amount FROM ({self._every_share()}))\n"
            f"GROUP BY step, currency{names}"
        )
