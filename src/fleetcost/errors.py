"""
Every error fleetcost raises on purpose.

```
FleetcostError
├── CallerError            the caller's fault: change the call, the file or the flag
│   ├── SettingsError          a setting, flag, environment variable or configuration file
│   ├── QuestionError          a query parameter: names it, what was read, what is accepted
│   ├── RatesRefusedError      a file of exchange rates that cannot be used
│   ├── MonthClosedError       a month that is closed already, or was never closed and is to be closed again
│   ├── MonthNotReadyError     something of a month is still waited for, and nobody has accepted that it is missing
│   ├── NotKeptError           what was asked as of an earlier time, and is not kept
│   └── ClaimRefusedError      this cluster id belongs to another cluster
├── TryAgainError          the other side did not answer, or not well: the same call may succeed later
│   ├── SourceError            the Prometheus-compatible API
│   ├── StoreError             the bucket
│   ├── BillError              the API of a cloud's billing
│   ├── RatesNotFetchedError   whoever publishes exchange rates
│   ├── NoAnswerError          an aggregator's API, asked by a command
│   ├── NoRoomError            disk or memory is used up; what was being done is left out
│   │   └── WorkTooLargeError      memory is too small for what was done at once; less may fit
│   ├── DatabaseStoppedError   the aggregator's engine gave up; it is opened again
│   └── QuestionEndedError     a question that was ended before its answer: its time was over or its caller gone
├── TooMuchError           a question needs more memory than the engine may use
├── BillRefusedError       the API of a cloud's billing answered and said no: credentials, permission, query
├── StoreRefusedError      the bucket answered and said no: credentials, permission, certificate
├── ObjectMissingError     no object at this path
├── ConditionFailedError   a conditional write lost: the object exists already or has changed
└── DamagedError           data is there and cannot be trusted
    ├── SetDamagedError        a set file: truncated, foreign, of an unknown version
    ├── SetRefusedError        a set file that can be read, and that a rule forbids to use
    ├── BillDamagedError       a cloud's bill that cannot be understood
    ├── DocumentDamagedError   a small document of the bucket: not of its kind
    │   └── ObjectTooLargeError    an object larger than its kind may be; it was not read
    └── DatabaseDamagedError   the aggregator's database file
```

Messages say what was tried on what, what was read, what would be accepted, and the cure. Only the command line,
the loops and the HTTP routes catch broadly, and they always count what they caught.
"""

from __future__ import annotations

import difflib
import enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


_SHOWN = 80
"""Characters of a value that a message repeats."""

_ALIKE = 0.65
"""How like a suggestion is to what was read, from 0 to 1: `virtual` suggests `virtual-hosted`; `idle` no `filter`."""


class FleetcostError(Exception):
    """Root of the tree; never raised itself."""


class CallerError(FleetcostError):
    """The caller's fault: the same call will fail again."""


class SettingsError(CallerError):
    """A setting, a flag, an environment variable or a configuration file cannot be used as it stands."""


class QuestionCode(enum.StrEnum):
    """What is wrong with a query parameter, for programs."""

    UNKNOWN_PARAMETER = "unknown-parameter"
    UNKNOWN_FIELD = "unknown-field"
    UNUSABLE_VALUE = "unusable-value"
    SYNTAX = "syntax"
    TOO_LARGE = "too-large"
    MISSING = "missing"
    REPEATED = "repeated"


class QuestionError(CallerError):
    """
    A query parameter cannot be used.

    Args:
        parameter: its name as the client wrote it, such as `aggregate`
        read: the value that was read, empty where there was none
        accepted: what would be accepted, as words that follow "use"
        case: what is the case, as a sentence without its end; by default that the parameter cannot have this value
        code: what is wrong, for programs
        position: of the character at which reading ended, from 1
        suggestion: the accepted word that was probably meant; the message then says it instead of all that is accepted
    """

    def __init__(
        self,
        parameter: str,
        read: str,
        accepted: str,
        *,
        case: str = "",
        code: QuestionCode = QuestionCode.UNUSABLE_VALUE,
        position: int | None = None,
        suggestion: str | None = None,
    ) -> None:
        case = case or f"`{parameter}` cannot be `{read[:_SHOWN]}{'…' * (len(read) > _SHOWN)}`"
        cure = f"; did you mean `{suggestion}`?" if suggestion else f": use {accepted}."
        super().__init__(case + cure)
        self.parameter = parameter
        self.read = read
        self.accepted = accepted
        self.case = case
        self.code = code
        self.position = position
        self.suggestion = suggestion

    def of(self, parameter: str) -> QuestionError:
        """Return the same error of a parameter that another route calls otherwise."""
        return QuestionError(
            parameter, self.read, self.accepted,
            case=self.case.replace(f"`{self.parameter}`", f"`{parameter}`"),
            code=self.code, position=self.position, suggestion=self.suggestion,
        )  # fmt: skip


