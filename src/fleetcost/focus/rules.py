"""The rules of FOCUS as conditions of the embedded engine: each is true of the rows that break it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from fleetcost.model.focus import (
    FOCUS_COLUMNS,
    SUBCATEGORIES,
    FocusCase,
    FocusColumn,
    FocusDemand,
    FocusType,
    FocusVersion,
    subcategories,
)
from fleetcost.query.dialect import quoted_text

LONGEST_NAME = 50
"""Characters of a column's name (FOCUS, Column Handling)."""


@dataclass(frozen=True, slots=True)
class FocusRule:
    """
    One rule of rows.

    Attributes:
        id: column and rule, such as `PricingUnit-NULL-1`
        words: what must be so
        columns: those it reads; without one of them it is not asked
        broken: the condition that is true of rows that break it; `raw_<column>` is the value as the file has it
    """

    id: str
    words: str
    columns: tuple[str, ...]
    broken: str


@dataclass(frozen=True, slots=True)
class FocusRelation:
    """A rule between columns that is no matter of null or not; see `FocusRule`."""

    id: str
    words: str
    columns: tuple[str, ...]
    broken: str
    since: FocusVersion = FocusVersion.V1_2


def row_rules(version: FocusVersion, columns: Mapping[str, FocusColumn], *, texts: bool) -> Iterator[FocusRule]:
    """
    Yield the rules of the rows of a version.

    Args:
        version: of the specification
        columns: those that the file has
        texts: every value of the file is text, as in CSV
    """
    for column in columns.values():
        yield from _column_rules(column, version, texts=texts)
    for relation in RELATIONS:
        if relation.since <= version:
            yield FocusRule(relation.id, relation.words, relation.columns, relation.broken)


def _column_rules(column: FocusColumn, version: FocusVersion, *, texts: bool) -> Iterator[FocusRule]:
    name, own = column.name, (column.name,)
    if not column.nullable:
        yield FocusRule(f"{name}-NULL", "never null", own, f"{name} IS NULL")
    if column.type in {FocusType.TEXT, FocusType.JSON}:
        yield FocusRule(f"{name}-EMPTY", "null in place of an empty text", own, f"raw_{name} = ''")
    if texts and column.type in _FORMS:
        form, words = _FORMS[column.type]
        yield FocusRule(f"{name}-FORM", words, own, f"NOT regexp_full_match(raw_{name}, '{form}')")
    if column.type is FocusType.JSON:
        yield FocusRule(f"{name}-JSON", "a JSON object", own, f"NOT is_object({name})")
    if column.type is FocusType.JSON and name not in _NESTED:
        words = "values that are numbers, texts, true, false or null"
        yield FocusRule(f"{name}-FLAT", words, own, f"is_object({name}) AND NOT is_flat({name})")
    if column.allowed:
        words = f"one of {', '.join(column.allowed)}" if len(column.allowed) < _MANY else "one of its named values"
        yield FocusRule(f"{name}-VALUE", words, own, f"{name} NOT IN ({_list(column.allowed)})")
    if column.unsigned:
        yield FocusRule(f"{name}-SIGN", "never negative", own, f"{name} < 0")
    for number, demand in enumerate(column.demands, 1):
        if demand.since <= version:
            yield _demanded(name, number, demand)


def _demanded(name: str, number: int, demand: FocusDemand) -> FocusRule:
    wrong = f"{name} IS {'' if demand.given else 'NOT '}NULL"
    cases = " AND ".join(map(_met, demand.cases))
    columns = (name, *(case.column for case in demand.cases))
    return FocusRule(
        f"{name}-{'GIVEN' if demand.given else 'ABSENT'}-{number}", str(demand), columns, f"{wrong} AND {cases}"
    )


def _met(case: FocusCase) -> str:
    met = f"coalesce({case.column} IN ({_list(case.values)}), FALSE)" if case.values else f"{case.column} IS NOT NULL"
    return f"NOT ({met})" if case.otherwise else met


def _list(values: tuple[str, ...]) -> str:
    return ", ".join(map(quoted_text, values))


_MANY = 10
_NESTED = {"AllocatedMethodDetails", "ContractApplied"}
"""Columns whose object holds a list of elements."""

