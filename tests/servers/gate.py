"""A door before another server: it ends TLS, asks for client certificates, or cuts a connection in the middle."""

from __future__ import annotations

import contextlib
import socket
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator

CHUNK_BYTES = 65536


@dataclass(slots=True)
class Gate:
    """
    A running door.

    Attributes:
        port: on loopback
        cut_after_bytes: a connection is cut after so many bytes from the client; None never cuts
        cuts: how many connections were cut
    """

    port: int
    cut_after_bytes: int | None = None
    cuts: int = field(default=0)


@contextlib.contextmanager
def gate(target_port: int, context: ssl.SSLContext | None = None) -> Iterator[Gate]:
    """
    Pass connections on to another loopback port for the length of the block.

    Args:
        target_port: the server behind the door
        context: TLS of the door, or None for plain TCP
    """
    listener = socket.create_server(("127.0.0.1", 0))
    door = Gate(listener.getsockname()[1])
    keeper = threading.Thread(target=_keep, args=(listener, target_port, context, door), daemon=True)
    keeper.start()
    try:
        yield door
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        keeper.join(10)


def _keep(listener: socket.socket, target_port: int, context: ssl.SSLContext | None, door: Gate) -> None:
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=_serve, args=(client, target_port, context, door), daemon=True).start()


def _serve(client: socket.socket, target_port: int, context: ssl.SSLContext | None, door: Gate) -> None:
    with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
        stack.enter_context(client)
        inside = stack.enter_context(_shaken(client, context)) if context else client
        target = stack.enter_context(socket.create_connection(("127.0.0.1", target_port)))
        back = threading.Thread(target=_copy, args=(target, inside), daemon=True)
        back.start()
        passed = 0
        while chunk := inside.recv(CHUNK_BYTES):
            passed += len(chunk)
            if door.cut_after_bytes is not None and passed > door.cut_after_bytes:
                door.cuts += 1
                return
            target.sendall(chunk)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_WR)
        back.join(10)


def _shaken(client: socket.socket, context: ssl.SSLContext) -> ssl.SSLSocket:
    with client.dup() as raw:
        inside = context.wrap_socket(client, server_side=True, do_handshake_on_connect=False)
        try:
            inside.do_handshake()
        except OSError:
            # Closing with unread data would reset the connection before the client has read why it was refused.
            with inside, contextlib.suppress(OSError):
                raw.settimeout(1)
                raw.shutdown(socket.SHUT_WR)
                while raw.recv(CHUNK_BYTES):
                    pass
            raise
    return inside


def _copy(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while chunk := source.recv(CHUNK_BYTES):
            sink.sendall(chunk)
        sink.shutdown(socket.SHUT_WR)
