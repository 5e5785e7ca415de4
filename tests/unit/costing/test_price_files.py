"""Price sheets and price files: what is read, and what is refused with its cure."""

from __future__ import annotations

import pytest

from fleetcost.costing import price_csv, price_sheet
from fleetcost.costing.price_table import NodeFacts, PricedClass
from fleetcost.costing.prices import PriceBook
from fleetcost.errors import SettingsError

HEADER = "EndTimestamp,InstanceID,Region,AssetClass,InstanceIDField,InstanceType,MarketPriceHourly,Version"


def test_a_sheet() -> None:
    """Monthly rates become hourly ones over 730 hours; what is not given stays as it was."""
    book = price_sheet.parse(
        """
        currency: EUR
        custom: true
        cpu_core_monthly: 23.07603
        ram_gib_hourly: 0.0031
        gpu_spot_monthly: 73
        storage_gib_monthly: 0.04
        internet_egress_gib: 0.09
        discount: 30%
        negotiated_discount: 12.5 %
        storage_classes:
          fast: {gib_monthly: 0.73}
          slow: {gib_hourly: 0.0001}
        """,
        "prices.yaml",
    )
    assert book.cpu_hourly == pytest.approx(0.031611)
    assert book.ram_gib_hourly == 0.0031
    assert book.gpu_spot_hourly == pytest.approx(0.1)
    assert book.storage_gib_hourly == PriceBook().storage_gib_hourly
    assert (book.currency, book.custom, book.discount, book.negotiated_discount) == ("EUR", True, 0.3, 0.125)
    assert book.storage_rate("fast").value == pytest.approx(0.001)
    assert book.storage_rate("slow").value == 0.0001
    assert book.storage_rate("other").value == book.storage_gib_hourly
    assert book.ram_gib_spot_hourly == PriceBook().ram_gib_spot_hourly


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("cpu_core_hourly: 0.03\ncpu_core_monthly: 20", "both given"),
        ("cpu: 1.25", r"unknown key 'cpu'"),
        ("cpu_core_hourley: 1.25", "did you mean 'cpu_core_hourly'"),
        ("discount: 0.3", "could mean a fraction or a percentage"),
        ("discount: 130%", "up to 100%"),
        ("cpu_core_hourly: -1", "not negative"),
        ("cpu_core_hourly: cheap", "is no rate"),
        ("cpu_core_hourly: true", "is no rate"),
        ("cpu_core_hourly: .inf", "is no rate"),
        ("currency: Euro", "ISO 4217"),
        ("custom: 1", "true and false"),
        ("storage_classes: 3", "expected `class:"),
        ("storage_classes: {fast: {gib_hourly: 1, gib_monthly: 2}}", "either gib_hourly or gib_monthly"),
        ("[1, 2]", "expected `key: value` lines"),
        ("a: [", "not YAML"),
    ],
)
def test_sheets_that_are_refused(text: str, message: str) -> None:
    """What could be misunderstood is an error that names the file, the key and what is accepted."""
    with pytest.raises(SettingsError, match=message) as refused:
        price_sheet.parse(text, "prices.yaml")
    assert "prices.yaml" in str(refused.value)


def test_a_file() -> None:
    """Rows of nodes, GPUs and volumes are read whether or not there are any of the others."""
    table = price_csv.parse(f"{HEADER}\n\n2026-01-01,T4,,gpu,nvidia.com/gpu_type,,0.75,\n", "prices.csv")
    (row,) = table.rows
    assert (row.priced, row.id, row.id_field, row.price_hourly) == (PricedClass.GPU, "T4", "nvidia.com/gpu_type", 0.75)


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_file_of_a_spreadsheet(mark: str) -> None:
    """The mark a spreadsheet puts before the first column is no part of its name."""
    (row,) = price_csv.parse(f"{mark}{HEADER}\n,n1,,node,metadata.name,,0.5,\n", "prices.csv").rows
    assert (row.id, row.price_hourly) == ("n1", 0.5)


@pytest.mark.parametrize(
    ("line", "price"),
    [
        (",placeholder,eu-west-1,node,,m5.large,0.25,v1", 0.25),
        (",Placeholder,placeholder,node,placeholder,m5.large,0.25,v1", 0.25),
        (",placeholder,eu-west-1,gpu,,T4,0.25,v1", None),
        (",placeholder,eu-west-1,pv,,gp3,0.25,v1", None),
        (",placeholder,eu-west-1,node,,,0.25,v1", None),
    ],
)
def test_a_placeholder_says_nothing(line: str, price: float | None) -> None:
    """A cell that holds a placeholder is empty: the row prices the class it names, or nothing."""
    table = price_csv.parse(f"{HEADER}\n{line}\n", "prices.csv")
    facts = NodeFacts(
        name="placeholder", provider_id="placeholder", region="eu-west-1", instance_type="m5.large",
        labels={"a": "placeholder"}, annotations={},
    )  # fmt: skip
    found = table.node(facts)
    assert (found.price_hourly if found else None) == price
    assert table.gpu(facts) is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEADER.replace(",", ";"), "separated by semicolons"),
        ("", "is empty: expected the header"),
        ("InstanceID,AssetClass,MarketPriceHourly", "column InstanceIDField is missing"),
        ("InstanceId,AssetClass", "unknown column 'InstanceId'.*did you mean 'InstanceID'"),
        (f"{HEADER}\na,b,c", "line 2: 3 fields where the header has 8"),
        (f"{HEADER}\n,i-1,,vm,spec.providerID,,1,", "AssetClass 'vm'; accepted are node, gpu, pv"),
        (f"{HEADER}\n,i-1,,node,spec.providerID,,cheap,", "MarketPriceHourly 'cheap' is no price"),
        (f"{HEADER}\n,i-1,,node,spec.providerID,,-1,", "MarketPriceHourly '-1' is no price"),
        (f"{HEADER}\n,i-1,,node,,,1,", "InstanceIDField must say where 'i-1' is found"),
        (f"{HEADER}\n,,,pv,spec.storageClassName,,1,", "neither InstanceID nor"),
    ],
)
def test_files_that_are_refused(text: str, message: str) -> None:
    """A line that cannot be used is an error with the file's name, never skipped."""
    with pytest.raises(SettingsError, match=message) as refused:
        price_csv.parse(text, "prices.csv")
    assert "prices.csv" in str(refused.value)
