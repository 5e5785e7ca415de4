"""Real Prometheus and VictoriaMetrics servers, filled over the remote-write protocol."""

from __future__ import annotations

import shutil
import struct
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from servers.process import free_port, listening, running

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from fleetcost.samples.source import RawSeries

SLICE_SECONDS = 1800
"""Samples arrive in slices of this length: the server refuses what is an hour older than its newest."""

BATCH = 2000
"""Series in one request."""


@dataclass(frozen=True, slots=True)
class MetricStore:
    """
    A running server.

    Attributes:
        url: its base address
        write_path: where it takes remote writes
        flush_path: asked after writing so that samples can be queried at once, empty where they can
    """

    url: str
    write_path: str
    flush_path: str = ""

    def write(self, metrics: Mapping[str, Sequence[RawSeries]]) -> None:
        """Store series, oldest samples first."""
        every = [(name, series) for name, of_name in metrics.items() for series in of_name if len(series.times)]
        if not every:
            return
        start = min(float(series.times[0]) for _, series in every)
        end = max(float(series.times[-1]) for _, series in every)
        while start <= end:
            self._write_slice(every, start, start + SLICE_SECONDS)
            start += SLICE_SECONDS
        if self.flush_path:
            urllib.request.urlopen(self.url + self.flush_path, timeout=60).close()

    def _write_slice(self, every: Sequence[tuple[str, RawSeries]], start: float, end: float) -> None:
        # Many series share their arrays; their samples are written out once.
        samples: dict[tuple[int, int], bytes] = {}
        for i in range(0, len(every), BATCH):
            message = []
            for name, series in every[i : i + BATCH]:
                key = (id(series.times), id(series.values))
                if key not in samples:
                    samples[key] = _samples(series, start, end)
                if samples[key]:
                    message.append(_field(1, _labels(name, series.labels) + samples[key]))
            if message:
                self._post(b"".join(message))

    def _post(self, message: bytes) -> None:
        request = urllib.request.Request(
            self.url + self.write_path,
            data=_snappy(message),
            headers={
                "Content-Encoding": "snappy",
                "Content-Type": "application/x-protobuf",
                "X-Prometheus-Remote-Write-Version": "0.1.0",
            },
        )
        try:
            urllib.request.urlopen(request, timeout=60).close()
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"remote write: {error.code} {error.read()[:500]!r}") from error


@contextmanager
def prometheus(folder: Path, program: str = "prometheus") -> Iterator[MetricStore]:
    """Run an empty Prometheus that takes remote writes, for the length of the block."""
    port = free_port()
    (folder / "prometheus.yml").write_text("global: {}\n")
    command = [
        shutil.which(program) or program,
        f"--config.file={folder}/prometheus.yml",
        f"--storage.tsdb.path={folder}/data",
        "--storage.tsdb.retention.time=100y",
        f"--web.listen-address=127.0.0.1:{port}",
        "--web.enable-remote-write-receiver",
        "--query.max-samples=100000000",
    ]
    url = f"http://127.0.0.1:{port}"
    with running(command, environment={}, log=folder / "log", ready=lambda: _answers(port, f"{url}/-/ready")):
        yield MetricStore(url, "/api/v1/write")


@contextmanager
def victoria_metrics(folder: Path) -> Iterator[MetricStore]:
    """Run an empty VictoriaMetrics for the length of the block."""
    port = free_port()
    command = [
        shutil.which("victoria-metrics") or "victoria-metrics",
        f"-storageDataPath={folder}/data",
        "-retentionPeriod=100y",
        f"-httpListenAddr=127.0.0.1:{port}",
        "-search.latencyOffset=0s",
        "-search.disableCache",
        "-loggerLevel=WARN",
    ]
    url = f"http://127.0.0.1:{port}"
    with running(command, environment={}, log=folder / "log", ready=lambda: _answers(port, f"{url}/health")):
        yield MetricStore(url, "/api/v1/write", "/internal/force_flush")


def _answers(port: int, url: str) -> bool:
    if not listening(port):
        return False
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _labels(name: str, labels: Mapping[str, str]) -> bytes:
    every = sorted({**labels, "__name__": name}.items())
    return b"".join(_field(1, _text(1, key) + _text(2, value)) for key, value in every if value)


def _samples(series: RawSeries, start: float, end: float) -> bytes:
    inside = (series.times >= start) & (series.times < end)
    samples = zip(series.times[inside], series.values[inside], strict=True)
    return b"".join(_field(2, _sample(float(time), value)) for time, value in samples)


def _sample(time: float, value: float) -> bytes:
    return b"\x09" + struct.pack("<d", value) + b"\x10" + _varint(round(time * 1000))


def _text(number: int, text: str) -> bytes:
    return _field(number, text.encode())


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    parts = bytearray()
    while value > 127:
        parts.append(value & 127 | 128)
        value >>= 7
    parts.append(value)
    return bytes(parts)


def _snappy(content: bytes) -> bytes:
    """Return a Snappy block that holds the content as it is, in literals."""
    parts: Iterable[bytes] = (content[i : i + 65536] for i in range(0, len(content), 65536))
    return _varint(len(content)) + b"".join(b"\xf4" + struct.pack("<H", len(part) - 1) + part for part in parts)
