"""Types of the lake in Spark's words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fleetcost.errors import DamagedError
from fleetcost.lake.manifest import LakeColumn

_PLAIN = {
    "VARCHAR": "STRING",
    "TIMESTAMP": "TIMESTAMP_NTZ",
    "BIGINT": "BIGINT",
    "INTEGER": "INT",
    "DOUBLE": "DOUBLE",
    "BOOLEAN": "BOOLEAN",
}


def ddl(columns: Sequence[LakeColumn]) -> str:
    """
    Return the columns of a table as a schema in Spark's words.

    Raises:
        DamagedError: a type this build does not know.
    """
    return ", ".join(f"`{column.name}` {spark_type(column.type)}" for column in columns)


def spark_type(text: str) -> str:
    """
    Translate a type such as `STRUCT(volume VARCHAR, cost DECIMAL(18,9))[]`.

    Raises:
        DamagedError: a type this build does not know.
    """
    if text.endswith("[]"):
        return f"ARRAY<{spark_type(text[:-2])}>"
    if text in _PLAIN:
        return _PLAIN[text]
    head, _, rest = text.partition("(")
    inner = list(_split(rest.removesuffix(")")))
    if head == "DECIMAL":
        return f"DECIMAL({', '.join(inner)})"
    if head == "MAP":
        return f"MAP<{', '.join(spark_type(part) for part in inner)}>"
    if head == "STRUCT":
        fields = (part.partition(" ") for part in inner)
        return f"STRUCT<{', '.join(f'{_bare(name)}: {spark_type(kind)}' for name, _, kind in fields)}>"
    raise DamagedError(f"read the manifest of the lake: a column of the type {text}, which this build does not know")


def _bare(name: str) -> str:
    return "`" + name.strip('"') + "`"


def _split(text: str) -> Iterator[str]:
    """Yield what stands between the commas that are in no bracket."""
    depth, begin = 0, 0
    for position, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            yield text[begin:position].strip()
            begin = position + 1
    yield text[begin:].strip()
