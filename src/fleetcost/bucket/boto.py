"""
S3 through boto3, an optional extra: for what the common client library cannot do.

That is: showing a TLS client certificate, expecting another name in the server's certificate, listing in the first
version's way, and an encryption context of KMS.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import botocore.session
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from fleetcost.bucket.boto_client import BotoClient
from fleetcost.bucket.faults import StoreOperation, StoreReply, answered, lost, unanswered
from fleetcost.bucket.paths import checked, cleaned_prefix
from fleetcost.bucket.port import CHUNK_BYTES, ObjectInfo, check_size
from fleetcost.errors import (
    ConditionFailedError,
    FleetcostError,
    ObjectMissingError,
    StoreError,
    StoreRefusedError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from obstore.store import S3Credential

    from fleetcost.bucket.aws_chain import SdkProfile
    from fleetcost.bucket.s3_config import S3Config

PROFILE_MINUTES = 15
"""How long keys of a profile are used before the SDK is asked again; it renews them by itself."""

_Result = TypeVar("_Result")
_LOST = ("PreconditionFailed", "ConditionalRequestConflict", "412", "409")
_MISSING = ("NoSuchKey", "404", "NotFound")


class BotoBucket:
    """
    An S3 bucket behind boto3.

    Args:
        config: its settings
        prefix: the folder below which everything lies, or empty
        environment: the process's variables, where the default chain begins
    """

    def __init__(self, config: S3Config, prefix: str, environment: Mapping[str, str]) -> None:
        self._config = config
        self._folder = f"{prefix}/" if prefix else ""
        self._opened = BotoClient(config, environment)
        self._client: Any = self._opened.s3

    @property
    def name(self) -> str:
        """Where this is, for messages."""
        return f"s3://{self._config.bucket}/{self._folder}".rstrip("/")

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """Iterate the objects below a path, in ascending order."""
        below = cleaned_prefix(prefix)
        operation = self._operation("list", below)
        call = "list_objects_v2" if self._config.list_version == 2 else "list_objects"  # noqa: PLR2004 - 1 or 2
        start = self._folder + (f"{below}/" if below else "")
        paginator = self._client.get_paginator(call)
        pages = iter(paginator.paginate(Bucket=self._config.bucket, Prefix=start))
        while (page := self._tried(operation, lambda: next(pages, None))) is not None:
            for found in page.get("Contents", ()):
                # Consoles write an empty object `a/` for a folder.
                if not found["Key"].endswith("/"):
                    yield self._info(found["Key"], found, "Size")

    def folders(self, path: str = "") -> tuple[str, ...]:
        """Return the names of the folders right below a path."""
        below = cleaned_prefix(path)
        operation = self._operation("list", below)
        call = "list_objects_v2" if self._config.list_version == 2 else "list_objects"  # noqa: PLR2004 - 1 or 2
        start = self._folder + (f"{below}/" if below else "")
        asked = {"Bucket": self._config.bucket, "Prefix": start, "Delimiter": "/"}
        pages = self._tried(operation, lambda: list(self._client.get_paginator(call).paginate(**asked)))
        found = (one["Prefix"] for page in pages for one in page.get("CommonPrefixes", ()))
        return tuple(sorted(filter(None, (one.removeprefix(start).rstrip("/") for one in found))))

    def get(self, path: str, *, largest_bytes: int | None = None) -> bytes:
        """Return an object's whole content."""
        return self._tried(self._operation("get", path), lambda: self._read(path, largest_bytes))

    def chunks(self, path: str) -> Iterator[bytes]:
        """Iterate an object's content in pieces, from one request."""
        operation = self._operation("get", path)
        body = self._tried(
            operation, lambda: self._client.get_object(**self._where(path), **self._opened.customer_key)["Body"]
        )
        while chunk := self._tried(operation, lambda: body.read(CHUNK_BYTES)):
            yield chunk

    def stat(self, path: str) -> ObjectInfo | None:
        """Return what a listing would say of one object, or None where there is none."""
        where = self._where(path)
        try:
            found = self._tried(
                self._operation("stat", path), lambda: self._client.head_object(**where, **self._opened.customer_key)
            )
        except ObjectMissingError:
            return None
        return self._info(where["Key"], found, "ContentLength")

    def put(self, path: str, content: bytes, *, create: bool = False, if_etag: str | None = None) -> ObjectInfo:
        """Write an object whole, replacing what is there."""
        condition = {"IfNoneMatch": "*"} if create else {"IfMatch": f'"{if_etag}"'} if if_etag is not None else {}
        try:
            return self._put(path, content, condition)
        except ConditionFailedError:
            found = self.stat(path) if if_etag is not None else None
            if found is None or found.etag != if_etag:
                raise
            # Nobody has written: the store compares the etag without its quotes, as Ceph does.
            return self._put(path, content, {"IfMatch": if_etag})

    def _put(self, path: str, content: bytes, condition: Mapping[str, str]) -> ObjectInfo:
        verb = {"IfNoneMatch": "create", "IfMatch": "replace"}[next(iter(condition))] if condition else "put"
        whole = bool(condition) or not self._config.multipart or len(content) <= self._config.part_bytes
        send = self._whole if whole else self._in_parts
        try:
            etag = self._tried(self._operation(verb, path), lambda: send(path, content, condition))
        except ObjectMissingError:
            # A conditional replace of an absent object; the store says that there is none.
            raise lost(self._operation(verb, path)) from None
        return ObjectInfo(path, len(content), etag, datetime.now(UTC))

    def delete(self, path: str) -> None:
        """Remove an object; removing an absent one is no error."""
        where = self._where(path)
        try:
            self._tried(self._operation("delete", path), lambda: self._client.delete_object(**where))
        except ObjectMissingError:
            return

    def _read(self, path: str, largest_bytes: int | None) -> bytes:
        answer = self._client.get_object(**self._where(path), **self._opened.customer_key)
        check_size(f"{self.name}/{path}", answer["ContentLength"], largest_bytes)
        content: bytes = answer["Body"].read()
        return content

    def _whole(self, path: str, content: bytes, condition: Mapping[str, str]) -> str:
        answer = self._client.put_object(**self._where(path), **self._opened.upload, **condition, Body=content)
        return str(answer["ETag"]).strip('"')

    def _in_parts(self, path: str, content: bytes, _: Mapping[str, str]) -> str:
        where = self._where(path)
        begun = {**where, "UploadId": self._client.create_multipart_upload(**where, **self._opened.upload)["UploadId"]}
        try:
            parts = []
            for number, start in enumerate(range(0, len(content), self._config.part_bytes), 1):
                part = content[start : start + self._config.part_bytes]
                sent = self._client.upload_part(**begun, **self._opened.customer_key, PartNumber=number, Body=part)
                parts.append({"PartNumber": number, "ETag": sent["ETag"]})
            done = self._client.complete_multipart_upload(**begun, MultipartUpload={"Parts": parts})
        except BaseException:
            # The parts of an upload that is given up are stored, and paid for, until it is ended.
            self._client.abort_multipart_upload(**begun)
            raise
        return str(done["ETag"]).strip('"')

    def _where(self, path: str) -> dict[str, str]:
        return {"Bucket": self._config.bucket, "Key": self._folder + checked(path)}

    def _info(self, key: str, found: Mapping[str, Any], size: str) -> ObjectInfo:
        modified: datetime = found["LastModified"]
        return ObjectInfo(
            key.removeprefix(self._folder), found[size], found["ETag"].strip('"'), modified.astimezone(UTC)
        )

    def _operation(self, verb: str, path: str) -> StoreOperation:
        return StoreOperation(verb, f"{self.name}/{path}" if path else self.name, self._config.host)

    def _tried(self, operation: StoreOperation, do: Callable[[], _Result]) -> _Result:
        try:
            return do()
        except (ClientError, BotoCoreError, ResponseParserError) as error:
            fault = boto_fault(error, operation)
        # Raised outside the handler: a traceback would print the library's message, which may carry a token.
        raise fault


