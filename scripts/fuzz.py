"""
Feed every reader of what others write with inputs changed by chance: `scripts/fuzz.py [MINUTES] [SEED]`.

Ten minutes by default.

Prints how many inputs each one took and refused; ends with the input that crashed one.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from making.fuzzing import attack, targets

EACH = {"bills": 1, "sets": 20, "foreign sets": 20, "documents": 50, "settings": 50, "filters": 200}


def main() -> None:
    """Run until the time is over."""
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    chance = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    end = time.monotonic() + 60 * minutes
    counts: dict[str, Counter[str]] = {}
    with tempfile.TemporaryDirectory() as folder:
        chosen = targets(Path(folder))
        while time.monotonic() < end:
            for name, target in chosen.items():
                counts.setdefault(name, Counter()).update(attack(name, target, chance, EACH[name]))
    for name, found in counts.items():
        print(f"{name}: {found['taken']:,} taken, {found['refused']:,} refused, none crashed")


if __name__ == "__main__":
    main()
