"""
What is fed to every reader of what others write: right inputs, changed by chance until they are wrong.

A target takes bytes and may only answer, or refuse with an error of ours; anything else is a crash.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from builders import allocation_set, asset_set, at, day
from fleetcost.api.access import read_tokens
from fleetcost.api.elsewhere.book import read_book
from fleetcost.billing.config import read_integrations
from fleetcost.billing.inspect import inspect
from fleetcost.billing.refresh import Work
from fleetcost.bucket.config import parse_config
from fleetcost.bucket.memory import MemoryBucket
from fleetcost.bucket.port import ObjectInfo
from fleetcost.cli.bill_check import bill_at
from fleetcost.costing import price_csv, price_sheet
from fleetcost.documents.status import read_agent_status
from fleetcost.errors import FleetcostError
from fleetcost.ingest.fetch import Fetcher
from fleetcost.ingest.plan import Load
from fleetcost.migrate.read import read_values
from fleetcost.model.cloud_sets import ConnectionStatus
from fleetcost.model.identity import ClusterId
from fleetcost.model.sets import SetKind
from fleetcost.model.window import Window
from fleetcost.ops.settings import AgentSettings, AggregatorSettings, load
from fleetcost.query.filters import parse_filter
from fleetcost.sets.checksum import with_checksum
from fleetcost.sets.files import to_bytes
from fleetcost.sets.layout import locate
from fleetcost.tables.database import EngineLimits
from fleetcost.tables.ledger import EntryState
from making.bills import amazon, others
from unit.sets.bingen.fixtures import FOLDER

NOW = at(day=8)
WORDS = (b"", b"\0", b"\xff\xfe", b"[" * 300, b"{" * 300, b"NaN", b"1e999", b"-1", b"9" * 40, b"0001-01-01",
         b"\xe2\x80\x8b",
         b'"', b"'", b"\\", b"\n", b"&a *a", b"!!python/object:os.system", b"../..", b"%00", b"${HOME}")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Target:
    """
    A reader under attack.

    Attributes:
        seeds: inputs that it takes
        feed: gives it one; tells whether it was taken
    """

    seeds: Sequence[bytes]
    feed: Callable[[bytes], bool]


def changed(chance: random.Random, seeds: Sequence[bytes]) -> bytes:
    """Return an input with some bytes flipped, cut, doubled, swapped with another's or replaced by words that hurt."""
    content = bytearray(chance.choice(seeds))
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        place = chance.randrange(len(content) + 1)
        way = chance.randrange(6)
        if way == 0 and place < len(content):
            content[place] ^= 1 << chance.randrange(8)
        elif way == 1:
            del content[place : place + chance.randrange(1, 40)]
        elif way == 2:
            content[place:place] = content[place : place + chance.randrange(1, 200)]
        elif way == 3:
            other = chance.choice(seeds)
            start = chance.randrange(len(other) + 1)
            content[place:place] = other[start : start + 60]
        elif way == 4:
            word = chance.choice(WORDS)
            content[place : place + len(word)] = word
        else:
            del content[place:]
    # A checksum that is right again lets the attack get further.
    return with_checksum(bytes(content)) if b"file_sha256" in content and chance.random() < 0.7 else bytes(content)


def targets(folder: Path) -> Mapping[str, Target]:
    """Return every reader of what others write."""
    whole = [to_bytes(allocation_set(None, day())), to_bytes(asset_set(None, day()))]
    charges = amazon.charges(at(), 2)
    bills = [
        amazon.as_csv_gz(charges),
        amazon.as_parquet(charges),
        others.google_json(others.google(at(), 1)),
    ]
    return {
        "sets": Target(whole, lambda content: _set(content, folder)),
        "foreign sets": Target(foreign_sets(), lambda content: _bingen(content, folder)),
        "documents": Target([DOCUMENT, CHECKS], _document),
        "settings": Target(
            tuple(SETTINGS.values()),
            lambda content: any(_readings(content, folder).values()),
        ),
        "filters": Target([one.encode() for one in FILTERS], _filter),
        "bills": Target(bills, lambda content: _bill(content, folder)),
    }


def foreign_sets() -> Sequence[bytes]:
    """Return sets of real writers, old and new, where they are there; else bytes that begin like one."""
    files = [FOLDER / f"{version}__allocations_1h.bin" for version in ("v15_as15", "v20", "v25")]
    return [one.read_bytes() for one in files if one.exists()] or [b"BGEN\x1c\0" + bytes(range(200))]


