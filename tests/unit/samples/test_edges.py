"""Sightings from the window's edges: what is asked for, and what is not."""

from __future__ import annotations

import re

from fleetcost.model.window import Window
from fleetcost.samples import queries
from fleetcost.samples.edges import Presence, newest, seen_times
from fleetcost.samples.narrowing import NAMES_AT_ONCE, Render
from fleetcost.samples.promql import Lookback, render_edge
from fleetcost.samples.query import Query
from fleetcost.samples.source import Row

HOUR = Window.of_epochs(1_790_002_800, 1_790_006_400)
LOOK = Lookback(HOUR, 60)


class Server:
    """Answers from lists of pods: those at the edge, those there at all; step by step it gives what is named."""

    def __init__(self, edge: list[str], present: list[str]) -> None:
        self.edge = edge
        self.present = present
        self.texts: list[str] = []

    def ask(self, _query: Query, rendered: Render) -> list[Row]:
        text = rendered(()).text
        self.texts.append(text)
        if text.startswith("count by"):
            return [self.row(pod, 1.0) for pod in self.present]
        if "_over_time" not in text:
            return [self.row(pod, 100.0) for pod in self.edge]
        named = re.search(r'pod=~"([^"]*)"', text)
        wanted = named.group(1).replace("\\\\-", "-").split("|") if named else self.present
        return [self.row(pod, 200.0) for pod in wanted]

    def row(self, pod: str, value: float) -> Row:
        return Row({"namespace": "a", "pod": pod, "uid": "", "container": "c"}, value)


def test_what_is_at_the_edge_is_not_looked_for() -> None:
    """Where everything is seen at the edge, no query looks at the steps."""
    pods = [f"p{i}" for i in range(9)]
    server = Server(pods, pods)
    rows = seen_times(queries.CONTAINER_FIRST, LOOK, HOUR.end_epoch, server.ask, Presence())
    assert {row.labels["pod"]: row.value for row in rows} == dict.fromkeys(pods, 100.0)
    assert not any("[3601s:1m]" in text for text in server.texts)


def test_only_the_others_are_looked_for_by_name() -> None:
    """What was there and not at the edge is looked for step by step, a limited number of names at once."""
    steady = [f"steady-{i}" for i in range(3000)]
    short = [f"short-{i}" for i in range(NAMES_AT_ONCE + 1)]
    server = Server(steady, steady + short)
    rows = {
        row.labels["pod"]: row.value
        for row in seen_times(queries.CONTAINER_FIRST, LOOK, HOUR.end_epoch, server.ask, Presence())
    }
    assert rows == dict.fromkeys(steady, 100.0) | dict.fromkeys(short, 200.0)
    assert len([text for text in server.texts if "[3601s:1m]" in text]) == 2


def test_where_most_are_missing_everything_is_looked_at() -> None:
    """A server that starts inside the hour saw nothing at its start; one query without names is cheaper than many."""
    pods = [f"p{i}" for i in range(3 * NAMES_AT_ONCE)]
    server = Server([], pods)
    rows = seen_times(queries.CONTAINER_FIRST, LOOK, HOUR.end_epoch, server.ask, Presence())
    assert len(rows) == len(pods)
    assert len([text for text in server.texts if "[3601s:1m]" in text]) == 1


def test_nothing_is_asked_twice_where_there_is_nothing() -> None:
    """A metric that does not exist takes two queries."""
    server = Server([], [])
    assert seen_times(queries.CONTAINER_FIRST, LOOK, HOUR.end_epoch, server.ask, Presence()) == []
    assert len(server.texts) == 2


def test_a_window_that_is_not_over_is_looked_at_from_now() -> None:
    """What is there now was seen last now; the hour's end, which is still to come, says nothing."""
    half = HOUR.start_epoch + 1800
    assert render_edge(queries.CONTAINER_LAST, HOUR, half).time_ms == half * 1000
    assert render_edge(queries.CONTAINER_LAST, HOUR, HOUR.end_epoch + 1).time_ms == HOUR.end_epoch * 1000
    assert render_edge(queries.CONTAINER_FIRST, HOUR, half).time_ms == HOUR.start_epoch * 1000


def test_of_labels_the_newest_stay() -> None:
    """Of two sets of labels of one pod the newer one stays."""
    old = Row({"namespace": "a", "pod": "p", "uid": "1", "label_v": "1"}, 10.0)
    new = Row({"namespace": "a", "pod": "p", "uid": "1", "label_v": "2"}, 20.0)
    other = Row({"namespace": "a", "pod": "q", "uid": "2"}, 5.0)
    assert newest(queries.POD_LABELS, [old, new, other]) == [new, other]


def test_which_there_were_is_asked_once_for_both() -> None:
    """First and last sightings of one kind of object share the look at the whole window; another read looks again."""
    pods = ["p1", "p2"]
    server, presence = Server(pods, pods), Presence()
    for minute in (0, 1):
        now = HOUR.end_epoch + minute * 60
        for query in (queries.CONTAINER_FIRST, queries.CONTAINER_LAST):
            assert len(seen_times(query, LOOK, now, server.ask, presence)) == len(pods)
        assert len([text for text in server.texts if text.startswith("count by")]) == minute + 1
