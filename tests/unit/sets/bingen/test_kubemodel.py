"""KubeModel files: read whole in both versions, refused in any other, and equal to what their writer says they hold."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from fleetcost.bucket.memory import MemoryBucket
from fleetcost.cli.sets_raw import show_raw
from fleetcost.errors import SetDamagedError
from fleetcost.sets.beside import outside, take_beside
from fleetcost.sets.bingen.decode import decode
from fleetcost.sets.bingen.fields_kubemodel import CLUSTER, KUBEMODEL_SET, NAMESPACE, QUANTITY, QUOTA, SIDES
from fleetcost.sets.bingen.grammar import Pointer
from fleetcost.sets.bingen.kinds import BingenKind, kind_in_path
from fleetcost.sets.bingen.raw import raw_line
from fleetcost.sets.cloud.layout import is_cloud_set
from fleetcost.sets.kubemodel import names_of
from unit.sets.bingen.fixtures import SHARED
from unit.sets.bingen.writer import Writer, build

FOLDER = SHARED / "data" / "kubemodel"
FILES = sorted(FOLDER.glob("*.bin"))
PATH = "finops-agent/6f1d/kubemodel/1h/20261020050000.bingen"


def params() -> list[Any]:
    """Return the samples as test parameters; a skip where the folder is absent."""
    if not FILES:
        return [pytest.param(None, marks=pytest.mark.skip(reason=f"no KubeModel files in {FOLDER}"))]
    return [pytest.param(file, id=file.name) for file in FILES]


def said(file: Path) -> dict[str, Any]:
    """Return what the writer says of a file."""
    plain = file.with_suffix(".json")
    text = plain.read_bytes() if plain.exists() else gzip.decompress(file.with_suffix(".json.gz").read_bytes())
    found: dict[str, Any] = json.loads(text)["dump"]
    return found


@pytest.mark.parametrize("file", params())
def test_files_are_what_their_writer_says(file: Path) -> None:
    """Every field of every sample is read, under its own name, with its own value."""
    read = json.loads(raw_line(decode(file.read_bytes(), BingenKind.KUBEMODEL, str(file))))
    dump = said(file)
    assert {name: value for name, value in dump.items() if name in read} == read
    assert all(dump[name] is None for name in set(dump) - set(read))


def sample(version: int) -> bytes:
    """Return a small set of a version: a cluster, a namespace with labels, and a quota."""
    quantity = build(QUANTITY, version, Resource="cpu", Unit="mCPU", Values={"avg": 500.0})
    sides = build(SIDES, version, Requests={"cpu": quantity})
    spec, status = (field.shape for field in QUOTA.fields if field.name in {"Spec", "Status"})
    assert isinstance(spec, Pointer)
    assert isinstance(status, Pointer)
    quota = build(
        QUOTA, version, UID="q", NamespaceUID="n", Name="team",
        Spec=build(spec.to, version, Hard=sides), Status=build(status.to, version, Used=sides),
    )  # fmt: skip
    top = build(
        KUBEMODEL_SET, version,
        Cluster=build(CLUSTER, version, UID="6f1d", Name="prod-eu-1"),
        Namespaces={"n": build(NAMESPACE, version, UID="n", Name="shop", Labels={"team": "blue"})},
        ResourceQuotas={"q": quota},
    )  # fmt: skip
    return Writer().file(KUBEMODEL_SET, top)


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("packed", [False, True])
def test_sets_show_reads_one_by_its_folder(
    version: int, tmp_path: Path, capsys: pytest.CaptureFixture[str], *, packed: bool
) -> None:
    """A file in a KubeModel's folder is shown without naming its kind: cluster, labels and quotas."""
    file = tmp_path / PATH
    file.parent.mkdir(parents=True)
    file.write_bytes(gzip.compress(sample(version)) if packed else sample(version))

    assert kind_in_path(str(file)) is BingenKind.KUBEMODEL
    assert show_raw([file]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["Cluster"]["UID"], shown["Cluster"]["Name"]) == ("6f1d", "prod-eu-1")
    assert shown["Namespaces"]["n"]["Labels"] == {"team": "blue"}
    assert shown["ResourceQuotas"]["q"]["Spec"]["Hard"]["Requests"]["cpu"]["Values"] == {"avg": 500}
    assert ("Pods" in shown) is (version == 2)


@pytest.mark.parametrize("version", [0, 3, 4, 255])
def test_a_version_nobody_released_is_refused(version: int) -> None:
    """Its number is said, and one message is all there is."""
    changed = _with_first_version(sample(1), version)
    with pytest.raises(SetDamagedError, match=f"version {version} of KubeModelSet"):
        decode(changed, BingenKind.KUBEMODEL, PATH)


def _with_first_version(content: bytes, version: int) -> bytes:
    """Return a file whose set carries another version: the byte behind the table of strings."""
    at = 8
    for _ in range(int.from_bytes(content[4:8], "little")):
        at += 2 + int.from_bytes(content[at : at + 2], "little")
    return content[:at] + bytes([version]) + content[at + 1 :]


def test_a_file_that_is_cut_is_refused() -> None:
    """At whatever byte it ends, it is damaged and not read by half."""
    content = sample(2)
    for end in range(len(content)):
        with pytest.raises(SetDamagedError):
            decode(content[:end], BingenKind.KUBEMODEL, PATH)


def test_the_name_of_a_cluster_is_in_its_newest_file() -> None:
    """A folder called by a uid is its cluster's by the newest file; one that cannot be read names none."""
    bucket = MemoryBucket()
    bucket.put("finops-agent/6f1d/kubemodel/1h/20261020040000", b"damaged")
    bucket.put("finops-agent/6f1d/kubemodel/1h/20261020050000.gz", gzip.compress(sample(1)))
    bucket.put("finops-agent/7a2e/kubemodel/1h/20261020050000", b"damaged")
    folders = take_beside(outside(bucket), known=is_cloud_set)

    assert names_of(bucket, folders) == {"6f1d": "prod-eu-1"}
