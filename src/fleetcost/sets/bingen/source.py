"""A file's bytes, ready to decode: unpacked, bounded, its string table read."""

from __future__ import annotations

import re
import struct
import zlib

from fleetcost.sets.bingen.damage import Unreadable, ends
from fleetcost.sets.bingen.record import Value, WireTime

LARGEST_BYTES = 128 * 1024 * 1024
"""Largest content that is decoded, unpacked; some 200,000 allocations. Decoded values take a small multiple of it."""

LONGEST_TEXT_BYTES = 0xFFFF
"""Writers cut a longer text, even inside a character."""

_GZIP = b"\x1f\x8b"
_TABLE = b"BGST"
_TABLE_HEAD = struct.Struct("<4xi")
_LONE_BYTE = re.compile("[\udc80-\udcff]")


class WireSource:
    """
    Content and what is remembered while it is decoded.

    Attributes:
        data, size: the unpacked content and its length
        inline: whether strings are spelled where they stand, because there is no string table
        texts: the string table
        body: offset of the first byte after the string table
        cut_texts, replaced_texts: strings that their writer cut, strings that are not UTF-8 and were read with U+FFFD
        text_maps, times: values by their bytes, because most of them are equal
        often: the same for structs, by step and bytes
    """

    __slots__ = (
        "body",
        "cut_texts",
        "data",
        "inline",
        "often",
        "replaced_texts",
        "size",
        "text_maps",
        "texts",
        "times",
    )

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.size = len(data)
        self.inline = not data.startswith(_TABLE)
        self.texts: list[str] = []
        self.body = 0
        self.cut_texts = 0
        self.replaced_texts = 0
        self.text_maps: dict[bytes, dict[str, str]] = {}
        self.times: dict[bytes, WireTime] = {}
        self.often: dict[tuple[object, bytes], Value] = {}

    def text(self, raw: bytes) -> str:
        """Decode a string; each byte that is not UTF-8 becomes U+FFFD."""
        if len(raw) == LONGEST_TEXT_BYTES:
            self.cut_texts += 1
        try:
            return raw.decode()
        except UnicodeDecodeError:
            self.replaced_texts += 1
            return _LONE_BYTE.sub("\ufffd", raw.decode(errors="surrogateescape"))


def open_source(content: bytes, largest_bytes: int = LARGEST_BYTES) -> WireSource:
    """
    Unpack content and read its string table.

    Raises:
        Unreadable: larger than `largest_bytes`, not unpackable, or its string table is damaged.
    """
    source = WireSource(unpacked(content, largest_bytes))
    if not source.inline:
        _read_table(source)
    return source


def unpacked(content: bytes, largest_bytes: int) -> bytes:
    """
    Return the content, unpacked if it is one gzip member, never making more than `largest_bytes` of it.

    Raises:
        Unreadable: too large, damaged, cut, or followed by other bytes.
    """
    if len(content) > largest_bytes:
        raise Unreadable(0, f"{len(content):,} bytes", f"up to {largest_bytes:,}")
    if not content.startswith(_GZIP):
        return content
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        data = unpacker.decompress(content, largest_bytes + 1)
    except zlib.error as error:
        raise Unreadable(0, f"gzip that does not unpack ({error})", "one whole gzip member") from None
    if len(data) > largest_bytes:
        raise Unreadable(0, f"gzip of more than {largest_bytes:,} bytes", f"up to {largest_bytes:,} unpacked")
    if not unpacker.eof:
        raise Unreadable(0, f"gzip that is cut after {len(data):,} unpacked bytes", "one whole gzip member")
    if unpacker.unused_data:
        raise Unreadable(
            0, f"{len(unpacker.unused_data):,} bytes after the gzip member", "one gzip member, nothing after"
        )
    return data


def _read_table(source: WireSource) -> None:
    """Read the string table into `texts` and set `body`."""
    data, size = source.data, source.size
    if size < _TABLE_HEAD.size:
        raise ends(0, size)
    (count,) = _TABLE_HEAD.unpack_from(data)
    at = _TABLE_HEAD.size
    check_count(count, at, (size - at) // 2)
    add, decode = source.texts.append, source.text
    try:
        for _ in range(count):
            start = at + 2
            at = start + data[at] + (data[at + 1] << 8)
            add(decode(data[start:at]))
    except IndexError:
        raise ends(min(at, size), size).inside("string table") from None
    if at > size:
        raise ends(start, size).inside("string table")
    source.body = at


def check_count(count: int, at: int, most: int) -> None:
    """
    Check a count, before anything is made for it, against what can still follow it.

    Raises:
        Unreadable: the count is negative, or larger than the bytes left can hold.
    """
    if not 0 <= count <= most:
        raise Unreadable(at - 4, f"count {count:,}", f"0 to {most:,}, which the bytes left can hold")
