"""The flags of every command that asks a running aggregator, and the client they make."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fleetcost.client.api import ApiClient
from fleetcost.errors import CallerError, NoAnswerError
from fleetcost.ops.reading import read_text
from fleetcost.ops.secret import Secret
from fleetcost.ops.tls import Tls

_LARGEST_TOKEN_BYTES = 16 * 1024
_BAD_REQUEST = 400


def add_api_flags(parser: argparse.ArgumentParser) -> None:
    """Add the address of the aggregator and how it knows who asks."""
    parser.add_argument("--url", default="http://127.0.0.1:9090", help="address of the aggregator")
    parser.add_argument("--token-file", type=Path, metavar="FILE", help="a file with a token, where it asks for one")
    parser.add_argument(
        "--ca-file", type=Path, metavar="FILE", help="authorities to trust besides the system's, where it has TLS"
    )


def api_client(parsed: argparse.Namespace) -> ApiClient:
    """
    Return the client of the flags.

    Raises:
        CallerError: the address is none.
        SettingsError: a file cannot be read.
    """
    file: Path | None = parsed.token_file
    token = Secret(read_text(file, "token", _LARGEST_TOKEN_BYTES).strip()) if file else None
    return ApiClient(parsed.url, token, Tls(ca_file=parsed.ca_file))


@contextmanager
def blamed() -> Iterator[None]:
    """
    Ask inside of the block: a question that the aggregator cannot use is the caller's fault.

    Raises:
        CallerError: the question cannot be used.
    """
    try:
        yield
    except NoAnswerError as error:
        if error.status == _BAD_REQUEST:
            raise CallerError(f"ask {error.account}") from error
        raise