class RatesRefusedError(CallerError):
    """A file of exchange rates cannot be read, or holds what can hardly be meant."""


class MonthClosedError(CallerError):
    """The month is closed already; or it is to be closed again and was never closed."""


class MonthNotReadyError(CallerError):
    """Something of the month is still waited for, and nobody has accepted that it is missing."""


class NotKeptError(CallerError):
    """What was asked as of an earlier time is not kept at this grain."""


class ClaimRefusedError(CallerError):
    """Another cluster, with another uid, has claimed this cluster id in the bucket."""


class TryAgainError(FleetcostError):
    """The other side did not answer, or not well; a later call may succeed."""


class SourceError(TryAgainError):
    """The Prometheus-compatible API could not be reached or answered with an error."""


class StoreError(TryAgainError):
    """The bucket could not be reached or answered with an error."""


class RatesNotFetchedError(TryAgainError):
    """Whoever publishes exchange rates did not answer, or not with a file."""


class BillError(TryAgainError):
    """The API of a cloud's billing could not be reached, is busy, or answered with an error."""


class NoAnswerError(TryAgainError):
    """
    An aggregator did not answer a command, refused, or what answered is no aggregator.

    Attributes:
        account: what happened
        cure: what to do
        status: the HTTP status, 0 where there was no answer
    """

    def __init__(self, account: str, cure: str, status: int = 0) -> None:
        super().__init__(f"{account}; {cure}")
        self.account = account
        self.cure = cure
        self.status = status


class NoRoomError(TryAgainError):
    """The disk is full or the memory budget used up; nothing is lost, and what was being done can be tried again."""


class WorkTooLargeError(NoRoomError):
    """The memory budget is too small for what was being done at once; less of it may fit."""


class DatabaseStoppedError(TryAgainError):
    """The database engine gave up; the file is opened again."""


class QuestionEndedError(TryAgainError):
    """A question was ended before its answer was there: its time was over, or nobody waited for it any more."""


class TooMuchError(FleetcostError):
    """A question needs more memory than the engine may use."""


class BillRefusedError(FleetcostError):
    """The API of a cloud's billing answered and refused: wrong credentials, a missing permission, a wrong query."""


class StoreRefusedError(FleetcostError):
    """The bucket answered and refused: wrong credentials, a missing permission, an untrusted certificate."""


class ObjectMissingError(FleetcostError):
    """There is no object at this path."""


class ConditionFailedError(FleetcostError):
    """A conditional write lost: the object exists already, or is no longer the one that was read."""


class DamagedError(FleetcostError):
    """Data is there and cannot be trusted."""


class SetDamagedError(DamagedError):
    """A set file is truncated, foreign or of a version this build does not read."""


class SetRefusedError(DamagedError):
    """A set file can be read, but a rule forbids using it: it speaks of another cluster or window."""


class BillDamagedError(DamagedError):
    """A cloud's bill is there and cannot be understood: other columns, amounts or dates than any form has."""


class DocumentDamagedError(DamagedError):
    """A small document of the bucket is not of its kind, or holds times or numbers out of every range."""


class ObjectTooLargeError(DocumentDamagedError):
    """An object is larger than its kind may be; its content was not read."""


class DatabaseDamagedError(DamagedError):
    """The database file cannot be opened or is not one of ours."""


def closest(read: str, accepted: Iterable[str]) -> str | None:
    """Return the accepted word nearest to what was read, None where none is near or several end in it."""
    words = [str(word) for word in accepted]
    if sum(word.lower().endswith(read.lower()) for word in words) > 1:
        return None  # `cost` may stand for every word that ends in it
    return next(iter(difflib.get_close_matches(read, words, n=1, cutoff=_ALIKE)), None)


def near(read: str, accepted: Iterable[str]) -> str:
    """Return ` (did you mean 'x'?)` for the accepted word nearest to what was read, or an empty text."""
    match = closest(read, accepted)
    return f" (did you mean {match!r}?)" if match else ""
