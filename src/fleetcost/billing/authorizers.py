"""JSON read key by key, so that every complaint can name file, line and key; and the authorizers in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from fleetcost.billing.integration import AwsAuthorizer, AwsChain, AwsKey, AwsRole, AwsWebIdentity
from fleetcost.errors import SettingsError, near
from fleetcost.ops.reading import ConfigFile, Step
from fleetcost.ops.secret import Secret

AWS_AUTHORIZERS = ("AWSAccessKey", "AWSServiceAccount", "AWSAssumeRole", "AWSWebIdentity")


@dataclass(slots=True)
class AuthorizerEntry:
    """
    One object of the file. Each getter notes the key it was asked for; `close` refuses every other key.

    Keys are found whatever their case, as the field's own reader finds them: files say `bigquery` and `BigQuery`.

    Attributes:
        file: which file
        path: where in it the object stands
        values: what it holds
        asked: keys somebody asked for
    """

    file: ConfigFile
    path: tuple[Step, ...]
    values: dict[str, Any]
    asked: set[str] = field(default_factory=set)

    def place(self, *below: Step) -> str:
        """Return the file, the line and the path of something in this object, for messages."""
        path = (*self.path, *(self._written(step) if isinstance(step, str) else step for step in below))
        dotted = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")
        return f"{self.file.name}, line {self.file.line(*path)}, `{dotted}`"

    def error(self, key: str, complaint: str) -> SettingsError:
        """Build the error that a value of this object cannot be used."""
        return SettingsError(f"{self.place(key)}: {complaint}")

    def take(self, key: str) -> Any:  # noqa: ANN401 - what JSON holds
        """Return whatever stands there, or None."""
        self.asked.add(key)
        return self.values.get(self._written(key))

    def _written(self, key: str) -> str:
        """Return a key as the file spells it; as it is asked for where it is absent."""
        spelled = (name for name in self.values if str(name).lower() == key.lower())
        return key if key in self.values else next(spelled, key)

    def take_all(self) -> None:
        """Accept every key."""
        self.asked.update(self.values)

    def text(self, key: str) -> str:
        """Return a text, empty where there is none."""
        value = self.take(key)
        if value is not None and not isinstance(value, str | int):
            raise self.error(key, f"expected a text, read {type(value).__name__}")
        return "" if value is None else str(value)

    def required(self, key: str) -> str:
        """Return a text that must be there."""
        text = self.text(key)
        if not text:
            close = near(key, [name for name in self.values if name not in self.asked])
            raise self.error(key, f"required and missing{close}")
        return text

    def secret(self, key: str) -> Secret | None:
        """Return a credential, or None."""
        text = self.text(key)
        return Secret(text) if text else None

    def one_of(self, key: str, accepted: tuple[str, ...]) -> str:
        """Return one of the accepted words."""
        text = self.required(key)
        if text not in accepted:
            raise self.error(key, f"read {text!r}{near(text, accepted)}; accepted: {', '.join(accepted)}")
        return text

    def section(self, key: str, value: Any, *position: int) -> AuthorizerEntry:  # noqa: ANN401 - what JSON holds
        """Return an object inside this one, or one of a list's."""
        if not isinstance(value, dict):
            raise SettingsError(f"{self.place(key, *position)}: expected an object, read {type(value).__name__}")
        return AuthorizerEntry(self.file, (*self.path, self._written(key), *position), value)

    def entries(self, key: str, value: Any) -> list[AuthorizerEntry]:  # noqa: ANN401 - what JSON holds
        """Return the objects of a list."""
        if not isinstance(value, list):
            raise self.error(key, f"expected a list, read {type(value).__name__}")
        return [self.section(key, one, number) for number, one in enumerate(value)]

    def close(self) -> None:
        """
        Refuse what nobody asked for.

        Raises:
            SettingsError: names the key.
        """
        read = {self._written(key) for key in self.asked}
        for key in self.values:
            if key not in read:
                accepted = ", ".join(sorted(self.asked))
                raise self.error(key, f"unknown key{near(key, self.asked)}; known: {accepted}")

    def aws_authorizer(self, key: str) -> AwsAuthorizer:
        """Return who asks AWS; roles may be assumed by roles."""
        section = self.section(key, self.take(key) or {"authorizerType": "AWSServiceAccount"})
        made = _AWS[section.one_of("authorizerType", AWS_AUTHORIZERS)](section)
        section.close()
        return made


def _key(section: AuthorizerEntry) -> AwsAuthorizer:
    return AwsKey(section.required("id"), Secret(section.required("secret")))


def _role(section: AuthorizerEntry) -> AwsAuthorizer:
    return AwsRole(section.required("roleARN"), section.aws_authorizer("authorizer"))


def _web_identity(section: AuthorizerEntry) -> AwsAuthorizer:
    role = section.required("roleARN")
    section.one_of("identityProvider", ("Google",))
    retriever = section.section("tokenRetriever", section.take("tokenRetriever") or {})
    audience = retriever.required("aud")
    retriever.close()
    return AwsWebIdentity(role, audience)


_AWS = {
    "AWSAccessKey": _key,
    "AWSServiceAccount": lambda _section: AwsChain(),
    "AWSAssumeRole": _role,
    "AWSWebIdentity": _web_identity,
}
