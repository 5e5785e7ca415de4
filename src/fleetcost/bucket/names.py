"""What can be a bucket's name, an account's, a host or a key: what cannot is refused where it was written."""

from __future__ import annotations

import base64
import binascii
import ipaddress
import json
import re
from urllib.parse import urlsplit

from fleetcost.errors import SettingsError
from fleetcost.ops.section import Section

_BUCKET = re.compile(r"[A-Za-z0-9$][A-Za-z0-9._-]{0,221}")
_ACCOUNT = re.compile(r"[A-Za-z0-9-]{1,63}")
_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_HOST = re.compile(rf"(?:\[[0-9A-Fa-f:.]+\]|{_LABEL}(?:\.{_LABEL})*\.?)(?::(?P<port>\d{{1,5}}))?")
_AWS_HOST = re.compile(r"\.(s3[.-][a-z0-9.-]*amazonaws\.com(\.cn)?)$")
_PEM = re.compile(r"-----BEGIN (RSA )?PRIVATE KEY-----(?P<body>[A-Za-z0-9+/=\s]+)-----END (RSA )?PRIVATE KEY-----\s*")
LARGEST_PORT = 65535


def bucket_name(section: Section, key: str, meaning: str) -> str:
    """
    Return the name of a bucket or container.

    Raises:
        SettingsError: it is missing, or an address, an ARN or a path; says what of it is the name.
    """
    written = section.required(key, meaning)
    if written.startswith("arn:"):
        raise section.error(
            key,
            "an ARN is no bucket's name here: give the bucket itself, or the alias of the access point, which ends in "
            "-s3alias",
        )
    scheme, separator, rest = written.rpartition("://")
    name, _, folder = rest.strip("/").partition("/")
    if separator and scheme in {"http", "https"}:
        raise section.error(key, "expected the name alone, found an address: the host belongs into `endpoint`")
    if (separator or folder or rest != name) and _BUCKET.fullmatch(name):
        rest_of_it = f", and `prefix: {folder}` beside `type` for the folder" if folder else ""
        raise section.error(key, f"expected the name alone, read {written!r}: give {name!r}{rest_of_it}")
    if not _BUCKET.fullmatch(written):
        raise section.error(key, f"{written!r} cannot be a bucket's name: letters, digits and `. _ -`")
    return written


def account_name(section: Section, key: str, written: str) -> str:
    """
    Return the name of a storage account of Azure.

    Raises:
        SettingsError: it is an address or no name at all.
    """
    if "." in written or "/" in written:
        name = written.rpartition("://")[2].partition(".")[0]
        raise section.error(key, f"expected the account's name alone, read {written!r}: give {name!r}")
    if not _ACCOUNT.fullmatch(written):
        raise section.error(key, f"{written!r} cannot be a storage account's name: letters and digits")
    return written


def host_of(section: Section, key: str, host: str) -> str:
    """
    Return a host with an optional port.

    Raises:
        SettingsError: it is none, or its port is no number up to 65535.
    """
    found = _HOST.fullmatch(host)
    if not found or int(found["port"] or 0) > LARGEST_PORT or not _is_address(host):
        raise section.error(key, f"expected a host with an optional port, read {host!r}")
    return host


def _is_address(host: str) -> bool:
    """Tell whether what stands in brackets is an address; a name has none."""
    if not host.startswith("["):
        return True
    try:
        ipaddress.IPv6Address(host[1:].partition("]")[0])
    except ValueError:
        return False
    return True


def address_of(section: Section, key: str, address: str) -> str:
    """
    Return an `http://` or `https://` address.

    Raises:
        SettingsError: it is none.
    """
    try:
        parts = urlsplit(address)
        host = host_of(section, key, parts.netloc)
    except ValueError:
        host = ""
    if not host or parts.scheme not in {"http", "https"}:
        raise section.error(key, f"expected an address that begins with http:// or https://, read {address!r}")
    return address


def fits_a_header(text: str) -> bool:
    """Tell whether a text can be part of a request's header, as keys and regions are: ASCII, seen, without blanks."""
    return text.isascii() and text.isprintable() and " " not in text


def outside_of_host(section: Section, bucket: str, host: str) -> str:
    """
    Return the host of S3's API; at AWS the bucket's name comes before it by itself.

    Raises:
        SettingsError: the name is in it already.
    """
    found = _AWS_HOST.search(host)
    if found and host.startswith(f"{bucket}."):
        raise section.error("endpoint", f"holds the bucket's name, which is added by itself: give {found[1]!r}")
    return host


def check_account_key(section: Section, key: str, text: str) -> None:
    """
    Check the key of a storage account, which is base64.

    Raises:
        SettingsError: it is a signature, or no base64; the message does not hold it.
    """
    if "sig=" in text:
        raise section.error(
            key,
            "this is a shared access signature, not a key: give `storage_connection_string: "
            "BlobEndpoint=https://<account>.blob.core.windows.net;SharedAccessSignature=…`",
        )
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise section.error(
            key, "this is no base64, so no account key: copy one of the two under Access keys of the storage account"
        ) from None


def check_service_account(place: object, text: str) -> None:
    """
    Check the JSON of a service account of Google.

    Args:
        place: where it stands, for messages
        text: the JSON; anything that is not a service account's key is let through

    Raises:
        SettingsError: it has no private key that can be one; the message does not hold it.
    """
    try:
        document = json.loads(text)
    except ValueError:
        return
    if not isinstance(document, dict) or document.get("type") != "service_account":
        return
    key = str(document.get("private_key", ""))
    found = _PEM.fullmatch(key.strip())
    if not found:
        broken = ", and holds \\n as two characters where lines should end" if "\\n" in key else ""
        raise SettingsError(
            f"{place}: its `private_key` is no private key in PEM (-----BEGIN PRIVATE KEY----- and so on){broken}: "
            "give the whole file that Google made for the service account"
        )
    try:
        base64.b64decode("".join(found["body"].split()), validate=True)
    except (binascii.Error, ValueError):
        raise SettingsError(f"{place}: its `private_key` is cut short or changed: give the whole file again") from None
    if "@" not in str(document.get("client_email", "")):
        raise SettingsError(f"{place}: its `client_email` is missing: give the whole file of the service account")
