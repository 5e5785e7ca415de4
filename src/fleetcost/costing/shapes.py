"""
Shapes: how many cores and how much memory a machine of a type has, as the clouds build it into the type's name.

- AWS: https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html
- Google: https://cloud.google.com/compute/docs/machine-resource
- Azure: https://learn.microsoft.com/azure/virtual-machines/vm-naming-conventions
"""

from __future__ import annotations

import re
from typing import NamedTuple

_AWS = re.compile(r"([cmr]|g(?=[456]))\d+[a-z]*(?:-flex)?\.(large|xlarge|(\d+)xlarge)")
_AWS_CORES = {"large": 2, "xlarge": 4}
_AWS_GIB = {"c": 2, "m": 4, "r": 8, "g": 4}
_AWS_GPUS = {"12xlarge": 4, "24xlarge": 4, "48xlarge": 8}
"""Of the families g4dn, g5 and g6; the other sizes have one."""
_GOOGLE = re.compile(r"(?:c2|c2d|c3|c3d|c4|e2|n2|n2d|n4|t2d|t2a)-(standard|highmem)-(\d+)")
_GOOGLE_GIB = {"standard": 4, "highmem": 8}
_AZURE = re.compile(r"standard_([def])(\d+)(?:a|p)?(?:l)?d?s?(?:_v[2-9])")
_AZURE_GIB = {"d": 4, "e": 8, "f": 2}

_KERNELS_PART = 0.15
"""A node reports less memory than its machine has: firmware and kernel keep up to this part of it."""


class MachineShape(NamedTuple):
    """What a machine of a type has."""

    cores: float
    ram_gib: float
    gpus: float = 0

    def fits(self, cores: float, ram_gib: float, gpus: float | None) -> bool:
        """Tell whether a node that reports these can be such a machine; None is a number of GPUs nobody knows."""
        cards = self.gpus > 0 if gpus is None else gpus == self.gpus
        return cards and cores == self.cores and self.ram_gib * (1 - _KERNELS_PART) <= ram_gib <= self.ram_gib


def shape_of(instance_type: str) -> MachineShape | None:
    """Return the shape of a machine by the name of its type; None where the name does not say it."""
    text = instance_type.lower()
    if found := _AWS.fullmatch(text):
        cores = _AWS_CORES.get(found[2]) or 4 * int(found[3])
        gpus = _AWS_GPUS.get(found[2], 1) if found[1] == "g" else 0
        return MachineShape(cores, cores * _AWS_GIB[found[1]], gpus)
    if found := _GOOGLE.fullmatch(text):
        return MachineShape(int(found[2]), int(found[2]) * _GOOGLE_GIB[found[1]])
    if (found := _AZURE.fullmatch(text)) and "l" not in text.removeprefix("standard_")[1:]:
        return MachineShape(int(found[2]), int(found[2]) * _AZURE_GIB[found[1]])
    return None
