"""Answers as files."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import duckdb

from compat.asgi import AsgiClient
from compat.catalogue import FLEETS
from compat.engine import PAGE, services_of
from compat.fleets import day, ingested
from compat.started import Fleets
from fleetcost.api.app import create_app

WINDOW = "window=1704067200,1704153600"
BOTH_DAYS = "window=1704067200,1704240000"


def test_csv_says_what_it_is(fleets: Fleets) -> None:
    """A CSV begins with a line on the question and its completeness, and has every row with all places."""
    answer = fleets.client("topology").ask(f"/api/v1/allocations?{WINDOW}&aggregate=cluster,namespace&format=csv")
    first, rest = answer.body.decode().split("\n", 1)
    rows = list(csv.DictReader(io.StringIO(rest)))

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    assert first.startswith("# fleetcost ")
    for word in ("window=2024-01-01T00:00:00Z/2024-01-02T00:00:00Z", "aggregate=cluster,namespace", "2 of 2 clusters"):
        assert word in first
    assert {row["name"]: row["total_cost"] for row in rows}["c1/ns1"] == "28.000000000"
    assert {row["cluster"] for row in rows} == {"c1", "c2"}
    assert sum(float(row["total_cost"]) for row in rows) == 112


def test_csv_by_step_and_columns(fleets: Fleets) -> None:
    """With a step there is a line per step and row; columns leave figures out."""
    target = f"/api/v1/allocations?{BOTH_DAYS}&aggregate=namespace&idle=hide&step=1d&columns=cpu_cost&format=csv"
    body = fleets.client("averages").ask(target).body.decode().split("\n", 1)[1]
    rows = list(csv.DictReader(io.StringIO(body)))
    assert [(row["window_start"][:10], row["name"]) for row in rows] == [
        ("2024-01-01", "shop"), ("2024-01-01", "gap"), ("2024-01-01", "twins"),
        ("2024-01-02", "gap"), ("2024-01-02", "shop"),
    ]  # fmt: skip
    assert "ram_cost" not in rows[0]


def test_parquet_is_exact_and_says_what_it_is(fleets: Fleets, tmp_path: Path) -> None:
    """A Parquet file holds decimals and the same note in its metadata."""
    answer = fleets.client("topology").ask(f"/api/v1/assets?{WINDOW}&aggregate=cluster,name&format=parquet")
    file = tmp_path / "assets.parquet"
    file.write_bytes(answer.body)
    connection = duckdb.connect()

    rows = connection.execute(f"SELECT name, total_cost, typeof(total_cost) FROM '{file}' ORDER BY name").fetchall()
    assert [(name, float(cost)) for name, cost, _ in rows] == [("c1/n1", 48), ("c2/n2", 14), ("c2/n3", 14)]
    assert rows[0][2].startswith("DECIMAL")
    (note,) = connection.execute(
        f"SELECT decode(value) FROM parquet_kv_metadata('{file}') WHERE key = 'fleetcost'"
    ).fetchall()
    assert "aggregate=cluster,name" in note[0]


def test_a_spreadsheet_takes_no_name_for_a_formula(tmp_path: Path) -> None:
    """Names that begin like a formula are marked as text in CSV and left alone in JSON."""
    fleet = FLEETS["tenants"]
    evil = {"namespace": "=1+1", "pod": "p", "container": "c", "node": "n1", "cpu_cost": 1}
    changed = type(fleet)(
        "evil", fleet.now, [type(fleet.windows[0])("c1", day("2024-01-01"), [evil], [{"type": "Node", "name": "n1"}])]
    )
    made = ingested(changed, tmp_path)
    with AsgiClient(create_app(services_of(made, tmp_path), PAGE)) as client:
        text = client.ask(f"/api/v1/allocations?{WINDOW}&aggregate=namespace&idle=hide&format=csv").body.decode()
        assert "\n'=1+1,'=1+1," in text
        assert "\n2024-01-01T00:00:00Z,2024-01-02T00:00:00Z,'=1+1," in client.ask(
            f"/model/allocation?{WINDOW}&aggregate=namespace&idle=false&format=csv"
        ).body.decode().replace("\r", "")
        assert (
            client.ask(f"/api/v1/allocations?{WINDOW}&aggregate=namespace&idle=hide").document["rows"][0]["name"]
            == "=1+1"
        )
    made.database.close()
