"""
Where a file holds a chart's values: alone, in a manifest that installs the chart, in Terraform, in a chart around it.

Manifests of Flux, Argo CD, k3s, Crossplane, Kustomize and Helmfile are looked into, and ConfigMaps and Secrets that
hold a values file. What a manifest only names, such as a file in another repository, is listed, since it was not read.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from fleetcost.errors import SettingsError
from fleetcost.migrate.terraform import is_terraform, releases
from fleetcost.migrate.values import ChartValues, laid_over, put
from fleetcost.ops.reading import parse_yaml, parse_yaml_documents

Manifest = Mapping[str, Any]

CHARTS = ("cost-analyzer", "kubecost", "finops-agent", "opencost")
"""Names of the charts whose values are understood, also as keys of a chart around them."""

_OWN_KEYS = re.compile(
    r"kubecost|federatedETL$|etlUtils$|sigV4Proxy$|finopsagent$|localStore$|cloudCost$|aggregator$|opencost$|upgrade$"
    r"|networkCosts$|thanos$|pricingCsv$|clusterController$|forecasting$"
)
_OWN_GLOBALS = ("clusterId", "federatedStorage", "prometheus", "thanos", "amp", "gmp", "ammsp", "mimirProxy")

_WHOLE_LINE = re.compile(r"^\s*(\{\{.*\}\}|%\{.*\})\s*$", re.MULTILINE)
_BARE_VALUE = re.compile(r"(?m)(:[ \t]+|-[ \t]+)(\{\{[^\n]*\}\})[ \t]*$")


def find_values(text: str, name: str) -> ChartValues:
    """
    Return the values of the one installation a file describes.

    Args:
        text: the file's content
        name: for messages

    Raises:
        SettingsError: neither YAML nor Terraform, or more than one installation.
    """
    if is_terraform(text, name):
        found, left_out = list(releases(text, name)), 0
    else:
        plain, left_out = _untemplated(text)
        found = list(_of_documents(plain, name))
    chosen = _the_one(found, name, empty=not text.strip())
    if left_out:
        note = f"{left_out} lines that are templates (conditions, loops, blocks from elsewhere)"
        chosen = ChartValues(chosen.name, chosen.chart, chosen.document, (*chosen.elsewhere, note))
    return _unnested(chosen)


def _of_documents(text: str, name: str) -> Iterator[ChartValues]:
    for document in parse_yaml_documents(text, f"values {name}"):
        content = document.mapping()
        yield from _of_manifest(content, name)


def _the_one(found: list[ChartValues], name: str, *, empty: bool) -> ChartValues:
    """Return what is of a chart we know, where a file installs others, too."""
    known = [one for one in found if _of_known_chart(one)]
    chosen = known or found
    if not chosen and not empty:
        raise SettingsError(
            f"read values {name}: no values of a chart are in it; give a values file, what `helm get values` prints, "
            "or the manifest or the Terraform that installs the chart"
        )
    if len(chosen) > 1:
        names = ", ".join(one.name for one in chosen)
        raise SettingsError(f"read values {name}: {len(chosen)} installations: {names}; give each in a file of its own")
    return chosen[0] if chosen else ChartValues(f"values {name}", "", {})


def _of_known_chart(found: ChartValues) -> bool:
    return found.chart in CHARTS or any(_looks_known(part) for part in (found.document, *_nested(found.document)))


def _looks_known(document: Manifest) -> bool:
    roots = document.get("global")
    return any(_OWN_KEYS.match(str(key)) for key in document) or (
        isinstance(roots, dict) and any(key in roots for key in _OWN_GLOBALS)
    )


def _nested(document: Manifest) -> Iterator[Manifest]:
    yield from (document[name] for name in CHARTS if isinstance(document.get(name), dict))


def _unnested(found: ChartValues) -> ChartValues:
    """Take the values out of a chart that bundles this one; Helm hands `global` down, and nothing else beside it."""
    for name in CHARTS:
        nested = found.document.get(name)
        # OpenCost's own values begin with a key of its name, too: what lies below that is no file of values.
        below = name == "opencost" and isinstance(nested, dict) and "opencost" in nested
        own = isinstance(nested, dict) and (below or (name != "opencost" and _stands_alone(found, name)))
        if own:
            beside = {key: value for key, value in found.document.items() if key not in {name, "global"}}
            document = dict(nested or {})
            handed = laid_over(
                _mapping(document.get("global"), found.name), _mapping(found.document.get("global"), name)
            )
            document |= {"global": handed} if handed else {}
            return ChartValues(found.name, name, document, found.elsewhere, beside)
    return found


def _stands_alone(found: ChartValues, name: str) -> bool:
    """Return whether a key of a chart's name holds that chart's values, and no part of a chart it belongs to."""
    beside = {key: value for key, value in found.document.items() if key not in {name, "global"}}
    return _looks_known(found.document[name]) or not _looks_known(beside)


def _of_manifest(content: Manifest, name: str) -> Iterator[ChartValues]:
    if "apiVersion" in content and "kind" in content:
        yield from _READERS.get(str(content["kind"]), _operator)(content, _title(content))
    elif isinstance(content.get("releases"), list):
        yield from _of_helmfile(content)
    elif content:
        # `helm get values` begins with a line of its own; it is no key of the chart.
        plain = {key: value for key, value in content.items() if not str(key).endswith("SUPPLIED VALUES")}
        yield ChartValues(
            f"values {name}", "", {key: value for key, value in plain.items() if key != "COMPUTED VALUES"}
        )


def _title(content: Manifest) -> str:
    return f"{content['kind']} {_at(content, 'metadata', 'name') or ''}".strip()


def _at(content: Any, *path: str) -> Any:  # noqa: ANN401 - YAML values
    found = content
    for key in path:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def _flux(content: Manifest, name: str) -> Iterator[ChartValues]:
    spec = _at(content, "spec")
    chart = _at(spec, "chart", "spec", "chart") or _at(spec, "chart", "name") or _at(spec, "chartRef", "name")
    sources = _at(spec, "valuesFrom") or []
    elsewhere = tuple(f"the {one.get('kind', 'ConfigMap')} {one.get('name')!r}" for one in sources if _is_named(one))
    yield ChartValues(name, _short(chart), _mapping(_at(spec, "values"), name), elsewhere)


def _is_named(source: Any) -> bool:  # noqa: ANN401 - a YAML value
    return isinstance(source, Mapping) and bool(source.get("name"))


def _argo(content: Manifest, name: str) -> Iterator[ChartValues]:
    spec = _at(content, "spec", "template", "spec") or _at(content, "spec")
    for source in (_at(spec, "source"), *(_at(spec, "sources") or [])):
        helm = _at(source, "helm")
        if isinstance(helm, Mapping):
            document = laid_over(_mapping(helm.get("values"), name), _mapping(helm.get("valuesObject"), name))
            for one in helm.get("parameters") or []:
                put(document, str(one.get("name")), one.get("value"))
            named = [f"the file {file!r}" for file in helm.get("valueFiles") or []]
            named += [f"the file {one.get('path')!r}" for one in helm.get("fileParameters") or []]
            yield ChartValues(name, _short(_at(source, "chart") or _at(source, "path")), document, tuple(named))


def _k3s(content: Manifest, name: str) -> Iterator[ChartValues]:
    spec = _at(content, "spec")
    document = _mapping(_at(spec, "valuesContent"), name)
    for key, value in (_at(spec, "set") or {}).items():
        put(document, str(key), value)
    yield ChartValues(name, _short(_at(spec, "chart") or _at(content, "metadata", "name")), document)


def _crossplane(content: Manifest, name: str) -> Iterator[ChartValues]:
    for_provider = _at(content, "spec", "forProvider")
    document = _mapping(_at(for_provider, "values"), name)
    for one in _at(for_provider, "set") or []:
        put(document, str(one.get("name")), one.get("value"))
    yield ChartValues(name, _short(_at(for_provider, "chart", "name")), document)


def _kustomize(content: Manifest, name: str) -> Iterator[ChartValues]:
    for one in content.get("helmCharts") or []:
        elsewhere = (f"the file {one['valuesFile']!r}",) if one.get("valuesFile") else ()
        yield ChartValues(name, _short(one.get("name")), _mapping(one.get("valuesInline"), name), elsewhere)


def _of_helmfile(content: Manifest) -> Iterator[ChartValues]:
    for one in content["releases"]:
        document: dict[str, Any] = {}
        elsewhere = []
        for values in _at(one, "values") or []:
            if isinstance(values, dict):
                document = laid_over(document, values)
            else:
                elsewhere.append(f"the file {values!r}")
        for single in _at(one, "set") or []:
            put(document, str(single.get("name")), single.get("value"))
        yield ChartValues(f"release {_at(one, 'name')}", _short(_at(one, "chart")), document, tuple(elsewhere))


def _config_map(content: Manifest, name: str) -> Iterator[ChartValues]:
    texts = {**(content.get("data") or {}), **(content.get("stringData") or {})}
    for key, text in texts.items():
        if "values" in str(key) and isinstance(text, str):
            readable = (
                text if content["kind"] == "ConfigMap" or key in (content.get("stringData") or {}) else _plain(text)
            )
            yield ChartValues(f"{name}, {key}", "", _mapping(readable, name))


def _plain(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise SettingsError(
            "read values: the Secret's data are no text in base 64; give the values as a file"
        ) from None


def _operator(content: Manifest, name: str) -> Iterator[ChartValues]:
    """Take the resource of an operator that is made of the chart: its `spec` is the values."""
    spec = _at(content, "spec")
    if isinstance(spec, dict) and _looks_known(spec):
        yield ChartValues(name, "", dict(spec))


def _list(content: Manifest, name: str) -> Iterator[ChartValues]:
    for one in content.get("items") or []:
        yield from _of_manifest(one, name)


_READERS: dict[str, Callable[[Manifest, str], Iterator[ChartValues]]] = {
    "HelmRelease": _flux,
    "Application": _argo,
    "ApplicationSet": _argo,
    "HelmChart": _k3s,
    "HelmChartConfig": _k3s,
    "Release": _crossplane,
    "Kustomization": _kustomize,
    "ConfigMap": _config_map,
    "Secret": _config_map,
    "List": _list,
}


def _mapping(values: Any, name: str) -> dict[str, Any]:  # noqa: ANN401 - a YAML value: a mapping, or its text
    if isinstance(values, str):
        return parse_yaml(_untemplated(values)[0], f"the values in {name}").mapping()
    return dict(values) if isinstance(values, dict) else {}


def _short(chart: Any) -> str:  # noqa: ANN401 - a YAML value
    return str(chart or "").rstrip("/").rpartition("/")[2]


def _untemplated(text: str) -> tuple[str, int]:
    """Return a file as YAML can read it, values that are templates as texts, and how many lines were left out."""
    kept, left_out = _WHOLE_LINE.subn("", text)
    return _BARE_VALUE.sub(lambda found: found[1] + _quoted(found[2]), kept), left_out


def _quoted(template: str) -> str:
    return "'" + template.replace("'", "''") + "'"
