"""The OpenAPI document, made from the table of routes and the types of their documents."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from fleetcost import __version__
from fleetcost.api.operation import Operation, Parameter
from fleetcost.api.problem import Envelope as ErrorEnvelope
from fleetcost.api.problem import Problem
from fleetcost.api.words import Family

Json = dict[str, Any]
REFERENCE = "#/components/schemas/{name}"

_ERRORS = {
    "400": "the question cannot be used",
    "401": "a token is needed",
    "403": "the token does not allow this",
    "404": "there is nothing of this name",
    "408": "the body did not arrive in time",
    "409": "it cannot be changed, or was changed meanwhile",
    "413": "the request is too large",
    "415": "the body is not of the media type that is read",
    "421": "the request names a host this server is not known by",
    "502": "the bucket refused",
    "503": "not now: the first ingest runs, too many questions wait, or memory is short",
    "504": "the question took too long",
}
_TAGS = {
    Family.NATIVE: "native",
    Family.KUBECOST: "compatible with Kubecost",
    Family.OPENCOST: "compatible with OpenCost",
}


def document(operations: Sequence[Operation]) -> Json:
    """Return the OpenAPI 3.1 document."""
    types = [kind for one in operations for kind in (one.answers, one.takes) if kind is not None]
    named, components = msgspec.json.schema_components([*types, Problem, ErrorEnvelope], ref_template=REFERENCE)
    schemas = dict(zip([*map(_identity, types), _identity(Problem), _identity(ErrorEnvelope)], named, strict=True))
    paths: Json = {}
    for one in operations:
        path = re.sub(r":\w+}", "}", one.path)
        paths.setdefault(path, {})[one.method.lower()] = _operation(one, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "fleetcost",
            "version": __version__,
            "summary": "What every Kubernetes cluster costs",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "tags": [{"name": tag} for tag in _TAGS.values()],
        "security": [{}, {"bearer": []}, {"key": []}, {"password": []}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "key": {"type": "apiKey", "in": "header", "name": "X-API-KEY"},
                "password": {"type": "http", "scheme": "basic"},
            },
        },
    }


def _operation(one: Operation, schemas: Json) -> Json:
    answer = {
        media: {"schema": schemas[_identity(one.answers)]} if "json" in media else {} for media in one.media_types
    }
    described: Json = {
        "operationId": one.identifier,
        "summary": one.summary,
        "tags": [_TAGS[one.family]],
        "parameters": [*map(_place, re.findall(r"{(\w+)", one.path)), *map(_parameter, one.parameters)],
        "responses": {str(one.status): {"description": "the answer", "content": answer}} | _errors(one, schemas),
    }
    if one.takes is not None:
        described["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": schemas[_identity(one.takes)]}},
        }
    return described


def _errors(one: Operation, schemas: Json) -> Json:
    native = one.family is Family.NATIVE
    media = "application/problem+json" if native else "application/json"
    schema = schemas[_identity(Problem if native else ErrorEnvelope)]
    return {code: {"description": about, "content": {media: {"schema": schema}}} for code, about in _ERRORS.items()}


def _place(name: str) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _parameter(parameter: Parameter) -> Json:
    schema: Json = {"type": "string"}
    if parameter.flag:
        schema = {"type": "boolean"}
    elif parameter.whole:
        schema = {"type": "integer", "minimum": 0}
    elif parameter.choices:
        schema = {"type": "string", "enum": list(parameter.choices)}
    about = parameter.about + (f"; left out, it is {parameter.default}" if parameter.default else "")
    return {
        "name": parameter.name, "in": "query", "required": parameter.required, "description": about, "schema": schema
    }  # fmt: skip


def _identity(kind: Any) -> str:  # noqa: ANN401 - a type
    return repr(kind)
