"""Settings of a bucket as people write them wrongly: each is refused in its place, and nothing is a traceback."""

from __future__ import annotations

import base64
import itertools
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fleetcost.probe.check import ProbeContext, ProbeOutcome, ProbeStep, check

FIELD = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "field-2" / "stores"
NOBODY = "127.0.0.1:1"

S3 = {"bucket": "b", "endpoint": NOBODY, "insecure": True, "access_key": "k", "secret_key": "hunter2"}
GCS = {"bucket": "b", "service_account": json.dumps({"type": "service_account", "private_key": "hunter2"})}
AZURE = {
    "storage_account": "acct",
    "container": "c",
    "storage_account_key": "aHVudGVyMg==",
    "endpoint": f"http://{NOBODY}",
}
SIGNED = f"BlobEndpoint=http://{NOBODY}/;SharedAccessSignature=?sv=2022-11-02&sig=hunter2"


def checked(text: str, folder: Path, environment: dict[str, str] | None = None) -> dict[str, ProbeStep]:
    """Run the check on these settings and return its steps by name."""
    file = folder / "federated-store.yaml"
    file.write_text(text)
    ticks = itertools.count()
    here = {"AWS_EC2_METADATA_SERVICE_ENDPOINT": f"http://{NOBODY}", "GCE_METADATA_HOST": NOBODY, "HOME": str(folder)}
    around = ProbeContext(environment or here, lambda: datetime.now(UTC), lambda: next(ticks), "unique")
    return {step.name: step for step in check(file, around, "fleetcost/check")}


def store(kind: str, **config: Any) -> str:
    """Return a file of a kind of store."""
    return yaml.safe_dump({"type": kind, "config": {key: value for key, value in config.items() if value is not None}})


