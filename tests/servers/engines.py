"""Distributed engines for tests: Sail, one small process, and Spark standalone, a master, two workers and a server."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from servers.process import free_port, listening, running
from servers.tools import REPOSITORY

HOME = REPOSITORY / ".cache" / "engines"
START_SECONDS = 240.0
"""How long a process of a JVM may take to come up where other tests use the machine too."""

SMALL = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xss1m"
"""Little memory, no second compiler: these processes live for minutes and share two cores."""

THOROUGH = "-XX:+UseSerialGC -Xss4m"
"""With the second compiler the beginning is slower; warm, a large question took 3.2 s in place of 5."""

_FORGETS = {
    # A server keeps the plans of a thousand questions for its pages, which nobody looks at here; a few hundred of
    # ours fill the heap, and from then on it does little but collect garbage.
    "spark.ui.retainedJobs": "2",
    "spark.ui.retainedStages": "2",
    "spark.ui.retainedTasks": "20",
    "spark.sql.ui.retainedExecutions": "1",
    "spark.sql.connect.ui.retainedStatements": "1",
    "spark.sql.connect.ui.retainedSessions": "1",
    "spark.sql.maxPlanStringLength": "100",
    "spark.log.level": "WARN",
    "spark.executor.syncLogLevel.enabled": "true",
}

_FEW_ROWS = {
    # Compiling a plan takes longer than running it.
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
    # Files are many and near: listing them takes no job.
    "spark.sql.sources.parallelPartitionDiscovery.threshold": "100000",
}


def sail_is_here() -> bool:
    """Tell whether `scripts/setup engines` was run."""
    return (HOME / "bin" / "sail").exists()


def spark_is_here() -> bool:
    """Tell whether Spark and Java are there."""
    return _spark_home() is not None and _java_home() is not None


@dataclass(frozen=True, slots=True)
class SailProcess:
    """A running Sail."""

    process: subprocess.Popen[bytes]
    port: int

    @property
    def url(self) -> str:
        """Its address."""
        return f"sc://127.0.0.1:{self.port}"

    def kill(self) -> None:
        """End it as a machine that fails does."""
        self.process.kill()
        self.process.wait()


@contextmanager
def sail(folder: Path, environment: Mapping[str, str] | None = None) -> Iterator[str]:
    """Run Sail for the length of the block; give its address."""
    with sail_process(folder, environment=environment) as started:
        yield started.url


@contextmanager
def sail_process(folder: Path, port: int = 0, *, environment: Mapping[str, str] | None = None) -> Iterator[SailProcess]:
    """Run Sail for the length of the block, on a port of its own unless one is given."""
    port = port or free_port()
    command = [str(HOME / "bin" / "sail"), "spark", "server", "--ip", "127.0.0.1", "--port", str(port)]
    known = {"PATH": os.environ["PATH"], "HOME": str(folder), **(environment or {})}
    with running(command, environment=known, log=folder / "sail.log", ready=lambda: listening(port)) as process:
        yield SailProcess(process, port)


@dataclass(frozen=True, slots=True)
class SparkCluster:
    """A master with two workers, and what starts a Connect server on it."""

    folder: Path
    master: str
    workers: tuple[subprocess.Popen[bytes], ...]
    connect_port: int
    executor_memory: str = "640m"
    tuned_for_tests: bool = True
    many_questions: bool = False

    @property
    def url(self) -> str:
        """The address of the Connect server."""
        return f"sc://127.0.0.1:{self.connect_port}"

    @contextmanager
    def connect(self) -> Iterator[subprocess.Popen[bytes]]:
        """Run the Connect server for the length of the block."""
        settings = {
            "spark.connect.grpc.binding.address": "127.0.0.1",
            "spark.connect.grpc.binding.port": str(self.connect_port),
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.executor.memory": self.executor_memory,
            "spark.executor.extraJavaOptions": SMALL if self.tuned_for_tests else THOROUGH,
            "spark.ui.enabled": "false",
            "spark.sql.shuffle.partitions": "2",
            "spark.default.parallelism": "2",
            "spark.sql.warehouse.dir": str(self.folder / "warehouse"),
            # A lost worker is noticed within seconds.
            "spark.network.timeout": "20s",
            "spark.network.timeoutInterval": "10s",
            "spark.executor.heartbeatInterval": "4s",
        }
        if self.tuned_for_tests:
            settings |= _FEW_ROWS | _FORGETS
        home, java = _spark_home(), THOROUGH if self.many_questions or not self.tuned_for_tests else SMALL
        command = [
            str(home) + "/bin/spark-submit", "--class", "org.apache.spark.sql.connect.service.SparkConnectServer",
            "--master", self.master, "--driver-memory", "1g", "--driver-java-options", java,
            *(part for name, value in settings.items() for part in ("--conf", f"{name}={value}")), "spark-internal",
        ]  # fmt: skip
        environment = _environment(self.folder) | {"SPARK_DAEMON_MEMORY": "1g"}
        log = self.folder / "connect.log"
        ready = lambda: listening(self.connect_port)  # noqa: E731 - asked again and again
        with running(command, environment=environment, log=log, ready=ready, patience=START_SECONDS) as server:
            yield server

    def wait_for_work(self, number: int) -> None:
        """Return as soon as a worker's executor has computed for half a second since the call."""
        before, deadline = self._ticks(number), time.monotonic() + 60
        while self._ticks(number) - before < os.sysconf("SC_CLK_TCK") / 2:
            if time.monotonic() > deadline:
                raise RuntimeError("the executor has nothing to do")
            time.sleep(0.02)

    def _ticks(self, number: int) -> int:
        spent = 0
        for pid in children_of(self.workers[number].pid):
            with suppress(OSError):
                spent += int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11])
        return spent

    def kill_worker(self, number: int) -> None:
        """Kill a worker and its executor, as a machine that fails does."""
        worker = self.workers[number]
        for pid in (*children_of(worker.pid), worker.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


@contextmanager
def spark(
    folder: Path, executor_memory: str = "640m", *, tuned_for_tests: bool = True, many_questions: bool = False
) -> Iterator[SparkCluster]:
    """Run a master and two workers for the length of the block."""
    port, home = free_port(), _spark_home()
    environment = _environment(folder) | {"SPARK_DAEMON_MEMORY": "192m", "SPARK_DAEMON_JAVA_OPTS": SMALL}
    master = [
        f"{home}/bin/spark-class", "org.apache.spark.deploy.master.Master",
        "--host", "127.0.0.1", "--port", str(port), "--webui-port", str(free_port()),
    ]  # fmt: skip
    with (
        running(
            master,
            environment=environment,
            log=folder / "master.log",
            ready=lambda: listening(port),
            patience=START_SECONDS,
        ),
        _worker(folder, environment, port, 0) as first,
        _worker(folder, environment, port, 1) as second,
    ):
        yield SparkCluster(
            folder, f"spark://127.0.0.1:{port}", (first, second), free_port(),
            executor_memory, tuned_for_tests, many_questions,
        )  # fmt: skip


@contextmanager
def _worker(
    folder: Path, environment: Mapping[str, str], master: int, number: int
) -> Iterator[subprocess.Popen[bytes]]:
    log = folder / f"worker{number}.log"
    command = [
        f"{_spark_home()}/bin/spark-class", "org.apache.spark.deploy.worker.Worker",
        "--host", "127.0.0.1", "--webui-port", str(free_port()), "-c", "1", "-m", "3g",
        "-d", str(folder / f"worker{number}"), f"spark://127.0.0.1:{master}",
    ]  # fmt: skip
    joined = lambda: "Successfully registered with master" in log.read_text(errors="replace")  # noqa: E731
    with running(command, environment=environment, log=log, ready=joined, patience=START_SECONDS) as worker:
        yield worker


def _environment(folder: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "JAVA_HOME": str(_java_home()),
        "SPARK_HOME": str(_spark_home()),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_DIRS": str(folder / "spark"),
    }


def _java_home() -> Path | None:
    """Return a Java that Spark 4 runs on."""
    found = [path for version in (17, 21) for path in sorted(Path("/usr/lib/jvm").glob(f"java-{version}-*"))]
    return next((path for path in found if (path / "bin" / "java").exists()), None)


def _spark_home() -> Path | None:
    return next(iter(HOME.glob("lib/python3*/site-packages/pyspark")), None)


def children_of(pid: int) -> list[int]:
    """Return every process below one; each thread lists those it started."""
    found: list[int] = []
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += [*children_of(int(child)), int(child)]
    return found
