"""Questions to SQL: one compiler for every endpoint, page and export."""

from __future__ import annotations

from dataclasses import dataclass

from fleetcost.model.allocation import ALLOCATION
from fleetcost.model.asset import ASSET
from fleetcost.model.sets import SetKind
from fleetcost.query.dialect import Dialect
from fleetcost.query.kinds import CLOUD
from fleetcost.query.measures import CARRIED, ESTIMATES, EXACT_CLOUD
from fleetcost.query.properties import ASSET_PROPERTIES, CLOUD_PROPERTIES
from fleetcost.query.question import Question
from fleetcost.query.sql.assets import ASSET_MAXIMA, WEIGHED, AssetCells
from fleetcost.query.sql.cells import DETAILS, AllocationCells
from fleetcost.query.sql.cloud import CloudCells
from fleetcost.query.sql.details import Details
from fleetcost.query.sql.page import PageFirst
from fleetcost.query.sql.reading import Reading, Shape
from fleetcost.query.sql.stage import Stage


@dataclass(frozen=True, slots=True)
class Program:
    """
    A compiled question.

    Attributes:
        stages: tables to make first, in order; each is read by the next ones
        rows, totals, points, sums_of_steps: statements that read the answer, see `sql.reading.Reading`
        currencies: statement that reads the currencies of all rows
        page: the table whose rows come back
        shape: the columns of `rows`
    """

    stages: tuple[Stage, ...]
    rows: str
    totals: str
    points: str
    sums_of_steps: str
    currencies: str
    page: str
    shape: Shape


def compile_question(question: Question, dialect: Dialect) -> Program:
    """
    Compile a question.

    Raises:
        QuestionError: the filter names a field that rows of this kind do not have.
    """
    if question.kind is SetKind.ASSETS:
        cells = AssetCells(question, dialect).stages()
        shape = _of_assets(question)
    elif question.kind is CLOUD:
        cells = CloudCells(question, dialect).stages()
        shape = _of_cloud_costs(question)
    elif PageFirst.fits(question, dialect):
        return _paged(question, dialect)
    else:
        cells = AllocationCells(question, dialect).stages()
        shape = _of_allocations(question, dialect)
    reading = Reading(question, dialect, shape)
    return Program(
        stages=(*cells, *reading.stages()),
        rows=reading.rows(),
        totals=reading.totals(),
        points=reading.points(),
        sums_of_steps=reading.sums_of_steps(),
        currencies="SELECT DISTINCT currency FROM cells",
        page=reading.page,
        shape=shape,
    )


def _paged(question: Question, dialect: Dialect) -> Program:
    shape = _of_allocations(question, dialect)
    reading, paged = Reading(question, dialect, shape), PageFirst(question, dialect, shape)
    return Program(
        stages=tuple(paged.stages()),
        rows=reading.rows(),
        totals=paged.totals(),
        points=reading.points(),
        sums_of_steps=paged.sums_of_steps(),
        currencies="SELECT DISTINCT currency FROM ranked",
        page=reading.page,
        shape=shape,
    )


def _of_allocations(question: Question, dialect: Dialect) -> Shape:
    return Shape(
        properties=question.properties,
        sums=(*ALLOCATION.sums, *CARRIED),
        maxima=(),
        extras=DETAILS if question.detailed else (),
        details=Details(question, dialect).names,
        estimates=ESTIMATES["allocation"],
    )


def _of_assets(question: Question) -> Shape:
    return Shape(
        properties=ASSET_PROPERTIES,
        sums=(*ASSET.sums, *WEIGHED),
        maxima=ASSET_MAXIMA,
        extras=("labels",) if question.detailed else (),
        details=(),
        estimates=("cost_estimated",),
    )


def _of_cloud_costs(question: Question) -> Shape:
    return Shape(
        properties=CLOUD_PROPERTIES,
        sums=EXACT_CLOUD,
        maxima=(),
        extras=("labels",) if question.detailed else (),
        details=(),
    )
