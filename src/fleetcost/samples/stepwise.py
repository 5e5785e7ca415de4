"""
What is right whatever series there are, written out step by step: means and growth of things that came in pieces.

A thing comes in pieces where labels changed that nobody asked for: a container's `id` when it is restarted, an
exporter's `instance`. At every step what is the same thing counts once, and the steps follow each other, so neither
pieces nor copies change anything. It costs the server an evaluation a step, so `pieces` asks for it only where a row
has several series that differ.

* The mean is the mean over the steps in which there are samples, of the mean of all samples in the step.
* Growth is the sum over the steps of how much the value of the step is above the one before, added up over different
  things and the largest where several series are the same thing. A piece's first sample has none before; it is taken
  to have grown as up to the sample after it, so a piece is worth its samples times the step, as its time is.
"""

from __future__ import annotations

from fleetcost.samples.promql import Instant, Lookback, Matchers, after_step, before_step, duration, in_step, selector
from fleetcost.samples.query import Over, Query

EDGE_STEPS = 1
"""How many steps copies of one thing may differ by at its start and end together."""


def render_by_step(query: Query, look: Lookback, extra: Matchers = ()) -> Instant:
    """Write a mean or growth out step by step."""
    wanted = selector(query.metric, query.matchers + extra)
    by = ", ".join(query.by)
    if query.over is Over.AVG:
        total, count = (f"sum by ({by}) ({in_step(function, wanted, look)})" for function in ("sum", "count"))
        return Instant(f"avg_over_time(({total} / {count})[{look.after_start}])", look.end_ms)
    once = f"max by ({', '.join(query.by + query.distinct)}) ({_growth(wanted, look)})"
    return Instant(f"sum_over_time((sum by ({by}) ({once}))[{look.after_start}])", look.end_ms)


def render_several(query: Query, look: Lookback, extra: Matchers = ()) -> Instant:
    """Write out which rows of growth have several series of the same thing."""
    wanted = selector(query.metric, query.matchers + extra)
    present = f"last_over_time({wanted}[{duration(int(look.window.seconds))}])"
    several = f"count by ({', '.join(query.by + query.distinct)}) ({present}) > 1"
    return Instant(f"count by ({', '.join(query.by)}) ({several})", look.end_ms - 1)


def render_pieces(query: Query, look: Lookback, extra: Matchers = ()) -> Instant:
    """
    Write out which rows of growth have a thing of which no series was there as long as the thing was.

    Copies that are scraped at different seconds see its edges a step apart; that makes no pieces of them.
    """
    wanted = selector(query.metric, query.matchers + extra)
    thing = ", ".join(query.by + query.distinct)
    sampled = in_step("count", wanted, look)
    together = f"count_over_time((count by ({thing}) ({sampled}))[{look.after_start}])"
    longest = f"max by ({thing}) (count_over_time(({sampled})[{look.after_start}]))"
    return Instant(f"count by ({', '.join(query.by)}) ({together} - {longest} > {EDGE_STEPS})", look.end_ms)


def _growth(wanted: str, look: Lookback) -> str:
    """Write out a step's growth: since the sample before, from zero after a reset, else up to the sample after."""
    now, before, after = in_step("last", wanted, look), before_step(wanted, look), after_step(wanted, look)
    return f"({now} - {before} >= 0) or ({now} and {before}) or ({after} - {now} >= 0)"
