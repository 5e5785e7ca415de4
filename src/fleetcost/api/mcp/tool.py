"""A tool: its name, what it takes, how it answers; arguments read and their schema written from one table. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fleetcost.errors import QuestionCode, QuestionError, closest

Json = dict[str, Any]

Ask = Callable[[str, Mapping[str, str]], Any]
"""Asks a route of the API by its path, with its parameters, for who called the tool."""

_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
}


@dataclass(frozen=True, slots=True)
class Argument:
    """
    One argument of a tool.

    Attributes:
        name: as callers write it
        about: what it does, for a reader who knows nothing of costs
        type: of JSON Schema: string, boolean, integer or number
        choices: every accepted value, where they can be counted
        required: leaving it out is an error
    """

    name: str
    about: str
    type: str = "string"
    choices: tuple[str, ...] = ()
    required: bool = False

    def schema(self) -> Json:
        """Return it as JSON Schema."""
        return {"type": self.type, "description": self.about} | ({"enum": list(self.choices)} if self.choices else {})

    def check(self, value: object) -> None:
        """
        Check a value.

        Raises:
            QuestionError: of another type, or none of the choices.
        """
        wrong = isinstance(value, bool) and self.type != "boolean"
        if wrong or not isinstance(value, _TYPES[self.type]):
            raise QuestionError(self.name, str(value), f"a value of the type {self.type}")
        if self.choices and value not in self.choices:
            hint = closest(str(value), self.choices)
            raise QuestionError(self.name, str(value), ", ".join(self.choices), suggestion=hint)


@dataclass(frozen=True, slots=True)
class Arguments:
    """The arguments of a call, checked; what was left out or null is absent."""

    given: Mapping[str, Any]

    def text(self, name: str, default: str = "") -> str:
        """Return an argument as text."""
        return str(self.given.get(name, default))

    def flag(self, name: str) -> bool:
        """Return a truth value, false where it was left out."""
        return bool(self.given.get(name, False))

    def parameters(self, *same: str, **names: str) -> dict[str, str]:
        """Return what was given as parameters of a route: those of the same name, and `parameter="argument"`."""
        found = {}
        for parameter, name in {**dict(zip(same, same, strict=True)), **names}.items():
            if name in self.given:
                value = self.given[name]
                found[parameter] = str(value).lower() if isinstance(value, bool) else str(value)
        return found


@dataclass(frozen=True, slots=True)
class Tool:
    """
    One tool. None of them changes anything.

    Attributes:
        name: as callers write it
        title: for people
        about: when to use it and what its answer means
        arguments: what it takes
        call: asks routes and returns the answer, an object
    """

    name: str
    title: str
    about: str
    arguments: tuple[Argument, ...]
    call: Callable[[Arguments, Ask], Json]

    def document(self) -> Json:
        """Describe it to a client (MCP `Tool`)."""
        required = [one.name for one in self.arguments if one.required]
        return {
            "name": self.name,
            "title": self.title,
            "description": self.about,
            "inputSchema": {
                "type": "object",
                "properties": {one.name: one.schema() for one in self.arguments},
                "additionalProperties": False,
            }
            | ({"required": required} if required else {}),
            "outputSchema": {"type": "object"},
            "annotations": {
                "title": self.title,
                "readOnlyHint": True,
                "destructiveHint": False,
                "idempotentHint": True,
                "openWorldHint": False,
            },
        }

    def read(self, sent: object) -> Arguments:
        """
        Check the arguments of a call.

        Raises:
            QuestionError: no object, one that is not known, missing, or not of its type.
        """
        if not isinstance(sent, dict):
            raise QuestionError("arguments", str(sent), "an object, argument by name")
        known = {one.name: one for one in self.arguments}
        given = {name: value for name, value in sent.items() if value is not None}
        for name, value in given.items():
            if name not in known:
                case = f"the tool {self.name} has no argument `{name[:64]}`"
                accepted, code = ", ".join(known) or "no arguments", QuestionCode.UNKNOWN_PARAMETER
                raise QuestionError(name, str(value), accepted, case=case, code=code, suggestion=closest(name, known))
            known[name].check(value)
        for one in self.arguments:
            if one.required and one.name not in given:
                case = f"the tool {self.name} needs `{one.name}`"
                raise QuestionError(one.name, "", one.about, case=case, code=QuestionCode.MISSING)
        return Arguments(given)
