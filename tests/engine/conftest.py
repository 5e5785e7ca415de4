"""Engines that the tests of this folder share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.chosen import WHOLE
from servers.engines import SparkCluster, sail, sail_is_here, spark, spark_is_here


@pytest.fixture(scope="session")
def sail_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A running Sail."""
    if not sail_is_here():
        pytest.skip("Sail is not installed: run scripts/setup engines")
    with sail(tmp_path_factory.mktemp("sail")) as url:
        yield url


@pytest.fixture(scope="session")
def spark_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkCluster]:
    """A Spark master with two workers."""
    if not spark_is_here():
        pytest.skip("Spark or Java 17 is not installed: run scripts/setup engines")
    with spark(tmp_path_factory.mktemp("spark"), many_questions=WHOLE) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def spark_url(spark_cluster: SparkCluster) -> Iterator[str]:
    """A running Connect server of that cluster."""
    with spark_cluster.connect():
        yield spark_cluster.url
