"""A table as PDF: one font every reader has, as many pages as it takes."""

from __future__ import annotations

from collections.abc import Sequence

WIDTH, HEIGHT, MARGIN = 842, 595, 36
"""A4 across, in points."""

SIZE, LEADING = 8, 11
_PER_PAGE = (HEIGHT - 2 * MARGIN) // LEADING - 3
_NAME_WIDTH, _CELL_WIDTH = 52, 13


def table_pdf(title: str, headers: Sequence[str], lines: Sequence[Sequence[str]]) -> bytes:
    """
    Write a table.

    Args:
        title: over every page
        headers: of the columns; the first is left-aligned and wide
        lines: cells as text; a line of one cell is a heading
    """
    texts = [_line(line) for line in lines]
    pages = [texts[start : start + _PER_PAGE] for start in range(0, len(texts), _PER_PAGE)] or [[]]
    streams = [
        _page([f"{title}   page {number} of {len(pages)}", "", _line(headers), *page])
        for number, page in enumerate(pages, 1)
    ]
    return _document(streams)


def _line(cells: Sequence[str]) -> str:
    name, *figures = cells
    shown = name if len(name) <= _NAME_WIDTH else name[: _NAME_WIDTH - 1] + "~"
    return f"{shown:<{_NAME_WIDTH}}" + "".join(f"{figure:>{_CELL_WIDTH}}" for figure in figures)


def _page(lines: Sequence[str]) -> bytes:
    shown = b"".join(b"(" + _escaped(line) + b") Tj T*\n" for line in lines)
    start = f"BT /F1 {SIZE} Tf {LEADING} TL {MARGIN} {HEIGHT - MARGIN} Td\n".encode()
    return start + shown + b"ET"


def _escaped(text: str) -> bytes:
    encoded = text.encode("cp1252", "replace")
    return encoded.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def _document(streams: Sequence[bytes]) -> bytes:
    first_page = 4
    kids = " ".join(f"{first_page + 2 * position} 0 R" for position in range(len(streams)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(streams)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>",
    ]
    for position, stream in enumerate(streams):
        content = first_page + 2 * position + 1
        page = (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] "
            f"/Resources << /Font << /F1 3 0 R >> >> /Contents {content} 0 R >>"
        )
        objects += [page.encode(), f"<< /Length {len(stream)} >>\nstream\n".encode() + stream + b"\nendstream"]
    return _assembled(objects)


def _assembled(objects: Sequence[bytes]) -> bytes:
    """Put objects behind each other and list where each begins."""
    document = b"%PDF-1.4\n"
    starts = []
    for number, content in enumerate(objects, 1):
        starts.append(len(document))
        document += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    table = "".join(f"{start:010d} 00000 n \n" for start in starts)
    trailer = f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(document)}\n%%EOF\n"
    return document + f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{trailer}".encode()
