"""How it is known which part of a physical GPU a container holds."""

from __future__ import annotations

import enum


class FractionSource(enum.StrEnum):
    """What says which part of a physical GPU is held."""

    WHOLE = "whole"
    MIG = "mig"
    HAMI = "hami"
    VGPU = "vgpu"
    REPLICAS = "replicas"
    DRA = "dra"

    @property
    def meaning(self) -> str:
        """One sentence for people."""
        return _MEANINGS[self]


_MEANINGS = {
    FractionSource.WHOLE: "whole devices were asked for",
    FractionSource.MIG: "slices of a card that is cut by MIG: its compute slices of seven",
    FractionSource.HAMI: "a percentage of a card's cores or memory, as HAMi shares it",
    FractionSource.VGPU: "virtual GPUs, a number or a percentage of a card",
    FractionSource.REPLICAS: "time slices: one of the replicas a card is offered as",
    FractionSource.DRA: "a ResourceClaim: the device names its holder, and holders of one device have equal parts",
}
