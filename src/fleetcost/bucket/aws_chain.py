"""
Which credentials an S3 bucket without keys in its settings uses: the SDK's default chain, first hit wins.

1. `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`
2. web identity: `AWS_WEB_IDENTITY_TOKEN_FILE` and `AWS_ROLE_ARN`, as EKS puts them into a pod (IRSA)
3. the shared files `~/.aws/credentials` and `~/.aws/config`, profile `AWS_PROFILE` or `default`
4. the container's credentials: EKS Pod Identity, ECS
5. the machine's: EC2 instance metadata

The link is chosen when the bucket is opened, and said; what it points to is read again while it is used.
"""

from __future__ import annotations

from configparser import ConfigParser
from configparser import Error as ParseError
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from fleetcost.bucket.credentials import AwsKeys
from fleetcost.errors import SettingsError
from fleetcost.ops.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

SESSION_NAME = "fleetcost"
INSTANCE_METADATA = "instance metadata"


@dataclass(frozen=True, slots=True)
class FixedKeys:
    """Keys that stay until their source changes."""

    source: str
    keys: AwsKeys


@dataclass(frozen=True, slots=True)
class WebIdentity:
    """
    A token in a file, exchanged for temporary keys at the token service.

    Attributes:
        source: where this was found
        token_file: the token, read again for each exchange
        role: ARN of the role to assume
        session: name of the session
    """

    source: str
    token_file: Path
    role: str
    session: str


@dataclass(frozen=True, slots=True)
class ProcessKeys:
    """Keys that a program prints."""

    source: str
    command: Secret


@dataclass(frozen=True, slots=True)
class SdkProfile:
    """A profile that only the SDK can follow: another role, single sign-on."""

    source: str
    profile: str


@dataclass(frozen=True, slots=True)
class AmbientCredentials:
    """Keys that the container or the machine hands out; the client library asks for them."""

    source: str
    metadata_endpoint: str = ""


AwsLink: TypeAlias = FixedKeys | WebIdentity | ProcessKeys | SdkProfile | AmbientCredentials


@dataclass(frozen=True, slots=True)
class SharedFiles:
    """
    The SDK's two files, and the profile that counts.

    Attributes:
        credentials: `~/.aws/credentials`
        config: `~/.aws/config`
        profile: its name
        chosen: whether somebody named it
    """

    credentials: Path
    config: Path
    profile: str
    chosen: bool


def shared_files(environment: Mapping[str, str]) -> SharedFiles:
    """Return where the SDK's files are and which profile counts."""
    folder = Path(environment.get("HOME") or "/") / ".aws"
    profile = environment.get("AWS_PROFILE") or environment.get("AWS_DEFAULT_PROFILE")
    return SharedFiles(
        Path(environment.get("AWS_SHARED_CREDENTIALS_FILE") or folder / "credentials"),
        Path(environment.get("AWS_CONFIG_FILE") or folder / "config"),
        profile or "default",
        chosen=bool(profile),
    )


def find_link(environment: Mapping[str, str]) -> AwsLink:
    """
    Choose the link of the chain that applies.

    Args:
        environment: the process's variables

    Raises:
        SettingsError: a link is there by half, or none is left.
    """
    for link in (_environment_keys(environment), _environment_identity(environment), _profile(environment)):
        if link is not None:
            return link
    return _ambient(environment)


def profile_region(environment: Mapping[str, str]) -> str:
    """Return the region of the profile, or an empty text."""
    return _read_profile(shared_files(environment)).get("region", "")


def _environment_keys(environment: Mapping[str, str]) -> FixedKeys | None:
    access, secret = environment.get("AWS_ACCESS_KEY_ID"), environment.get("AWS_SECRET_ACCESS_KEY")
    if not access and not secret:
        return None
    if not access or not secret:
        there, lacking = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
        there, lacking = (there, lacking) if access else (lacking, there)
        raise SettingsError(f"environment variable {there} is set and {lacking} is not: set both, or neither")
    token = environment.get("AWS_SESSION_TOKEN")
    keys = AwsKeys(Secret(access), Secret(secret), Secret(token) if token else None)
    return FixedKeys("environment variable AWS_ACCESS_KEY_ID", keys)


def _environment_identity(environment: Mapping[str, str]) -> WebIdentity | None:
    file, role = environment.get("AWS_WEB_IDENTITY_TOKEN_FILE"), environment.get("AWS_ROLE_ARN")
    if not file:
        return None
    if not role:
        raise SettingsError(
            "environment variable AWS_WEB_IDENTITY_TOKEN_FILE is set and AWS_ROLE_ARN is not: "
            "annotate the service account with `eks.amazonaws.com/role-arn`"
        )
    session = environment.get("AWS_ROLE_SESSION_NAME") or SESSION_NAME
    return WebIdentity(f"web identity token {file} for {role}", Path(file), role, session)


def _profile(environment: Mapping[str, str]) -> AwsLink | None:
    files = shared_files(environment)
    values = _read_profile(files)
    source = f"profile {files.profile!r} of {files.credentials} and {files.config}"
    if files.chosen and not values:
        raise SettingsError(f"environment variable AWS_PROFILE: there is no {source}")
    if values.get("role_arn") and (file := values.get("web_identity_token_file")):
        return WebIdentity(source, Path(file), values["role_arn"], values.get("role_session_name", SESSION_NAME))
    if "role_arn" in values or any(key.startswith("sso_") for key in values):
        return SdkProfile(source, files.profile)
    if values.get("aws_access_key_id") and values.get("aws_secret_access_key"):
        token = values.get("aws_session_token")
        pair = Secret(values["aws_access_key_id"]), Secret(values["aws_secret_access_key"])
        return FixedKeys(source, AwsKeys(*pair, Secret(token) if token else None))
    if command := values.get("credential_process"):
        return ProcessKeys(source, Secret(command))
    return None


def _ambient(environment: Mapping[str, str]) -> AmbientCredentials:
    if uri := environment.get("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"):
        return AmbientCredentials(f"container credentials {uri}")
    if uri := environment.get("AWS_CONTAINER_CREDENTIALS_FULL_URI"):
        if not environment.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"):
            raise SettingsError(
                "environment variable AWS_CONTAINER_CREDENTIALS_FULL_URI is set and "
                "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE is not: set both, as EKS Pod Identity does"
            )
        return AmbientCredentials(f"container credentials {uri}")
    if environment.get("AWS_EC2_METADATA_DISABLED", "").lower() == "true":
        raise SettingsError(
            "no AWS credentials: there are none in the environment, no web identity token, no profile, no container "
            "credentials, and AWS_EC2_METADATA_DISABLED is true; give `access_key` and `secret_key`, or one of these"
        )
    return AmbientCredentials(INSTANCE_METADATA, environment.get("AWS_EC2_METADATA_SERVICE_ENDPOINT", ""))


def _read_profile(files: SharedFiles) -> dict[str, str]:
    values: dict[str, str] = {}
    named = files.profile if files.profile == "default" else f"profile {files.profile}"
    for path, section in ((files.config, named), (files.credentials, files.profile)):
        parser = ConfigParser(interpolation=None, default_section="there is no default section")
        try:
            parser.read_string(path.read_text(encoding="utf-8") if path.is_file() else "")
        except OSError as error:
            raise SettingsError(f"read the AWS profile in {path}: {error.strerror}") from None
        except (ParseError, UnicodeDecodeError):
            # The parser's message quotes the line, which may hold a key.
            raise SettingsError(f"read the AWS profile in {path}: not `[profile]` sections of `key = value`") from None
        if parser.has_section(section):
            values.update(parser.items(section))
    return values
