"""`/api/v1/…`: one envelope, with completeness and warnings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from builders import allocation, allocation_set, asset_set, at, bucket_of, day, hour, key, node, pair
from fleetcost.sets.layout import set_path
from unit.api.apps import App, app

DAY = "2026-01-10T00:00:00Z,2026-01-11T00:00:00Z"
FIELDS = ["question", "currency", "rows", "totals", "series", "completeness", "warnings", "as_of", "took_ms", "page",
          "prices"]  # fmt: skip


def codes(answer: dict[str, Any]) -> list[str]:
    """Return the codes of the warnings."""
    return [warning["code"] for warning in answer["warnings"]]


@pytest.mark.parametrize("path", ["/api/v1/allocations", "/api/v1/assets"])
def test_the_envelope(full: App, path: str) -> None:
    """Both kinds answer in one envelope, and say what was understood of the question."""
    answer = full.get(path, window=DAY)
    assert list(answer) == FIELDS
    assert answer["currency"] == "USD"
    assert answer["as_of"] == "2026-01-11T12:00:00Z"
    assert answer["question"]["window"] == {"start": "2026-01-10T00:00:00Z", "end": "2026-01-11T00:00:00Z"}
    assert (answer["question"]["step"], answer["question"]["resolution"]) == ("1d", "1d")


def test_the_defaults_of_a_question(full: App) -> None:
    """Without parameters the answer is seven days by cluster, or by type, in daily steps."""
    question = full.get("/api/v1/allocations")["question"]
    assert (question["aggregate"], question["step"], question["idle"]) == (["cluster"], "1d", "separate")
    assert question["window"]["start"] == "2026-01-05T00:00:00Z"
    assert full.get("/api/v1/assets")["question"]["aggregate"] == ["type"]


def test_rows_are_ordered_by_cost_and_unrounded(full: App) -> None:
    """The most expensive row comes first, with its exact cost, its key by dimension, and its efficiencies."""
    asked = {"aggregate": "namespace,label:team", "idle": "hide", "tenancy": "hide"}
    rows = full.get("/api/v1/allocations", window=DAY, **asked)["rows"]
    assert [row["name"] for row in rows] == ["shop/web", "kube-system/infra", "__unmounted__/__unallocated__"]
    assert rows[0]["key"] == {"namespace": "shop", "label:team": "web"}
    assert rows[0]["cpu_cost"] == 0.379332
    assert rows[0]["total_cost"] == 1.2641707
    assert rows[0]["cpu_efficiency"] == pytest.approx(0.4)


def test_idle_of_a_cluster_is_beside_its_cluster(full: App) -> None:
    """Grouped by cluster first, idle and tenancy are a row a cluster each; otherwise one row of all."""
    rows = full.get("/api/v1/allocations", window=DAY, aggregate="cluster")["rows"]
    assert {row["name"] for row in rows} == {"c1", "c1/__idle__", "c1/__tenancy__"}
    assert all(row["key"] == {"cluster": "c1"} for row in rows)
    rows = full.get("/api/v1/allocations", window=DAY, aggregate="pod")["rows"]
    assert [row["name"] for row in rows if row["idle"]] == ["__idle__"]


def test_totals_are_the_sum_of_the_rows_and_of_the_series(full: App) -> None:
    """The same total whichever way one adds, and whatever it is grouped by."""
    seen = set()
    for aggregate in ("cluster", "namespace", "pod", "all", "label:team"):
        answer = full.get("/api/v1/allocations", window="7d", aggregate=aggregate)
        seen.add(answer["totals"]["total_cost"])
        assert sum(row["total_cost"] for row in answer["rows"]) == pytest.approx(answer["totals"]["total_cost"])
        assert sum(step["total_cost"] for step in answer["series"]) == pytest.approx(answer["totals"]["total_cost"])
    assert len(seen) == 1


def test_an_empty_answer_has_the_totals_of_its_kind(full: App) -> None:
    """Where nothing matches, the totals are zeros under the same names as ever."""
    none = full.get("/api/v1/allocations", window=DAY, filter='pod:"nobody"')
    some = full.get("/api/v1/allocations", window=DAY)
    assert list(none["totals"]) == list(some["totals"])
    assert (none["rows"], none["currency"], set(none["totals"].values())) == ([], "", {0, None})


def test_the_series_has_every_step_with_its_state(full: App) -> None:
    """Each step says the worst state behind it; before the fleet was there it is not a complete zero."""
    series = full.get("/api/v1/allocations", window="7d", aggregate="cluster")["series"]
    assert [step["state"] for step in series] == ["before first seen"] * 4 + ["complete", "late", "late"]
    assert [len(step["rows"]) for step in series] == [0, 0, 0, 0, 2, 3, 0]


def test_completeness_is_told_by_cluster(full: App) -> None:
    """Each cluster of the fleet says its state, its windows by state, its minutes and why."""
    entries = {one["cluster"]: one for one in full.get("/api/v1/allocations", window="7d")["completeness"]}
    assert entries["c1"]["windows"] == {"before first seen": 5, "complete": 1, "late": 1}
    assert (entries["c1"]["state"], entries["c2"]["state"]) == ("late", "late")
    assert entries["c2"]["windows"] == {"before first seen": 4, "complete": 1, "late": 2}
    assert entries["c2"]["causes"] == ["late: no set has arrived"]
    assert (entries["c1"]["coverage_minutes"], entries["c1"]["expected_minutes"]) == (1440, 1440 + 720)


def test_a_widened_window_is_reported(full: App) -> None:
    """An answer for more than was asked says so; one that only ends later than now does not."""
    assert codes(full.get("/api/v1/allocations", window="2026-01-10T05:00:00Z,2026-01-10T06:30:00Z")) == [
        "window-widened"
    ]
    assert codes(full.get("/api/v1/allocations", window="90h")) == ["window-widened"]
    for window in ("7d", "24h", "today", "week", "month", DAY):
        assert "window-widened" not in codes(full.get("/api/v1/allocations", window=window)), window


def test_hours_that_are_not_kept_are_reported(full: App) -> None:
    """Hours asked for beyond their retention are answered by day with a warning, not with empty hours."""
    answer = full.get("/api/v1/allocations", window="7d", step="1h")
    assert codes(answer) == ["step-widened"]
    assert answer["question"]["step"] == "1d"
    assert len(answer["series"]) == 7
    assert full.get("/api/v1/allocations", window="1d", step="1h")["question"]["step"] == "1h"


def test_negative_idle_is_reported(tmp_path: Path) -> None:
    """More charged than the nodes cost is shown as it is, and said."""
    sets = [allocation_set([allocation(day(), cpu_cost=5)], day()), asset_set([node(day(), cpu_cost=2)], day())]
    with app(tmp_path, bucket_of(*sets)) as opened:
        opened.ingestor.pass_once()
        answer = opened.get("/api/v1/allocations", window=DAY)
    assert codes(answer) == ["negative-idle"]
    assert {row["name"]: row["total_cost"] for row in answer["rows"]} == {"c1": 5, "c1/__idle__": -3}
    assert answer["totals"]["total_cost"] == 2


def test_clusters_are_the_registry(full: App) -> None:
    """The fleet lists every cluster with its state and the newest reason for just that state."""
    answer = full.get("/api/v1/clusters")
    one, two = answer["clusters"]
    assert (one["cluster"], one["state"], one["cause"], one["currency"]) == ("c1", "late", "no set has arrived", "USD")
    assert (one["first"], one["last"]) == ("2026-01-10T00:00:00Z", "2026-01-11T00:00:00Z")
    assert (two["cluster"], two["state"], two["last"]) == ("c2", "late", "2026-01-10T00:00:00Z")
    assert answer["as_of"] == "2026-01-11T12:00:00Z"


def test_health_tells_of_the_loop_and_its_tables(full: App) -> None:
    """Beside the windows stand the queue, the last pass, the size of the tables and how long they keep rows."""
    ingest = full.get("/api/v1/health/windows")["ingest"]
    assert (ingest["phase"], ingest["queue_length"], ingest["passes"], ingest["last_error"]) == ("waiting", 0, 1, "")
    assert ingest["last_pass_at"] == "2026-01-11T12:00:00Z"
    assert ingest["database_bytes"] == full.database.size_bytes() > 0
    assert (ingest["hourly_retention_hours"], ingest["daily_retention_days"]) == (49, None)


def test_what_was_deleted_is_not_the_newest(tmp_path: Path) -> None:
    """A cluster's last data are those that are there, not those of a tombstone."""
    bucket = bucket_of(*pair(day()), *pair(hour(30, day=0)))
    with app(tmp_path, bucket) as opened:
        opened.ingestor.pass_once()
        for one in pair(hour(30, day=0)):
            bucket.delete(set_path(one.header.key))
        opened.ingestor.pass_once()
        (one,) = opened.get("/api/v1/clusters")["clusters"]
    assert one["last"] == "2026-01-11T00:00:00Z"


