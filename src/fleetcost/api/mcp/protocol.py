"""
Messages of the Model Context Protocol, in both of its eras. Pure.

The modern era (2026-07-28) has no sessions: each request says its version in a header and in `params._meta`,
and repeats its method and name in headers. The older one begins with `initialize`. One address serves both.

Sources: https://modelcontextprotocol.io/specification/2026-07-28/basic/transports,
https://modelcontextprotocol.io/specification/2025-11-25/basic/transports, JSON-RPC 2.0.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from fleetcost import __version__

Json = dict[str, Any]

MODERN = ("2026-07-28",)
LEGACY = ("2025-11-25", "2025-06-18", "2025-03-26")
SUPPORTED = (*MODERN, *LEGACY)

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
HEADER_MISMATCH = -32020
UNSUPPORTED_VERSION = -32022
RESOURCE_NOT_FOUND = -32002

SERVER: Json = {"name": "fleetcost", "title": "fleetcost", "version": __version__}

_PREFIX = "io.modelcontextprotocol/"
_VERSION = "mcp-protocol-version"
_NAMED = {"tools/call": "name", "resources/read": "uri", "prompts/get": "name"}
"""The parameter that `Mcp-Name` repeats."""

_ENCODED = ("=?base64?", "?=")


class ProtocolError(Exception):
    """
    A message that cannot be answered by any tool.

    Attributes:
        code: of JSON-RPC
        status: of HTTP
        data: what a program needs to mend it
    """

    def __init__(self, code: int, message: str, *, status: int = 400, data: Json | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.data = data


@dataclass(frozen=True, slots=True)
class Message:
    """
    One message of a client.

    Attributes:
        method: what is asked
        params: with what
        identity: its id; None for a notification, which is not answered
        modern: whose era it is of
    """

    method: str
    params: Json
    identity: str | int | None
    modern: bool

    def result(self, found: Json) -> Json:
        """Put a result into its envelope."""
        named = {"resultType": "complete", "_meta": {_PREFIX + "serverInfo": SERVER}} if self.modern else {}
        return {"jsonrpc": "2.0", "id": self.identity, "result": found | named}


def failure(identity: str | int | None, error: ProtocolError) -> Json:
    """Put an error into its envelope."""
    data = {} if error.data is None else {"data": error.data}
    return {"jsonrpc": "2.0", "id": identity, "error": {"code": error.code, "message": str(error), **data}}


def parse_body(body: bytes) -> Json:
    """
    Read the body of a request: one message.

    Raises:
        ProtocolError: not JSON, or not one object.
    """
    try:
        sent = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        raise ProtocolError(PARSE_ERROR, "the body is not JSON") from None
    if not isinstance(sent, dict) or sent.get("jsonrpc") != "2.0" or not isinstance(sent.get("method"), str):
        raise ProtocolError(INVALID_REQUEST, "the body is one JSON-RPC 2.0 request or notification, with its method")
    return sent


def identity_of(sent: Json) -> str | int | None:
    """Return the id of a message that may be refused."""
    found = sent.get("id")
    return found if isinstance(found, str | int) and not isinstance(found, bool) else None


def parse_message(sent: Json, headers: Mapping[str, str]) -> Message:
    """
    Tell what a message asks, and hold its headers against it.

    Args:
        sent: the body
        headers: of the request, by names in lower case

    Raises:
        ProtocolError: a version that is not spoken, a header that is missing or says another thing than the body.
    """
    params = sent.get("params", {})
    if not isinstance(params, dict):
        raise ProtocolError(INVALID_REQUEST, "`params` is an object")
    if "id" in sent and identity_of(sent) is None:
        raise ProtocolError(INVALID_REQUEST, "`id` is a text or a whole number")
    meta = params.get("_meta")
    said = meta.get(_PREFIX + "protocolVersion") if isinstance(meta, dict) else None
    method, header = sent["method"], headers.get(_VERSION)
    message = Message(method, params, identity_of(sent), said is not None or header in MODERN)
    if message.identity is not None:
        _check(message, said, headers)
    return message


def _check(message: Message, said: object, headers: Mapping[str, str]) -> None:
    version = said if said is not None else headers.get(_VERSION)
    if version is not None and version not in SUPPORTED and message.method != "initialize":
        data = {"supported": list(SUPPORTED), "requested": version}
        raise ProtocolError(UNSUPPORTED_VERSION, f"the protocol version {version!r} is not spoken here", data=data)
    if not message.modern:
        return
    name = _NAMED.get(message.method)
    expected = {_VERSION: said, "mcp-method": message.method}
    if name is not None:
        expected["mcp-name"] = message.params.get(name)
    for header, value in expected.items():
        if _decoded(headers.get(header)) != value:
            raise ProtocolError(HEADER_MISMATCH, f"the header {header} is not what the body says: {value!r}")


def _decoded(header: str | None) -> str | None:
    """Return a header's value; what is not plain ASCII comes in base64."""
    begin, end = _ENCODED
    if header is None or not (header.startswith(begin) and header.endswith(end)):
        return header
    try:
        return base64.b64decode(header[len(begin) : -len(end)], validate=True).decode()
    except (binascii.Error, ValueError):
        return None
