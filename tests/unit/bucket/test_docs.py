"""`docs/storage.md` tells the truth: every key is in it, every example can be used, its table is the contract's."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from fleetcost.bucket.config import parse_config
from fleetcost.errors import SettingsError

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "storage.md").read_text(encoding="utf-8")
CONTRACT = ast.parse((ROOT / "tests" / "contract" / "test_bucket.py").read_text(encoding="utf-8"))

SECTIONS = {
    "": "type: S3\nunknown: x\n",
    "S3": "type: S3\nconfig: {bucket: b, endpoint: e, unknown: x}\n",
    "S3 sse_config": "type: S3\nconfig: {bucket: b, endpoint: e, sse_config: {unknown: x}}\n",
    "GCS": "type: GCS\nconfig: {bucket: b, unknown: x}\n",
    "AZURE": "type: AZURE\nconfig: {storage_account: a, container: c, unknown: x}\n",
    "AZURE reader_config": "type: AZURE\nconfig: {storage_account: a, container: c, reader_config: {unknown: x}}\n",
    "AZURE pipeline_config": "type: AZURE\nconfig: {storage_account: a, container: c, pipeline_config: {unknown: x}}\n",
    "FILESYSTEM": "type: FILESYSTEM\nconfig: {directory: d, unknown: x}\n",
    "http_config": "type: GCS\nconfig: {bucket: b, http_config: {unknown: x}}\n",
    "http_config tls_config": "type: GCS\nconfig: {bucket: b, http_config: {tls_config: {unknown: x}}}\n",
}


@pytest.mark.parametrize(("where", "text"), SECTIONS.items(), ids=SECTIONS.keys())
def test_every_key_is_documented(where: str, text: str) -> None:
    """Each key the settings know, which an unknown key makes them tell, is on the page."""
    with pytest.raises(SettingsError) as caught:
        parse_config(text, Path("f"))
    known = str(caught.value).partition("known here: ")[2].split(", ")
    section = where.rpartition(" ")[2] if "_config" in where else ""
    written = {f"`{section}.{key}`" if section not in ("", "http_config") else f"`{key}`" for key in known}
    whole_sections = {
        "`config`",
        "`http_config`",
        "`sse_config`",
        "`tls_config`",
        "`reader_config`",
        "`pipeline_config`",
    }
    assert {key for key in written - whole_sections if key not in PAGE} == set()


def test_every_example_can_be_used() -> None:
    """Each settings file on the page is read without a complaint, and there is one for each type."""
    examples = [block for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL) if block.startswith("type:")]
    kinds = [type(parse_config(example, Path("docs/storage.md")).backend).__name__ for example in examples]
    assert kinds == ["S3Config", "S3Config", "GcsConfig", "AzureConfig", "FilesystemConfig"]


def test_the_table_is_the_contract() -> None:
    """Its lines are the contract's tests and its columns the backends; scripts/docs_storage.py writes it again."""
    table = PAGE.partition("<!-- contract: begin -->\n")[2].partition("<!-- contract: end -->")[0].splitlines()
    tests = [node for node in CONTRACT.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]
    wanted = [(ast.get_docstring(node) or "").rstrip(".") for node in tests]
    assert [line.split(" | ")[0].removeprefix("| ") for line in table[2:]] == wanted
    assigned = next(node for node in CONTRACT.body if isinstance(node, ast.Assign) and "BACKENDS" in ast.dump(node))
    assert len(table[0].split(" | ")) - 1 == len(ast.literal_eval(assigned.value))
    titles = [cell.strip(" |") for cell in table[0].split(" | ")[1:]]
    poorer = {
        (title, cell)
        for line in table[2:]
        for title, cell in zip(titles, (cell.strip(" |") for cell in line.split(" | ")[1:]), strict=True)
        if cell != "✔"
    }
    assert poorer <= {("S3, Ceph", "not run")}, "Ceph's server is not on every machine; all others are"
