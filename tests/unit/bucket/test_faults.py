"""What an answer that no test server gives becomes: the error's kind, and nothing of the answer but its own words."""

from __future__ import annotations

import pytest
from obstore.exceptions import GenericError

from fleetcost.bucket.faults import StoreOperation, translate
from fleetcost.errors import FleetcostError, StoreError, StoreRefusedError

OPERATION = StoreOperation("put", "s3://fleet/a", "s3.eu-west-1.amazonaws.com")
REQUEST = "Error performing PUT https://s3.eu-west-1.amazonaws.com/fleet/a?X-Amz-Signature=swordfish in 1ms"
ANSWERS: dict[str, tuple[int, str, str, type[FleetcostError], str]] = {
    "clock": (403, "RequestTimeTooSkewed", "The difference is too large", StoreRefusedError, "clock is off by more"),
    "region": (400, "AuthorizationHeaderMalformed", "expecting 'eu-west-3'", StoreRefusedError, "correct `region`"),
    "elsewhere": (301, "PermanentRedirect", "must be addressed", StoreRefusedError, "in another region: correct"),
    "token over": (400, "ExpiredToken", "The provided token has expired", StoreRefusedError, "renew it"),
    "slow": (400, "RequestTimeout", "Your socket connection", StoreError, "HTTP 400 RequestTimeout"),
    "busy": (503, "SlowDown", "Please reduce your request rate", StoreError, "HTTP 503 SlowDown, 'Please reduce"),
    "unknown": (418, "Teapot", "short and stout", StoreError, "HTTP 418 Teapot, 'short and stout'"),
    "azure role": (403, "AuthorizationPermissionMismatch", "x\nRequestId:1", StoreRefusedError, "Storage Blob Data"),
}


@pytest.mark.parametrize(("status", "code", "sentence", "kind", "reported"), ANSWERS.values(), ids=ANSWERS.keys())
def test_answers(status: int, code: str, sentence: str, kind: type[FleetcostError], reported: str) -> None:
    """The store's word and sentence are passed on with the cure, its other words and the request are not."""
    body = f"<Error><Code>{code}</Code><Message>{sentence}</Message><StringToSign>swordfish</StringToSign></Error>"
    error = GenericError(f"Generic S3 error: {REQUEST} - Server returned non-2xx status code: {status} X: {body}")
    found = translate(error, OPERATION)
    assert type(found) is kind
    assert str(found).startswith("put s3://fleet/a: the store answered HTTP ")
    assert reported in str(found)
    assert "swordfish" not in str(found)
    assert "\n" not in str(found)


def test_an_answer_that_is_not_understood_is_not_quoted() -> None:
    """What is not recognised is not passed on, because nobody knows what it holds."""
    found = translate(GenericError("swordfish"), OPERATION)
    assert type(found) is StoreError
    assert str(found) == "put s3://fleet/a: s3.eu-west-1.amazonaws.com did not answer as expected"


def test_no_credentials_outside_the_cloud() -> None:
    """The silence of a metadata service means that there are no credentials at all."""
    request = "Error performing PUT http://169.254.169.254/latest/api/token in 1s - HTTP error: error sending request"
    found = translate(GenericError(f"Generic S3 error: {request}\n\nConnectError TimedOut"), OPERATION)
    assert type(found) is StoreRefusedError
    assert "no credentials: there are none in the settings or the environment" in str(found)
