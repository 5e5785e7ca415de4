"""Load balancers: what they cost, and which pods pay: those behind the service, by the time they were there."""

from __future__ import annotations

import ipaddress
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from fleetcost.costing.cost_owners import CostOwner, Nobody, owner_order
from fleetcost.costing.notes import Notes
from fleetcost.costing.pods import ContainerKey, Pod
from fleetcost.costing.prices import Price, PriceBook, choose
from fleetcost.costing.provider_ids import balancer_id
from fleetcost.costing.runs import Run, hull, run_of
from fleetcost.costing.shares import split_cost
from fleetcost.model.allocation import LoadBalancerShare
from fleetcost.model.amount import amount
from fleetcost.model.asset import Asset, AssetType
from fleetcost.model.records import LoadBalancerSeen
from fleetcost.model.samples import Samples

_PRIVATE = tuple(ipaddress.ip_network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"))


Service = tuple[str, str]
"""Namespace and name."""


@dataclass(frozen=True, slots=True)
class Balancer:
    """
    One load balancer inside the window.

    Attributes:
        services: in front of whose pods it is, sorted; several where they share its address
        ip: its address or host name
    """

    services: tuple[Service, ...]
    ip: str
    run: Run
    price: Price

    @property
    def name(self) -> str:
        """Its first service, `namespace/name`: what its shares and its asset are both called."""
        return "/".join(self.services[0])


@dataclass(frozen=True, slots=True)
class _Front:
    """One service at one address; `price` is what is offered for it."""

    service: Service
    ip: str
    run: Run
    price: float | None


def find_balancers(samples: Samples, book: PriceBook, notes: Notes) -> list[Balancer]:
    """
    Return the load balancers that existed inside the window, priced, sorted.

    Services at one address are one balancer. An exporter of prices reports one series an address; kube-state-metrics
    may report several addresses of one load balancer, so there a service has one.
    """
    found: dict[tuple[Service, str], list[_Front]] = defaultdict(list)
    for front in _fronts(samples):
        # One that has no address yet is nobody else's.
        found[front.service if not front.ip else ("", ""), front.ip].append(front)
    balancers = []
    for (_, ip), fronts in found.items():
        services = tuple(sorted({front.service for front in fronts}))
        offered = sorted(front.price for front in fronts if front.price is not None)
        price = sum(offered) / len(offered) if offered else None
        chosen = choose(price, book.rate("load_balancer_hourly"), book, f"load balancer {'/'.join(services[0])}", notes)
        balancers.append(Balancer(services, ip, hull([front.run for front in fronts]), chosen))
    return sorted(balancers, key=lambda one: (one.services, one.ip))


def _fronts(samples: Samples) -> Iterator[_Front]:
    prices: dict[tuple[Service, str], list[float]] = defaultdict(list)
    for record in samples.services.load_balancer_prices:
        prices[(record.namespace, record.service), record.ip].append(record.value)
    priced = {service for service, _ in prices}
    addresses = _first_addresses(samples.services.load_balancers)
    for seen in samples.services.load_balancers:
        service = (seen.namespace, seen.service)
        offered = prices.get((service, seen.ip))
        run = run_of(seen.first, seen.last, samples.window, samples.resolution_seconds)
        if run is not None and offered:
            yield _Front(service, seen.ip, run, sum(sorted(offered)) / len(offered))
        elif run is not None and service not in priced:
            yield _Front(service, addresses[seen.ip] if seen.ip else "", run, None)


def _first_addresses(seen: Iterable[LoadBalancerSeen]) -> Mapping[str, str]:
    """Return for each address the first of its balancer's: addresses of one service are of one balancer."""
    first: dict[str, str] = {}
    of_service: dict[Service, set[str]] = defaultdict(set)
    for one in seen:
        of_service[one.namespace, one.service] |= {one.ip} - {""}
    for addresses in of_service.values():
        joined = {first.get(ip, ip) for ip in addresses}
        members = addresses | {ip for ip, of in first.items() if of in joined}
        first.update(dict.fromkeys(members, min(members, default="")))
    return first


def balancer_asset(balancer: Balancer, notes: Notes) -> Asset:
    """Return the asset a load balancer is."""
    return Asset(
        type=AssetType.LOAD_BALANCER,
        name=balancer.name,
        provider_id=balancer_id(balancer.ip),
        start=balancer.run.starts_at,
        end=balancer.run.ends_at,
        cost=notes.amount(balancer.price.value * balancer.run.hours, f"load balancer {balancer.name}"),
        ip=balancer.ip,
        private=is_private(balancer.ip),
        price_source=balancer.price.source,
    )


def share_balancer(
    balancer: Balancer, asset: Asset, behind: Callable[[Service], Iterable[Pod]]
) -> dict[CostOwner, LoadBalancerShare]:
    """Return every owner's part of a load balancer; costs and hours add up to the asset's exactly."""
    weights: dict[CostOwner, float] = {}
    for service in balancer.services:
        for pod in behind(service):
            overlap = pod.run.overlap(balancer.run)
            for container in pod.containers if overlap else ():
                weights[ContainerKey(pod.key, container)] = overlap.hours / len(pod.containers) if overlap else 0.0
    if not weights:
        weights[Nobody("")] = 1.0
    owners = sorted(weights, key=owner_order)
    parts = [weights[owner] for owner in owners]
    costs = split_cost(asset.cost, parts)
    hours = split_cost(amount(balancer.run.hours), parts)
    return {
        owner: LoadBalancerShare(balancer.name, balancer.ip, asset.private, hours[i], costs[i])
        for i, owner in enumerate(owners)
    }


def is_private(text: str) -> bool:
    """Tell whether an address is one of a private network; host names are not."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return any(address in network for network in _PRIVATE if network.version == address.version)
