"""The `fleetcost` command as real processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from servers.process import free_port, running

PATIENCE_SECONDS = 120


def fleetcost(
    *arguments: str, timeout: float = PATIENCE_SECONDS, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    command = [sys.executable, "-m", "fleetcost", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=timeout, env=os.environ | environment, check=False
    )


@contextmanager
def aggregator(storage_config: Path, folder: Path, *extra: str, token: str = "") -> Iterator[str]:
    """
    Run an aggregator for the length of the block; it has finished its first pass. Yields its address.

    Args:
        storage_config: its bucket
        folder: its data
        extra: more arguments
        token: sent when it is asked how far it is
    """
    port = free_port()
    command = [sys.executable, "-m", "fleetcost", "aggregator", "run", "--storage-config", str(storage_config)]
    command += ["--data-dir", str(folder), "--port", str(port), *extra]
    address = f"http://127.0.0.1:{port}"
    folder.mkdir(parents=True, exist_ok=True)
    with running(
        command,
        environment=dict(os.environ),
        log=folder / "log",
        ready=lambda: _passed(address, token),
        patience=PATIENCE_SECONDS,
    ):
        yield address


def get(address: str, path: str, **parameters: str) -> Any:
    """Ask for a JSON document."""
    return json.loads(get_bytes(address, path, **parameters))


def get_bytes(address: str, path: str, **parameters: str) -> bytes:
    """Ask for a document as it is."""
    query = f"?{urllib.parse.urlencode(parameters)}" if parameters else ""
    with urllib.request.urlopen(f"{address}{path}{query}", timeout=60) as response:
        return bytes(response.read())


def _passed(address: str, token: str) -> bool:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    request = urllib.request.Request(f"{address}/model/debug/orchestrator", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return bool(json.loads(response.read())["data"]["passes"] > 0)
    except OSError:
        return False
