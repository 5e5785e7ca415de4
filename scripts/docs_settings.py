"""Write docs/settings.md: every command, and every setting with its flag, variable, default and meaning."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Iterator
from pathlib import Path

from fleetcost.cli.main import ABOUT
from fleetcost.ops.settings import ROLES, SETTINGS_FILE_VARIABLE, Key, ServerSettings, SharedSettings, describe

PAGE = Path(__file__).parents[1] / "docs" / "settings.md"

HEAD = f"""# Commands and settings

Made by `scripts/docs_settings.py` from the commands and settings themselves; a test fails when this page is stale.

Every command explains itself with `--help`. Exit codes: 0 done; 1 something was found broken or did not answer; 2 the
call itself cannot be used.

A setting has one name: `data_dir` in a file, `FLEETCOST_DATA_DIR` in the environment, `--data-dir` on the command
line. The later wins: file < environment < flag. The file is YAML, `key: value` a line, named by `--settings` or
`{SETTINGS_FILE_VARIABLE}`. An unknown key or variable is an error. `fleetcost config show <role>` prints what is in
effect and where each value came from.

"""


def page() -> str:
    """Return the whole page."""
    parts = [HEAD, "## Commands\n\n| command | does |\n|---|---|\n"]
    parts += [f"| `fleetcost {name}` | {about} |\n" for name, about in commands()]
    parts.append(_section("Settings of every role", ServerSettings, ()))
    shared = {key.name for key in describe(ServerSettings)}
    parts += [_section(f"Settings of the {name}", role, shared) for name, role in ROLES.items()]
    return "".join(parts)


def commands() -> Iterator[tuple[str, str]]:
    """Iterate every command that does something, with its words, and what it does."""
    for name in ABOUT:
        parser = argparse.ArgumentParser()
        importlib.import_module(f"fleetcost.cli.{name}").add_parser(parser.add_subparsers(), ABOUT[name])
        yield from _leaves(parser)


def _leaves(parser: argparse.ArgumentParser, words: tuple[str, ...] = (), about: str = "") -> Iterator[tuple[str, str]]:
    groups = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]  # noqa: SLF001 - argparse has no other way
    if not groups:
        yield " ".join([*words, *_arguments(parser)]), about
    for group in groups:
        known = {choice.dest: choice.help or "" for choice in group._choices_actions}  # noqa: SLF001 - as above
        for name, child in group.choices.items():
            yield from _leaves(child, (*words, name), known.get(name, about))


def _arguments(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Iterate a command's own arguments; those that are settings are in the tables below."""
    for action in parser._actions:  # noqa: SLF001 - as above
        if action.dest.startswith("setting") or action.dest == "help":
            continue
        value = "" if action.nargs == 0 else str(action.metavar or action.dest.upper())
        if not action.option_strings:
            yield f"{value}…"
        else:
            text = f"{action.option_strings[0]} {value}".strip()
            yield text if action.required else f"[{text}]"


def _section(title: str, role: type[SharedSettings], known: set[str] | tuple[()]) -> str:
    lines = [f"\n## {title}\n\n{_first(role)}\n\n| setting | default | meaning |\n|---|---|---|\n"]
    lines += [_line(key) for key in describe(role) if key.name not in known]
    return "".join(lines)


def _first(role: type) -> str:
    return (role.__doc__ or "").strip().split("\n")[0]


def _line(key: Key) -> str:
    default = f"`{key.default}`" if key.has_default else ""
    return f"| `{key.name}` | {default} | {key.meaning} |\n"


if __name__ == "__main__":
    PAGE.write_text(page())