MISTAKES: dict[str, tuple[str, str, str]] = {
    "an access point": (
        store("S3", **S3 | {"bucket": "arn:aws:s3:eu-west-1:1:accesspoint/f"}),
        "config.bucket",
        "-s3alias",
    ),
    "an access point in another partition": (
        store("S3", **S3 | {"bucket": "arn:aws-cn:s3:cn-north-1:1:accesspoint:f"}),
        "config.bucket",
        "-s3alias",
    ),
    "an address of S3": (store("S3", **S3 | {"bucket": "s3://b/a/c"}), "config.bucket", "give 'b', and `prefix: a/c`"),
    "an address of Google": (store("GCS", **GCS | {"bucket": "gs://b"}), "config.bucket", "give 'b'"),
    "a page's address": (store("S3", **S3 | {"bucket": "https://b.s3.amazonaws.com"}), "config.bucket", "belongs into"),
    "a folder in the name": (store("S3", **S3 | {"bucket": "b/costs/"}), "config.bucket", "`prefix: costs`"),
    "blanks": (store("S3", **S3 | {"bucket": "my bucket"}), "config.bucket", "cannot be a bucket's name"),
    "the bucket in the host": (
        store("S3", **S3 | {"endpoint": "b.s3.eu-west-1.amazonaws.com"}),
        "config.endpoint",
        "s3.eu-west-1.amazonaws.com",
    ),
    "a port that is none": (store("S3", **S3 | {"endpoint": "minio:port"}), "config.endpoint", "optional port"),
    "a port too high": (store("S3", **S3 | {"endpoint": "minio:90000"}), "config.endpoint", "optional port"),
    "a key with a line's end": (store("S3", **S3 | {"secret_key": "hunter2\n"}), "config.secret_key", "copy it again"),
    "an account's address": (
        store("AZURE", **AZURE | {"storage_account": "https://acct.blob.core.windows.net"}),
        "config.storage_account",
        "'acct'",
    ),
    "a key that is no base64": (
        store("AZURE", **AZURE | {"storage_account_key": "hunter2!"}),
        "config.storage_account_key",
        "no base64",
    ),
    "a signature as a key": (
        store("AZURE", **AZURE | {"storage_account_key": "sv=1&sig=hunter2"}),
        "config.storage_account_key",
        "signature",
    ),
    "a key in a connection string": (
        store("AZURE", container="c", storage_connection_string="AccountName=a;AccountKey=hunter2!"),
        "config.storage_connection_string",
        "no base64",
    ),
    "an endpoint that is no address": (
        store(
            "AZURE", container="c", storage_connection_string="AccountName=a;AccountKey=aHVu;BlobEndpoint=acct.blob:x"
        ),
        "config.storage_connection_string",
        "host with an optional port",
    ),
    "an endpoint with a strange port": (
        store("AZURE", **AZURE | {"endpoint": "http://azurite:ten"}),
        "config.endpoint",
        "optional port",
    ),
    "a shell's variable": (store("S3", **S3 | {"bucket": "${BUCKET}"}), "${BUCKET}", "nobody filled in"),
    "a template of Helm": (
        store("S3", **S3 | {"region": "{{ .Values.region }}"}),
        "{{ .Values.region }}",
        "nobody filled in",
    ),
    "a template in a key": (store("S3", **S3 | {"secret_key": "$(SECRET)"}), "$(SECRET)", "nobody filled in"),
    "a guide's placeholder": (store("S3", **S3 | {"bucket": "<your-bucket>"}), "<your-bucket>", "nobody filled in"),
    "a Secret": (
        yaml.safe_dump(
            {"apiVersion": "v1", "kind": "Secret", "stringData": {"federated-store.yaml": store("S3", **S3)}}
        ),
        "kind Secret",
        "below its key 'federated-store.yaml'",
    ),
    "the data of a Secret": ("dHlwZTogUzMK\n", "one text without a key", "decode"),
    "values of a chart": (
        yaml.safe_dump({"kubecostModel": {"federatedStorageConfig": "type: S3"}}),
        "federated-store.yaml, line 1",
        "type",
    ),
    "nothing": ("", "federated-store.yaml", "empty"),
    "a list": ("- type: S3\n", "federated-store.yaml", "list"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_refused_where_it_was_written(mistake: str, tmp_path: Path) -> None:
    """The first step fails, names the place and what to write, and no credential is repeated."""
    text, place, cure = MISTAKES[mistake]
    settings_step = checked(text, tmp_path)["settings"]

    assert settings_step.outcome is ProbeOutcome.FAILED
    assert place in settings_step.account
    assert cure in settings_step.account
    assert "hunter2" not in settings_step.account


PEM = "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----\n"


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("PASTE_KEY", "no private key in PEM"),
        (PEM.replace("\n", "\\n"), "as two characters"),
        (PEM, "cut short"),
        ("", "no private key in PEM"),
    ],
)
@pytest.mark.parametrize("place", ["settings", "environment"])
def test_the_key_of_a_service_account_is_blamed_itself(place: str, key: str, said: str, tmp_path: Path) -> None:
    """A private key that can be none is blamed on the document it is in, never on the bucket or its certificates."""
    document = json.dumps({"type": "service_account", "private_key": key, "client_email": "a@b"})
    (tmp_path / "key.json").write_text(document)
    named = {"GOOGLE_APPLICATION_CREDENTIALS": str(tmp_path / "key.json")}
    text = store("GCS", bucket="b", service_account=document if place == "settings" else None)
    step = checked(text, tmp_path, named if place == "environment" else None)["credentials"]

    assert step.outcome is ProbeOutcome.FAILED
    assert ("`config.service_account`" if place == "settings" else "key.json") in step.account
    assert said in step.account
    assert "tls_config" not in step.account
    assert "hunter2" not in step.account


@pytest.mark.parametrize("end", ["\n", " ", "\u00e9", "\0"])
@pytest.mark.parametrize("place", ["settings", "environment"])
def test_keys_that_no_request_can_carry_are_refused(place: str, end: str, tmp_path: Path) -> None:
    """A key with a line's end, as a Secret made by hand has it, is refused before a request is made of it."""
    if place == "settings":
        steps = checked(store("S3", **S3 | {"secret_key": f"hunter2{end}"}), tmp_path)
    else:
        keys = {"AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": f"hunter2{end}"}
        steps = checked(store("S3", bucket="b", endpoint=NOBODY, insecure=True), tmp_path, keys)
    step = steps["settings" if place == "settings" else "credentials"]

    assert step.outcome is ProbeOutcome.FAILED
    assert "a line's end" in step.account
    assert "hunter2" not in step.account


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("/var/secrets/key.json", "found a path"),
        (base64.b64encode(b'{"type": "service_account"}').decode(), "found it in base64"),
        ("hunter2", "expected the JSON"),
    ],
)
def test_what_is_no_service_account_is_called_by_what_it_is(written: str, said: str, tmp_path: Path) -> None:
    """A path or base64 in place of the JSON is named as that, with the key and its line, and is not repeated."""
    step = checked(store("GCS", bucket="b", service_account=written), tmp_path)["credentials"]

    assert step.outcome is ProbeOutcome.FAILED
    assert "`config.service_account`" in step.account
    assert said in step.account
    assert written not in step.account


