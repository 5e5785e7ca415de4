"""
Amazon's request signature, version 4, for its managed Prometheus.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import botocore.auth
import botocore.awsrequest
import botocore.session
import httpx

from fleetcost.errors import SettingsError
from fleetcost.ops.secret import Secret

SERVICE = "aps"


class Signed(httpx.Auth):
    """
    Signs each request with the credentials of the usual chain: environment, shared files, web identity, instance.

    Args:
        region: what is signed for
        headers: added to each request

    Raises:
        SettingsError: the chain gives no credentials.
    """

    requires_request_body = True

    def __init__(self, region: str, headers: Mapping[str, Secret]) -> None:
        self._region = region
        self._headers = headers
        credentials = botocore.session.get_session().get_credentials()
        if credentials is None:
            raise SettingsError(
                "sign requests to the source: no credentials of Amazon's were found; accepted are AWS_ACCESS_KEY_ID "
                "and AWS_SECRET_ACCESS_KEY, the shared files, a role of the service account, or one of the instance"
            )
        self._credentials = credentials

    def auth_flow(self, request: httpx.Request) -> Iterator[httpx.Request]:  # type: ignore[override]
        """Add headers and signature."""
        for name, value in self._headers.items():
            request.headers[name] = value.reveal()
        unsigned = botocore.awsrequest.AWSRequest(request.method, str(request.url), data=request.content)
        # Credentials of a role are renewed by the chain; each request asks for those of the moment.
        moment = self._credentials.get_frozen_credentials()
        botocore.auth.SigV4Auth(moment, SERVICE, self._region).add_auth(unsigned)
        request.headers.update(dict(unsigned.headers.items()))
        yield request
