"""
What went wrong, told in our words.

The client library's messages hold the request's address and the server's whole answer; both may carry a signature or a
token. So nothing of them is passed on but what is recognised here: the HTTP status, the store's own code and sentence,
and the innermost reason of a connection that failed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from fleetcost.errors import (
    ConditionFailedError,
    FleetcostError,
    ObjectMissingError,
    StoreError,
    StoreRefusedError,
)

_STATUS = re.compile(r"status code: (\d{3})")
_CODE = re.compile(r"<Code>([A-Za-z0-9._-]{1,80})</Code>")
_SENTENCE = re.compile(r"<Message>([^<]{1,300})")
_CONDITIONS = ("AlreadyExistsError", "PreconditionError", "NotModifiedError")
_NO_BUCKET = ("NoSuchBucket", "ContainerNotFound", "InvalidBucketName")
_CONDITION_CODES = ("PreconditionFailed", "ConditionalRequestConflict", "ConditionNotMet", "BlobAlreadyExists")

_CURES = {
    "InvalidAccessKeyId": "the access key is unknown there: give a valid `access_key`, or check which credentials win",
    "SignatureDoesNotMatch": "the secret does not belong to the access key: give the right `secret_key`",
    "AccessDenied": "these credentials lack the permission: see docs/storage.md for the list a role needs",
    "ExpiredToken": "the session token is over: renew it",
    "InvalidToken": "the session token is not accepted: renew it",
    "RequestTimeTooSkewed": "this machine's clock is off by more than the store allows: synchronise it",
    "NoSuchBucket": "create the bucket or correct `bucket` (and `endpoint`)",
    "InvalidBucketName": "correct `bucket`",
    "ContainerNotFound": "create the container or correct `container`",
    "AuthorizationHeaderMalformed": "correct `region`",
    "PermanentRedirect": "the bucket is in another region: correct `region` and `endpoint`",
    "AuthenticationFailed": "the account key or token is not accepted: check the credentials and this machine's clock",
    "AuthorizationPermissionMismatch": "the identity lacks the role Storage Blob Data Contributor on the container",
    "AuthorizationFailure": "the identity or network is not allowed: check the role and the account's firewall",
}
_BY_STATUS = {
    301: "the bucket is in another region: correct `region` and `endpoint`",
    401: "the credentials are not accepted: see docs/storage.md for how this store finds them",
    403: "these credentials lack the permission: see docs/storage.md for the list a role needs",
}

_TRUST = (
    ("UnknownIssuer", "its issuer is not trusted here: give the CA with `http_config.tls_config.ca_file`"),
    ("NotValidForName", "it is for another host name: correct `endpoint`, or renew it with this name"),
    ("CertNotValidForName", "it is for another host name: correct `endpoint`, or renew it with this name"),
    ("Expired", "it has expired: renew the server's certificate, or check this machine's clock"),
    ("NotValidYet", "it is not valid yet: check this machine's clock"),
    ("BadSignature", "its signature is wrong: give the CA that signed it with `http_config.tls_config.ca_file`"),
    ("CaUsedAsEndEntity", "it is a CA's own: give the server a certificate that a CA has signed"),
)
_CLIENT_CERTIFICATE = ("CertificateRequired", "BadCertificate", "HandshakeFailure", "UnknownCA", "AccessDenied)")
_UNREACHED = (
    ("ConnectionRefused", "nothing listens there (connection refused)"),
    ("dns error", "its name is not known here (DNS)"),
    ("failed to lookup", "its name is not known here (DNS)"),
    ("TimedOut", "no answer in time"),
    ("timed out", "no answer in time"),
    ("ConnectionReset", "the connection was cut"),
    ("UnexpectedEof", "the connection was cut"),
    ("IncompleteMessage", "the connection was cut"),
    ("IncompleteBody", "the connection was cut"),
    ("InvalidContentType", "it does not speak TLS there: set `insecure: true`, or correct the port"),
    ("BrokenPipe", "the connection was cut"),
    ("NetworkUnreachable", "the network is unreachable"),
    ("HostUnreachable", "the host is unreachable"),
)


@dataclass(frozen=True, slots=True)
class Deed:
    """
    What was tried on what, the beginning of every message.

    Attributes:
        verb: such as `get` or `list`
        target: the bucket's name and the path
        host: the endpoint, for connections that fail
    """

    verb: str
    target: str
    host: str

    def __str__(self) -> str:
        return f"{self.verb} {self.target}"


def translate(error: BaseException, deed: Deed) -> FleetcostError:
    """Return our error for one of the client library's."""
    name, text = type(error).__name__, str(error)
    status, code = _first(_STATUS, text), _first(_CODE, text)
    if code in _NO_BUCKET:
        return _answered(StoreRefusedError, deed, status, code, text)
    if name in _CONDITIONS or code in _CONDITION_CODES or status == "412":
        return ConditionFailedError(f"{deed}: {_condition(name)}; nothing was written: read it again and decide anew")
    if isinstance(error, FileNotFoundError):
        return ObjectMissingError(f"{deed}: there is no such object")
    if status:
        kind = StoreRefusedError if _refused(name, status) else StoreError
        return _answered(kind, deed, status, code, text)
    return _unanswered(deed, text)


def _refused(name: str, status: str) -> bool:
    return name in ("PermissionDeniedError", "UnauthenticatedError") or status in ("301", "400", "401", "403", "404")


def _condition(name: str) -> str:
    return "it exists already" if name == "AlreadyExistsError" else "it is no longer the one that was read"


def _answered(kind: type[FleetcostError], deed: Deed, status: str, code: str, text: str) -> FleetcostError:
    answer = " ".join(part for part in (f"HTTP {status}" if status else "", code) if part)
    sentence = _first(_SENTENCE, text).split("\n")[0].rstrip(". ")
    cure = _CURES.get(code) or _BY_STATUS.get(int(status or 0), "")
    return kind(f"{deed}: the store answered {answer}" + (f", {sentence!r}" if sentence else "") + _then(cure))


def _unanswered(deed: Deed, text: str) -> FleetcostError:
    if "certificate" in text and "InvalidCertificate" in text:
        for mark, reason in _TRUST:
            if mark in text:
                return StoreRefusedError(f"{deed}: the certificate of {deed.host} is refused: {reason}")
        return StoreRefusedError(f"{deed}: the certificate of {deed.host} is refused")
    if "AlertReceived" in text and any(mark in text for mark in _CLIENT_CERTIFICATE):
        return StoreRefusedError(
            f"{deed}: {deed.host} wants a client certificate it trusts: "
            "give `cert_file` and `key_file` in `http_config.tls_config`"
        )
    for mark, reason in _UNREACHED:
        if mark in text:
            return StoreError(f"{deed}: {deed.host}: {reason}")
    return StoreError(f"{deed}: {deed.host} did not answer as expected")


def _then(cure: str) -> str:
    return f"; {cure}" if cure else ""


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found.group(1) if found else ""
