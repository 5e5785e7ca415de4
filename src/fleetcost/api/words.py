"""Words of the table of routes that others use too: what a token must allow, whose shapes a route speaks."""

from __future__ import annotations

import enum


class Scope(enum.StrEnum):
    """What a token must allow."""

    READ = "read"
    ADMIN = "admin"


class Family(enum.StrEnum):
    """Whose shapes a route speaks, in answers and errors."""

    NATIVE = "native"
    KUBECOST = "kubecost"
    OPENCOST = "opencost"
