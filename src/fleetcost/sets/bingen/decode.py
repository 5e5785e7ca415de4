"""From a file's bytes to its values: every byte used, or a reason."""

from __future__ import annotations

from dataclasses import dataclass

from fleetcost.errors import SetDamagedError
from fleetcost.sets.bingen.compile import decoder
from fleetcost.sets.bingen.damage import Unreadable
from fleetcost.sets.bingen.grammar import Struct
from fleetcost.sets.bingen.kinds import BingenKind
from fleetcost.sets.bingen.record import Record, Value
from fleetcost.sets.bingen.source import LARGEST_BYTES, WireSource, open_source


@dataclass(frozen=True, slots=True)
class Decoded:
    """
    A bingen file, decoded.

    Attributes:
        path: where it was read from
        kind: what it holds
        top: the set; `top.layout.version` is the version it was written in
        content_bytes: length of its content, unpacked
        writer: the one build whose layout had to be guessed, empty for all others
        cut_texts, replaced_texts: strings that the writer cut, strings that were not UTF-8
    """

    path: str
    kind: BingenKind
    top: Record
    content_bytes: int
    writer: str = ""
    cut_texts: int = 0
    replaced_texts: int = 0


def decode(content: bytes, kind: BingenKind, path: str, largest_bytes: int = LARGEST_BYTES) -> Decoded:
    """
    Decode a file.

    Args:
        content: the whole file, gzip or not
        kind: what it holds; the file itself does not say
        path: where it was read from, for messages
        largest_bytes: refuse content that is larger, unpacked

    Raises:
        SetDamagedError: damaged, cut, of another kind, too large, or of a version this build does not read.
    """
    try:
        source = open_source(content, largest_bytes)
        top, layout = _first_that_fits(source, kind)
    except Unreadable as damage:
        raise SetDamagedError(f"read {path} as bingen {kind}: {damage}") from None
    writer = "" if layout is kind.layouts[0] else layout.versions.history[0].seen
    return Decoded(path, kind, top, source.size, writer, source.cut_texts, source.replaced_texts)


def _first_that_fits(source: WireSource, kind: BingenKind) -> tuple[Record, Struct]:
    """Return the set and the layout it has; where none fits, the usual layout's damage is the reason."""
    usual, *others = kind.layouts
    try:
        return _whole(source, usual), usual
    except Unreadable as damage:
        for layout in others:
            if source.body < source.size and source.data[source.body] in layout.versions.accepted:
                try:
                    return _whole(source, layout), layout
                except Unreadable:
                    continue
        raise damage from None


def _whole(source: WireSource, layout: Struct) -> Record:
    """Read a set of this layout; the content must be used up exactly."""
    if source.body == source.size:
        raise Unreadable(source.body, "nothing", f"a whole {layout.name}")
    if source.inline and source.data[0] not in layout.versions.accepted:
        raise Unreadable(0, f"{source.data[:8]!r}", f"a string table (BGST) or a version of {layout.name}")
    out: list[Value] = []
    end = decoder(layout, inline=source.inline, nested=False)(source, source.body, out)
    if end != source.size:
        raise Unreadable(end, f"{source.size - end:,} bytes left over", f"nothing behind the {layout.name}")
    top: Record = out[0]
    return top
