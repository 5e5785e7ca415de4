"""
Run the bucket's contract against every backend and write the table in docs/storage.md.

A backend whose server is not on this machine keeps the results that the page has: they were true where it was.
"""

from __future__ import annotations

import ast
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "storage.md"
TESTS = ROOT / "tests" / "contract" / "test_bucket.py"
BEGIN, END = "<!-- contract: begin -->\n", "<!-- contract: end -->\n"
TITLES = {
    "memory": "memory",
    "filesystem": "file-system",
    "s3": "S3",
    "s3_tls": "S3, TLS",
    "s3_mutual": "S3, mutual TLS",
    "ceph": "S3, Ceph",
    "azure": "Azure",
    "gcs": "GCS",
}
PASSED, FAILED, NOT_RUN = "✔", "✘", "not run"


def sentences() -> dict[str, str]:
    """Return each test of the contract with the sentence that states what it expects."""
    functions = [node for node in ast.parse(TESTS.read_text()).body if isinstance(node, ast.FunctionDef)]
    tests = [node for node in functions if node.name.startswith("test_")]
    return {node.name: (ast.get_docstring(node) or "").rstrip(".") for node in tests}


def outcomes() -> dict[tuple[str, str], str]:
    """Run the contract; return how each test ended on each backend, the worst where it ran several times."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", str(TESTS), f"--junitxml={report}"]
        subprocess.run(command, cwd=ROOT, check=False)
        cases = list(ET.parse(report).iter("testcase"))
    found: dict[tuple[str, str], str] = {}
    for case in cases:
        name, _, rest = (case.get("name") or "").partition("[")
        backend = next(key for key in sorted(TITLES, key=len, reverse=True) if rest.startswith(key))
        ended = {child.tag for child in case}
        outcome = NOT_RUN if "skipped" in ended else FAILED if ended & {"failure", "error"} else PASSED
        worst = max(found.get((name, backend), PASSED), outcome, key=(PASSED, NOT_RUN, FAILED).index)
        found[name, backend] = worst
    return found


def with_kept(found: dict[tuple[str, str], str], page: str) -> tuple[dict[tuple[str, str], str], dict[str, int]]:
    """Return the results, those that were not run as the page has them, and how many were kept of which backend."""
    lines = [[cell.strip() for cell in line.split("|")[1:-1]] for line in page.splitlines() if line.startswith("| ")]
    titles = {title: backend for backend, title in TITLES.items()}
    names = {sentence: name for name, sentence in sentences().items()}
    head, *rows = lines or [[]]
    every, count = dict(found), dict.fromkeys(TITLES, 0)
    for sentence, *cells in rows:
        for title, cell in zip(head[1:], cells, strict=True):
            key = names.get(sentence, ""), titles.get(title, "")
            if all(key) and found.get(key, NOT_RUN) == NOT_RUN != cell:
                every[key] = cell
                count[key[1]] += 1
    return every, {backend: number for backend, number in count.items() if number}


def table(found: dict[tuple[str, str], str]) -> str:
    """Return the table as Markdown."""
    lines = ["| | " + " | ".join(TITLES.values()) + " |", "|---|" + ":-:|" * len(TITLES)]
    for name, sentence in sentences().items():
        cells = " | ".join(found.get((name, backend), NOT_RUN) for backend in TITLES)
        lines.append(f"| {sentence} | {cells} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the table; exit 1 where something failed."""
    before, _, rest = PAGE.read_text().partition(BEGIN)
    written, _, after = rest.partition(END)
    found, kept = with_kept(outcomes(), written)
    PAGE.write_text(before + BEGIN + table(found) + END + after)
    for backend, number in kept.items():
        print(f"docs/storage.md: {TITLES[backend]}: {number} results kept as they were: no such server ran")
    failed = sorted({name for (name, _), outcome in found.items() if outcome == FAILED})
    print(f"docs/storage.md: {len(found)} results" + (f", failed: {', '.join(failed)}" if failed else ""))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
