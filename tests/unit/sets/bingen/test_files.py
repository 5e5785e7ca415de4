"""Files of real writers, seventeen builds of them, against what the same builds say is in them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from fleetcost.errors import SetDamagedError
from fleetcost.sets.bingen.decode import decode
from fleetcost.sets.bingen.raw import decode_guessed, raw_line
from unit.sets.bingen.fixtures import ABSENT, DAMAGED, FILES, FOLDER, beside, file, kind_of, params


@pytest.mark.parametrize("path", params("*.bin", "*.bin.gz"))
def test_every_file_decodes_to_what_its_writer_says(path: Path) -> None:
    """Every field of every file is the writer's, by name and value."""
    decoded = decode(path.read_bytes(), kind_of(path), path.name)
    assert json.loads(raw_line(decoded)) == beside(path)["dump"]


@pytest.mark.parametrize("path", params("*_1h.bin", "*_edge.bin"))
def test_gzip_changes_nothing(path: Path) -> None:
    """A file wrapped in gzip gives the same values as the file itself."""
    content = path.read_bytes()
    wrapped = decode(gzip.compress(content), kind_of(path), path.name)
    assert raw_line(wrapped) == raw_line(decode(content, kind_of(path), path.name))


@pytest.mark.parametrize("path", params("*.bin"))
def test_the_version_is_that_of_the_build(path: Path) -> None:
    """The set carries the version its build writes."""
    decoded = decode(path.read_bytes(), kind_of(path), path.name)
    names = {"allocations": "Allocation", "assets": "Assets", "cloudcosts": "CloudCost"}
    name = names.get(decoded.kind, "NetworkInsight")
    assert decoded.top.layout.version == beside(path)["codecVersions"][name]


@pytest.mark.parametrize("path", params("*_1h.bin", "*_1d.bin", "*_mock.bin"))
def test_the_content_alone_tells_the_kind(path: Path) -> None:
    """A file whose path says nothing is recognised, because no other kind uses it up exactly."""
    decoded = decode_guessed(path.read_bytes(), "nameless")
    assert decoded.kind is kind_of(path)


@pytest.mark.parametrize("path", params("v15_as15_oc1.95.0__assets_1?.bin"))
def test_the_layout_of_one_build_is_found_by_trying(path: Path) -> None:
    """A set of v1.95.0, which changed a layout under the old version, is read and says so."""
    assert decode(path.read_bytes(), kind_of(path), path.name).writer == "v1.95.0 only"


def test_a_file_damaged_by_its_writer_is_refused_by_name() -> None:
    """A string longer than its length field makes a file that nobody can read, and the reason names it."""
    path = file(DAMAGED)
    with pytest.raises(SetDamagedError, match=rf"{path} as bingen allocations: string table at byte [\d,]+: read "):
        decode(path.read_bytes(), kind_of(path), str(path))


@pytest.mark.parametrize("path", params("*_longstring.bin"))
def test_a_cut_string_is_counted(path: Path) -> None:
    """A string of the greatest length is kept, and counted as cut."""
    assert decode(path.read_bytes(), kind_of(path), path.name).cut_texts == 1


@pytest.mark.parametrize("path", params("*_zero.bin", "*_empty.bin", "*networkinsights_edge.bin"))
def test_no_part_of_a_file_passes_for_a_whole(path: Path) -> None:
    """A file cut at any byte is refused, and so is one with a byte too many."""
    content = path.read_bytes()
    for end in range(len(content)):
        with pytest.raises(SetDamagedError):
            decode(content[:end], kind_of(path), path.name)
    with pytest.raises(SetDamagedError, match="1 bytes left over"):
        decode(content + b"\0", kind_of(path), path.name)


@pytest.mark.skipif(not FOLDER.is_dir(), reason=ABSENT)
def test_the_files_are_all_there() -> None:
    """The folder holds the files of every build that the parametrised tests are meant to read."""
    assert len(FILES) == 266
