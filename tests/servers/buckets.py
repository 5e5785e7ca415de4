"""Settings text in, bucket out, as the tests of real servers need it."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from fleetcost.bucket.config import parse_config
from fleetcost.bucket.open import open_bucket

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fleetcost.bucket.port import Bucket

FILE = Path("federated-store.yaml")


def opened(text: str, environment: Mapping[str, str] | None = None) -> Bucket:
    """Open the bucket that a `federated-store.yaml` describes, in an environment that is otherwise empty."""
    return open_bucket(parse_config(text, FILE), environment or {})


def fresh_prefix() -> str:
    """Return a folder that nobody has used."""
    return f"run-{uuid.uuid4().hex[:12]}"
