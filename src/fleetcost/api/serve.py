"""Serving the application on a port, in this process: the database has one process, so the server has one too."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

from granian.constants import Interfaces
from granian.server.embed import Server
from starlette.applications import Starlette

from fleetcost.errors import SettingsError


def free_port(bind: str, port: int) -> int:
    """
    Check that a port can be listened on; port 0 chooses a free one.

    Raises:
        SettingsError: it is taken, or the address is not this machine's.
    """
    with socket.socket(socket.AF_INET6 if ":" in bind else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((bind, port))
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or error
            raise SettingsError(f"listen on {bind}:{port}: {reason}; choose another with --port") from error
        return int(probe.getsockname()[1])


def serve(app: Starlette, bind: str, port: int, on_start: Callable[[], None]) -> None:
    """
    Serve until the process is told to stop.

    Args:
        app: the application
        bind: address to listen on
        port: a free port
        on_start: called when the server is about to listen
    """
    server = Server(app, address=bind, port=port, interface=Interfaces.ASGINL, log_enabled=False)
    server.on_startup(on_start)
    asyncio.run(server.serve())
