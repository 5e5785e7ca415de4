"""Write web/openapi.json: the native routes as the server describes them, from which the page's types are made."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from fleetcost.api.openapi import document
from fleetcost.api.routes.operations import EVERY
from fleetcost.api.words import Family

FILE = Path(__file__).parents[1] / "web" / "openapi.json"


def text() -> str:
    """Return the whole file: native routes only, with the schemas they need."""
    whole: dict[str, Any] = document([one for one in EVERY if one.family is Family.NATIVE])
    # The version changes with each release and says nothing about the shapes.
    whole["info"]["version"] = "1"
    for operation in (one for path in whole["paths"].values() for one in path.values()):
        # Each refusal is the same document: one of them is enough to have its type.
        operation["responses"] = {code: said for code, said in operation["responses"].items() if code in {"200", "400"}}
    schemas = whole["components"]["schemas"]
    needed: set[str] = set()
    pending = _references(whole["paths"])
    while pending:
        name = pending.pop()
        if name not in needed:
            needed.add(name)
            pending |= _references(schemas[name])
    whole["components"]["schemas"] = {name: schemas[name] for name in schemas if name in needed}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _references(part: Any) -> set[str]:  # noqa: ANN401 - any part of the document
    return set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(part)))


if __name__ == "__main__":
    FILE.write_text(text())
