"""
Damages real bingen files in many ways and sees that each is refused or read, in little memory and little time.

    python bench/bingen_mutations.py [--count 100000] [--seed 1] [--files DIR]

Prints how many were refused and read, the slowest one and the process's peak memory; exit code 1 where anything else
happened. The address space is limited, so a memory bomb is a crash here and not a slow machine.
"""

from __future__ import annotations

import argparse
import gzip
import os
import random
import resource
import signal
import struct
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from fleetcost.errors import SetDamagedError
from fleetcost.sets.bingen.allocations import to_allocations
from fleetcost.sets.bingen.assets import to_assets
from fleetcost.sets.bingen.decode import decode
from fleetcost.sets.bingen.findings import Findings
from fleetcost.sets.bingen.kinds import BingenKind, kind_in_path
from fleetcost.sets.bingen.raw import raw_line

MIB = 1024 * 1024
LARGEST_FILE_BYTES = 64 * 1024
LONGEST_SECONDS = 5
ROOT = Path(__file__).parents[1]
EXTREMES = (-1, 0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, -0x80000000, 1_000_000)

Mutator = Callable[[bytes, random.Random], bytes]


def flip_bits(content: bytes, dice: random.Random) -> bytes:
    """Flip one to eight bits."""
    damaged = bytearray(content)
    for _ in range(dice.randint(1, 8)):
        damaged[dice.randrange(len(damaged))] ^= 1 << dice.randrange(8)
    return bytes(damaged)


def cut(content: bytes, dice: random.Random) -> bytes:
    """Cut the end off."""
    return content[: dice.randrange(len(content))]


def extend(content: bytes, dice: random.Random) -> bytes:
    """Append bytes."""
    return content + dice.randbytes(dice.randint(1, 64))


def overwrite_number(content: bytes, dice: random.Random) -> bytes:
    """Put an extreme count, length or index in the place of four bytes."""
    at = dice.randrange(max(1, len(content) - 4))
    return content[:at] + struct.pack("<i", dice.choice(EXTREMES)) + content[at + 4 :]


def remove(content: bytes, dice: random.Random) -> bytes:
    """Remove some bytes from the middle."""
    at = dice.randrange(len(content))
    return content[:at] + content[at + dice.randint(1, 16) :]


def repeat(content: bytes, dice: random.Random) -> bytes:
    """Write a stretch twice."""
    at = dice.randrange(len(content))
    end = at + dice.randint(1, 512)
    return content[:end] + content[at:end] + content[end:]


def shuffle(content: bytes, dice: random.Random) -> bytes:
    """Overwrite a stretch with random bytes."""
    at = dice.randrange(len(content))
    noise = dice.randbytes(dice.randint(1, 32))
    return content[:at] + noise + content[at + len(noise) :]


def flip_bits_of_gzip(content: bytes, dice: random.Random) -> bytes:
    """Wrap in gzip and damage the wrapping."""
    return flip_bits(gzip.compress(content, 1), dice)


def flip_bits_in_gzip(content: bytes, dice: random.Random) -> bytes:
    """Wrap damaged content in good gzip."""
    return gzip.compress(flip_bits(content, dice), 1)


MUTATORS: tuple[Mutator, ...] = (
    flip_bits,
    cut,
    extend,
    overwrite_number,
    remove,
    repeat,
    shuffle,
    flip_bits_of_gzip,
    flip_bits_in_gzip,
)


def outcome(content: bytes, kind: BingenKind) -> str:
    """Decode, print and convert; return how far it came."""
    try:
        decoded = decode(content, kind, "mutated")
    except SetDamagedError:
        return "refused"
    raw_line(decoded)
    convert = {BingenKind.ALLOCATIONS: to_allocations, BingenKind.ASSETS: to_assets}.get(kind)
    if convert is None:
        return "read"
    try:
        sum(1 for _ in convert(decoded, Findings()))
    except SetDamagedError:
        return "read, without a window"
    return "read"


def too_slow(*_: object) -> None:
    """Stop a mutation that takes too long."""
    raise TimeoutError(f"more than {LONGEST_SECONDS} s")


def run(files: list[Path], count: int, seed: int) -> tuple[Counter[str], float]:
    """Run the mutations; return outcomes and the seconds of the slowest."""
    dice = random.Random(seed)
    originals = [(file.name, file.read_bytes()) for file in files]
    outcomes: Counter[str] = Counter()
    slowest = 0.0
    signal.signal(signal.SIGALRM, too_slow)
    for _ in range(count):
        name, content = dice.choice(originals)
        mutate = dice.choice(MUTATORS)
        damaged = mutate(content, dice)
        kind = kind_in_path(name)
        assert kind is not None
        start = time.perf_counter()
        signal.setitimer(signal.ITIMER_REAL, LONGEST_SECONDS)
        try:
            outcomes[outcome(damaged, kind)] += 1
        except Exception:  # noqa: BLE001 - whatever it is, it is what we look for
            outcomes["CRASHED"] += 1
            print(f"{name} after {mutate.__name__}, seed {seed}:\n{traceback.format_exc()}", file=sys.stderr)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        slowest = max(slowest, time.perf_counter() - start)
    return outcomes, slowest


def main() -> int:
    """Parse arguments, run, print."""
    shared = Path(os.environ.get("TEST_SHARED", ROOT.parent / "shared"))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--files", type=Path, default=shared / "data" / "bingen")
    parser.add_argument("--mib", type=int, default=256, help="address space of the whole process")
    asked = parser.parse_args()
    files = sorted(file for file in asked.files.glob("*.bin") if file.stat().st_size < LARGEST_FILE_BYTES)
    if not files:
        parser.error(f"no .bin files below {LARGEST_FILE_BYTES:,} bytes in {asked.files}; --files names their folder")
    resource.setrlimit(resource.RLIMIT_AS, (asked.mib * MIB, asked.mib * MIB))
    start = time.perf_counter()
    outcomes, slowest = run(files, asked.count, asked.seed)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"mutations {asked.count:,} of {len(files)} files, seed {asked.seed}")
    print(", ".join(f"{name} {number:,}" for name, number in sorted(outcomes.items())))
    print(f"{seconds:.1f} s, slowest {slowest * 1000:.0f} ms, peak memory {peak:.0f} MiB of {asked.mib} MiB allowed")
    return 1 if outcomes["CRASHED"] else 0


if __name__ == "__main__":
    sys.exit(main())
