"""`/api/v1/anomalies`: what stands out, folded, explained, and what cannot be known."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from builders import at, bucket_of
from fleetcost.api.access import Tokens
from fleetcost.api.state import FolderState
from fleetcost.sets.cost_set import CostSet
from unit.api.apps import App, app
from unit.api.test_access import entry, write
from unit.why.worlds import FLEET, sets_of

DAYS = 22
LAST = DAYS - 1


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """A cluster whose web workload runs nine times on the last whole day and is half through today, and a young one."""
    grown = [replace(one, replicas=27) if one.name == "web" else one for one in FLEET]
    sets: list[CostSet] = []
    for number in range(LAST):
        sets += sets_of(number, grown if number == LAST - 1 else FLEET, "east")
    sets += sets_of(LAST, FLEET, "east", coverage_minutes=720.0, final=False)
    for number in range(LAST - 3, LAST):
        sets += sets_of(number, FLEET, "young")
    with app(tmp_path_factory.mktemp("anomalies"), bucket_of(*sets), at(12, LAST), timedelta(days=2)) as opened:
        opened.ingestor.pass_once()
        yield opened


def ask(found: App, **asked: Any) -> Any:
    """Look for what stands out."""
    return found.get("/api/v1/anomalies", **asked)


def test_a_day_that_stands_out_is_explained(found: App) -> None:
    """The event has cost, what is usual and a day like it; its facts name the workload; its cluster is folded."""
    answer = ask(found, floor="1")
    (event,) = answer["events"]
    assert event["key"] == {"cluster": "east", "namespace": "shop"}
    assert (event["kind"], event["day"], event["at_least"]) == ("rise", at(day=LAST - 1).date().isoformat(), False)
    assert Decimal(event["cost"]) - Decimal(event["usual"]) == Decimal(event["excess"]) > 0
    assert event["facts"][0]["text"] == "east/shop/web: 27.0 containers on average instead of 3.0"
    assert Decimal(event["facts"][0]["amount"]) == Decimal(event["excess"])
    assert (answer["event_count"], answer["folded"]) == (1, 1)


def test_what_cannot_be_known_is_said(found: App) -> None:
    """Groups without two weeks of history are counted, and no day of theirs is judged."""
    answer = ask(found)
    assert (answer["groups"], answer["learning"]) == (6, 3)
    assert answer["by_chance"] == pytest.approx(3 * 7 * 0.007, abs=0.05)


def test_a_least_amount_silences(found: App) -> None:
    """A difference below the floor is no event, and a filter leaves the other groups out."""
    assert ask(found, floor="1000000")["events"] == []
    only = ask(found, filter='namespace:"jobs"', floor="1")
    assert (only["event_count"], only["groups"]) == (0, 4)


@pytest.mark.parametrize(("name", "value"), [("days", "31"), ("days", "0"), ("limit", "51"), ("floor", "much")])
def test_what_is_not_judged_is_refused(found: App, name: str, value: str) -> None:
    """More days or events than are judged, and an amount that is none, are named."""
    assert found.refused("/api/v1/anomalies", **{name: value})["parameter"] == name


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """Two clusters in which web grew, and tokens of the whole fleet and of one namespace each."""
    folder = tmp_path_factory.mktemp("expected")
    grown = [replace(one, replicas=27) if one.namespace == "shop" else one for one in FLEET]
    grown = [replace(one, replicas=31) if one.namespace == "jobs" else one for one in grown]
    sets: list[CostSet] = []
    for number in range(LAST):
        for cluster in ("east", "west"):
            sets += sets_of(number, grown if number == LAST - 1 else FLEET, cluster)
    tokens = [
        entry("boss", scopes=["read", "admin"]),
        entry("reader"),
        entry("shop", scopes=["read", "admin"], filter='cluster:"east"+namespace:"shop"'),
        entry("jobs", scopes=["read", "admin"], filter='cluster:"east"+namespace:"jobs"'),
    ]
    with app(
        folder, bucket_of(*sets), at(12, LAST), timedelta(days=2),
        tokens=Tokens(write(folder / "tokens.yaml", tokens)), state=FolderState(folder / "kept"),
    ) as opened:  # fmt: skip
        opened.ingestor.pass_once()
        yield opened


ROUTE = "/api/v1/anomalies/expected"


def send(guarded: App, token: str, method: str, path: str, note: str | None = None) -> Any:
    """Ask a route as a token does."""
    body = None if note is None else json.dumps({"note": note}).encode()
    return guarded.client.send(method, path, body, {"authorization": f"Bearer {token}"})


def events_of(guarded: App, token: str) -> dict[str, str]:
    """Return the ids of the events that a token sees, by their place."""
    answer = send(guarded, token, "GET", "/api/v1/anomalies?floor=1").json()
    return {"/".join(event["key"].values()): event["id"] for event in answer["events"]}


def marks_of(guarded: App, token: str) -> dict[str, str]:
    """Return the notes that a token sees, by the place of their event."""
    answer = send(guarded, token, "GET", ROUTE).json()
    return {"/".join(one["key"].values()): one["note"] for one in answer["expected"]}


def test_an_event_is_marked_as_expected_with_a_note(guarded: App) -> None:
    """A mark says who, when, why and up to what excess; it is forgotten again; a reader sees it and marks nothing."""
    event = events_of(guarded, "boss")["east/shop"]
    assert send(guarded, "reader", "PUT", f"{ROUTE}/{event}?floor=1", "sale").status_code == 403
    answer = send(guarded, "boss", "PUT", f"{ROUTE}/{event}?floor=1", " sale ")
    assert answer.status_code == 200, answer.text
    (found,) = send(guarded, "reader", "GET", ROUTE).json()["expected"]
    assert (found["id"], found["by"], found["note"], found["part"]) == (event, "boss", "sale", "")
    assert found["at"] == "2026-01-31T12:00:00Z"
    (shown,) = [
        one for one in send(guarded, "boss", "GET", "/api/v1/anomalies?floor=1").json()["events"] if one["id"] == event
    ]
    assert Decimal(found["up_to"]) == pytest.approx(Decimal(shown["excess"]) * Decimal("1.25"))
    assert send(guarded, "boss", "DELETE", f"{ROUTE}/{event}").json()["expected"] == []
    assert send(guarded, "boss", "DELETE", f"{ROUTE}/{event}").status_code == 404


def test_who_sees_a_part_marks_within_it(guarded: App) -> None:
    """Own events can be marked, others do not exist; of marks one sees those of the own token, the whole fleet all."""
    everything = events_of(guarded, "boss")
    assert {place for place in everything if "/" in place} == {
        f"{cluster}/{name}" for cluster in ("east", "west") for name in ("shop", "jobs")
    }
    for place, event in everything.items():
        answer = send(guarded, "shop", "PUT", f"{ROUTE}/{event}?floor=1", "mine").status_code
        assert answer == (200 if event in events_of(guarded, "shop").values() else 404), place
    boss = send(guarded, "boss", "PUT", f"{ROUTE}/{everything['east/shop']}?floor=1", "secret of the fleet")
    assert boss.status_code == 200
    assert "secret" not in send(guarded, "shop", "GET", ROUTE).text
    assert marks_of(guarded, "shop")["east/shop"] == "mine"
    assert marks_of(guarded, "jobs") == {}
    notes = [one["note"] for one in send(guarded, "boss", "GET", ROUTE).json()["expected"]]
    assert {"mine", "secret of the fleet"} <= set(notes)
    assert send(guarded, "jobs", "DELETE", f"{ROUTE}/{everything['east/shop']}").status_code == 404
    assert send(guarded, "shop", "DELETE", f"{ROUTE}/{everything['east/shop']}").status_code == 200
    assert marks_of(guarded, "boss")["east/shop"] == "secret of the fleet"


@pytest.mark.parametrize("note", ["", "  ", "n" * 1001])
def test_a_mark_says_why(guarded: App, note: str) -> None:
    """Without a note, or with a book instead of one, nothing is marked."""
    event = events_of(guarded, "boss")["west/shop"]
    assert send(guarded, "boss", "PUT", f"{ROUTE}/{event}?floor=1", note).status_code == 400
    assert "west/shop" not in marks_of(guarded, "boss")
