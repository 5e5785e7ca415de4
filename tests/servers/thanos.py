"""A real Thanos: blocks in a folder as its bucket, store gateways, a compactor run, a querier."""

from __future__ import annotations

import json
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from servers.process import free_port, running
from servers.tools import find_tool


def find_thanos() -> str | None:
    """Return the program, None where it was not built."""
    return find_tool("thanos")


@dataclass(frozen=True, slots=True)
class Thanos:
    """
    One installation's bucket.

    Attributes:
        program: Thanos
        folder: everything lies below it
    """

    program: str
    folder: Path

    @property
    def settings(self) -> Path:
        """The settings of its bucket."""
        return self.folder / "objstore.yaml"

    def begin(self) -> None:
        """Make an empty bucket."""
        (self.folder / "bucket").mkdir(parents=True)
        self.settings.write_text(f"type: FILESYSTEM\nconfig:\n  directory: {self.folder / 'bucket'}\n")

    def upload(self, openmetrics: Path, replica: str) -> None:
        """Make blocks of samples and upload them as one replica's."""
        data = self.folder / f"data-{replica}"
        promtool = ["promtool", "tsdb", "create-blocks-from", "openmetrics", "--quiet", str(openmetrics), str(data)]
        subprocess.run(promtool, check=True, capture_output=True, timeout=240)
        self._run("tools", "bucket", "upload-blocks", f"--path={data}", f'--label=replica="{replica}"')

    def compact(self) -> None:
        """Join blocks and make coarser copies of those that are long enough."""
        self._run(
            *("compact", f"--data-dir={self.folder / 'compact'}", "--consistency-delay=0s", "--delete-delay=0s"),
            f"--http-address=127.0.0.1:{free_port()}",
        )

    def forget_raw(self) -> None:
        """Delete the blocks of raw samples, as a retention of raw samples does."""
        for file in (self.folder / "bucket").glob("*/meta.json"):
            if json.loads(file.read_text())["thanos"]["downsample"]["resolution"] == 0:
                subprocess.run(["rm", "-r", str(file.parent)], check=True)

    def resolutions(self) -> list[int]:
        """Return the milliseconds between two samples of each block."""
        files = (self.folder / "bucket").glob("*/meta.json")
        return sorted({json.loads(file.read_text())["thanos"]["downsample"]["resolution"] for file in files})

    def _run(self, *arguments: str) -> None:
        command = [self.program, *arguments, f"--objstore.config-file={self.settings}"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr[-3000:]

    @contextmanager
    def querying(self, name: str, *, lost: bool = False) -> Iterator[str]:
        """
        Run a store gateway and a querier for the length of the block; yields the querier's address.

        Args:
            name: of the logs and the store's folder
            lost: a second store gateway was there and is gone
        """
        address = f"http://127.0.0.1:{free_port()}"
        with ExitStack() as stack, ExitStack() as leaving:
            ports = [stack.enter_context(self._store(name))]
            if lost:
                ports.append(leaving.enter_context(self._store(f"{name}-lost")))
            query = [
                *(self.program, "query", "--query.replica-label=replica"),
                *(f"--endpoint-strict=127.0.0.1:{port}" for port in ports),
                *(f"--http-address={address.removeprefix('http://')}", f"--grpc-address=127.0.0.1:{free_port()}"),
            ]
            log = self.folder / f"{name}-query"
            stack.enter_context(
                running(query, environment={}, log=log, ready=lambda: _stores_seen(address) == len(ports))
            )
            leaving.close()
            yield address

    @contextmanager
    def _store(self, name: str) -> Iterator[int]:
        grpc, http = free_port(), free_port()
        command = [
            *(self.program, "store", f"--objstore.config-file={self.settings}", "--sync-block-duration=1s"),
            *(f"--data-dir={self.folder / name}", f"--grpc-address=127.0.0.1:{grpc}"),
            f"--http-address=127.0.0.1:{http}",
        ]
        with running(command, environment={}, log=self.folder / f"{name}-store", ready=lambda: _up(http)):
            yield grpc


def _up(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/-/ready", timeout=2) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def _stores_seen(address: str) -> int:
    try:
        with urllib.request.urlopen(f"{address}/api/v1/stores", timeout=2) as response:
            stores = json.loads(response.read())["data"].get("store") or []
    except OSError:
        return 0
    # A store tells the times it holds with its first answer.
    return sum(not one["lastError"] and one["minTime"] < one["maxTime"] < 9_000_000_000_000 for one in stores)
