"""Load balancers: what they cost, and which pods pay: those behind the service, by the time they were there."""

from __future__ import annotations

import ipaddress
from collections import defaultdict
from dataclasses import dataclass

from fleetcost.costing.notes import Notes
from fleetcost.costing.payers import Nobody, Payer, payer_order
from fleetcost.costing.pods import ContainerKey, Pod
from fleetcost.costing.prices import Price, PriceBook, choose
from fleetcost.costing.provider_ids import balancer_id
from fleetcost.costing.runs import Run, hull, run_of
from fleetcost.costing.shares import split_cost
from fleetcost.model.allocation import LoadBalancerShare
from fleetcost.model.amount import amount
from fleetcost.model.asset import Asset, AssetType
from fleetcost.model.samples import Samples

_PRIVATE = tuple(ipaddress.ip_network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"))


@dataclass(frozen=True, slots=True)
class Balancer:
    """One load balancer inside the window; `ip` is its address or host name."""

    namespace: str
    service: str
    ip: str
    run: Run
    price: Price

    @property
    def name(self) -> str:
        """The service in front of whose pods it is."""
        return f"{self.namespace}/{self.service}"


def find_balancers(samples: Samples, book: PriceBook, notes: Notes) -> list[Balancer]:
    """
    Return the load balancers that existed inside the window, priced, sorted.

    An exporter of prices reports one series an address; kube-state-metrics may report several addresses of one load
    balancer, so there a service has one.
    """
    prices: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    for record in samples.services.load_balancer_prices:
        prices[record.namespace, record.service, record.ip].append(record.value)
    priced = {(namespace, service) for namespace, service, _ in prices}
    found: dict[tuple[str, str], dict[str, list[Run]]] = defaultdict(lambda: defaultdict(list))
    for seen in samples.services.load_balancers:
        run = run_of(seen.first, seen.last, samples.window, samples.resolution_seconds)
        key = (seen.namespace, seen.service)
        if run is not None and (key not in priced or (*key, seen.ip) in prices):
            found[key][seen.ip].append(run)
    balancers = []
    for (namespace, service), by_ip in sorted(found.items()):
        runs = by_ip if (namespace, service) in priced else {min(by_ip): [r for of_ip in by_ip.values() for r in of_ip]}
        for ip, of_ip in sorted(runs.items()):
            offered = prices.get((namespace, service, ip))
            price = sum(sorted(offered)) / len(offered) if offered else None
            subject = f"load balancer {namespace}/{service}"
            chosen = choose(price, book.load_balancer_hourly, book, subject, notes)
            balancers.append(Balancer(namespace, service, ip, hull(of_ip), chosen))
    return balancers


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


def share_balancer(balancer: Balancer, asset: Asset, behind: list[Pod]) -> dict[Payer, LoadBalancerShare]:
    """Return every payer's part of a load balancer; costs and hours add up to the asset's exactly."""
    weights: dict[Payer, float] = {}
    for pod in behind:
        overlap = pod.run.overlap(balancer.run)
        for container in pod.containers if overlap else ():
            weights[ContainerKey(pod.key, container)] = overlap.hours / len(pod.containers) if overlap else 0.0
    if not weights:
        weights[Nobody("")] = 1.0
    payers = sorted(weights, key=payer_order)
    parts = [weights[payer] for payer in payers]
    costs = split_cost(asset.cost, parts)
    hours = split_cost(amount(balancer.run.hours), parts)
    return {
        payer: LoadBalancerShare(balancer.name, balancer.ip, asset.private, hours[i], costs[i])
        for i, payer in enumerate(payers)
    }


def is_private(text: str) -> bool:
    """Tell whether an address is one of a private network; host names are not."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return any(address in network for network in _PRIVATE if network.version == address.version)
