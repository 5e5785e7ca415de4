"""The route of FOCUS files: the rows of the export, and to a narrowed token its own rows only."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from builders import at
from fleetcost.api.access import Tokens
from fleetcost.cli.main import run
from unit.api.apps import App, app
from unit.cli.test_query import served
from unit.focus.ledger_fleet import ledger_fleet, published, rows_of

FLEET = 1
WINDOW = f"{at():%Y-%m-%dT%H:%M:%SZ},{at(day=2):%Y-%m-%dT%H:%M:%SZ}"
TOKENS = {"all": None, "one cluster": 'cluster:"aws"', "one pod": 'pod:"aws-0-0"'}
SUMS = "count(*), sum(EffectiveCost)"


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The application with a billed fleet and tokens that see more or less of it."""
    folder = tmp_path_factory.mktemp("focus-route")
    entries = [
        {"name": name, "sha256": hashlib.sha256(name.encode()).hexdigest()} | ({"filter": seen} if seen else {})
        for name, seen in TOKENS.items()
    ]
    (folder / "tokens.yaml").write_text(yaml.safe_dump({"tokens": entries}))
    with app(folder, published(ledger_fleet(FLEET)), at(72), tokens=Tokens(folder / "tokens.yaml")) as found:
        found.ingestor.pass_once()
        yield found


def fetched(opened: App, file: Path, token: str = "all", **parameters: str) -> Path:
    """Ask for a file as somebody."""
    asked = {"window": WINDOW} | parameters
    answer = opened.client.get("/api/v1/focus", asked, {"authorization": f"Bearer {token}"})
    assert answer.status_code == 200, answer.text
    assert f'.{asked.get("format", "parquet")}"' in answer.headers["content-disposition"]
    file.write_bytes(answer.content)
    return file


def ask(file: Path, what: str, rest: str = "") -> list[tuple[Any, ...]]:
    """Ask a file."""
    return duckdb.sql(f"SELECT {what} FROM '{file}' {rest}").fetchall()


def test_both_kinds_of_files_are_the_bills(opened: App, tmp_path: Path) -> None:
    """Parquet and CSV have the same rows, which are the bills of the window in each currency."""
    parquet = fetched(opened, tmp_path / "a.parquet")
    text = fetched(opened, tmp_path / "a.csv", format="csv")
    by_currency = "WHERE x_PriceState <> 'list' GROUP BY BillingCurrency ORDER BY BillingCurrency"
    found = dict(ask(parquet, "BillingCurrency, sum(EffectiveCost)", by_currency))
    bills: dict[str, Decimal] = {}
    for row in rows_of(ledger_fleet(FLEET)):
        bills[row.currency] = bills.get(row.currency, Decimal(0)) + row.amortized_net_cost
    assert found == bills
    assert dict(ask(text, "BillingCurrency, sum(EffectiveCost::DECIMAL(28, 9))", by_currency)) == bills
    assert text.read_text().startswith("AllocatedMethodDetails,AllocatedMethodId,")


def test_a_narrowed_token_gets_its_own_rows(opened: App, tmp_path: Path) -> None:
    """Rows are those of the token's filter, and nothing in them says what a whole origin costs."""
    whole = fetched(opened, tmp_path / "whole.parquet", level="pod")
    cluster = fetched(opened, tmp_path / "cluster.parquet", "one cluster", level="pod")
    assert ask(cluster, SUMS) == ask(whole, SUMS, "WHERE x_Cluster = 'aws'")
    pod = fetched(opened, tmp_path / "pod.parquet", "one pod", level="pod")
    assert ask(pod, SUMS) == ask(whole, SUMS, "WHERE x_Pod = 'aws-0-0'")
    for file in (cluster, pod):
        assert ask(file, "count(x_SplitOriginCost), count(AllocatedMethodDetails)") == [(0, 0)]
        assert ask(file, "count(*)", "WHERE x_CostKind = 'outside'") == [(0,)]
    asked = fetched(opened, tmp_path / "asked.parquet", "one pod", level="pod", filter='cluster:"gcp"')
    assert ask(asked, "count(*)") == [(0,)]


@pytest.mark.parametrize(
    "wrong", [{"version": "1.1"}, {"level": "team"}, {"granularity": "1h"}, {"format": "json"}, {"filter": "nonsense"}]
)
def test_what_cannot_be_written_is_refused(opened: App, wrong: dict[str, str]) -> None:
    """A version, level, period or form that is not written is refused by its name, and so is a filter of nothing."""
    answer = opened.client.get("/api/v1/focus", {"window": WINDOW} | wrong, {"authorization": "Bearer all"})
    assert answer.status_code == 400
    assert next(iter(wrong)) in answer.text


def test_the_command_writes_whole_files(
    opened: App, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """FOCUS and plain rows are written as files; what is refused leaves nothing behind."""
    monkeypatch.setattr(opened.client, "get", _as_all(opened))
    with served(opened) as address:
        flags = ("--url", address, "--window", WINDOW)
        focus = tmp_path / "f.parquet"
        assert run(["export", "focus", *flags, "--output", str(focus)]) == 0
        assert ask(focus, SUMS) == ask(fetched(opened, tmp_path / "route.parquet"), SUMS)
        for kind in ("allocation", "assets", "cloudcost"):
            file = tmp_path / f"{kind}.csv"
            assert run(["export", kind, *flags, "--format", "csv", "--step", "1d", "--output", str(file)]) == 0
            assert file.read_text().startswith("# fleetcost ")
        bad = tmp_path / "bad.parquet"
        assert run(["export", "focus", *flags, "--filter", "nonsense", "--output", str(bad)]) == 2
        assert run(["export", "focus", *flags, "--output", str(tmp_path / "none" / "f.parquet")]) == 2
    assert "f.parquet: " in capsys.readouterr().err
    assert sorted(one.name for one in tmp_path.iterdir()) == sorted(
        ["allocation.csv", "assets.csv", "cloudcost.csv", "f.parquet", "route.parquet"]
    )


def _as_all(opened: App) -> Any:
    """Return how the application is asked by somebody who sees all."""
    get = opened.client.get
    return lambda path, params=None, headers=None: get(path, params, headers or {"authorization": "Bearer all"})