def test_a_damaged_window_names_its_cause(tmp_path: Path) -> None:
    """The reason a file cannot be read reaches the reader of the number."""
    bucket = bucket_of(*pair(day()))
    bucket.put(set_path(key(day())), b"garbage")
    with app(tmp_path, bucket) as opened:
        opened.ingestor.pass_once()
        (entry,) = opened.get("/api/v1/allocations", window=DAY)["completeness"]
        (cluster,) = opened.get("/api/v1/clusters")["clusters"]
    assert entry["state"] == "damaged"
    assert "not a whole Parquet file" in entry["causes"][0]
    assert cluster["state"] == "damaged"
    assert "not a whole Parquet file" in cluster["cause"]


@pytest.mark.parametrize(
    ("path", "asked", "parameter", "read", "says"),
    [
        ("/api/v1/allocations", {"window": "7days"}, "window", "7days", "today, yesterday"),
        (
            "/api/v1/allocations",
            {"aggregate": "namespac"},
            "aggregate",
            "namespac",
            "There is no grouping by `namespac`; did you mean `namespace`?",
        ),
        ("/api/v1/allocations", {"step": "daly"}, "step", "daly", "`step` cannot be `daly`; did you mean `day`?"),
        (
            "/api/v1/allocations",
            {"idle": "shared"},
            "idle",
            "shared",
            "`idle` cannot be `shared`; did you mean `share`?",
        ),
        ("/api/v1/allocations", {"filter": "x"}, "filter", "x", "The filter ends at character 2: use an operator"),
        (
            "/api/v1/allocations",
            {"filter": 'x:"y"'},
            "filter",
            "x",
            "There is no field `x`: use a field of allocations",
        ),
        (
            "/api/v1/allocations",
            {"accumulate": "true"},
            "accumulate",
            "true",
            "There is no parameter `accumulate` here",
        ),
        ("/api/v1/assets", {"idle": "hide"}, "idle", "hide", "one of the parameters"),
        ("/api/v1/clusters", {"window": "7d"}, "window", "7d", "no parameter at all"),
    ],
)
def test_mistakes_are_problem_documents(
    full: App, path: str, asked: dict[str, str], parameter: str, read: str, says: str
) -> None:
    """What cannot be used is a problem that says so in a sentence, with the facts as fields."""
    response = full.client.get(path, params=asked)
    assert (response.status_code, response.headers["content-type"]) == (400, "application/problem+json")
    problem = response.json()
    assert (problem["type"], problem["status"], problem["parameter"], problem["read"]) == (
        "question",
        400,
        parameter,
        read,
    )
    assert says in problem["detail"]
    assert problem["value"] == read
    assert problem["code"]
    assert problem["accepted"]
    assert ("suggestion" in problem) == ("did you mean" in problem["detail"])
    assert "did you mean" not in problem["accepted"]
    assert len(problem["request_id"]) == 12
    assert "progress" not in problem


def test_currencies_that_cannot_be_added_stay_apart(tmp_path: Path) -> None:
    """A fleet of two currencies has totals in each; a filter that leaves one is answered in it."""
    with app(tmp_path, bucket_of(*pair(day()), *pair(day(), "c2", currency="EUR"))) as opened:
        opened.ingestor.pass_once()
        answer = opened.get("/api/v1/allocations", window=DAY)
        assert [one["currency"] for one in answer["by_currency"]] == ["EUR", "USD"]
        assert (answer["currency"], answer["totals"]) == ("", {})
        assert opened.get("/api/v1/allocations", window=DAY, filter='cluster:"c2"')["currency"] == "EUR"
        assert [one["currency"] for one in opened.get("/api/v1/clusters")["clusters"]] == ["USD", "EUR"]


def test_a_restarted_aggregator_answers_from_what_it_has(tmp_path: Path) -> None:
    """Before its first pass after a restart it answers, and says since when the tables have not changed."""
    bucket = bucket_of(*pair(day()))
    with app(tmp_path, bucket, now=at(30)) as before:
        before.ingestor.pass_once()
    with app(tmp_path, bucket) as after:
        assert after.get("/api/v1/allocations", window=DAY)["as_of"] == "2026-01-11T06:00:00Z"
