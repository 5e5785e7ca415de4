"""Asking an aggregator for a document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from types import TracebackType
from typing import BinaryIO, Self
from urllib.parse import urlsplit

import httpx
import msgspec

from fleetcost.commands import ShownCommand
from fleetcost.errors import CallerError, NoAnswerError
from fleetcost.ops.secret import Secret
from fleetcost.ops.tls import Tls

_DENIED = (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN)
_SCHEMES = ("http", "https")


class _Problem(msgspec.Struct, frozen=True):
    """What is read of an error, in both forms our API has: a problem document, and the older envelope."""

    title: str = ""
    detail: str = ""
    message: str = ""

    def __str__(self) -> str:
        return f"{self.title}: {self.detail}" if self.title else self.message


class ApiClient:
    """
    The client of one aggregator. Proxies are those of the environment (`HTTPS_PROXY`, `NO_PROXY`).

    Args:
        url: its address, with the prefix it is served below
        token: sent as a bearer; a redirect to another server does not take it along
        tls: whom to trust besides whom the system trusts
        timeout_seconds: how long an answer may take

    Raises:
        CallerError: the address is none.
        SettingsError: a certificate cannot be read.
    """

    def __init__(
        self, url: str, token: Secret | None = None, tls: Tls | None = None, timeout_seconds: float = 60
    ) -> None:
        self._url = url.rstrip("/")
        _check(url)
        headers = {"accept": "application/json"}
        if token is not None:
            headers["authorization"] = f"Bearer {token.reveal()}"
        self._http = httpx.Client(
            headers=headers, verify=(tls or Tls()).context(), timeout=timeout_seconds, follow_redirects=True
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def get(self, path: str, parameters: Mapping[str, str]) -> bytes:
        """
        Ask for a document.

        Raises:
            NoAnswerError: nobody answered, the aggregator refused, or somebody else answered; with a hint.
        """
        with self._answer(path, self._asking(path, parameters)) as response:
            return response.read()

    def save(self, path: str, parameters: Mapping[str, str], file: BinaryIO) -> None:
        """Ask for a file and write it as it comes; raises as `get`."""
        with self._answer(path, self._asking(path, parameters)) as response:
            file.writelines(response.iter_bytes())

    def post(self, path: str, document: object) -> bytes:
        """
        Order something, as JSON.

        Raises:
            NoAnswerError: as `get`.
        """
        headers = {"content-type": "application/json"}
        content = msgspec.json.encode(document)
        sent = self._http.build_request("POST", f"{self._url}{path}", content=content, headers=headers)
        with self._answer(path, sent) as response:
            return response.read()

    def _asking(self, path: str, parameters: Mapping[str, str]) -> httpx.Request:
        return self._http.build_request("GET", f"{self._url}{path}", params=dict(parameters))

    @contextmanager
    def _answer(self, path: str, request: httpx.Request) -> Iterator[httpx.Response]:
        """Open an answer that is no refusal."""
        try:
            with closing(self._http.send(request, stream=True)) as response:
                if response.is_error:
                    response.read()
                    raise self._refused(path, response)
                yield response
        except (httpx.TransportError, httpx.TooManyRedirects) as error:
            forward = ShownCommand.PORT_FORWARD
            hint = f"is the aggregator running there? (--url); {forward.quoted}, {forward.where}, leads to it"
            raise NoAnswerError(f"{self._url} does not answer: {error}", hint) from error

    def _refused(self, path: str, response: httpx.Response) -> NoAnswerError:
        status = f"{self._url}{path}: HTTP {response.status_code} {response.reason_phrase}"
        try:
            said = str(msgspec.json.decode(response.content, type=_Problem))
        except (msgspec.MsgspecError, ValueError, RecursionError):
            said = ""
        if response.status_code in _DENIED:
            hint = "name a file with a token: --token-file; what shows the whole fleet needs one that sees it"
            return NoAnswerError(f"{status}: {said}", hint, response.status_code)
        if not said:
            return NoAnswerError(f"{status}: not an answer of an aggregator", "correct --url", response.status_code)
        return NoAnswerError(f"{status}: {said}", "mend what the message names", response.status_code)


def _check(url: str) -> None:
    """
    Check an address before it is asked.

    Raises:
        CallerError: it is not an http or https address, or holds credentials.
    """
    try:
        parsed = urlsplit(url)
        httpx.URL(url)
    except (httpx.InvalidURL, ValueError) as error:
        raise CallerError(f"--url {url!r}: {error}") from error
    if parsed.scheme not in _SCHEMES:
        raise CallerError(f"--url {url!r}: accepted are http:// and https:// addresses")
    if parsed.username or parsed.password:
        raise CallerError("--url holds credentials, which logs and the list of processes show: give a --token-file")
    if not parsed.hostname or " " in parsed.netloc:
        raise CallerError(f"--url {url!r}: there is no host in it; accepted is http(s)://host:port/prefix")
