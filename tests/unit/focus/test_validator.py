"""
The public validator of FOCUS on exports of ours: it fails rules of a list, each with its reason, and no other.

It knows 1.2 and needs Python 3.12, so it lives in an environment of its own; `make focus-validator` runs it. It ends
with 0 whatever it finds, and reads a file of currencies relative to the folder it is started in.
"""

from __future__ import annotations

import os
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from fleetcost.focus.own import UNKNOWN
from fleetcost.focus.split import FocusAsked
from fleetcost.model.focus import FocusFormat, FocusPart, FocusVersion
from unit.focus.exported import WHOLE, written
from unit.focus.test_bills import billed

VALIDATOR = os.environ.get("FOCUS_VALIDATOR", "")
CRITERIA = ",".join(
    f"{name}_SUPPORTED"
    for name in (
        "ACCOUNT_NAMING", "AVAILABILITY_ZONE", "MULTIPLE_PRICING_CATEGORIES", "MULTIPLE_SUB_ACCOUNT_TYPES",
        "MULTIPLE_BILLING_ACCOUNT_TYPES", "NEGOTIATED_PRICING", "PUBLIC_PRICE_LIST", "USAGE_MEASUREMENT",
        "UNIT_PRICING", "SUB_ACCOUNT", "BILLING_BASED_ON_PROVISIONED_RESOURCES", "RESOURCE_TYPE_ASSIGNMENT", "REGION",
        "TAGGING",
    )
)  # fmt: skip
MISREAD = {
    "InvoiceId": "judged over the whole file: some rows are in an invoice and some are not",
    "SkuMeter": "the bill names no meter; the specification only advises one",
    "EffectiveCost-C-005": "asked of every purchase; one that covers no later charges, such as support, does cost",
}
"""Columns of which the validator fails rules though the file is right, beside those that the bill leaves unknown."""

pytestmark = [
    pytest.mark.corner,
    pytest.mark.skipif(not VALIDATOR, reason="no public validator: FOCUS_VALIDATOR names none; `make focus-validator`"),
]


@pytest.mark.parametrize("name", ["aws", "azure", "gcp"])
def test_only_named_rules_fail(tmp_path: Path, name: str) -> None:
    """Every rule that fails is one of a column that is listed with a reason."""
    database, _ = billed(tmp_path, name)
    asked = FocusAsked(FocusVersion.V1_2, FocusPart.CONTAINER)
    file = written(database, tmp_path, asked, FocusFormat.PARQUET, WHOLE)
    database.close()
    place = next(Path(VALIDATOR).parents[1].glob("lib/python3*/site-packages"))
    found = tmp_path / "found.xml"
    call = ["--data-file", file, "--validate-version", "1.2", "--block-download", "--applicability-criteria", CRITERIA]
    done = subprocess.run(
        [VALIDATOR, *call, "--output-type", "unittest", "--output-destination", found],
        cwd=place, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert found.exists(), done.stdout + done.stderr
    cases = list(ET.parse(found).iter("testcase"))
    failed = {case.get("name", "") for case in cases if case.find("failure") is not None}
    assert len(cases) > 200
    assert {rule for rule in failed if not any(column in rule for column in {*UNKNOWN, *MISREAD})} == set()
