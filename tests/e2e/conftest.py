"""Servers and data of the end-to-end tests, each started once for the whole run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e import trace
from servers.minio import find_minio, minio
from servers.prometheus import find_prometheus, prometheus

REPOSITORY = Path(__file__).parents[2]
TRACE_FOLDER = "alibaba-gpu-2023"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real files, which lies beside the checkout."""
    folder = Path(os.environ.get("TEST_SHARED", REPOSITORY.parent / "shared")) / "data"
    if not folder.is_dir():
        pytest.skip(f"no real files here: {folder} is absent; TEST_SHARED names the folder that has data")
    return folder


@pytest.fixture(scope="session")
def production(shared_data: Path) -> trace.Trace:
    """Four clusters of real nodes and pods."""
    return trace.load(shared_data / TRACE_FOLDER)


@pytest.fixture(scope="session")
def prometheus_url(production: trace.Trace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Prometheus that holds all four clusters."""
    if find_prometheus() is None:
        pytest.fail("no Prometheus: `make test` installs it")
    folder = tmp_path_factory.mktemp("prometheus")
    trace.write_openmetrics(production, folder / "samples.om")
    with prometheus(folder / "samples.om", folder) as address:
        yield address


@pytest.fixture(scope="session", params=[pytest.param("filesystem", marks=pytest.mark.corner), "s3"])
def storage_config(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A `federated-store.yaml`: a folder, or a real S3-compatible server."""
    folder = tmp_path_factory.mktemp(f"store-{request.param}")
    file = folder / "federated-store.yaml"
    if request.param == "filesystem":
        (folder / "bucket").mkdir()
        file.write_text(f"type: FILESYSTEM\nconfig:\n  directory: {folder / 'bucket'}\n")
        yield file
        return
    program = find_minio()
    if program is None:
        pytest.skip("no S3 server: put `minio` on PATH, or build it with `make test` where Go is")
    with minio(program, folder) as server:
        file.write_text(server.config("fleet"))
        yield file
