"""Who asks AWS: an authorizer becomes a session of the SDK, an extra; roles are assumed one after another."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import quote
from urllib.request import Request, urlopen

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from fleetcost.billing.integration import AwsAuthorizer, AwsChain, AwsKey, AwsRole, AwsWebIdentity
from fleetcost.bucket.credentials import AwsKeys
from fleetcost.errors import BillError, BillRefusedError
from fleetcost.ops.secret import Secret

SESSION_NAME = "fleetcost"
ATTEMPTS = 6
_GOOGLE = "http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/identity"
_BUSY = (
    "Throttling",
    "TooManyRequests",
    "RequestLimitExceeded",
    "ServiceUnavailable",
    "InternalServer",
    "InternalFailure",
)


def client_config() -> Config:
    """Return how the SDK talks: busy answers are asked again by itself, later each time."""
    return Config(retries={"total_max_attempts": ATTEMPTS, "mode": "standard"}, connect_timeout=10, read_timeout=60)


def session(authorizer: AwsAuthorizer, region: str) -> Any:  # noqa: ANN401 - the SDK is untyped
    """
    Return a session for who an authorizer is.

    Raises:
        BillRefusedError: a role may not be assumed, or there are no credentials.
        BillError: the token service did not answer.
    """
    logging.getLogger("botocore").setLevel(logging.CRITICAL + 1)  # its lines quote signatures and tokens
    made = boto3.Session(botocore_session=botocore.session.Session(), region_name=region)
    keys = aws_keys(authorizer, region)
    if keys is None:
        return made
    revealed = keys.revealed()
    return boto3.Session(
        aws_access_key_id=revealed["access_key_id"],
        aws_secret_access_key=revealed["secret_access_key"],
        aws_session_token=revealed.get("token"),
        region_name=region,
    )


def aws_keys(authorizer: AwsAuthorizer, region: str) -> AwsKeys | None:
    """
    Return the keys an authorizer stands for; None for the SDK's own chain.

    Raises:
        BillRefusedError, BillError: as `session`.
    """
    if isinstance(authorizer, AwsChain):
        return None
    if isinstance(authorizer, AwsKey):
        return AwsKeys(Secret(authorizer.id), authorizer.secret)
    with_role = {"RoleArn": authorizer.role_arn, "RoleSessionName": SESSION_NAME}
    try:
        if isinstance(authorizer, AwsRole):
            sts = session(authorizer.authorizer, region).client("sts", config=client_config())
            answer = sts.assume_role(**with_role)
        else:
            sts = boto3.Session(region_name=region).client("sts", config=client_config())
            answer = sts.assume_role_with_web_identity(**with_role, WebIdentityToken=_google_token(authorizer))
    except (ClientError, BotoCoreError) as error:
        raise fault(error, f"assume the role {authorizer.role_arn}") from None
    given = answer["Credentials"]
    secret, token = Secret(given["SecretAccessKey"]), Secret(given["SessionToken"])
    return AwsKeys(Secret(given["AccessKeyId"]), secret, token, given["Expiration"])


def fault(error: Exception, tried: str) -> BillError | BillRefusedError:
    """Return our error for one of the SDK's."""
    if not isinstance(error, ClientError):
        kind = type(error).__name__
        if "Credential" in kind or "Token" in kind:
            return BillRefusedError(f"{tried}: no AWS credentials ({kind}): check the authorizer")
        return BillError(f"{tried}: AWS did not answer ({kind}): {error}")
    details = error.response.get("Error", {})
    code, message = str(details.get("Code", "")), str(details.get("Message", ""))
    if any(word in code for word in _BUSY):
        return BillError(f"{tried}: AWS is busy ({code}) after {ATTEMPTS} attempts; the next run asks again")
    if "AccessDenied" in code or "Unauthorized" in code:
        return BillRefusedError(f"{tried}: AWS refuses ({code}): {message}: give the identity this permission")
    return BillRefusedError(f"{tried}: AWS says {code}: {message}")


def _google_token(authorizer: AwsWebIdentity) -> str:
    address = f"{_GOOGLE}?audience={quote(authorizer.audience)}"
    request = Request(address, headers={"Metadata-Flavor": "Google"})  # noqa: S310 - a fixed address
    try:
        with urlopen(request, timeout=10) as answer:  # noqa: S310 - a fixed address
            return str(answer.read().decode())
    except OSError as error:
        raise BillError(f"ask Google's metadata server for a token: {error}") from error
