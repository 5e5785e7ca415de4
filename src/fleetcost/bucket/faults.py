"""
What went wrong, said in our words.

The client library's messages hold the request's address and the server's whole answer; both may carry a signature or a
token. So nothing of them is passed on but what is recognised here: the HTTP status, the store's own code and sentence,
and the innermost reason of a connection that failed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from fleetcost.bucket.hints import (
    AGAIN,
    HINTS,
    METADATA_HOSTS,
    REFUSED_CERTIFICATE,
    STATUS_HINTS,
    TOKEN_HINTS,
    TRUST,
    UNREACHED,
    WANTS_CERTIFICATE,
)
from fleetcost.errors import (
    ConditionFailedError,
    FleetcostError,
    ObjectMissingError,
    StoreError,
    StoreRefusedError,
)

_STATUS = re.compile(r"status code: (\d{3})")
_CODE = re.compile(r"<(?:Code|code)>([A-Za-z0-9.:_-]{1,80})</")
_TOKEN_CODE = re.compile(r'"error"\s*:\s*"([A-Za-z_]{1,60})"')
_MICROSOFT_CODE = re.compile(r"\b(AADSTS\d{2,9})\b")
_SENTENCE = re.compile(r"<(?:Message|message)>([^<]{1,300})")
_REQUEST = re.compile(r"Error performing (?:GET|HEAD|POST|PUT|DELETE) (?:(REDACTED)|https?://([^/\s?]+))")
_TOKEN_FILE = re.compile(r"read (?:EKS )?token file '([^'\n]{1,300})': ([^\n(]{1,80})")
_STRANGE_NAME = re.compile(r'path: "([^"\n]{1,300})"')

_CONDITION_NAMES = ("AlreadyExistsError", "PreconditionError", "NotModifiedError")
_CONDITION_CODES = ("PreconditionFailed", "ConditionNotMet", "BlobAlreadyExists")
_NO_BUCKET = ("NoSuchBucket", "ContainerNotFound", "InvalidBucketName", "InvalidResourceName")
_NO_OBJECT = ("", "NoSuchKey", "BlobNotFound", "ResourceNotFound")
_REFUSED_STATUS = ("301", "307", "400", "401", "403", "404")


@dataclass(frozen=True, slots=True)
class StoreOperation:
    """
    What was tried on what, the beginning of every message.

    Attributes:
        verb: such as `get` or `list`
        target: the bucket's name and the path
        host: the endpoint, for connections that fail
        signed: the store's own requests carry a signature in their address, which the library redacts as a whole
    """

    verb: str
    target: str
    host: str
    signed: bool = False

    def __str__(self) -> str:
        return f"{self.verb} {self.target}"


@dataclass(frozen=True, slots=True)
class StoreReply:
    """
    What a server answered.

    Attributes:
        status: HTTP status, empty where it is not known
        code: the server's own word for the fault, or empty
        sentence: its explanation, or empty
        service: empty for the store, else the token service that was asked on the way
    """

    status: str
    code: str
    sentence: str
    service: str = ""


def translate(error: BaseException, operation: StoreOperation) -> FleetcostError:
    """Return our error for one of the client library's."""
    name, text = type(error).__name__, str(error)
    service = _service(text, operation)
    reply = StoreReply(_first(_STATUS, text), _first(_CODE, text), _first(_SENTENCE, text), service)
    if service:
        return _token_fault(operation, reply, text)
    if reply.code not in _NO_BUCKET:
        if name in _CONDITION_NAMES or reply.code in _CONDITION_CODES:
            created = name == "AlreadyExistsError"
            return ConditionFailedError(f"{operation}: it exists already") if created else lost(operation)
        if isinstance(error, FileNotFoundError) and reply.code in _NO_OBJECT:
            return ObjectMissingError(f"{operation}: there is no such object")
    if reply.status:
        return answered(operation, reply)
    return unanswered(operation, operation.host, text) or _odd(operation, text)


def lost(operation: StoreOperation) -> ConditionFailedError:
    """Return the error of a conditional replace that lost."""
    return ConditionFailedError(
        f"{operation}: it is no longer the one that was read; nothing was written: read it again and decide again"
    )


