"""What to do about a fault, by the word a server or the client library uses for it."""

from __future__ import annotations

HINTS = {
    "InvalidAccessKeyId": "the access key is unknown there: give a valid `access_key`, or check which credentials win",
    "SignatureDoesNotMatch": "the secret does not belong to the access key: give the right `secret_key`",
    "AccessDenied": "these credentials lack the permission: see docs/storage.md for the list a role needs",
    "AllAccessDisabled": "the bucket is locked: ask its owner",
    "ExpiredToken": "the session token is over: renew it",
    "InvalidToken": "the session token is not accepted: renew it",
    "InvalidTokenId": "the session token is not accepted: renew it",
    "RequestTimeTooSkewed": "this machine's clock is off by more than the store allows: synchronise it",
    "NoSuchBucket": "create the bucket, or correct `bucket` and `endpoint`",
    "InvalidBucketName": "correct `bucket`",
    "ContainerNotFound": "create the container, or correct `container`",
    "InvalidResourceName": "correct `container`",
    "AuthorizationHeaderMalformed": "correct `region`",
    "InvalidRegion": "correct `region`",
    "PermanentRedirect": "the bucket is in another region: correct `region` and `endpoint`",
    "AuthenticationFailed": "the account key or token is not accepted: check the credentials and this machine's clock",
    "AuthorizationPermissionMismatch": "give the identity the role Storage Blob Data Contributor on the container",
    "AuthorizationFailure": "the identity or the network is not allowed: check the role and the account's firewall",
    "InvalidAuthenticationInfo": "the token is not accepted: check the identity and this machine's clock",
    "KMS.NotFoundException": "the key of `kms_key_id` is not there: correct it",
    "KMSNotConfigured": "this store has no key management: remove `sse_config`, or set it up there",
    "kms:KeyNotFound": "the key of `kms_key_id` is not there: correct it",
}
"""By the store's own code."""

STATUS_HINTS = {
    "301": "the bucket is in another region: correct `region` and `endpoint`",
    "401": "the credentials are not accepted: see docs/storage.md for how this store finds them",
    "403": "these credentials lack the permission: see docs/storage.md for the list a role needs",
}
"""By HTTP status, where the store gives no code or an unknown one."""

AGAIN = ("RequestTimeout", "InternalError", "SlowDown", "ServiceUnavailable", "ServerBusy", "OperationTimedOut")
"""Codes that pass by themselves, whatever status they come with."""

DENIED = ("lack the permission", "AuthorizationPermissionMismatch", "the right to ")
"""Words of our own messages where it is a permission that is missing."""

TOKEN_HINTS = {
    "AccessDenied": "the role does not trust this token: check the role's trust policy and the service account's name",
    "InvalidIdentityToken": "the token is not accepted: check the cluster's identity provider and the audience",
    "ExpiredTokenException": "the token in the file is over: check that it is renewed",
    "ExpiredToken": "the token in the file is over: check that it is renewed",
    "invalid_client": "the application does not accept this secret or token: check its secret or federated credential",
    "unauthorized_client": "the application is unknown in this tenant: check client and tenant id",
    "invalid_grant": "the token is not accepted: check that it is renewed",
}
"""By a token service's code."""

METADATA_HOSTS = ("169.254.169.254", "169.254.170.2", "metadata.google.internal")
"""Services that only cloud machines have; elsewhere their silence means that there are no credentials."""

REFUSED_CERTIFICATE = ("InvalidCertificate", "CERTIFICATE_VERIFY_FAILED", "doesn't match")
"""How the TLS libraries say that they refuse the server's certificate."""

TRUST = (
    ("UnknownIssuer", "its issuer is not trusted here: give the CA with `http_config.tls_config.ca_file`"),
    ("unable to get local issuer", "its issuer is not trusted here: give the CA with `http_config.tls_config.ca_file`"),
    ("self-signed certificate", "its issuer is not trusted here: give the CA with `http_config.tls_config.ca_file`"),
    ("NotValidForName", "it is for another host name: correct `endpoint`, or renew it with this name"),
    ("doesn't match", "it is for another host name: correct `endpoint`, or renew it with this name"),
    ("ostname mismatch", "it is for another host name: correct `endpoint`, or renew it with this name"),
    ("address mismatch", "it is for another address: correct `endpoint`, or renew it with this address"),
    ("certificate has expired", "it has expired: renew the server's certificate, or check this machine's clock"),
    ("not yet valid", "it is not valid yet: check this machine's clock"),
    ("Expired", "it has expired: renew the server's certificate, or check this machine's clock"),
    ("NotValidYet", "it is not valid yet: check this machine's clock"),
    ("BadSignature", "its signature is wrong: give the CA that signed it with `http_config.tls_config.ca_file`"),
    ("CaUsedAsEndEntity", "it is a CA's own: give the server a certificate that a CA has signed"),
)
"""Why a certificate is refused, by the TLS libraries' words."""

WANTS_CERTIFICATE = (
    "CertificateRequired",
    "BadCertificate",
    "HandshakeFailure",
    "UnknownCA",
    "CertificateUnknown",
    "certificate required",
    "bad certificate",
    "handshake failure",
    "unknown ca",
)
"""Alerts of a server that wants a client certificate, or another one."""

UNREACHED = (
    ("WRONG_VERSION_NUMBER", "it does not speak TLS there: set `insecure: true`, or correct the port"),
    ("Read timeout", "no answer in time"),
    ("Connect timeout", "no answer in time"),
    ("EOF occurred in violation", "the connection was cut in the TLS handshake"),
    ("Could not connect", "nothing listens there, or its name is not known here"),
    ("Connection was closed", "the connection was cut"),
    ("ConnectionRefused", "nothing listens there (connection refused)"),
    ("dns error", "its name is not known here (DNS)"),
    ("failed to lookup", "its name is not known here (DNS)"),
    ("InvalidContentType", "it does not speak TLS there: set `insecure: true`, or correct the port"),
    ("TimedOut", "no answer in time"),
    ("timed out", "no answer in time"),
    ("NetworkUnreachable", "the network is unreachable"),
    ("HostUnreachable", "the host is unreachable"),
    ("ConnectionReset", "the connection was cut"),
    ("UnexpectedEof", "the connection was cut"),
    ("IncompleteMessage", "the connection was cut"),
    ("IncompleteBody", "the connection was cut"),
    ("BrokenPipe", "the connection was cut"),
)
"""Why there was no answer, by the HTTP libraries' words."""
