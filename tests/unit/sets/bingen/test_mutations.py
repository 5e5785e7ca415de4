"""Damage of every sort, in a process whose memory is limited."""

from __future__ import annotations

import os
import subprocess
import sys

from unit.sets.bingen.fixtures import ROOT, file

COUNT = 4_000


def test_damage_is_refused_or_read_and_nothing_else() -> None:
    """
    Thousands of damaged files are each refused by name or read, none crashes, hangs or needs more than 256 MiB.

    Cut, extended, with bits flipped, counts overwritten, stretches removed, repeated or replaced, inside gzip and in
    its wrapping; what is still read is printed and converted as well. The seed is fixed.
    """
    folder = file("README.md").parent
    script = [sys.executable, str(ROOT / "bench" / "bingen_mutations.py"), "--files", str(folder)]
    done = subprocess.run(
        [*script, "--count", str(COUNT), "--seed", "1", "--mib", "256"],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )
    assert done.returncode == 0, done.stderr
    refused = int(done.stdout.partition("refused ")[2].split()[0].replace(",", ""))
    assert COUNT * 0.8 < refused < COUNT, done.stdout
