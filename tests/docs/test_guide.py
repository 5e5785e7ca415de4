"""The guide's commands exist: each is run, rendered by Helm, or read by the command line's own parser."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml

from deploy.charts import helm
from docs.commands import DOCS, block, blocks, run
from fleetcost.cli.main import _parser
from fleetcost.ops.settings import ROLES

REPOSITORY = DOCS.parent
PAGES = sorted((DOCS / "guide").glob("*.md"))
EVERY_PAGE = sorted({*DOCS.rglob("*.md"), *REPOSITORY.glob("*.md"), *(REPOSITORY / "deploy").rglob("*.md")})
_OTHERS = {"kubectl", "curl", "docker", "make", "export", "rm", "head", "printf", "python3"}
_OTHERS |= {".venv/bin/python", "fleetcost/bin/pip", "pip"}


def lines(page: Path) -> list[str]:
    """Return each command line of a page's shell blocks."""
    found = re.findall(r"```sh\n(.*?)```", page.read_text(), re.DOTALL)
    return [line for one in found for line in one.splitlines() if line and not line.startswith("#")]


def ids(page: Path) -> str:
    """Name a page's test after it."""
    return page.stem


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_every_command_of_ours_is_understood(page: Path) -> None:
    """Each `fleetcost …` line, and each inside a sentence with its arguments, is read by the parser."""
    inline = re.findall(r"`(fleetcost [a-z]+ [^`…]*--[^`…]*)`", page.read_text())
    for line in [*lines(page), *inline]:
        words = shlex.split(line)
        if "--" in words and words[0] == "kubectl":
            words = words[words.index("--") + 1 :]
        if words[0] == "fleetcost":
            assert _parser(words[1:]).parse_args(words[1:]).command == words[1], line


@pytest.mark.parametrize("page", EVERY_PAGE, ids=ids)
def test_commands_of_every_page_are_understood(page: Path) -> None:
    """Each `fleetcost …` of any page, in a fence or a sentence, names an action there is; whole ones are parsed."""
    text = page.read_text().replace("\\\n", " ")
    fenced = re.findall(r"^fleetcost .*$", text, re.MULTILINE)
    for line in [*fenced, *re.findall(r"`(fleetcost [a-z][^`]*)`", text)]:
        if re.search(r"[…<>\[\]|]", line):
            continue
        words = shlex.split(line, comments=True)[1:]
        if any(word.startswith("-") for word in words) or line in fenced:
            assert _parser(words).parse_args(words).command == words[0], line
        else:
            with pytest.raises(SystemExit) as shown:
                _parser(words).parse_args([*words[:2], "--help"])
            assert shown.value.code == 0, line


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_no_command_is_of_a_program_nobody_checks(page: Path) -> None:
    """Each line begins with a program that these tests run, parse or know by name."""
    for line in lines(page):
        assert line.split()[0] in {"fleetcost", "helm"} | _OTHERS, line


@pytest.mark.real
@pytest.mark.parametrize("page", [one for one in PAGES if "helm upgrade" in one.read_text()], ids=ids)
def test_every_install_renders(page: Path) -> None:
    """Each `helm upgrade` of a page renders with its very flags."""
    for line in lines(page):
        words = shlex.split(line)
        if words[0] != "helm" or any(word.endswith("reuse-values") for word in words):
            continue
        kept = [word for word in words[1:] if word not in {"upgrade", "--install", "--create-namespace"}]
        command = [helm(), "template", *kept]
        done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, (line, done.stderr)


def test_every_yaml_can_be_read() -> None:
    """Each YAML block of the guide is YAML."""
    read = [yaml.safe_load(text) for page in PAGES for _, kind, text in blocks(page) if kind == "yaml"]

    assert len(read) > 5
    assert all(isinstance(one, dict) for one in read)


def test_settings_that_are_named_exist() -> None:
    """Each `billing_…`, `cluster_…` or `…_file` that a page names in backticks is a setting."""
    known = {name for role in ROLES.values() for name in role.__struct_fields__}
    for page in PAGES:
        for name in re.findall(
            r"`((?:billing|cluster|build|prometheus|price)_[a-z_]+|contexts_[a-z_]+)`", page.read_text()
        ):
            assert name in known, (page.name, name)


def test_every_page_is_reached() -> None:
    """The guide's first page leads to every other."""
    first = (DOCS / "guide" / "README.md").read_text()
    for page in PAGES:
        assert page.name == "README.md" or f"]({page.name})" in first, page.name


def test_every_alert_is_in_the_faq() -> None:
    """Each alert has a line in the FAQ."""
    rules = yaml.safe_load((REPOSITORY / "deploy" / "alerts" / "fleetcost.rules.yaml").read_text())
    text = (DOCS / "guide" / "faq.md").read_text()
    for group in rules["groups"]:
        for rule in group["rules"]:
            assert f"`{rule['alert']}`" in text


def test_measured_sizes_are_those_of_the_benches() -> None:
    """The sizing page quotes what the result files say."""
    page = (DOCS / "guide" / "sizing.md").read_text()
    quoted = {
        "agent.txt": ("361 MiB", "372,000 series", "40,000 allocations", "28,600 series", "137 MiB"),
        "aggregator.txt": ("1,330 MiB", "919 MB", "755 MiB", "155 MB"),
    }
    for name, figures in quoted.items():
        measured = (REPOSITORY / "bench" / name).read_text()
        for figure in figures:
            assert figure in page, figure
            assert figure in measured, figure


def test_a_token_is_made_as_the_page_says(tmp_path: Path) -> None:
    """The page's commands make a token and a file that the aggregator takes."""
    from fleetcost.api.access import read_tokens  # noqa: PLC0415 - an agent's install has no API

    done = run(block("guide/install.md", "token"), {}, tmp_path)

    assert done.returncode == 0, done.stderr
    (identity,) = read_tokens(tmp_path / "tokens.yaml").values()
    assert identity.name == "people"
    assert len((tmp_path / "token").read_text()) == 32
