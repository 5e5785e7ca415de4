"""The little of a Kubernetes API that `helm install --dry-run=server` asks: versions, kinds, secrets."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

KINDS = {
    "v1": ("Secret", "ConfigMap", "Service", "ServiceAccount", "Namespace"),
    "apps/v1": ("StatefulSet", "Deployment"),
    "networking.k8s.io/v1": ("Ingress", "NetworkPolicy"),
    "policy/v1": ("PodDisruptionBudget",),
}

CONFIG = """apiVersion: v1
kind: Config
clusters: [{name: test, cluster: {server: "http://127.0.0.1:PORT"}}]
users: [{name: test, user: {token: test}}]
contexts: [{name: test, context: {cluster: test, user: test}}]
current-context: test
"""


@contextmanager
def kubernetes(folder: Path, secrets: Mapping[str, Mapping[str, str]]) -> Iterator[Path]:
    """
    Serve an API whose every namespace holds these secrets; yields a kubeconfig.

    Args:
        folder: for the kubeconfig
        secrets: name to the texts by key
    """
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(secrets))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    file = folder / "kubeconfig"
    file.write_text(CONFIG.replace("PORT", str(server.server_address[1])))
    try:
        yield file
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(secrets: Mapping[str, Mapping[str, str]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            document = _answer(self.path.partition("?")[0], secrets)
            self._send(200 if document else 404, document or _missing())

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            self._send(404, _missing())

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

        def _send(self, status: int, document: dict[str, Any]) -> None:
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return Handler


def _answer(path: str, secrets: Mapping[str, Mapping[str, str]]) -> dict[str, Any] | None:
    groups = [_group(name) for name in KINDS if "/" in name]
    fixed: dict[str, dict[str, Any]] = {
        "/version": {"major": "1", "minor": "34", "gitVersion": "v1.34.0"},
        "/api": {"kind": "APIVersions", "versions": ["v1"]},
        "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups},
    }
    if path in fixed:
        return fixed[path]
    version = path.removeprefix("/apis/").removeprefix("/api/")
    if version in KINDS:
        resources = [_resource(kind) for kind in KINDS[version]]
        return {"kind": "APIResourceList", "groupVersion": version, "resources": resources}
    name = path.rpartition("/")[2]
    if "/secrets/" in path and name in secrets:
        data = {key: base64.b64encode(text.encode()).decode() for key, text in secrets[name].items()}
        return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "data": data}
    if path.endswith("/secrets"):
        return {"kind": "SecretList", "apiVersion": "v1", "items": []}
    return None


def _group(name: str) -> dict[str, Any]:
    version = {"groupVersion": name, "version": name.partition("/")[2]}
    return {"name": name.partition("/")[0], "versions": [version], "preferredVersion": version}


def _resource(kind: str) -> dict[str, Any]:
    plural = {"Ingress": "ingresses", "NetworkPolicy": "networkpolicies"}.get(kind, f"{kind.lower()}s")
    verbs = ["create", "delete", "get", "list", "patch", "update"]
    return {"name": plural, "singularName": "", "namespaced": kind != "Namespace", "kind": kind, "verbs": verbs}


def _missing() -> dict[str, Any]:
    return {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound", "code": 404}
