"""Requests made from the OpenAPI document itself: nothing a client can send makes the server fail."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.core import NotSet
from schemathesis.generation import GenerationMode

from compat.asgi import Answered, AsgiClient
from compat.catalogue import FLEETS
from compat.engine import in_process
from fleetcost.api import openapi
from fleetcost.api.operation import Operation
from fleetcost.api.repairs import Repairs
from fleetcost.api.routes.operations import EVERY
from fleetcost.bucket.memory import MemoryBucket

SERVER_ERRORS = 500

EXAMPLES = int(os.environ.get("TEST_EXAMPLES", "6"))
"""Requests of each kind to each operation, every one with a window sent twice."""

bounded = settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    database=None,
)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AsgiClient]:
    """An application with one day of everything in its tables, which may order repairs."""
    bucket = MemoryBucket()
    with in_process(FLEETS["details"], tmp_path_factory.mktemp("details"), repairs=Repairs(bucket, bucket)) as engine:
        yield engine.client


@cache
def described() -> Any:
    """Return the server's own description, as the tool reads it."""
    return schemathesis.openapi.from_dict(json.loads(msgspec.json.encode(openapi.document(EVERY))))


def send(client: AsgiClient, operation: Operation, case: Any, **override: str) -> Answered:
    """Send a request as the tool made it."""
    path = operation.path
    for name, value in (case.path_parameters or {}).items():
        path = path.replace(f"{{{name}}}", quote(str(value), safe=""))
    query = urlencode({**(case.query or {}), **override}, doseq=True)
    body = b"" if isinstance(case.body, NotSet) else json.dumps(case.body, default=str).encode()
    return client.ask(f"{path}?{query}" if query else path, method=operation.method, body=body)


def check(answer: Answered, operation: Operation) -> None:
    """Check that an answer is one the document speaks of."""
    described_codes = described()[operation.path][operation.method].definition.raw["responses"]
    assert answer.status < SERVER_ERRORS, answer.body[:600]
    assert str(answer.status) in described_codes
    assert "Traceback" not in answer.body.decode("utf-8", "replace")
    if answer.status >= 400:
        document = answer.document
        assert document.get("detail") or document.get("message")


@pytest.mark.parametrize("operation", EVERY, ids=lambda operation: operation.identifier)
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["fitting", "unfitting"])
def test_no_request_makes_the_server_fail(client: AsgiClient, operation: Operation, mode: GenerationMode) -> None:
    """Requests that fit the description and such that do not are answered or refused, never failed."""
    made = described()[operation.path][operation.method]
    if mode is GenerationMode.NEGATIVE and not operation.parameters and operation.takes is None:
        mode = GenerationMode.POSITIVE  # there is nothing that could be unfitting
    windowed = any(parameter.name == "window" for parameter in operation.parameters)

    @bounded
    @given(
        case=made.as_strategy(generation_mode=mode), day=st.sampled_from(["2d", "1704067200,1704153600", "lastweek"])
    )
    def requests(case: Any, day: str) -> None:
        check(send(client, operation, case), operation)
        if windowed:
            # A window of random letters is refused before anything else is looked at.
            check(send(client, operation, case, window=day), operation)

    requests()