def boto_fault(error: Exception, operation: StoreOperation) -> FleetcostError:
    """Return our error for one of boto3's."""
    if not isinstance(error, ClientError):
        if type(error).__name__ in ("NoCredentialsError", "CredentialRetrievalError", "PartialCredentialsError"):
            return StoreRefusedError(f"{operation}: no credentials: {type(error).__name__}; see docs/storage.md")
        strange = StoreError(f"{operation}: the answer of {operation.host}, or of its token service, is not understood")
        return unanswered(operation, operation.host, str(error)) or strange
    code, sentence = error.response["Error"].get("Code", ""), error.response["Error"].get("Message", "")
    if code in _LOST:
        return _condition(operation)
    if code in _MISSING:
        return ObjectMissingError(f"{operation}: there is no such object")
    status = str(error.response["ResponseMetadata"].get("HTTPStatusCode", ""))
    token = error.operation_name.startswith("AssumeRole")
    return answered(operation, StoreReply(status, code, sentence, "the token service" if token else ""))


def profile_keys(link: SdkProfile) -> Callable[[], S3Credential]:
    """Return a function that asks the SDK for a profile's keys as they are now."""
    session = botocore.session.Session(profile=link.profile)

    def fetch() -> S3Credential:
        try:
            found = session.get_credentials()
            keys = found.get_frozen_credentials() if found else None
        except (ClientError, BotoCoreError) as error:
            raise StoreRefusedError(f"no credentials from {link.source}: {type(error).__name__}") from None
        if keys is None:
            raise StoreRefusedError(f"no credentials from {link.source}")
        return {
            "access_key_id": keys.access_key,
            "secret_access_key": keys.secret_key,
            "token": keys.token,
            "expires_at": datetime.now(UTC) + timedelta(minutes=PROFILE_MINUTES),
        }

    return fetch


def _condition(operation: StoreOperation) -> ConditionFailedError:
    return ConditionFailedError(f"{operation}: it exists already") if operation.verb == "create" else lost(operation)
