"""A real Prometheus with blocks that `promtool` made of OpenMetrics text."""

from __future__ import annotations

import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from servers.process import free_port, running


def find_prometheus() -> str | None:
    """Return the server's program, or None where it is not installed."""
    return shutil.which("prometheus") if shutil.which("promtool") else None


@contextmanager
def prometheus(openmetrics: Path, folder: Path) -> Iterator[str]:
    """
    Load samples and run a server on them for the length of the block.

    Args:
        openmetrics: the samples
        folder: an empty folder

    Yields:
        The server's address.
    """
    data = folder / "data"
    promtool = ["promtool", "tsdb", "create-blocks-from", "openmetrics", "--quiet", str(openmetrics), str(data)]
    subprocess.run(promtool, check=True, capture_output=True, timeout=240)
    with serving(data, folder) as address:
        yield address


@contextmanager
def serving(data: Path, folder: Path, program: str = "prometheus") -> Iterator[str]:
    """
    Run a server on blocks for the length of the block.

    Args:
        data: a folder of blocks
        folder: where settings and log go
        program: the server's

    Yields:
        The server's address.
    """
    settings = folder / "prometheus.yml"
    settings.write_text("global: {}\n")
    port = free_port()
    command = [
        program,
        f"--config.file={settings}",
        f"--storage.tsdb.path={data}",
        "--storage.tsdb.retention.time=100y",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    address = f"http://127.0.0.1:{port}"
    with running(command, environment={}, log=folder / "log", ready=lambda: _answers(f"{address}/-/ready")):
        yield address


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as response:
            return bool(response.status == 200)
    except OSError:
        return False
