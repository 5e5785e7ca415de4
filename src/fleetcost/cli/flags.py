"""Flags made from a role's settings: one per key, described by the key itself."""

from __future__ import annotations

import argparse
import os
from collections.abc import Collection
from pathlib import Path
from typing import Any

from fleetcost.ops import log
from fleetcost.ops.settings import SETTINGS_FILE_VARIABLE, Loaded, Role, SharedSettings, describe, load

Subparsers = Any
"""argparse has no public name for what `add_subparsers` returns."""


STORE = "storage_config"
FURTHER_STORES = "further_storage_configs"
_SEVERAL = {"action": "append"}


def add_settings_flags(
    parser: argparse.ArgumentParser, role: type[SharedSettings], only: Collection[str] | None = None
) -> None:
    """
    Add `--settings FILE` and a flag for each key of a role.

    Help shows those of `only` and the keys all roles share. The others count for nothing there, and are taken all the
    same, so that one list of flags serves several commands.
    """
    shown = role.__struct_fields__ if only is None else {*SharedSettings.__struct_fields__, *only}
    group = parser.add_argument_group("settings", "file < environment (FLEETCOST_…) < flag")
    group.add_argument("--settings", metavar="FILE", help=f"YAML file of these keys (or {SETTINGS_FILE_VARIABLE})")
    for key in describe(role):
        default = f" (default {key.default})" if key.has_default else ""
        # A truth value is true where its flag stands alone.
        alone = {"nargs": "?", "const": "true"} if isinstance(key.default, bool) else {}
        group.add_argument(
            key.flag,
            dest=f"setting_{key.name}",
            metavar=f"{{{','.join(filter(None, key.choices))}}}" if key.choices else "VALUE",
            choices=key.choices or None,
            help=key.meaning.replace("%", "%%") + default if key.name in shown else argparse.SUPPRESS,
            **(_SEVERAL if key.name == STORE and FURTHER_STORES in role.__struct_fields__ else alone),  # type: ignore[arg-type]
        )


def _stores(given: str | list[str] | None) -> dict[str, str]:
    """Return the settings of stores that were named by one flag: the first, and the further ones."""
    if not given or isinstance(given, str):
        return {STORE: given} if isinstance(given, str) and given else {}
    further = {FURTHER_STORES: ",".join(given[1:])} if given[1:] else {}
    return {STORE: given[0], **further}


def load_settings(parsed: argparse.Namespace, role: type[Role]) -> Loaded[Role]:
    """
    Read a role's settings with the flags that were given, and set up logging accordingly.

    Raises:
        SettingsError: a value or key that cannot be used.
    """
    prefix = "setting_"
    given = {name.removeprefix(prefix): value for name, value in vars(parsed).items() if name.startswith(prefix)}
    given |= _stores(given.pop(STORE, None))
    flags = {name: str(value) for name, value in given.items() if value is not None}
    file = parsed.settings or os.environ.get(SETTINGS_FILE_VARIABLE)
    loaded = load(role, flags, Path(file) if file else None)
    log.configure(loaded.settings.log_level, loaded.settings.log_format)
    return loaded
