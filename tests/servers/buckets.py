"""Settings text in, bucket out, as the tests of real servers need it."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from fleetcost.bucket.config import parse_config
from fleetcost.bucket.open import open_bucket

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fleetcost.bucket.port import Bucket

FILE = Path("federated-store.yaml")


def opened(text: str, environment: Mapping[str, str] | None = None) -> Bucket:
    """Open the bucket that a `federated-store.yaml` describes, in an environment that is otherwise empty."""
    return open_bucket(parse_config(text, FILE), environment or {})


def fresh_prefix() -> str:
    """Return a folder that nobody has used."""
    return f"run-{uuid.uuid4().hex[:12]}"


def works(bucket: Bucket) -> bool:
    """Write and read one object; whatever is refused raises."""
    bucket.put("a", b"x")
    return bucket.get("a") == b"x"


def until(reached: Callable[[], bool]) -> None:
    """Ask again until it is so; credentials are renewed when they are about to end, not at a call of ours."""
    deadline = datetime.now(UTC) + timedelta(seconds=10)
    while not reached():
        assert datetime.now(UTC) < deadline
