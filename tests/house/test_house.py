"""The house rules that a machine can check."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from importlinter.cli import lint_imports

from fleetcost import errors

REPOSITORY = Path(__file__).parents[2]
LONGEST_MODULE = 400
LONGEST_FUNCTION = 60
TEXTS = {".py", ".md", ".sql", ".toml", ".yml", ".yaml", ".ts", ".tsx", ".css", ".txt", ".json", ".html", ""}


@cache
def tracked() -> tuple[Path, ...]:
    """Return every file of the repository; of a copy without its history, every file that is not ignored."""
    if (REPOSITORY / ".git").exists():
        names = _git("ls-files", "-z")
    else:
        with TemporaryDirectory() as empty:
            _git("init", "-q", "--bare", empty)
            names = _git(f"--git-dir={empty}", "--work-tree=.", "ls-files", "-z", "--others", "--exclude-standard")
    return tuple(REPOSITORY / name for name in names.split("\0") if name and (REPOSITORY / name).is_file())


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=REPOSITORY, capture_output=True, check=True, text=True).stdout


def below(*folders: str) -> list[Path]:
    """Return the Python files of some folders."""
    roots = [REPOSITORY / folder for folder in folders]
    return [file for file in tracked() if file.suffix == ".py" and any(root in file.parents for root in roots)]


def name(file: Path) -> str:
    """Return a path as people write it."""
    return file.relative_to(REPOSITORY).as_posix()


def functions(file: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Iterate the functions of a file, methods and inner ones included."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_rooms_import_only_what_lies_upstream(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every import contract of pyproject.toml is kept."""
    monkeypatch.chdir(REPOSITORY)
    assert lint_imports(no_cache=True) == 0, "run lint-imports"


def test_modules_are_short() -> None:
    """No module of the package is longer than a reader's patience."""
    long = {name(file): len(file.read_text().splitlines()) for file in below("src")}
    assert {file: lines for file, lines in long.items() if lines > LONGEST_MODULE} == {}


def test_functions_are_short() -> None:
    """No function of the package is longer than a screen."""
    long = {
        f"{name(file)}:{node.name}": length
        for file in below("src")
        for node in functions(file)
        if (length := (node.end_lineno or node.lineno) - node.lineno + 1) > LONGEST_FUNCTION
    }
    assert long == {}


def test_one_class_name_has_one_meaning() -> None:
    """No two modules of the package define classes of the same name."""
    places: dict[str, list[str]] = {}
    for file in below("src"):
        for node in ast.parse(file.read_text()).body:
            if isinstance(node, ast.ClassDef):
                places.setdefault(node.name, []).append(name(file))
    assert len(places) > 600
    assert {label: files for label, files in places.items() if len(files) > 1} == {}


def test_every_test_states_its_expectation() -> None:
    """Each test has a docstring whose first line is a sentence."""
    silent = [
        f"{name(file)}:{node.name}"
        for file in below("tests")
        for node in functions(file)
        if node.name.startswith("test_")
        and not re.match(r"\S.*[.?!:]$", (ast.get_docstring(node) or "").split("\n")[0])
    ]
    assert silent == []


def test_tests_use_ports_and_clocks() -> None:
    """No test replaces our own code by a mock, and no unit test waits for time to pass."""
    mocks = [name(file) for file in below("tests") if re.search(r"unittest\.mock|MagicMock|mocker\b", file.read_text())]
    assert [file for file in mocks if file != name(Path(__file__))] == []
    sleeping = [name(file) for file in below("tests/unit", "tests/docs") if "time.sleep(" in file.read_text()]
    assert sleeping == []


def test_every_room_says_what_lives_there() -> None:
    """Each package has a docstring in its `__init__`."""
    rooms = [file for file in below("src") if file.name == "__init__.py"]
    assert len(rooms) > 14
    assert [name(file) for file in rooms if not ast.get_docstring(ast.parse(file.read_text()))] == []


def test_every_statement_in_sql_says_what_it_does() -> None:
    """Each SQL file begins with a comment."""
    files = [file for file in tracked() if file.suffix == ".sql"]
    assert files
    assert [name(file) for file in files if not file.read_text().startswith("-- ")] == []


FORBIDDEN = {
    "a path of the machine it was written on": re.escape("/" + "work" + "/"),
    "the host of a package registry": "|".join(
        re.escape(".".join(host))
        for host in (("registry", "npmjs", "org"), ("files", "pythonhosted", "org"), ("proxy", "golang", "org"))
    ),
    "a merge that was not finished": r"^(<{7} |>{7} )",
    "somebody who is no part of the project": "(?i)"
    + "|".join(("chat" + "gpt", "co" + "pilot", "language " + "model")),
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_mentions(what: str) -> None:
    """No tracked text holds what belongs to the place where it was written."""
    pattern = re.compile(FORBIDDEN[what], re.MULTILINE)
    found = [name(file) for file in tracked() if file.suffix in TEXTS and pattern.search(_text(file))]
    assert found == []


OLD_WORDS = re.compile(r"(?i)\b(anew|errand|payer_order|sightings_of|told|workshop)\b")


def test_words_are_those_of_the_field() -> None:
    """Neither code nor documentation uses words that were given up for plainer ones."""
    files = [file for file in tracked() if file.parts[len(REPOSITORY.parts)] in {"src", "docs", "deploy", "scripts"}]
    assert len(files) > 400
    assert [name(file) for file in files if file.suffix in TEXTS - {".json"} and OLD_WORDS.search(_text(file))] == []


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="ignore")


def drawn() -> dict[str, str]:
    """Return the tree in the docstring of `errors`: each class and its parent."""
    parents: dict[str, str] = {}
    path: list[str] = []
    for line in (errors.__doc__ or "").split("```")[1].splitlines():
        found = re.match(r"([│ ├└─]*)(\w+Error)\b", line)
        if found:
            depth = len(found[1]) // 4
            path[depth:] = [found[2]]
            parents[found[2]] = path[depth - 1] if depth else "Exception"
    return parents


def test_the_tree_of_errors_is_drawn_as_it_is() -> None:
    """Every error of `errors` is in the drawing under its parent, and nothing else is."""
    classes = {
        label: member.__bases__[0].__name__
        for label, member in inspect.getmembers(errors, inspect.isclass)
        if member.__module__ == errors.__name__ and issubclass(member, Exception)
    }
    assert drawn() == classes


def test_near_names_the_nearest_word() -> None:
    """A mistyped word gets the word that was meant, and something else gets none."""
    assert errors.near("namspace", ["namespace", "node"]) == " (did you mean 'namespace'?)"
    assert errors.near("xyz", ["namespace", "node"]) == ""
