"""What was found of one link, and the report made of all of them."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass


class Link(enum.StrEnum):
    """A link of the chain, in the order of the data."""

    STORAGE = "storage"
    OBJECTS = "objects"
    HEARTBEAT = "heartbeat"
    UPLOADS = "uploads"
    DIAGNOSTICS = "diagnostics"
    AGGREGATOR = "aggregator"
    INGEST = "ingest"
    DERIVE = "derive"
    ALLOCATIONS = "allocations"
    ASSETS = "assets"
    BOOKS = "books"
    BILLS = "bills"

    @property
    def meaning(self) -> str:
        """What is true where the link holds."""
        return _MEANINGS[self]


_MEANINGS = {
    Link.STORAGE: "the bucket answers, and these credentials may list and read it",
    Link.OBJECTS: "the cluster's folder holds allocations and assets, by hour and by day, without holes between days",
    Link.HEARTBEAT: "the agent was there within half an hour",
    Link.UPLOADS: "sets were uploaded within two hours, and the newest are of these hours",
    Link.DIAGNOSTICS: "the agent's own checks pass, and ran within half an hour",
    Link.AGGREGATOR: "the aggregator answers, and its ingest loop goes round",
    Link.INGEST: "every object of the cluster is in the tables, the newest included",
    Link.DERIVE: "what follows from the newest sets was derived",
    Link.ALLOCATIONS: "the cluster's allocations are answered",
    Link.ASSETS: "the cluster's assets are answered",
    Link.BOOKS: "allocations and idle together are the assets",
    Link.BILLS: "every bill that is configured was read, and lately",
}

BUCKET_LINKS = (Link.OBJECTS, Link.HEARTBEAT, Link.UPLOADS, Link.DIAGNOSTICS)
SERVER_LINKS = (Link.INGEST, Link.DERIVE, Link.ALLOCATIONS, Link.ASSETS, Link.BOOKS)


class LinkState(enum.StrEnum):
    """How a link is."""

    HOLDS = "holds"
    REMARK = "remark"
    BROKEN = "broken"
    NOT_TRIED = "not tried"


@dataclass(frozen=True, slots=True)
class LinkVerdict:
    """
    One link of one cluster, or of the whole fleet.

    Attributes:
        link: which
        state: how it is
        account: what was seen
        cure: what to do, where it is broken
        cluster: whose; empty for links that all clusters share
    """

    link: Link
    state: LinkState
    account: str
    cure: str = ""
    cluster: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """
    Every verdict, in the order of the chain.

    Attributes:
        verdicts: of the fleet's links and of each cluster's
    """

    verdicts: tuple[LinkVerdict, ...]

    @property
    def clusters(self) -> tuple[str, ...]:
        """Every cluster something was found of, sorted."""
        return tuple(sorted({one.cluster for one in self.verdicts if one.cluster}))

    @property
    def broken(self) -> tuple[LinkVerdict, ...]:
        """Every broken link."""
        return tuple(one for one in self.verdicts if one.state is LinkState.BROKEN)

    @property
    def first_broken(self) -> tuple[LinkVerdict, ...]:
        """Of the fleet and of each cluster the first broken link: the ones to mend."""
        first: dict[str, LinkVerdict] = {}
        for one in sorted(self.broken, key=lambda verdict: _ORDER[verdict.link]):
            first.setdefault(one.cluster, one)
        return tuple(first[key] for key in sorted(first))

    def of(self, cluster: str, link: Link) -> LinkVerdict | None:
        """Return one verdict, None where the link was not looked at."""
        return next((one for one in self.verdicts if (one.cluster, one.link) == (cluster, link)), None)


_ORDER = {link: place for place, link in enumerate(Link)}


def holds(link: Link, account: str, cluster: str = "") -> LinkVerdict:
    """Return a verdict of a link that holds."""
    return LinkVerdict(link, LinkState.HOLDS, account, cluster=cluster)


def remark(link: Link, account: str, cluster: str = "") -> LinkVerdict:
    """Return a verdict of a link that holds, with something to know."""
    return LinkVerdict(link, LinkState.REMARK, account, cluster=cluster)


def broken(link: Link, account: str, cure: str, cluster: str = "") -> LinkVerdict:
    """Return a verdict of a broken link."""
    return LinkVerdict(link, LinkState.BROKEN, account, cure, cluster)


def not_tried(links: Iterable[Link], because: str, cluster: str = "") -> tuple[LinkVerdict, ...]:
    """Return a verdict for each link that could not be looked at."""
    return tuple(LinkVerdict(link, LinkState.NOT_TRIED, because, cluster=cluster) for link in links)
