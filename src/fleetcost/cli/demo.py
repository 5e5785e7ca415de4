"""`fleetcost demo`: four simulated clusters, everything behind their samples real."""

from __future__ import annotations

import argparse
import os
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from rich import box
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from fleetcost.api.serve import free_port
from fleetcost.billing.run import Billing
from fleetcost.cli.aggregator import Aggregator, assemble, serve_aggregator
from fleetcost.cli.billing import make_billing
from fleetcost.cli.flags import Subparsers
from fleetcost.cli.stores import clock, local_store
from fleetcost.demo.bills import write_bills
from fleetcost.demo.exchange import CURRENCIES, DISPLAY, TABLE, write_rates
from fleetcost.demo.fleet import DEFAULT_CLUSTERS, FLEET
from fleetcost.demo.history import MakeFleet, build_history
from fleetcost.demo.run import Fleet, fleet
from fleetcost.model.amount import PLACES
from fleetcost.model.sets import SetKind
from fleetcost.model.window import Window
from fleetcost.ops import log
from fleetcost.ops.settings import AggregatorSettings
from fleetcost.query.answer import AllocationRow
from fleetcost.query.ask import ask_allocations
from fleetcost.query.currencies import in_currency
from fleetcost.query.dimensions import Dimension
from fleetcost.query.known import Known
from fleetcost.query.question import Idle, Question, Step, framed
from fleetcost.rates.table import RatePolicy
from fleetcost.ui.files import load as load_web

REFRESH_SECONDS = 60
"""The demonstration's agents and aggregator go round this often, so that one can watch."""

ANSWER_SECONDS = 5
"""The demonstration's agents look this often for repairs that were ordered."""

BILL_ARRIVES_ROUNDS = 3
"""After as many rounds the bill that is late arrives."""


def add_parser(subparsers: Subparsers, about: str) -> None:
    """Add the command."""
    parser = subparsers.add_parser("demo", help=about, description=about)
    parser.add_argument("--port", type=int, default=9090, help="port of the API and the UI (default 9090)")
    parser.add_argument("--data-dir", type=Path, default=Path("demo-data"), help="where everything is kept")
    parser.add_argument(
        "--clusters", type=int, default=DEFAULT_CLUSTERS, help=f"1 to {len(FLEET)} (default {DEFAULT_CLUSTERS})"
    )
    parser.add_argument("--days", type=int, default=7, help="days of history, today included (default 7)")
    parser.add_argument("--no-serve", action="store_true", help="build, print the costs and exit")
    parser.set_defaults(run=_run)


def _run(parsed: argparse.Namespace) -> int:
    # Findings and torn objects are part of the show: the page tells them, the terminal need not.
    log.configure("error")
    console = Console()
    if not parsed.no_serve:
        # What would stop the server is reported before a minute is spent on building.
        free_port(AggregatorSettings().bind, parsed.port)
        load_web()
    bucket = local_store(parsed.data_dir / "bucket")
    agents = parsed.data_dir / "agents"
    make = partial(
        fleet, bucket, agents, local_store, clock, clusters=parsed.clusters, days=parsed.days,
        currencies=dict(CURRENCIES),
    )  # fmt: skip
    simulated = make()
    _build(make, simulated, console)
    bill = partial(
        write_bills, (parsed.data_dir / "bills").absolute(), FLEET[: parsed.clusters], simulated.since, clock()
    )
    settings = AggregatorSettings(
        data_dir=parsed.data_dir / "aggregator", port=parsed.port, interval_seconds=REFRESH_SECONDS,
        hourly_retention_hours=24 * parsed.days,
        cloud_integration=bill(late=True),
        rates=TABLE,
        display_currency=DISPLAY,
    )  # fmt: skip
    write_rates(bucket, simulated.since, clock())
    billing = make_billing(settings, bucket)
    if billing is not None:
        billing.run_once()
    aggregator = assemble(settings, bucket)
    aggregator.ingestor.pass_once()
    aggregator.rates.refresh()
    window = Window(simulated.since, clock())
    console.print(_costs(aggregator, window))
    if parsed.no_serve:
        aggregator.database.close()
        return 0
    stop = threading.Event()
    arrives = partial(_bill_arrives, bill, billing)
    rounds = threading.Thread(target=_go_on, args=(simulated, arrives, stop), name="agents", daemon=True)
    rounds.start()
    try:
        serve_aggregator(aggregator, lambda address: console.print(f"\nOpen [bold]{address}[/bold]  (Ctrl-C stops)"))
    finally:
        stop.set()
        rounds.join()
    return 0


def _go_on(simulated: Fleet, arrives: Callable[[], None], stop: threading.Event) -> None:
    """Let the agents go round while the page is looked at, so that the running hour grows and a bill arrives."""
    rounds = 0
    refreshed = time.monotonic()
    while not stop.wait(ANSWER_SECONDS):
        simulated.answer()
        if time.monotonic() < refreshed + REFRESH_SECONDS:
            continue
        refreshed = time.monotonic()
        rounds += 1
        simulated.build(lambda _cluster, _done, _due: None)
        if rounds == BILL_ARRIVES_ROUNDS:
            arrives()


def _bill_arrives(bill: Callable[[], Path], billing: Billing | None) -> None:
    bill()
    if billing is not None:
        billing.run_once()


def _build(make: MakeFleet, simulated: Fleet, console: Console) -> None:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total} hours"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as progress:
        bars: dict[str, TaskID] = {
            agent.builder.identity.cluster: progress.add_task(f"agent of {agent.builder.identity.cluster}", total=None)
            for agent in simulated.agents
        }
        build_history(
            make,
            lambda cluster, done, due: progress.update(bars[cluster], completed=done, total=due),
            max(1, len(os.sched_getaffinity(0))),
        )


def _costs(aggregator: Aggregator, window: Window) -> Table:
    """Return cost per cluster, exactly what the API answers."""
    frame, _ = framed(window, Step.ALL, None, window.end)
    question = Question(
        kind=SetKind.ALLOCATIONS, frame=frame, step=Step.ALL, dimensions=(Dimension("cluster"),), idle=Idle.SPLIT,
        joined=True,
    )  # fmt: skip
    policy = RatePolicy(aggregator.rates.tables[TABLE])
    with aggregator.database.snapshot() as snapshot:
        question = in_currency(snapshot, question, Known(), DISPLAY, policy, alone=True)
        rows = ask_allocations(snapshot, question, clock()).rows
    table = Table(
        title=f"Cost since {frame.window.start:%Y-%m-%d}, {DISPLAY}",
        title_justify="left",
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
    )
    table.add_column("cluster", no_wrap=True)
    for name in ("CPU", "RAM", "GPU", "disk", "other", "idle", "total"):
        table.add_column(name, justify="right")
    table.add_column("idle %", justify="right")
    for cluster in sorted({row.cluster for row in rows}):
        table.add_row(cluster, *_cells([row for row in rows if row.cluster == cluster]))
    table.add_section()
    table.add_row("all clusters", *_cells(list(rows)), style="bold")
    return table


def _cells(rows: list[AllocationRow]) -> list[str]:
    used = sum(row.total_cost for row in rows if not row.idle)
    idle = sum(row.total_cost for row in rows if row.idle)
    parts = [
        sum(getattr(row, name) for row in rows if not row.idle)
        for name in ("cpu_cost", "ram_cost", "gpu_cost", "pv_cost")
    ]
    parts.append(round(used - sum(parts), PLACES) or 0.0)
    share = idle / (used + idle) if used + idle else 0.0
    return [*(f"{value:,.2f}" for value in (*parts, idle, used + idle)), f"{share:.0%}"]
