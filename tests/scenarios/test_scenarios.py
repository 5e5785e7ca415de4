"""Every scenario, from its metric samples to its answers."""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.datastructures import QueryParams

from fleetcost.agent.build import AgentIdentity, Builder
from fleetcost.agent.loop import Agent
from fleetcost.agent.plan import BuildTiming
from fleetcost.api.caller import EVERYBODY
from fleetcost.api.compat.questions import allocation_question, asset_question
from fleetcost.api.context import Context
from fleetcost.api.gate import Ticket
from fleetcost.api.parameters import read_parameters
from fleetcost.api.routes.operations import OPERATIONS
from fleetcost.api.services import LiveTables
from fleetcost.bucket.memory import MemoryBucket
from fleetcost.costing.prices import PriceBook
from fleetcost.ingest.passes import Status
from fleetcost.ingest.plan import Retention
from fleetcost.ingest.run import Ingestor
from fleetcost.model.identity import ClusterId
from fleetcost.query.answer import Answer
from fleetcost.query.ask import ask_allocations, ask_assets
from fleetcost.query.known import Known
from fleetcost.samples.memory import MemorySource
from fleetcost.tables.database import Database, EngineLimits, open_database
from scenarios.language import Ask, Expectation, Scenario, Ship, read
from scenarios.world import START_EPOCH, World

START = datetime.fromtimestamp(START_EPOCH, UTC)
SHARED = Path(os.environ.get("TEST_SHARED", Path(__file__).resolve().parents[3] / "shared"))
OURS = [scenario for file in sorted(Path(__file__).parent.glob("*.cost")) for scenario in read(file)]
SENT = [scenario for file in sorted((SHARED / "data/field-2/costing").glob("*.cost")) for scenario in read(file)]
"""What the field sent, where it is beside this repository."""
_RATES = {"cpu": "cpu_hourly", "ram": "ram_gib_hourly", "gpu": "gpu_hourly", "storage": "storage_gib_hourly"}


@pytest.mark.parametrize("scenario", [*OURS, *SENT], ids=lambda s: f"{s.file.removesuffix('.cost')}:{s.line}")
def test_scenario(scenario: Scenario, tmp_path: Path) -> None:
    """What the scenario says must come back does."""
    with ExitStack() as opened:
        play = _Play(scenario, tmp_path, opened)
        for step in scenario.steps:
            if isinstance(step, Ship):
                play.ship(step)
            else:
                play.check(step)
    assert any(isinstance(step, Ask) and step.expected for step in scenario.steps)


def test_there_are_enough_scenarios() -> None:
    """The language carries at least 25 scenarios, each with its own expectation."""
    assert len({scenario.expectation for scenario in OURS}) == len(OURS) >= 25


class _Play:
    """One scenario while it is played."""

    def __init__(self, scenario: Scenario, folder: Path, opened: ExitStack) -> None:
        self._scenario = scenario
        self._end = max(step.minutes for step in scenario.steps if isinstance(step, Ship))
        self._now = START
        self._bucket = MemoryBucket()
        self._agents = [self._agent(cluster) for cluster in scenario.clusters]
        self._folder = folder
        self._opened = opened
        self._asked: Database | None = None

    def ship(self, step: Ship) -> None:
        """Let every agent do a round, a while after the time that is shipped."""
        self._now = START + timedelta(minutes=step.minutes + 6)
        for agent in self._agents:
            agent.round()
        self._asked = None

    def check(self, ask: Ask) -> None:
        """Ask an aggregator that had an empty disk when all was shipped; hold its answer against what is expected."""
        self._asked = self._asked or self._aggregator(f"{id(ask)}.duckdb")
        answer = self._ask(ask, self._asked)
        for expectation in ask.expected:
            _hold(answer, expectation, f"{self._scenario.file}:{expectation.line}")

    def _aggregator(self, name: str) -> Database:
        engine = EngineLimits(memory_bytes=1 << 29, threads=1)
        database = open_database(self._folder / name, engine, self._now)
        self._opened.callback(database.close)
        Ingestor(self._bucket, database, Retention(None, None), lambda: self._now).pass_once()
        return database

    def _ask(self, ask: Ask, database: Database) -> Answer[Any]:
        end = START + timedelta(minutes=self._end)
        whole = f"window={int(START.timestamp())},{int(end.timestamp())}&accumulate=true"
        sent = QueryParams(whole if not ask.parameters else f"{whole}&{ask.parameters}")
        of_assets = ask.kind == "assets"
        path = "/model/assets" if of_assets else "/model/allocation"
        operation = next(one for one in OPERATIONS if one.path == path)
        parameters = read_parameters(sent, operation.parameters).chosen
        if not of_assets:
            # What a cluster itself costs is a row of no workload: scenarios that are about it say so.
            parameters = {"shareTenancyCosts": "false"} | parameters
        tables = LiveTables(database, Status, Known())
        context = Context(operation.path, operation.family, parameters, {}, tables, EVERYBODY, Ticket(), self._now)
        question = asset_question(context) if of_assets else allocation_question(context)
        with database.snapshot() as snapshot:
            return (ask_assets if of_assets else ask_allocations)(snapshot, question, self._now)

    def _agent(self, cluster: str) -> Agent:
        things = self._scenario.clusters[cluster]
        prices = PriceBook()
        for thing in things:
            if thing.word == "price":
                prices = replace(prices, **{_RATES[word]: float(value) for word, value in thing.facts.items()})
            if thing.word == "discount":
                prices = replace(prices, discount=thing.number("discount"))
        source = MemorySource(World(things, self._end))
        identity = AgentIdentity(ClusterId(cluster), f"uid-of-{cluster}", prices.currency)
        return Agent(
            builder=Builder(identity, source, prices, 60),
            store=MemoryBucket(),
            bucket=self._bucket,
            timing=BuildTiming(timedelta(minutes=5), timedelta(minutes=self._end)),
            clock=lambda: self._now,
        )


def _hold(answer: Answer[Any], expectation: Expectation, where: str) -> None:
    rows = {row.name: row for row in answer.rows}
    if expectation.name == "rows":
        assert len(rows) == int(expectation.facts[0]), f"{where}: {sorted(rows)}"
    elif expectation.name == "absent":
        assert expectation.facts[0] not in rows, where
    elif expectation.name == "state":
        states = {entry.cluster: entry.state.value for entry in answer.completeness}
        assert states[ClusterId(expectation.facts[0])] == " ".join(expectation.facts[1:]), where
    else:
        _hold_row(rows, expectation, where)


def _hold_row(rows: dict[str, Any], expectation: Expectation, where: str) -> None:
    assert expectation.name == "total" or expectation.name in rows, f"{where}: no such row among {sorted(rows)}"
    for field, text in zip(expectation.facts[::2], expectation.facts[1::2], strict=True):
        chosen = list(rows.values()) if expectation.name == "total" else [rows[expectation.name]]
        values = [getattr(row, field) for row in chosen]
        if text == "unknown":
            assert values == [None], f"{where}: {field} is {values}"
        elif isinstance(values[0], str):
            assert values == [text], f"{where}: {field}"
        else:
            assert sum(values) == pytest.approx(float(text), abs=1e-6), f"{where}: {expectation.name} {field}"