def answered(operation: StoreOperation, reply: StoreReply) -> FleetcostError:
    """Return the error for an answer of a server that is none of the expected ones."""
    if reply.service:
        return _token_fault(operation, reply, "")
    hint = HINTS.get(reply.code) or STATUS_HINTS.get(reply.status, "")
    refused = reply.code not in AGAIN and (reply.status in _REFUSED_STATUS or reply.code in HINTS)
    kind = StoreRefusedError if refused else StoreError
    return kind(f"{operation}: the store answered {_said(reply)}{_then(hint)}")


def untrusted(operation: StoreOperation, host: str, text: str) -> StoreRefusedError:
    """Return the error for a certificate that is refused; `text` is searched for the reason."""
    for mark, reason in TRUST:
        if mark in text:
            return StoreRefusedError(f"{operation}: the certificate of {host} is refused: {reason}")
    return StoreRefusedError(f"{operation}: the certificate of {host} is refused")


def _token_fault(operation: StoreOperation, reply: StoreReply, text: str) -> FleetcostError:
    """Return the error for credentials that could not be had."""
    if reply.status:
        code = reply.code or _first(_TOKEN_CODE, text)
        said = _said(
            StoreReply(reply.status, " ".join(filter(None, (code, _first(_MICROSOFT_CODE, text)))), reply.sentence)
        )
        hint = TOKEN_HINTS.get(code, "check the identity it was asked for: see docs/storage.md")
        kind = StoreRefusedError if reply.status in _REFUSED_STATUS else StoreError
        return kind(f"{operation}: no credentials: {reply.service} answered {said}{_then(hint)}")
    if any(host in reply.service for host in METADATA_HOSTS):
        return StoreRefusedError(
            f"{operation}: no credentials: there are none in the settings or the environment, and {reply.service} "
            "did not answer; see docs/storage.md for where they are looked for"
        )
    return unanswered(operation, reply.service, text) or StoreError(
        f"{operation}: {reply.service} did not answer as expected"
    )


def unanswered(operation: StoreOperation, host: str, text: str) -> FleetcostError | None:
    """
    Return the error for a connection that failed, or None where the reason is not recognised.

    Args:
        operation: what was tried
        host: who did not answer
        text: the library's account, searched for the reason and never passed on
    """
    if any(mark in text for mark in REFUSED_CERTIFICATE):
        return untrusted(operation, host, text)
    if "alert" in text.lower() and any(mark in text for mark in WANTS_CERTIFICATE):
        return StoreRefusedError(
            f"{operation}: {host} wants a client certificate it trusts: "
            "give `cert_file` and `key_file` in `http_config.tls_config`"
        )
    for mark, reason in UNREACHED:
        if mark in text:
            return StoreError(f"{operation}: {host}: {reason}")
    return None


def _odd(operation: StoreOperation, text: str) -> FleetcostError:
    if file := _TOKEN_FILE.search(text):
        return StoreRefusedError(f"{operation}: no credentials: read the token file {file[1]}: {file[2].strip()}")
    if "federated token file" in text.lower():
        return StoreRefusedError(
            f"{operation}: no credentials: read the file AZURE_FEDERATED_TOKEN_FILE names: not possible"
        )
    if strange := _first(_STRANGE_NAME, text) if "InvalidPath" in text else "":
        return StoreError(f"{operation}: an object's name cannot be read: {strange!r}: rename or delete it")
    return StoreError(f"{operation}: {operation.host} did not answer as expected")


def _service(text: str, operation: StoreOperation) -> str:
    """Return the token service an error comes from, empty for the store itself."""
    found = _REQUEST.search(text)
    if not found:
        return ""
    if found[1]:
        return "" if operation.signed else "the token service"
    asked, host = found[2], operation.host
    return "" if asked == host or asked.endswith(f".{host}") else f"the token service {asked}"


def _said(reply: StoreReply) -> str:
    sentence = reply.sentence.split("\n")[0].strip().rstrip(".")
    answer = " ".join(filter(None, (f"HTTP {reply.status}" if reply.status else "", reply.code)))
    return answer + (f", {sentence!r}" if sentence else "")


def _then(hint: str) -> str:
    return f"; {hint}" if hint else ""


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[1] if found else ""
