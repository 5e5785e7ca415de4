"""Which credentials apply, in the order the clouds' own clients have."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from fleetcost.bucket.aws_chain import (
    AmbientCredentials,
    FixedKeys,
    ProcessKeys,
    SdkProfile,
    WebIdentity,
    find_link,
    profile_region,
)
from fleetcost.bucket.azure import find_azure_link
from fleetcost.bucket.azure_config import AzureConfig
from fleetcost.bucket.config import parse_config
from fleetcost.bucket.gcs import gcs_address
from fleetcost.bucket.s3 import find_region, find_sts_endpoint
from fleetcost.bucket.s3_config import S3Config
from fleetcost.errors import SettingsError

NOWHERE = {"HOME": "/nowhere"}
KEYS = {"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret"}
IDENTITY = {"AWS_WEB_IDENTITY_TOKEN_FILE": "/token", "AWS_ROLE_ARN": "arn:role"}
POD = {
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.23/v1/credentials",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/token",
}


def home(tmp_path: Path, *, credentials: str = "", config: str = "") -> dict[str, str]:
    """Return an environment whose home has the SDK's two files."""
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "credentials").write_text(credentials)
    (tmp_path / ".aws" / "config").write_text(config)
    return {"HOME": str(tmp_path)}


def test_aws_links_in_their_order(tmp_path: Path) -> None:
    """Environment, web identity, shared files, container, machine: each wins over those behind it."""
    files = home(tmp_path, credentials="[default]\naws_access_key_id = a\naws_secret_access_key = b\n")
    everything = {**KEYS, **IDENTITY, **POD, **files}
    assert isinstance(find_link(everything), FixedKeys)
    without_keys = {key: value for key, value in everything.items() if key not in KEYS}
    assert isinstance(find_link(without_keys), WebIdentity)
    found = find_link({**POD, **files})
    assert isinstance(found, FixedKeys)
    assert found.source.startswith("profile 'default' of ")
    assert find_link({**POD, **NOWHERE}) == AmbientCredentials(
        "container credentials http://169.254.170.23/v1/credentials"
    )
    assert find_link({"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/c", **NOWHERE}) == AmbientCredentials(
        "container credentials /v2/c"
    )
    assert find_link(NOWHERE) == AmbientCredentials("instance metadata")


def test_aws_profiles(tmp_path: Path) -> None:
    """A profile may hold keys, a token to exchange, a program to run, or need the SDK itself."""
    environment = home(
        tmp_path,
        credentials="[keys]\naws_access_key_id = a\naws_secret_access_key = b%c\naws_session_token = d\n",
        config="[profile identity]\nweb_identity_token_file = /token\nrole_arn = arn:role\n"
        "[profile program]\ncredential_process = /bin/keys --for me\n"
        "[profile other-role]\nrole_arn = arn:role\nsource_profile = keys\n"
        "[profile sso]\nsso_session = us\n[profile keys]\nregion = eu-west-3\n",
    )

    def link(profile: str) -> object:
        return find_link({**environment, "AWS_PROFILE": profile})

    fixed = link("keys")
    assert isinstance(fixed, FixedKeys)
    assert fixed.keys.revealed() == {
        "access_key_id": "a",
        "secret_access_key": "b%c",
        "token": "d",
        "expires_at": None,
    }
    identity = link("identity")
    assert isinstance(identity, WebIdentity)
    assert (identity.token_file, identity.role) == (Path("/token"), "arn:role")
    program = link("program")
    assert isinstance(program, ProcessKeys)
    assert program.command.reveal() == "/bin/keys --for me"
    assert isinstance(link("other-role"), SdkProfile)
    assert isinstance(link("sso"), SdkProfile)
    assert profile_region({**environment, "AWS_PROFILE": "keys"}) == "eu-west-3"