def test_a_refused_connection_is_the_stores_own(tmp_path: Path) -> None:
    """With a signature in each address nobody but the store is asked, and nobody else is blamed."""
    steps = checked(store("AZURE", storage_account="a", container="c", storage_connection_string=SIGNED), tmp_path)

    assert steps["put"].outcome is ProbeOutcome.FAILED
    assert f"{NOBODY}: nothing listens there" in steps["put"].account
    assert not any("token service" in step.account or "hunter2" in step.account for step in steps.values())


@pytest.mark.parametrize("text", [store("S3", bucket="b", endpoint=NOBODY), store("GCS", bucket="b")])
def test_credentials_that_are_nowhere_are_not_found(text: str, tmp_path: Path) -> None:
    """Where neither settings nor environment have any and the machine gives none, the step fails and says so."""
    step = checked(text, tmp_path)["credentials"]

    assert step.outcome is ProbeOutcome.FAILED
    assert "none in the settings or the environment" in step.account


WORDS = st.sampled_from(
    [
        "",
        "b",
        "arn:aws:s3:::b",
        "s3://b/c",
        "http://[::1",
        "https://h:99999999",
        "a b",
        "-",
        "é",
        "null",
        "\u0000",
        "a\nb",
        "..",
        "/",
        ":",
        "@",
        "%zz",
        "=",
        "x" * 70,
        "x" * 300,
        "true",
        "0",
        "-1",
        "1e9",
        "${A}",
        "[]",
        "{}",
        NOBODY,
        "[::zz]",
        "[::1]:1",
        "h:1:2",
        "http://h:99999",
        "https://u:p@h",
        "\t",
        "'",
        '"',
        "AccountName=a;AccountKey=aHVu;EndpointSuffix=..",
        "AccountName=é;AccountKey=aHVu",
        "BlobEndpoint=http://127.0.0.1:1/;SharedAccessSignature=é",
        '{"type": "x"}',
        '{"type": "authorized_user"}',
        '{"type": "service_account"}',
        '{"type": 1}',
        "{'type'}",
        "xn--",
        "a" * 64 + ".b",
    ]
)
KEYS = {
    "S3": (
        "bucket",
        "endpoint",
        "region",
        "insecure",
        "list_objects_version",
        "disable_multipart",
        "max_retries",
        "access_key",
        "secret_key",
        "session_token",
        "sts_endpoint",
        "part_size",
        "bucket_lookup_type",
    ),
    "GCS": ("bucket", "service_account", "chunk_size_bytes"),
    "AZURE": (
        "storage_account",
        "storage_account_key",
        "storage_connection_string",
        "container",
        "endpoint",
        "client_id",
        "az_tenant_id",
        "client_secret",
        "user_assigned_id",
    ),
}
BASES: dict[str, dict[str, Any]] = {"S3": S3, "GCS": GCS, "AZURE": AZURE}


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_settings_are_a_traceback(data: st.DataObject, tmp_path: Path) -> None:
    """Whatever stands in whichever keys, every step has an outcome: it passed, warned, failed or was not tried."""
    kind = data.draw(st.sampled_from(sorted(KEYS)))
    strange = data.draw(st.dictionaries(st.sampled_from(KEYS[kind]), WORDS, max_size=4))
    steps = checked(store(kind, **BASES[kind] | strange), tmp_path)

    assert "settings" in steps
    assert all(step.account for step in steps.values())


RIGHT = {
    "30-store-access-point-arn.yaml": ("settings", "`config.bucket`"),
    "31-store-gcs-key-no-pem.yaml": ("credentials", "`config.service_account`"),
    "32-store-azure-key-no-base64.yaml": ("settings", "`config.storage_account_key`"),
    "33-store-azure-sas-refused-connection.yaml": ("put", "127.0.0.1:1: nothing listens there"),
    "34-store-bucket-as-url.yaml": ("settings", "give 'my-bucket', and `prefix: kubecost`"),
}


@pytest.mark.skipif(not FIELD.is_dir(), reason="the files of the field lie beside the project, not in it")
@pytest.mark.parametrize("name", RIGHT)
def test_files_of_the_field(name: str, tmp_path: Path) -> None:
    """Each file whose mistake was once blamed on something else fails at its step with its own reason."""
    step, said = RIGHT[name]
    found = checked((FIELD / name).read_text(), tmp_path)[step]

    assert found.outcome is ProbeOutcome.FAILED
    assert said in found.account
