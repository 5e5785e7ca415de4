"""
Accelerators: every resource by which Kubernetes counts them, and which part of a physical one a unit is.

Names are in Prometheus spelling. A new make or plugin is a row here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from fleetcost.model.gpu import FractionSource

WHOLE = "nvidia_com_gpu"
SHARED = "nvidia_com_gpu_shared"


@dataclass(frozen=True, slots=True)
class Unit:
    """
    One unit of a resource.

    Attributes:
        part: of a physical accelerator, where the node says nothing better
        source: how a part held of it is known
        nvidia: counted by the DCGM exporter and by feature discovery
        shared: the plugin may offer more units than there are cards, so the node's count of cards decides
    """

    part: float
    source: FractionSource
    nvidia: bool = False
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Percentages:
    """
    How a container asks for less than each of the units it asks for.

    Attributes:
        number: resource that counts the units
        of_cores, of_memory: in percent of a card
        memory_mib: in MiB of a card
    """

    number: str
    of_cores: str
    of_memory: str
    memory_mib: str
    source: FractionSource


_WHOLE = Unit(1.0, FractionSource.WHOLE)

UNITS: Mapping[str, Unit] = {
    WHOLE: Unit(1.0, FractionSource.WHOLE, nvidia=True, shared=True),
    SHARED: Unit(1.0, FractionSource.REPLICAS, nvidia=True, shared=True),
    # The plugins of Amazon and Volcano make ten of one unless configured otherwise.
    "k8s_amazonaws_com_vgpu": Unit(1 / 10, FractionSource.VGPU, nvidia=True, shared=True),
    "volcano_sh_vgpu_number": Unit(1 / 10, FractionSource.VGPU, nvidia=True, shared=True),
    "amd_com_gpu": _WHOLE,
    "gpu_intel_com_i915": _WHOLE,
    "gpu_intel_com_xe": _WHOLE,
    "habana_ai_gaudi": _WHOLE,
    "google_com_tpu": _WHOLE,
    "aws_amazon_com_neuron": _WHOLE,
    "aws_amazon_com_neurondevice": _WHOLE,
    # https://awsdocs-neuron.readthedocs-hosted.com: most devices have two cores; a node that offers both says it.
    "aws_amazon_com_neuroncore": Unit(1 / 2, FractionSource.WHOLE),
}

NEURON_CORE = "aws_amazon_com_neuroncore"
NEURON_DEVICES = ("aws_amazon_com_neuron", "aws_amazon_com_neurondevice")
"""The Neuron plugin offers one device under all of these names at once."""

PERCENTAGES = (
    Percentages(WHOLE, "nvidia_com_gpucores", "nvidia_com_gpumem_percentage", "nvidia_com_gpumem", FractionSource.HAMI),
    Percentages(
        "volcano_sh_vgpu_number",
        "volcano_sh_vgpu_cores",
        "volcano_sh_vgpu_memory_percentage",
        "volcano_sh_vgpu_memory",
        FractionSource.VGPU,
    ),
)

_MODIFIERS = frozenset(name for one in PERCENTAGES for name in (one.of_cores, one.of_memory, one.memory_mib))
_MIG = re.compile(r"(?:nvidia_com_mig_)?(\d+)g[_.]")
_MIG_SLICES = 7
"""A GPU is cut into seven slices of compute."""


def unit_of(resource: str) -> Unit | None:
    """Return what one unit of a resource is; None of a percentage, a whole card of a name that is not known."""
    if resource in _MODIFIERS:
        return None
    if part := slice_part(resource):
        return Unit(part, FractionSource.MIG, nvidia=True)
    return UNITS.get(resource) or Unit(1.0, FractionSource.WHOLE, nvidia=resource.startswith("nvidia_com_"))


def is_known(resource: str) -> bool:
    """Tell whether the table has a resource."""
    return resource in UNITS or resource in _MODIFIERS or slice_part(resource) > 0


def slice_part(name: str) -> float:
    """Return which part of a GPU a MIG slice is, by its resource or its profile such as `3g.20gb`; else 0."""
    found = _MIG.match(name)
    return int(found.group(1)) / _MIG_SLICES if found else 0.0
