"""Queries written out."""

from __future__ import annotations

import pytest

from fleetcost.model.window import Window
from fleetcost.samples import queries
from fleetcost.samples.promql import Lookback, duration, render
from fleetcost.samples.query import Matcher, Op, Over, Query

HOUR = Window.of_epochs(1_790_002_800, 1_790_006_400)
LOOK = Lookback(HOUR, 60)


def test_raw_ranges_end_just_before_the_window_does() -> None:
    """A mean is taken over the window's own samples, whichever end of a range the server counts in."""
    instant = render(queries.RAM_USED, LOOK)
    assert instant.text == (
        'count_values by (namespace, pod, uid, container) ("mean_of_samples", avg_over_time('
        'container_memory_working_set_bytes{container!="",container!="POD"}[1h]))'
    )
    assert instant.time_ms == 1_790_006_399_999


def test_running_time_asks_for_real_sample_times() -> None:
    """First sightings are times of samples, looked for from the window's start to its end."""
    instant = render(queries.CONTAINER_FIRST, LOOK)
    running = "kube_pod_container_status_running{}"
    assert instant.text == (
        "min by (namespace, pod, uid, container) "
        f"(min_over_time((timestamp({running}) and ({running} != 0))[3601s:1m]))"
    )
    assert instant.time_ms == 1_790_006_400_000


def test_restarts_add_up_and_second_scrapes_do_not() -> None:
    """A counter's series are known by what distinguishes restarts; the same series scraped twice counts once."""
    text = render(queries.CPU_USED, LOOK).text
    assert text.startswith(
        "sum by (namespace, pod, uid, container) (max by (namespace, pod, uid, container, id, name) ("
    )


def test_every_selector_carries_the_clusters_condition() -> None:
    """No query reads another cluster's series, nor scans the whole server."""
    condition = Matcher("cluster_id", Op.EQUAL, "prod-eu-1")
    for query in queries.every():
        text = render(query, LOOK, (condition,)).text
        assert text.count(f"{query.metric}{{") == text.count('cluster_id="prod-eu-1"}'), query.name


def test_values_are_quoted() -> None:
    """Quotes and backslashes in a matcher cannot end it."""
    query = Query(
        name="quoted",
        metric="m",
        matchers=(Matcher("a", Op.REGEX, 'x\\.y"z'),),
        over=Over.MAX,
        by=("a",),
        why="test",
    )
    assert 'm{a=~"x\\\\.y\\"z"}' in render(query, LOOK).text


@pytest.mark.parametrize(
    ("seconds", "text"), [(86400, "1d"), (3600, "1h"), (3601, "3601s"), (5400, "90m"), (7200, "2h"), (60, "1m")]
)
def test_durations(seconds: int, text: str) -> None:
    """A duration is written in the largest unit that divides it."""
    assert duration(seconds) == text


def test_every_query_has_its_own_name_and_a_reason() -> None:
    """Names are how messages and documents refer to queries."""
    names = [query.name for query in queries.every()]
    assert len(names) == len(set(names)) > 70
    assert all(query.why for query in queries.every())