HALVES = {
    "key without secret": ({"AWS_ACCESS_KEY_ID": "a"}, "AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not"),
    "secret without key": ({"AWS_SECRET_ACCESS_KEY": "a"}, "AWS_SECRET_ACCESS_KEY is set and AWS_ACCESS_KEY_ID is"),
    "token without role": ({"AWS_WEB_IDENTITY_TOKEN_FILE": "/t"}, "is set and AWS_ROLE_ARN is not"),
    "pod without token": ({"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://x"}, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"),
    "nothing left": ({"AWS_EC2_METADATA_DISABLED": "true"}, "no AWS credentials: there are none in the environment"),
    "absent profile": ({"AWS_PROFILE": "p"}, "AWS_PROFILE: there is no profile 'p' of /nowhere/.aws/credentials"),
}


@pytest.mark.parametrize(("environment", "complaint"), HALVES.values(), ids=HALVES.keys())
def test_aws_links_by_half(environment: dict[str, str], complaint: str) -> None:
    """What is there by half is an error that names the other half, not a reason to look further."""
    with pytest.raises(SettingsError) as caught:
        find_link({**NOWHERE, **environment})
    assert complaint in str(caught.value)


def test_aws_file_that_is_garbled(tmp_path: Path) -> None:
    """The complaint about a shared file does not quote it."""
    environment = home(tmp_path, credentials="aws_secret_access_key = swordfish\n")
    with pytest.raises(SettingsError) as caught:
        find_link(environment)
    assert "swordfish" not in str(caught.value)
    assert ".aws/credentials: not `[profile]` sections" in str(caught.value)


def s3(*lines: str) -> S3Config:
    text = "\n".join(("type: S3", "config:", "  bucket: b", *(f"  {line}" for line in lines)))
    backend = parse_config(text, Path("f")).backend
    assert isinstance(backend, S3Config)
    return backend


def test_region_and_token_service() -> None:
    """The region is the settings', the endpoint's, the environment's, or the common one; the token service follows."""
    assert find_region(s3("endpoint: minio:9000"), NOWHERE) == "us-east-1"
    assert find_region(s3("endpoint: minio:9000"), {"AWS_REGION": "eu-west-1"}) == "eu-west-1"
    assert find_region(s3("endpoint: s3.eu-west-3.amazonaws.com"), {"AWS_REGION": "eu-west-1"}) == "eu-west-3"
    china = s3("endpoint: s3.cn-north-1.amazonaws.com.cn")
    assert find_sts_endpoint(china, NOWHERE) == "https://sts.cn-north-1.amazonaws.com.cn"
    assert find_sts_endpoint(s3("endpoint: minio", "region: eu-west-1"), {}) == "https://sts.eu-west-1.amazonaws.com"
    written = s3("endpoint: minio", "sts_endpoint: sts.internal:8443")
    assert find_sts_endpoint(written, {"AWS_ENDPOINT_URL_STS": "https://else"}) == "https://sts.internal:8443"
    with pytest.raises(SettingsError, match="tokens travel over TLS"):
        s3("endpoint: minio", "sts_endpoint: http://sts.internal")


def azure(*lines: str) -> AzureConfig:
    text = "\n".join(("type: AZURE", "config:", "  container: c", *(f"  {line}" for line in lines)))
    backend = parse_config(text, Path("f")).backend
    assert isinstance(backend, AzureConfig)
    return backend


WORKLOAD = {"AZURE_CLIENT_ID": "client", "AZURE_TENANT_ID": "tenant", "AZURE_FEDERATED_TOKEN_FILE": "/token"}


def test_azure_links_in_their_order() -> None:
    """Key, signature, principal and identity of the settings come before everything of the environment."""
    account = "storage_account: a"
    principal = ("client_id: x", "az_tenant_id: y", "client_secret: z")
    kinds = [
        find_azure_link(azure(account, "storage_account_key: a2V5"), WORKLOAD).kind,
        find_azure_link(azure("storage_connection_string: AccountName=a;SharedAccessSignature=s=1"), WORKLOAD).kind,
        find_azure_link(azure(account, *principal), WORKLOAD).kind,
        find_azure_link(azure(account, "user_assigned_id: u"), WORKLOAD).kind,
        find_azure_link(azure(account), {**WORKLOAD, "AZURE_CLIENT_SECRET": "s"}).source,
        find_azure_link(azure(account), WORKLOAD).kind,
        find_azure_link(azure(account), {"AZURE_USE_AZURE_CLI": "true"}).kind,
        find_azure_link(azure(account), {}).source,
    ]
    assert kinds == [
        "access_key",
        "sas_token",
        "client_secret",
        "managed_identity",
        "service principal of AZURE_CLIENT_ID",
        "workload_identity",
        "azure_cli",
        "managed identity of this machine",
    ]
    with pytest.raises(SettingsError, match="AZURE_FEDERATED_TOKEN_FILE is set, AZURE_CLIENT_ID or AZURE_TENANT_ID"):
        find_azure_link(azure(account), {"AZURE_FEDERATED_TOKEN_FILE": "/token"})


def test_azure_addresses() -> None:
    """The account's address comes from the endpoint, the connection string, or Azure's public name."""
    assert azure("storage_account: a").address == "https://a.blob.core.windows.net"
    assert azure("storage_account: a", "endpoint: blob.core.chinacloudapi.cn").address == (
        "https://a.blob.core.chinacloudapi.cn"
    )
    assert azure("storage_account: a", "endpoint: https://gate.internal/a/").address == "https://gate.internal/a"
    suffix = "AccountName=a;AccountKey=a2V5;EndpointSuffix=core.usgovcloudapi.net"
    assert azure(f"storage_connection_string: {suffix}").address == "https://a.blob.core.usgovcloudapi.net"
    blob = "AccountName=a;AccountKey=a2V5;BlobEndpoint=http://127.0.0.1:10000/a"
    assert azure(f"storage_connection_string: {blob}").address == "http://127.0.0.1:10000/a"


AZURE_REFUSALS = {
    "no account": ((), "line 3, `config.storage_account`: required and missing"),
    "half a principal": (("storage_account: a", "client_secret: s"), "needs `client_id` and `az_tenant_id`"),
    "key and identity": (
        ("storage_account: a", "storage_account_key: k", "user_assigned_id: u"),
        "line 5, `config.storage_account_key`: give either a key or an identity",
    ),
    "two keys": (
        ("storage_account_key: k", "storage_connection_string: AccountName=a;AccountKey=k"),
        "give either this or `storage_connection_string`",
    ),
    "no key": (("storage_connection_string: AccountName=a",), "needs either AccountKey or SharedAccessSignature"),
    "strange part": (("storage_connection_string: AccountName=a;swordfish",), "expected `Key=value;…` with keys among"),
    "client certificate": (
        ("storage_account: a", "http_config: {tls_config: {cert_file: c, key_file: k}}"),
        "line 5, `config.http_config.tls_config.cert_file`: client certificates are spoken for `type: S3`, not AZURE",
    ),
}


@pytest.mark.parametrize(("lines", "complaint"), AZURE_REFUSALS.values(), ids=AZURE_REFUSALS.keys())
def test_azure_refusals_name_key_file_and_line(lines: tuple[str, ...], complaint: str) -> None:
    """What cannot be used is refused with its key, the file and the line, without the value of a secret."""
    with pytest.raises(SettingsError) as caught:
        azure(*lines)
    assert complaint in str(caught.value)
    assert "swordfish" not in str(caught.value)


def test_google_address() -> None:
    """`STORAGE_EMULATOR_HOST` moves the address, with a scheme or without, as for Google's own clients."""
    assert gcs_address({}) == "https://storage.googleapis.com"
    assert gcs_address({"STORAGE_EMULATOR_HOST": "localhost:4443"}) == "http://localhost:4443"
    assert gcs_address({"STORAGE_EMULATOR_HOST": "https://gcs.internal/"}) == "https://gcs.internal"


def test_extras_that_are_not_installed() -> None:
    """Settings that need an optional library say which key needs it and how it is installed."""
    code = """
import sys
sys.modules["boto3"] = sys.modules["botocore"] = sys.modules["botocore.session"] = None
sys.modules["google.auth"] = sys.modules["google.auth.aws"] = None
from pathlib import Path
from fleetcost.bucket.config import parse_config
from fleetcost.bucket.open import open_bucket
from fleetcost.errors import SettingsError
S3 = "type: S3\\nconfig: {bucket: b, endpoint: e, http_config: {tls_config: {cert_file: c, key_file: k}}}"
GCS = "type: GCS\\nconfig: {bucket: b, service_account: '{\\"type\\": \\"external_account\\"}'}"
for text in (S3, GCS):
    try:
        open_bucket(parse_config(text, Path("f")), {})
    except SettingsError as error:
        print(error)
"""
    source = str(Path(__file__).parents[3] / "src")
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONPATH": source}
    )
    assert done.stdout.splitlines() == [
        "`http_config.tls_config.cert_file` needs boto3, which is not installed: pip install 'fleetcost[s3-mtls]'",
        (
            "`service_account` of the storage settings: credentials of type external_account need google-auth, "
            "which is not installed: pip install 'fleetcost[gcs-federation]'"
        ),
    ]