_FORMS = {
    FocusType.DECIMAL: (r"-?[0-9]+(\.[0-9]+)?(E-?[0-9]+)?", "a number without a plus sign, `E` before an exponent"),
    FocusType.TIME: (r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?Z", "UTC in ISO 8601"),
}
_NOT_CORRECTED = "ChargeClass IS DISTINCT FROM 'Correction'"


def _currency(name: str) -> FocusRelation:
    return FocusRelation(
        f"{name}-CURRENCY", "three capital letters", (name,), f"NOT regexp_full_match({name}, '[A-Z]{{3}}')"
    )


def _after(name: str) -> FocusRelation:
    start = f"{name}Start"
    end = f"{name}End"
    return FocusRelation(f"{end}-ORDER", f"after {start}", (start, end), f"{end} <= {start}")


def _product(cost: str, price: str) -> FocusRelation:
    """
    Return the rule that price times quantity is the cost.

    The specification names no tolerance: costs and quantities may be cut at the ninth place, a price at a later one.
    """
    off = f"abs({price}::DOUBLE * PricingQuantity::DOUBLE - {cost}::DOUBLE)"
    return FocusRelation(
        f"{cost}-PRODUCT", f"{price} × PricingQuantity", (cost, price, "PricingQuantity", "ChargeClass"),
        f"{_NOT_CORRECTED} AND {off} > 1e-6 + 1e-9 * abs({cost}::DOUBLE) + 2e-9 * {price}::DOUBLE",
    )  # fmt: skip


def _parents() -> str:
    """Return the condition that a subcategory is not of its category."""
    pairs = " OR ".join(
        f"(ServiceCategory = {quoted_text(one)} AND ServiceSubcategory IN ({_list(subcategories(one))}))"
        for one in SUBCATEGORIES
    )
    return f"NOT ({pairs})"


RELATIONS: tuple[FocusRelation, ...] = (
    _currency("BillingCurrency"),
    _currency("PricingCurrency"),
    _after("BillingPeriod"),
    _after("ChargePeriod"),
    _product("ListCost", "ListUnitPrice"),
    _product("ContractedCost", "ContractedUnitPrice"),
    FocusRelation(
        "ChargeFrequency-PURCHASE", "not Usage-Based for a Purchase", ("ChargeFrequency", "ChargeCategory"),
        "ChargeCategory = 'Purchase' AND ChargeFrequency = 'Usage-Based'",
    ),
    FocusRelation(
        "EffectiveCost-PURCHASE", "0 for the purchase of a commitment, which covers later charges",
        ("EffectiveCost", "ChargeCategory", "CommitmentDiscountId"),
        "ChargeCategory = 'Purchase' AND CommitmentDiscountId IS NOT NULL AND EffectiveCost <> 0",
    ),
    FocusRelation(
        "PricingCategory-COMMITTED", "Committed for what a commitment covers",
        ("PricingCategory", "ChargeCategory", "CommitmentDiscountStatus"),
        "ChargeCategory = 'Usage' AND CommitmentDiscountStatus = 'Used' AND PricingCategory <> 'Committed'",
    ),
    FocusRelation(
        "ServiceSubcategory-PARENT", "a subcategory of its ServiceCategory", ("ServiceCategory", "ServiceSubcategory"),
        _parents(),
    ),
    FocusRelation(
        "AllocatedMethodDetails-ELEMENTS", "a list `Elements`, each with a number as AllocatedRatio",
        ("AllocatedMethodDetails",), "NOT has_ratios(AllocatedMethodDetails)", FocusVersion.V1_3,
    ),
    FocusRelation(
        "AllocatedTags-TAGS", "no tag that Tags has as well", ("AllocatedTags", "Tags"),
        "tags_in_common(AllocatedTags, Tags)", FocusVersion.V1_3,
    ),
    FocusRelation(
        "AllocatedResourceId-NAMED", "an id for what has a name", ("AllocatedResourceName", "AllocatedMethodId"),
        "AllocatedResourceName IS NOT NULL AND AllocatedMethodId IS NULL", FocusVersion.V1_3,
    ),
)  # fmt: skip
"""What the specification says of several columns, or of a value's form."""

_NUMBERS = {"DOUBLE", "FLOAT", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UBIGINT"}

KNOWN_TYPES: Mapping[FocusType, Callable[[str], bool]] = {
    FocusType.TEXT: lambda kind: kind == "VARCHAR",
    FocusType.DECIMAL: lambda kind: kind.startswith("DECIMAL") or kind in _NUMBERS,
    FocusType.TIME: lambda kind: kind.startswith("TIMESTAMP"),
    FocusType.JSON: lambda kind: kind in {"VARCHAR", "JSON"},
}
"""Whether a type of the engine is that of a column, in files that have types."""


def known_columns(names: list[str], version: FocusVersion) -> dict[str, FocusColumn]:
    """Return the columns of a version that are among some names."""
    return {
        name: FOCUS_COLUMNS[name] for name in names if name in FOCUS_COLUMNS and FOCUS_COLUMNS[name].since <= version
    }
