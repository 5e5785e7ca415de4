"""
One memory budget, split: what the engine, the decoding processes and the downloads may use, together with all the rest.

| part | of the budget | what keeps it |
|---|---|---|
| engine | half, at least 128 MiB | the engine's own limit; beyond it work spills to the data directory |
| decoders | a quarter | processes with an address space that ends there; they live while foreign sets are read |
| downloads | a sixteenth | objects are fetched while their sizes fit |
| the known | a thirty-second | what questions remember of the ledger: what was asked for longest ago is let go of |
| the rest | what is left | the interpreter, libraries, answers, and what the engine does not count |
"""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024
LEAST_BYTES = 512 * MIB
"""A smaller budget is taken to be this: libraries alone take a third of it."""

LEAST_ENGINE_BYTES = 128 * MIB
DECODER_BYTES = 192 * MIB
"""What a decoding process is given at least, before there is a second one."""

LARGEST_DOWNLOAD_BYTES = 256 * MIB


@dataclass(frozen=True, slots=True)
class Budget:
    """
    The parts of a memory budget.

    Attributes:
        engine_bytes: for the database engine
        decoders: processes that read foreign sets
        decoder_bytes: for each of them
        download_bytes: of objects on their way, and the largest object that is read
        threads: of the engine
        known_bytes: of what questions remember of the ledger
    """

    engine_bytes: int
    decoders: int
    decoder_bytes: int
    download_bytes: int
    threads: int
    known_bytes: int


def split(memory_bytes: int, cores: int) -> Budget:
    """Split a budget over the parts of an aggregator on a machine with so many cores."""
    total = max(memory_bytes, LEAST_BYTES)
    quarter = total // 4
    decoders = max(1, min(cores, quarter // DECODER_BYTES))
    return Budget(
        engine_bytes=max(LEAST_ENGINE_BYTES, total // 2),
        decoders=decoders,
        decoder_bytes=max(DECODER_BYTES, quarter // decoders),
        download_bytes=min(LARGEST_DOWNLOAD_BYTES, total // 16),
        threads=cores,
        known_bytes=total // 32,
    )
