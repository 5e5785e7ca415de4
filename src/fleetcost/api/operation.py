"""The table of routes: what each is called, takes and gives. Routing, refusal of parameters and OpenAPI read it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from fleetcost.api.caller import Caller
from fleetcost.api.context import Context, Handler
from fleetcost.api.services import Services
from fleetcost.api.words import Family, Scope
from fleetcost.ops.cross_site import SAFE

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Parameter:
    """
    One query parameter.

    Attributes:
        name: as clients write it
        about: what it does, one sentence without its full stop
        default: what leaving it out means, in the parameter's own words; empty where that is nothing
        choices: every accepted value, where they can be counted
        flag: a truth value
        whole: a whole number that is not negative
        amount: an amount, which is read as any number
        forgiving: a value that is none of the choices is left out, where clients of the field ask
        required: leaving it out is an error
    """

    name: str
    about: str
    default: str = ""
    choices: tuple[str, ...] = ()
    flag: bool = False
    whole: bool = False
    amount: bool = False
    forgiving: bool = False
    required: bool = False

    @property
    def counted(self) -> bool:
        """Whether its value is a number."""
        return self.whole or self.amount


@dataclass(frozen=True, slots=True)
class Reply:
    """
    An answer that is more than a document: a file, another status, headers.

    Attributes:
        body: encoded content; without meaning where a file is sent
        media_type: what it is
        headers: further ones
        status: the HTTP status
        chunks: the content in pieces, sent as they come; None to send the body
    """

    body: bytes = b""
    media_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200
    chunks: Iterator[bytes] | None = None


@dataclass(frozen=True, slots=True)
class DocumentReply:
    """
    A document that is answered with headers of its own.

    Attributes:
        document: to be encoded
        headers: further ones
    """

    document: Any
    headers: Mapping[str, str] = field(default_factory=dict)


Part = TypeVar("Part")


@dataclass(frozen=True, slots=True)
class Handed(Generic[Part]):
    """
    A handler that needs more than the request and the tables.

    Attributes:
        handler: takes the request and that part
        part: chooses it
    """

    handler: Callable[[Context, Part], Any]
    part: Callable[[Services], Part]

    def bound(self, services: Services) -> Handler:
        """Return the handler with its part."""
        part = self.part(services)
        return lambda context: self.handler(context, part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """
    One route.

    Attributes:
        path: in the form of the web framework
        handler: takes the request, gives a document to be encoded, or a `Reply`; `Handed` where it needs more
        summary: what it is for, one sentence without its full stop
        family: whose shapes it speaks
        answers: type of the document, for OpenAPI
        parameters: the only ones it accepts
        method: of HTTP
        scope: what a token must allow
        whole_fleet: it shows what a token's filter cannot narrow; refused to tokens that have one
        takes: type of the request's body, None for none
        media_types: what it may answer with
        status: of a good answer
        cached: equal questions of one state of the tables get the same bytes
        by_get: it changes something although its method is GET, as clients of the field expect
    """

    path: str
    handler: Handler | Handed[Any]
    summary: str
    family: Family
    answers: Any
    parameters: tuple[Parameter, ...] = ()
    method: str = "GET"
    scope: Scope = Scope.READ
    whole_fleet: bool = False
    takes: Any = None
    media_types: tuple[str, ...] = ("application/json",)
    status: int = 200
    cached: bool = True
    by_get: bool = False

    @property
    def lenient(self) -> bool:
        """Whether parameters that are not known are left out: clients of the field send some that only they read."""
        return self.family in {Family.KUBECOST, Family.OPENCOST} and not self.changes

    @property
    def changes(self) -> bool:
        """Whether it changes anything: a page of another site must not be able to make a browser ask it."""
        return self.by_get or self.method not in SAFE

    def bound(self, services: Services) -> Handler:
        """Return the handler with what it needs of a server."""
        return self.handler.bound(services) if isinstance(self.handler, Handed) else self.handler

    def check(self, caller: Caller) -> None:
        """
        Check that somebody may ask this.

        Raises:
            ForbiddenError: the scope is missing, or the answer cannot be narrowed.
        """
        caller.check(self.path, self.scope, whole_fleet=self.whole_fleet)

    @property
    def identifier(self) -> str:
        """A name for generated clients."""
        words = [word for word in self.path.replace("{", "").replace("}", "").split("/") if word]
        return "_".join([self.method.lower(), *words]).replace("-", "_")
