"""`fleetcost sets show --raw`: foreign set files as they are, one JSON document a line."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

from fleetcost.errors import CallerError, FleetcostError, SetDamagedError, near
from fleetcost.sets.bingen.decode import decode
from fleetcost.sets.bingen.kinds import BingenKind
from fleetcost.sets.bingen.raw import decode_guessed, raw_line
from fleetcost.sets.bingen.source import LARGEST_BYTES


def show_raw(
    files: Iterable[str | Path], kind: str | None = None, out: TextIO | None = None, errors: TextIO | None = None
) -> int:
    """
    Print each file's wire fields under their own names, one line of JSON each, in the order given.

    Args:
        files: paths of bingen files, gzip or not
        kind: a kind of set, such as `allocations`; None to tell it from the path or the content
        out: where the documents go, standard output by default
        errors: where reasons go, standard error by default

    Returns:
        The exit code: 1 where a file could not be read. Its reason is on `errors`, and the others are printed.

    Raises:
        CallerError: there is no such kind.
    """
    wanted = None if kind is None else _kind(kind)
    code = 0
    for file in files:
        try:
            line = _line(Path(file), wanted)
        except FleetcostError as error:
            (errors or sys.stderr).write(f"fleetcost: {error}\n")
            code = 1
        else:
            _write_utf8(out or sys.stdout, line + "\n")
    return code


def _kind(name: str) -> BingenKind:
    """
    Return the kind of this name.

    Raises:
        CallerError: there is none.
    """
    names = [kind.value for kind in BingenKind]
    if name not in names:
        raise CallerError(f"--kind {name!r}: accepted is {', '.join(names)}{near(name, names)}")
    return BingenKind(name)


def _write_utf8(stream: TextIO, text: str) -> None:
    """Write JSON in the only encoding it has, whatever the terminal's locale."""
    if isinstance(stream, io.TextIOWrapper):
        stream.flush()
        stream.buffer.write(text.encode())
        stream.buffer.flush()
    else:
        stream.write(text)


def _line(file: Path, kind: BingenKind | None) -> str:
    """
    Return one file's line.

    Raises:
        CallerError: it is not there or cannot be opened.
        SetDamagedError: it is too large or cannot be decoded.
    """
    try:
        size = file.stat().st_size
        if size > LARGEST_BYTES:
            raise SetDamagedError(f"read {file}: {size:,} bytes, accepted is up to {LARGEST_BYTES:,}")
        content = file.read_bytes()
    except OSError as error:
        raise CallerError(f"read {file}: {error.strerror or error}") from None
    return raw_line(decode_guessed(content, str(file)) if kind is None else decode(content, kind, str(file)))
