"""The page at `/docs`: the table of routes for people, without a script."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from fleetcost import __version__
from fleetcost.api.operation import Operation, Parameter
from fleetcost.api.words import Family

STYLE = """
:root { color-scheme: light dark; --line: #8886; --soft: #8882; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h2 { margin-top: 3rem; border-bottom: 1px solid var(--line); }
h3 { margin-top: 2rem; font-size: 1rem; }
code { font: 0.9em ui-monospace, monospace; background: var(--soft); padding: 0.1em 0.3em; border-radius: 3px; }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; }
td, th { text-align: left; vertical-align: top; padding: 0.3rem 0.6rem 0.3rem 0; border-bottom: 1px solid var(--soft); }
summary { cursor: pointer; }
nav ul { columns: 2; padding-left: 1rem; }
"""

_TITLES = {
    Family.NATIVE: "Native routes",
    Family.KUBECOST: "Routes that speak Kubecost's shapes",
    Family.OPENCOST: "Routes that speak OpenCost's shapes",
}


def page(operations: Sequence[Operation]) -> str:
    """Return the page."""
    families = [(family, [one for one in operations if one.family is family]) for family in Family]
    links = "".join(f'<li><a href="#{one.identifier}"><code>{_called(one)}</code></a></li>' for one in operations)
    sections = "".join(
        f"<h2>{_TITLES[family]}</h2>{''.join(map(_operation, members))}" for family, members in families if members
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>fleetcost API</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="stylesheet" href="docs/style.css"></head><body>'
        f"<h1>fleetcost API</h1><p>Version {escape(__version__)}. For programs: "
        '<a href="openapi.json"><code>openapi.json</code></a> (OpenAPI 3.1).</p>'
        "<p>Every parameter that is sent is understood or refused. Native errors are problem documents "
        "(RFC 9457); the others carry <code>code</code> and <code>message</code>.</p>"
        f"<nav><ul>{links}</ul></nav>{sections}</body></html>"
    )


def _called(one: Operation) -> str:
    return f"{one.method} {escape(one.path)}"


def _operation(one: Operation) -> str:
    rows = "".join(map(_parameter, one.parameters))
    table = (
        f"<details><summary>{len(one.parameters)} parameters</summary><table><tr><th>parameter</th><th>meaning</th>"
        f"<th>left out</th></tr>{rows}</table></details>"
        if rows
        else ""
    )
    scope = "" if one.scope.value == "read" else f" Needs the scope <code>{one.scope.value}</code>."
    media = ", ".join(f"<code>{escape(media)}</code>" for media in one.media_types)
    return (
        f'<h3 id="{one.identifier}"><code>{_called(one)}</code></h3>'
        f"<p>{escape(one.summary)}.{scope} Answers with {media}.</p>{table}"
    )


def _parameter(parameter: Parameter) -> str:
    about = escape(parameter.about)
    if parameter.choices:
        about += ": " + ", ".join(f"<code>{escape(choice)}</code>" for choice in parameter.choices)
    left_out = "required" if parameter.required else escape(parameter.default)
    return f"<tr><td><code>{escape(parameter.name)}</code></td><td>{about}</td><td>{left_out}</td></tr>"