DOCUMENT = (
    b'{"cluster":"c1","uid":"u","claimed_at":"2026-01-10T00:00:00Z","last_seen":"2026-01-10T00:00:00Z",'
    b'"last_push":"2026-01-10T00:00:00Z","agent_version":"1"}'
)
CHECKS = (
    b'{"clusterId":"c1","version":"1","latestRun":"2026-01-10T00:00:00Z",'
    b'"checks":{"a":{"diagnosticPassed":true,"numFailures":0}}}'
)
SETTINGS = {
    "store": b"type: S3\nprefix: a/b\nconfig:\n  bucket: b\n  endpoint: e.example\n  access_key: k\n  secret_key: s\n",
    "aggregator": b"memory: 2GiB\nhourly_retention_hours: 49\nlog_level: info\nallowed_hosts: a.example\n",
    "agent": b"cluster_id: a\nprometheus_url: http://127.0.0.1:9090\n",
    "tokens": b"tokens:\n- name: a\n  sha256: " + b"0a" * 32 + b"\n  filter: 'cluster:\"a\"'\n",
    "contexts": b"- {name: Oslo, address: 'https://costs.oslo.example:9090', details: {a: b}}\n",
    "price sheet": b"currency: EUR\ncpu_core_hourly: 0.03\nram_gib_monthly: 1.5\n",
    "price table": b"EndTimestamp,InstanceID,Region,AssetClass,InstanceIDField,InstanceType,MarketPriceHourly,Version\n"
    b"2028-01-01 00:00:00 UTC,a,eu,node,spec.providerID,m5,0.13,\n",
    "bills": b'{"aws": {"athena": [{"bucket": "s3://r", "region": "eu", "database": "cur", "table": "b", "account":'
    b' "1", "authorizer": {"authorizerType": "AWSServiceAccount"}}]}}',
    "values": b"kubecostModel: {etlDailyStoreDurationDays: 91}\nkubecostAggregator: {extraEnv: []}\n",
}
"""A file of every kind that people write."""
FILTERS = (
    'cluster:"a"',
    'namespace!:"a","b"+label[team]<~:"x"',
    '(pod:"a"|pod:"b")+node~:"n"',
    'annotation[a/b.c]:"x"',
)


def _set(content: bytes, folder: Path) -> bool:
    span = f"{day().start_epoch}-{day().end_epoch}"
    paths = [f"federated/c1/etl/parquet/{kind}/1d/{span}.parquet" for kind in SetKind]
    return any(_fetched(path, content, folder) for path in paths)


def _bingen(content: bytes, folder: Path) -> bool:
    path = "federated/prod-eu-1/etl/bingen/allocations/1h/1729400400-1729404000"
    return _fetched(path, content, folder)


def _fetched(path: str, content: bytes, folder: Path) -> bool:
    from fleetcost.ingest.decoders import convert_file  # noqa: PLC0415 - in this process: its own is tested elsewhere
    from fleetcost.sets.foreign import Origin  # noqa: PLC0415

    bucket = MemoryBucket()
    info = bucket.put(path, content)
    location = locate(path)
    assert location.key is not None
    load = Load(
        location.key,
        ObjectInfo(path, info.size_bytes, info.etag, NOW),
        "bingen" in path,
    )
    fetcher = Fetcher(
        bucket,
        lambda whole, of, file: convert_file(whole, Origin(of.key, path, NOW, "USD"), NOW, 1 << 22, file),
        1 << 22,
    )
    (found,) = fetcher.fetch([load], folder / "staging", NOW)
    assert found.entry is not None, found.failure
    assert found.entry.state is EntryState.INGESTED or found.entry.reason
    return found.entry.state is EntryState.INGESTED


def _document(content: bytes) -> bool:
    bucket = MemoryBucket()
    for name in ("cluster.json", "diagnostics.json"):
        bucket.put(f"federated/c1/{name}", content)
    status = read_agent_status(bucket, ClusterId("c1"))
    return status.identity is not None or status.checks is not None


def _refusing(read: Callable[[], object]) -> bool:
    try:
        read()
    except FleetcostError:
        return False
    return True


def _readings(content: bytes, folder: Path) -> Mapping[str, bool]:
    """Give a file to the readers of every kind; return which took it."""
    file, text = folder / "settings", content.decode(errors="replace")
    file.write_bytes(content)
    readers: Mapping[str, Callable[[], object]] = {
        "store": lambda: parse_config(text, file),
        "aggregator": lambda: load(AggregatorSettings, {}, file),
        "agent": lambda: load(AgentSettings, {}, file),
        "tokens": lambda: read_tokens(file),
        "contexts": lambda: read_book(file, None, folder / "kept"),
        "price sheet": lambda: price_sheet.parse(text, "a sheet"),
        "price table": lambda: price_csv.parse(text, "a table"),
        "bills": lambda: read_integrations(file),
        "values": lambda: read_values(text, "values.yaml"),
    }
    return {name: _refusing(read) for name, read in readers.items()}


def taken_settings(folder: Path) -> set[str]:
    """Return the kinds of settings files whose right input its own reader takes."""
    return {name for name, content in SETTINGS.items() if _readings(content, folder)[name]}


def _filter(content: bytes) -> bool:
    return _refusing(lambda: parse_filter(content.decode(errors="replace")))


def _bill(content: bytes, folder: Path) -> bool:
    place = folder / "bill"
    place.mkdir(exist_ok=True)
    file = place / ("b.csv.gz" if content[:2] == b"\x1f\x8b" else "b.parquet" if content[:4] == b"PAR1" else "b.json")
    file.write_bytes(content)
    work = Work(MemoryBucket(), folder / "work", EngineLimits(1 << 28, 1), lambda: NOW)

    try:
        integration, source = bill_at(file)
        found = inspect(
            integration,
            lambda: source,
            Window(at(day=-40), NOW + timedelta(days=1)),
            work,
        )
    except FleetcostError:
        return False
    finally:
        file.unlink()
    return found.status is ConnectionStatus.SUCCESSFUL


def attack(name: str, target: Target, chance: random.Random, times: int) -> Counter[str]:
    """Feed a target so often; return how many inputs were taken and refused. What crashes it is in the error's note."""
    counts: Counter[str] = Counter()
    for _ in range(times):
        content = changed(chance, target.seeds)
        try:
            counts["taken" if target.feed(content) else "refused"] += 1
        except Exception as error:
            error.add_note(f"{name} crashed on {content!r}")
            raise
    return counts
