"""Provider ids: the part of them that bills and other exporters use."""

from __future__ import annotations

import re

_NODE = (re.compile(r"^aws://[^/]*/[^/]*/([^/]+)$"), re.compile(r"^gce://[^/]*/[^/]*/([^/]+)$"))
_VOLUME = re.compile(r"^aws:/*[^/]+/([^/]+)$")
_BALANCER = re.compile(
    r"^(?:dualstack\.)?(?:internal-)?([^.]+)-[^-.]+\.(?:[^.]+\.)?elb\.(?:[^.]+\.)?amazonaws\.com(?:\.cn)?$"
)
"""AWS makes a load balancer's host name of its name, a dash and an id, with `internal-` before private ones."""


def node_id(text: str) -> str:
    """Return `i-0abc` for `aws:///us-east-1a/i-0abc`, the instance of a `gce://` id, others unchanged."""
    for pattern in _NODE:
        if found := pattern.match(text):
            return found.group(1)
    return text


def volume_id(text: str) -> str:
    """Return `vol-0abc` for `aws://us-east-1a/vol-0abc`, others unchanged."""
    found = _VOLUME.match(text)
    return found.group(1) if found else text


def balancer_id(host: str) -> str:
    """Return the name of the load balancer behind an AWS host name, which its bills' ids hold, others unchanged."""
    found = _BALANCER.match(host)
    return found.group(1) if found else host


def provider_of(provider_id: str) -> str:
    """Return the cloud a node's full id belongs to, as the field spells it, or an empty text."""
    kind = provider_id.partition("://")[0].lower()
    return _PROVIDERS.get(kind, "")


def region_of(provider_id: str) -> str:
    """Return the region of the zone in an `aws://` or `gce://` id, else an empty text."""
    for pattern in _REGIONS:
        if found := pattern.match(provider_id):
            return found.group(1)
    return ""


def project_of(provider_id: str) -> str:
    """Return the project of a `gce://` id, the subscription of an `azure://` id, else an empty text."""
    for pattern in _PROJECTS:
        if found := pattern.match(provider_id):
            return found.group(1)
    return ""


_PROJECTS = (re.compile(r"^gce://([^/]+)/"), re.compile(r"^azure:///subscriptions/([^/]+)/", re.IGNORECASE))

_REGIONS = (
    re.compile(r"^aws:///([a-z]+(?:-[a-z]+)+-\d+)[a-z]/"),
    re.compile(r"^gce://[^/]+/([a-z]+-[a-z]+\d+)-[a-z]/"),
)

_PROVIDERS = {
    "aws": "AWS",
    "gce": "GCP",
    "azure": "Azure",
    "ocid": "Oracle",
    "scaleway": "Scaleway",
    "digitalocean": "DigitalOcean",
    "openstack": "OpenStack",
}
