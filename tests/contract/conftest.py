"""Servers of the contract tests, each started once for the whole run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from servers.minio import Minio, find_minio, minio

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def minio_program() -> str:
    program = find_minio()
    if program is None:
        pytest.skip("no S3 server: put `minio` on PATH, or build it with `make setup` where Go is")
    return program


@pytest.fixture(scope="session")
def s3_server(minio_program: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Minio]:
    with minio(minio_program, tmp_path_factory.mktemp("minio")) as server:
        yield server
