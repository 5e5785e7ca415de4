"""The image's recipe, read by Docker's own parser, and the wheel installed without a network."""

from __future__ import annotations

import fnmatch
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import dockerfile
import pytest

from deploy.charts import CHART, REPOSITORY, containers, render

FILE = REPOSITORY / "Dockerfile"


def commands() -> tuple[dockerfile.Command, ...]:
    """Return the file's instructions, as BuildKit's parser reads them."""
    return tuple(dockerfile.parse_file(str(FILE)))


def stages() -> dict[str, list[dockerfile.Command]]:
    """Return each stage's instructions."""
    found: dict[str, list[dockerfile.Command]] = {}
    for command in commands():
        if command.cmd.upper() == "FROM":
            name = command.value[2]
            found[name] = []
        elif found:
            found[name].append(command)
    return found


def test_the_last_stages_run_as_nobody() -> None:
    """Both images run as the user of the chart's pods, who is not root."""
    for name in ("agent", "full"):
        (user,) = [one.value for one in stages()[name] if one.cmd.upper() == "USER"]
        assert user == ("10001:10001",)
    (entry,) = [one.value for one in stages()["base"] if one.cmd.upper() == "ENTRYPOINT"]
    assert entry == ("fleetcost",)


def test_the_images_hold_no_compiler_and_no_source() -> None:
    """The last stages install wheels from another stage and copy nothing else."""
    for name in ("base", "agent", "full"):
        assert not [one for one in stages()[name] if one.cmd.upper() in {"COPY", "ADD"}]
    for name in ("agent", "full"):
        (install,) = [one.value[0] for one in stages()[name] if one.cmd.upper() == "RUN"]
        assert "--no-index --find-links /wheels" in install


def test_everything_that_is_copied_is_there_and_not_ignored() -> None:
    """Each source of a COPY exists in the repository and passes .dockerignore."""
    kept = [line[1:] for line in (REPOSITORY / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    sources = []
    for command in commands():
        if command.cmd.upper() == "COPY" and not any(flag.startswith("--from") for flag in command.flags):
            sources += [source.rstrip("/") for source in command.value[:-1]]

    assert len(sources) >= 8
    for source in sources:
        assert (REPOSITORY / source).exists(), source
        assert any(source == keep or fnmatch.fnmatch(source, f"{keep}/*") for keep in kept), source


def test_the_chart_runs_what_the_image_has() -> None:
    """Pods give arguments to the image's entry point, and their ports are those the image names."""
    exposed = {
        port
        for name in ("agent", "full")
        for one in stages()[name]
        if one.cmd.upper() == "EXPOSE"
        for port in one.value
    }
    for container in containers(render(CHART.parents[1] / "examples" / "primary.yaml")).values():
        assert "command" not in container
        assert {str(port["containerPort"]) for port in container["ports"]} <= exposed


def test_extras_of_the_recipe_exist() -> None:
    """Each extra that the recipe installs is one of the package's."""
    project = (REPOSITORY / "pyproject.toml").read_text().partition("[project.optional-dependencies]")[2]
    extras = set(re.findall(r"^([a-z0-9-]+) = \[", project.partition("[project.scripts]")[0], re.MULTILINE))
    named = {extra for found in re.findall(r"\[([a-z0-9,-]+)\]'", FILE.read_text()) for extra in found.split(",")}

    assert named <= extras


def _pip(*arguments: str, python: str = sys.executable) -> None:
    done = subprocess.run(
        [python, "-m", "pip", "--disable-pip-version-check", *arguments],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, f"pip {shlex.join(arguments)}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"


def _constraints(folder: Path) -> Path:
    """Make the versions of the lock file as the recipe does, by its own command."""
    (recipe,) = [one.value[0] for one in stages()["wheels"] if one.value[0].startswith("sed ")]
    (folder / "requirements").mkdir()
    shutil.copy(REPOSITORY / "requirements" / "dev.txt", folder / "requirements")
    subprocess.run(["sh", "-c", recipe], cwd=folder, check=True, timeout=60)
    return folder / "constraints.txt"


@pytest.mark.real
@pytest.mark.corner
def test_the_wheel_installs_without_a_network(tmp_path: Path) -> None:
    """A wheelhouse made here installs an agent where no index is reached, and that agent says its version."""
    if not (REPOSITORY / "src" / "fleetcost" / "ui" / "static" / "index.html").exists():
        pytest.skip("the web app is not built: `make ui`")
    house, home = tmp_path / "wheelhouse", tmp_path / "home"
    constraints = _constraints(tmp_path)
    _pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(house), ".")
    (wheel,) = house.glob("fleetcost-*.whl")
    _pip("wheel", "--wheel-dir", str(house), "--constraint", str(constraints), f"{wheel}[agent]")
    subprocess.run([sys.executable, "-m", "venv", str(home)], check=True, timeout=120)
    _pip(
        *("install", "--no-index", "--find-links", str(house), "fleetcost[agent]"), python=str(home / "bin" / "python")
    )
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    program = str(home / "bin" / "fleetcost")
    said = subprocess.run([program, "--version"], env=clean, capture_output=True, text=True, timeout=60, check=True)
    lacking = subprocess.run(
        [program, "aggregator", "run"], env=clean, capture_output=True, text=True, timeout=60, check=False
    )

    assert said.stdout.startswith("fleetcost ")
    assert "pip install 'fleetcost[aggregator]'" in lacking.stderr
