"""
A process: moto's S3 with what Google does differently put in front.

In front are generations and their preconditions, and bearer tokens: a fixed one, as the metadata server hands out, or
a token that a service account has signed.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from moto import mock_aws
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.server import MotoRequestHandler
from werkzeug.serving import make_server

from servers.google import ACCOUNT, BEARER, BUCKET

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


SIGNED = "AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"
"""moto wants to see a signature; it does not check it."""


class Front:
    """
    What Google does differently, as a layer before moto's application.

    Args:
        inner: moto's application
        public_key: of the service account
    """

    def __init__(self, inner: Callable[..., Iterable[bytes]], public_key: bytes) -> None:
        self._inner = inner
        self._public: Any = load_pem_public_key(public_key)
        self._generations: dict[str, int] = {}
        self._last = 1000
        self._lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if not self._knows(environ.pop("HTTP_AUTHORIZATION", "")):
            return _refuse(start_response, "401 Unauthorized", "AuthenticationRequired")
        environ["HTTP_AUTHORIZATION"] = SIGNED
        with self._lock:
            return self._pass(environ, start_response)

    def _pass(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        wanted = environ.get("HTTP_X_GOOG_IF_GENERATION_MATCH")
        if wanted is not None and int(wanted) != self._generations.get(path, 0):
            return _refuse(start_response, "412 Precondition Failed", "PreconditionFailed")

        def answer(status: str, headers: list[tuple[str, str]], *rest: object) -> object:
            if status.startswith("2") and method == "DELETE":
                self._generations.pop(path, None)
            if status.startswith("2") and (method == "PUT" or "uploadId=" in environ["QUERY_STRING"]):
                self._last += 1
                self._generations[path] = self._last
            if path in self._generations:
                headers = [*headers, ("x-goog-generation", str(self._generations[path]))]
            return start_response(status, headers, *rest)

        return list(self._inner(environ, answer))

    def _knows(self, authorization: str) -> bool:
        token = authorization.removeprefix("Bearer ")
        if token == BEARER:
            return True
        signed, _, signature = token.rpartition(".")
        try:
            self._public.verify(_decoded(signature), signed.encode(), PKCS1v15(), SHA256())
            return bool(json.loads(_decoded(signed.partition(".")[2]))["iss"] == ACCOUNT)
        except (InvalidSignature, ValueError, KeyError):
            return False


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _refuse(start_response: Callable[..., Any], status: str, code: str) -> Iterable[bytes]:
    start_response(status, [("content-type", "application/xml")])
    return [f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>refused</Message></Error>".encode()]


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--public-key", type=Path, required=True)
    arguments = parser.parse_args()
    os.environ.update(AWS_ACCESS_KEY_ID="x", AWS_SECRET_ACCESS_KEY="x")
    with mock_aws():
        boto3.client("s3", region_name="us-east-1").create_bucket(Bucket=BUCKET)
        front = Front(DomainDispatcherApplication(create_backend_app), arguments.public_key.read_bytes())
        server = make_server("127.0.0.1", arguments.port, front, threaded=True, request_handler=MotoRequestHandler)
        server.serve_forever()


if __name__ == "__main__":
    main()
