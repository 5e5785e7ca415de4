"""Sizes as people write them."""

from __future__ import annotations

import os

import pytest

from fleetcost.ops.memory import Size, machine_memory_bytes, parse_size


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("0", 0),
        ("123", 123),
        ("2GiB", 2 << 30),
        ("2Gi", 2 << 30),
        ("1.5 GiB", 3 << 29),
        ("2GB", 2_000_000_000),
        ("2G", 2_000_000_000),
        ("512MiB", 512 << 20),
        ("512mib", 512 << 20),
        ("7KB", 7000),
        ("1TiB", 1 << 40),
        (4096, 4096),
    ],
)
def test_sizes_are_read(text: object, size: int) -> None:
    """Units with an i count in 1024s, those without in 1000s, in any case."""
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "-1", "much", "2XB", "2 GiB of it", "1e3", None, True])
def test_what_is_no_size_is_refused(text: object) -> None:
    """Anything else is refused with what would be accepted."""
    with pytest.raises(ValueError, match="is no size: accepted are bytes from 0 up"):
        parse_size(text)


@pytest.mark.parametrize(("size", "text"), [(0, "0"), (1000, "1000"), (2 << 30, "2GiB"), (1536 << 20, "1536MiB")])
def test_sizes_are_written_as_they_are_read(size: int, text: str) -> None:
    """A size is written with the largest unit that divides it, and reads back as itself."""
    assert str(Size(size)) == text
    assert parse_size(text) == size


def test_this_process_may_use_no_more_than_the_machine_has() -> None:
    """The limit is what the machine has, or less where a control group says so."""
    assert 0 < machine_memory_bytes() <= os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
