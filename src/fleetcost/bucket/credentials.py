"""Credentials handed to the client library piece by piece, with the failure kept that it would swallow."""

from __future__ import annotations

import json
import shlex
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from fleetcost.bucket.names import fits_a_header
from fleetcost.errors import FleetcostError, SettingsError, StoreRefusedError
from fleetcost.ops.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable

    from obstore.store import S3Credential

PROCESS_SECONDS = 60
_Credential = TypeVar("_Credential")


@dataclass(frozen=True, slots=True)
class AwsKeys:
    """
    A pair of keys, with a token where they are temporary.

    Attributes:
        access: the access key's id
        secret: its secret
        token: the session token, or None
        expires: when they end, or None for never
    """

    access: Secret
    secret: Secret
    token: Secret | None = None
    expires: datetime | None = None

    def __post_init__(self) -> None:
        """
        Check that they can be part of a request.

        Raises:
            SettingsError: they cannot; the message does not hold them.
        """
        held = (self.access, self.secret, *((self.token,) if self.token else ()))
        if not all(fits_a_header(one.reveal()) for one in held):
            raise SettingsError(
                "the keys of the environment, of a profile or of a process hold a blank, a line's end or a letter no "
                "such key has: a Secret made by `echo` ends with a line's end, one made by `echo -n` does not"
            )

    def revealed(self) -> S3Credential:
        """Return them in the client library's form."""
        return {
            "access_key_id": self.access.reveal(),
            "secret_access_key": self.secret.reveal(),
            "token": self.token.reveal() if self.token else None,
            "expires_at": self.expires,
        }


class Provider(Generic[_Credential]):
    """
    What the client library calls for a credential.

    It tells a caller only that its provider failed, so the failure is kept here.

    Args:
        fetch: returns the credential, in the library's form
    """

    def __init__(self, fetch: Callable[[], _Credential]) -> None:
        self._fetch = fetch
        self._fault: FleetcostError | None = None

    def __call__(self) -> _Credential:
        """Return the credential as it is now."""
        try:
            return self._fetch()
        except FleetcostError as fault:
            self._fault = fault
            raise

    def fault(self) -> FleetcostError | None:
        """Return the failure since this was last asked, or None."""
        fault, self._fault = self._fault, None
        return fault


def run_process(command: str) -> AwsKeys:
    """
    Run a `credential_process` and read the keys it prints.

    Raises:
        StoreRefusedError: it failed, or printed something else.
    """
    program = shlex.split(command)
    try:
        done = subprocess.run(program, capture_output=True, check=False, timeout=PROCESS_SECONDS)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired) as error:
        raise StoreRefusedError(f"credential_process {program[0]}: {type(error).__name__}") from None
    if done.returncode:
        raise StoreRefusedError(f"credential_process {program[0]}: it ended with status {done.returncode}")
    try:
        return _printed(json.loads(done.stdout))
    except (ValueError, KeyError, TypeError):
        raise StoreRefusedError(
            f"credential_process {program[0]}: expected JSON with Version 1, AccessKeyId and SecretAccessKey"
        ) from None


def _printed(document: dict[str, Any]) -> AwsKeys:
    token, expires = document.get("SessionToken"), document.get("Expiration")
    return AwsKeys(
        Secret(document["AccessKeyId"]),
        Secret(document["SecretAccessKey"]),
        Secret(token) if token else None,
        datetime.fromisoformat(expires).astimezone(UTC) if expires else None,
    )
