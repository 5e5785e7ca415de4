"""
The checks of a bucket, one by one: what works, how long it took, and for what does not the permission and a hint.

Every check is a step that passes, fails, or is not tried because of an earlier one. Nothing is left behind.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from fleetcost.bucket.config import FilesystemConfig, StoreConfig, read_config
from fleetcost.bucket.hints import DENIED
from fleetcost.bucket.open import open_bucket
from fleetcost.bucket.port import Bucket, ObjectInfo
from fleetcost.commands import ShownCommand
from fleetcost.errors import ConditionFailedError, FleetcostError, StoreError, StoreRefusedError
from fleetcost.probe.about import asked_for_credentials, credentials_of, endpoint_of, kind_of, permission_for
from fleetcost.probe.handshake import listens, proxied, shake_hands
from fleetcost.probe.reach import beyond, changes

LARGEST_SKEW = timedelta(minutes=5)
"""AWS refuses requests from a clock that is off by 15 minutes; a third of it is a good time to act."""

NEAR_END = timedelta(days=14)
FEW_RETRIES = 1
"""A check tells soon that a store does not answer."""


class ProbeOutcome(enum.StrEnum):
    """How a step ended."""

    PASSED = "passed"
    WARNED = "warned"
    FAILED = "failed"
    NOT_TRIED = "not tried"


@dataclass(frozen=True, slots=True)
class ProbeStep:
    """
    One check.

    Attributes:
        name: what was tried
        outcome: how it ended
        account: what was seen, or what went wrong and a hint; may have several lines
        seconds: how long it took
        needs: the permission it takes, where the store refused
    """

    name: str
    outcome: ProbeOutcome
    account: str
    seconds: float = 0.0
    needs: str = ""


@dataclass(frozen=True, slots=True)
class ProbeContext:
    """
    What the checks need from outside.

    Attributes:
        environment: the process's variables
        now: the wall clock
        elapsed: a clock in seconds, for durations
        unique: a word nobody else uses, for the name of the object that is written
    """

    environment: Mapping[str, str]
    now: Callable[[], datetime]
    elapsed: Callable[[], float]
    unique: str


class _Remark(Exception):  # noqa: N818 - a check that passed, with a remark
    """What to warn of."""


def check(file: Path, around: ProbeContext, folder: str, *, write: bool = True, own: str = "") -> Iterator[ProbeStep]:
    """
    Check the bucket of a settings file; each step is given when it is done.

    Args:
        file: the `federated-store.yaml`
        around: environment, clocks and a unique word
        folder: below which one object is written, read, replaced and deleted
        write: False only lists and reads what is there
        own: the one folder these credentials are for, empty for the whole bucket
    """
    run = _Run(file, around, f"{folder}/check-{around.unique}", own if write else "")
    yield from run.steps(("settings", "credentials", "connection"))
    try:
        yield from run.steps(("put", "get", "list", "create", "replace", "clock", "delete") if write else ("read",))
        if own or not write:
            yield from run.steps(("reach",))
    finally:
        run.clean()


class _Run:
    """One run, and what earlier steps leave for later ones."""

    def __init__(self, file: Path, around: ProbeContext, path: str, own: str) -> None:
        self._file = file
        self._around = around
        self._path = path
        self._own = own
        self._config: StoreConfig | None = None
        self._bucket: Bucket | None = None
        self._written: ObjectInfo | None = None
        self._left = False
        self._halted = ""

    def steps(self, names: tuple[str, ...]) -> Iterator[ProbeStep]:
        for name in names:
            missing = self._halted or ("" if self._written or name not in _OF_THE_OBJECT else "nothing was written")
            yield ProbeStep(name, ProbeOutcome.NOT_TRIED, missing) if missing else self._step(name)

    def clean(self) -> None:
        if self._bucket and self._left:
            with suppress(FleetcostError):
                self._bucket.delete(self._path)

    def _step(self, name: str) -> ProbeStep:
        begun, outcome, needs = self._around.elapsed(), ProbeOutcome.PASSED, ""
        try:
            account = str(getattr(self, f"_{name}")())
        except _Remark as remark:
            outcome, account = ProbeOutcome.WARNED, str(remark)
        except FleetcostError as error:
            outcome, account = ProbeOutcome.FAILED, str(error)
            verb = _VERBS.get(account.partition(" ")[0])
            if verb and isinstance(error, StoreRefusedError) and any(word in account for word in DENIED):
                needs = permission_for(self._known, verb)
            if name in _FIRST:
                self._halted = f"{name} failed"
        return ProbeStep(name, outcome, account, self._around.elapsed() - begun, needs)

    def _settings(self) -> str:
        config = self._config = read_config(self._file)
        account = f"type {kind_of(config)}" + (f", prefix {config.prefix}" if config.prefix else "")
        return "\n".join((account, *(f"without effect: {entry}" for entry in config.ineffective)))

    def _credentials(self) -> str:
        source = credentials_of(self._known, self._around.environment)
        asked = asked_for_credentials(self._known, self._around.environment)
        if asked and not listens(*asked):
            raise StoreRefusedError(
                f"no credentials: there are none in the settings or the environment, and {asked[0]}, which gives a "
                "cloud's machines theirs, does not answer; docs/storage.md has where they are looked for"
            )
        self._bucket = open_bucket(_with_few_retries(self._known), self._around.environment)
        return source

    def _connection(self) -> str:
        endpoint = endpoint_of(self._known, self._around.environment)
        if endpoint is None:
            return f"a directory: {self._opened.name}"
        if not endpoint.secure:
            raise _Remark(f"plain HTTP to {endpoint}: everybody on the way can read what is written")
        if proxied(endpoint):
            raise _Remark(f"{endpoint} is reached through a proxy, so that its certificate is not looked at here")
        shown = shake_hands(endpoint, self._around.environment)
        if not shown.verified:
            raise _Remark(f"{shown.version} to {endpoint}, whose certificate is not verified (insecure_skip_verify)")
        account = f"{shown.version} to {endpoint}, certificate for {shown.subject}, issued by {shown.issuer}"
        if shown.expires is None:
            return account
        account += f", valid until {shown.expires:%Y-%m-%d}"
        if shown.expires - self._around.now() < NEAR_END:
            raise _Remark(f"{account}: renew it soon")
        return account

    def _put(self) -> str:
        self._left = True
        self._written = self._opened.put(self._path, self._content("put"))
        return f"{self._written.size_bytes} bytes to {self._path}"

    def _get(self) -> str:
        self._expect(self._opened.get(self._path), self._content("put"))
        return "the same bytes"

    def _list(self) -> str:
        folder = self._path.rpartition("/")[0]
        paths = [info.path for info in self._opened.list(folder)]
        if self._written and self._path not in paths:
            raise StoreError(f"list {folder}: the object that was written is not listed: this store is no fit")
        return f"{len(paths)} below {folder}"

    def _create(self) -> str:
        with suppress(ConditionFailedError):
            self._opened.put(self._path, self._content("create"), create=True)
            raise StoreError(
                f"create {self._path}: it existed and was overwritten: this store ignores If-None-Match, so two "
                "clusters could claim one id; use a version of it that knows conditional writes"
            )
        return "an existing object is not overwritten"

    def _replace(self) -> str:
        etag = self._written.etag if self._written else ""
        replaced = self._opened.put(self._path, self._content("replace"), if_etag=etag)
        with suppress(ConditionFailedError):
            self._opened.put(self._path, self._content("again"), if_etag=etag)
            raise StoreError(
                f"replace {self._path}: a stale etag was accepted: this store ignores If-Match, so two writers could "
                "overwrite each other; use a version of it that knows conditional writes"
            )
        self._expect(self._opened.get(self._path), self._content("replace"))
        self._written = replaced
        return "only the version that was read is replaced"

    def _clock(self) -> str:
        self._opened.put(self._path, self._content("clock"))
        found, now = self._opened.stat(self._path), self._around.now()
        skew = abs(now - found.modified) if found else timedelta()
        account = f"off by {skew.total_seconds():.0f} s from the store's"
        if skew > LARGEST_SKEW:
            raise _Remark(f"{account}: synchronise this machine's clock before the store refuses")
        return account

    def _delete(self) -> str:
        self._opened.delete(self._path)
        found = None
        # Who may not read learns it from the steps that read.
        with suppress(StoreRefusedError):
            found = self._opened.stat(self._path)
        if found:
            raise StoreError(f"delete {self._path}: it is still there: is the bucket locked or versioned?")
        self._left = False
        return "nothing is left"

    def _read(self) -> str:
        first = next(iter(self._opened.list()), None)
        if first is None:
            raise _Remark("nothing is there to read yet")
        return f"{len(self._opened.get(first.path))} bytes of {first.path}"

    def _reach(self) -> str:
        if isinstance(self._known.backend, FilesystemConfig):
            return "a directory: who may do what is its file system's"
        if not self._own:
            if verbs := changes(self._opened, self._path):
                raise _Remark(f"these credentials can {', '.join(verbs)}; a reader needs neither: {_POLICIES}")
            return "nothing can be written or deleted"
        if verbs := beyond(self._opened, self._own, self._around.unique):
            reached = f"{', '.join(verbs)} outside {self._own}"
            raise _Remark(f"these credentials can {reached}; an agent needs its own folder alone: {_POLICIES}")
        return f"nothing outside {self._own}"

    def _content(self, step: str) -> bytes:
        return f"written by {ShownCommand.STORAGE_CHECK.quoted}, step {step}, {self._around.unique}\n".encode()

    def _expect(self, read: bytes, wanted: bytes) -> None:
        if read != wanted:
            raise StoreError(f"get {self._path}: other bytes than were written: is there a cache in between?")

    @property
    def _known(self) -> StoreConfig:
        if self._config is None:
            raise RuntimeError("the settings come first")
        return self._config

    @property
    def _opened(self) -> Bucket:
        if self._bucket is None:
            raise RuntimeError("the bucket is opened with its credentials")
        return self._bucket


def _with_few_retries(config: StoreConfig) -> StoreConfig:
    if isinstance(config.backend, FilesystemConfig):
        return config
    return replace(config, backend=replace(config.backend, max_retries=FEW_RETRIES))


_POLICIES = "docs/storage.md has the policy"
_FIRST = ("settings", "credentials", "connection")
_OF_THE_OBJECT = ("get", "create", "replace", "clock", "delete")
_VERBS = {
    "put": "put",
    "create": "put",
    "replace": "put",
    "get": "get",
    "stat": "get",
    "list": "list",
    "delete": "delete",
}
"""By the first word of an error: whose permission it takes."""
