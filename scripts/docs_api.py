"""Write docs/api-parameters.md: every route with every parameter, from the server's own table."""

from __future__ import annotations

from pathlib import Path

from fleetcost.api.operation import Operation, Parameter
from fleetcost.api.routes.operations import EVERY
from fleetcost.api.words import Family

PAGE = Path(__file__).parents[1] / "docs" / "api-parameters.md"

HEAD = """# Routes and parameters

Made by `scripts/docs_api.py` from the server's own table of routes; a test fails when this page is stale. What
the routes answer, and where they differ from other products on purpose, is in [api.md](api.md).

Every parameter that is sent is understood or refused.
"""

TITLES = {
    Family.NATIVE: "Native",
    Family.KUBECOST: "Compatible with Kubecost",
    Family.OPENCOST: "Compatible with OpenCost",
}


def page() -> str:
    """Return the whole page."""
    parts = [HEAD]
    for family in Family:
        parts.append(f"\n## {TITLES[family]}\n")
        sections: dict[tuple[Parameter, ...], list[Operation]] = {}
        for operation in EVERY:
            if operation.family is family:
                sections.setdefault(operation.parameters, []).append(operation)
        parts += [_section(parameters, operations) for parameters, operations in sections.items()]
    return "".join(parts)


def _section(parameters: tuple[Parameter, ...], operations: list[Operation]) -> str:
    """Return routes that take the same parameters, and these."""
    lines = ["\n"]
    for one in operations:
        media = "" if one.media_types == ("application/json",) else f" ({', '.join(one.media_types)})"
        scope = "" if one.scope.value == "read" else f" Scope `{one.scope.value}`."
        lines.append(f"- `{one.method} {one.path}`: {one.summary}{media}.{scope}\n")
    if parameters:
        lines.append("\n| parameter | meaning | left out |\n|---|---|---|\n")
        lines += [_row(parameter) for parameter in parameters]
    return "".join(lines)


def _row(parameter: Parameter) -> str:
    about = parameter.about
    if parameter.choices:
        about += ": " + ", ".join(f"`{choice}`" for choice in parameter.choices)
    left_out = "required" if parameter.required else parameter.default and f"`{parameter.default}`"
    return f"| `{parameter.name}` | {about.replace('|', chr(92) + '|')} | {left_out.replace('|', chr(92) + '|')} |\n"


if __name__ == "__main__":
    PAGE.write_text(page())
