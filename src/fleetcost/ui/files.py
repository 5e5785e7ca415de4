"""The built web app as files in the package."""

from __future__ import annotations

import gzip
import mimetypes
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable

from fleetcost.errors import SettingsError

_BASE = re.compile(rb'<base href="\./" ?/?>')
"""What the built page holds in place of the app's root; the server fills it in for each page."""


_PACKED = (".js", ".css")
_BEST = 9


@dataclass(frozen=True, slots=True)
class File:
    """
    One file of the web app.

    Attributes:
        packed: its content compressed as well as gzip can, once; empty where that is not worth it
    """

    content: bytes
    media_type: str
    packed: bytes = b""


@dataclass(frozen=True, slots=True)
class WebApp:
    """
    The web app, held in memory: it is small and never changes while a server runs.

    Attributes:
        files: path below the app's root to file
    """

    files: Mapping[str, File]

    def file(self, path: str) -> File | None:
        """Return a file, or None where there is none."""
        return self.files.get(path)

    def index(self, base: str) -> bytes:
        """
        Return the page.

        Args:
            base: address of the app's root relative to the page's own, so that it runs under any path prefix
        """
        return _BASE.sub(f'<base href="{base}">'.encode(), self.files["index.html"].content)


def load() -> WebApp:
    """
    Read the built web app from the package.

    Raises:
        SettingsError: the package was built or installed without it.
    """
    root = resources.files("fleetcost.ui").joinpath("static")
    if not root.joinpath("index.html").is_file():
        raise SettingsError("the web app is not built: run `make ui` in the source tree, or install a released wheel")
    return WebApp(dict(_walk(root, "")))


def _walk(folder: Traversable, prefix: str) -> list[tuple[str, File]]:
    found = []
    for entry in folder.iterdir():
        path = f"{prefix}{entry.name}"
        if entry.is_dir():
            found += _walk(entry, f"{path}/")
        else:
            kind = mimetypes.guess_type(entry.name)[0] or "application/octet-stream"
            content = entry.read_bytes()
            packed = gzip.compress(content, _BEST, mtime=0) if entry.name.endswith(_PACKED) else b""
            found.append((path, File(content, kind, packed)))
    return found
