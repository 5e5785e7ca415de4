"""The build hook: a wheel without the web app is refused, because nobody would notice until they open a page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class WebAppHook(BuildHookInterface):  # type: ignore[type-arg]
    """Checks that the built web app is there before it is packed."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        """Refuse a wheel whose web app was not built; an editable install may do without."""
        index = Path(self.root, "src/fleetcost/ui/static/index.html")
        if version != "editable" and not index.is_file():
            raise RuntimeError(f"{index} is missing: run `make ui` first")
