"""An ingress that serves another server below a path, as Kubernetes ingresses do: the path is taken off."""

from __future__ import annotations

import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEPT = ("content-type", "content-security-policy", "cache-control")


@contextmanager
def prefixed(target: str, path: str) -> Iterator[str]:
    """
    Run the ingress for the length of the block.

    Args:
        target: address of the server behind it
        path: where it is served, without a slash at its end

    Yields:
        The address of the server's root behind the ingress, without a slash at its end.
    """

    class Ingress(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if not self.path.startswith(f"{path}/"):
                self.send_error(404)
                return
            self._pass_on(urllib.request.Request(target + self.path.removeprefix(path)))

        def _pass_on(self, request: urllib.request.Request) -> None:
            try:
                with urllib.request.urlopen(request, timeout=60) as response:
                    self._answer(response.status, dict(response.headers.items()), response.read())
            except urllib.error.HTTPError as error:
                self._answer(error.code, dict(error.headers.items()), error.read())

        def _answer(self, status: int, headers: dict[str, str], content: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                if name.lower() in KEPT:
                    self.send_header(name, value)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing: the tests read what the browser saw."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Ingress)
    thread = threading.Thread(target=server.serve_forever, name="ingress", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}{path}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
