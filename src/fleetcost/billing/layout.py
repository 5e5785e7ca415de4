"""
Which objects of a bucket are the bills of which month: pure, from the listing and the manifests.

| layout | a bill is |
|---|---|
| AWS, legacy | what `<report>/<YYYYMMDD>-<YYYYMMDD>/<report>-Manifest.json` lists |
| AWS data exports | `…/data/BILLING_PERIOD=<YYYY-MM>/…`, of the newest execution, or what its manifest lists |
| Azure | the newest run below `<export>/<YYYYMMDD>-<YYYYMMDD>/`, or what its `manifest.json` lists; where days of |
|       | runs overlap, as a one-off's do with the month's, each is of the newest run that covers it |
| any other | every file, of a month where its path names one |
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from fleetcost.billing.bill_files import READABLE
from fleetcost.bucket.port import ObjectInfo
from fleetcost.errors import BillDamagedError
from fleetcost.model.window import Window

_SPAN = re.compile(r"(?:^|/)(?P<start>\d{8})-(?P<end>\d{8})/")
_PERIOD = re.compile(r"(?:^|/)(?:billing_period|BILLING_PERIOD)=(?P<year>\d{4})-(?P<month>\d{2})/")
_MANIFEST = re.compile(r"(?:-Manifest|/manifest|^manifest|_manifest)\.json$")


@dataclass(frozen=True, slots=True)
class Bill:
    """
    The newest bill of one month.

    Attributes:
        month: its first day; None for files that name no month
        objects: its files
        export: the folder of the export that wrote them; empty for files that name no month
        without: days that a newer run of the same export has
    """

    month: date | None
    objects: tuple[ObjectInfo, ...]
    export: str = ""
    without: tuple[Window, ...] = ()


def manifests(listing: Sequence[ObjectInfo]) -> tuple[str, ...]:
    """Return the paths of the manifests in a listing."""
    return tuple(info.path for info in listing if _MANIFEST.search(info.path))


def bills(listing: Sequence[ObjectInfo], read: Mapping[str, bytes]) -> tuple[Bill, ...]:
    """
    Return the bills of a listing, oldest first.

    Args:
        listing: every object
        read: the manifests' content by path

    Raises:
        BillDamagedError: a manifest that cannot be understood, or two exports in one place, which would count twice.
    """
    months: dict[date | None, dict[str, list[ObjectInfo]]] = defaultdict(lambda: defaultdict(list))
    for info in listing:
        if info.path.lower().endswith(READABLE) and not _MANIFEST.search(info.path):
            months[_month(info.path)][_export(info.path)].append(info)
    listed = _listed(listing, read)
    made: list[Bill] = []
    for month in sorted(months, key=lambda one: one or date.min):
        exports = {name: _runs(objects, listed) for name, objects in months[month].items()}
        exports = {name: runs for name, runs in exports.items() if runs}
        if month and len(exports) > 1:
            raise BillDamagedError(
                f"find the bill of {month:%Y-%m}: {' and '.join(sorted(exports))} are two exports of it and would be "
                "counted twice; name one of them as the prefix or path"
            )
        made += [Bill(month, tuple(run), name) for name, runs in exports.items() for run in runs]
    return tuple(_without_newer(made))


def _runs(objects: Sequence[ObjectInfo], listed: Mapping[str, str]) -> list[list[ObjectInfo]]:
    """Return the newest run of every span of days."""
    spans: dict[str, list[ObjectInfo]] = defaultdict(list)
    for info in objects:
        spans[found[0] if (found := _SPAN.search(info.path)) else ""].append(info)
    newest = (_newest(each, listed) for each in spans.values())
    return [run for run in newest if run]


def _without_newer(made: Sequence[Bill]) -> Iterator[Bill]:
    """Leave out of every bill the days that newer runs of its export cover."""
    for bill in made:
        own, written = _span(bill), _written(bill)
        newer = [one for one in made if one.export == bill.export and one is not bill and _written(one) > written]
        spans = [
            span for one in newer if own and (span := _span(one)) and span.start < own.end and own.start < span.end
        ]
        yield replace(bill, without=tuple(spans))


def _written(bill: Bill) -> tuple[datetime, str]:
    return max((info.modified, info.path) for info in bill.objects)


def _span(bill: Bill) -> Window | None:
    """Return the days that a bill's folder names; AWS names the day after the last one, Azure the last one."""
    if not (found := _SPAN.search(bill.objects[0].path)):
        return None
    start, end = (datetime.strptime(found[name], "%Y%m%d").replace(tzinfo=UTC) for name in ("start", "end"))
    return Window(start, end if end.day == 1 and end > start else end + timedelta(days=1))


def _month(path: str) -> date | None:
    if found := _PERIOD.search(path):
        return date(int(found["year"]), int(found["month"]), 1)
    if found := re.search(r"(?:^|/)year=(\d{4})/month=(\d{1,2})/", path):
        return date(int(found[1]), int(found[2]), 1)
    if found := _SPAN.search(path):
        start = found["start"]
        return date(int(start[:4]), int(start[4:6]), 1)
    return None


def _export(path: str) -> str:
    """Return the folder above a month's, which is the export's own."""
    for pattern in (_PERIOD, re.compile(r"(?:^|/)year=\d{4}/"), _SPAN):
        if found := pattern.search(path):
            return path[: found.start()]
    return ""


def _newest(objects: Sequence[ObjectInfo], listed: Mapping[str, str]) -> list[ObjectInfo]:
    """Of several runs in one month's folder return the files of the newest."""
    runs: dict[str, list[ObjectInfo]] = defaultdict(list)
    for info in objects:
        runs[_run(info.path)].append(info)
    if "" in runs and _month(objects[0].path) is None:
        return list(objects)
    newest = max(runs.values(), key=lambda run: max((info.modified, info.path) for info in run))
    wanted = {info.path for info in newest if info.path in listed}
    manifest = max((listed[path] for path in wanted), default="")
    return [info for info in newest if not wanted or listed.get(info.path) == manifest]


def _run(path: str) -> str:
    """
    Return what tells the runs of a month apart: the folder below the month's, or the file itself.

    AWS numbers the files of one run (`-00001`); Azure gives each run a folder or, in its oldest form, one file with a
    random name.
    """
    match = _PERIOD.search(path) or _SPAN.search(path) or re.search(r"(?:^|/)year=\d{4}/month=\d{1,2}/", path)
    if match is None:
        return ""
    folder, _, name = path[match.end() :].rpartition("/")
    return folder or re.sub(r"-\d{5}(?=\.)|part_\d+_\d+(?=\.)", "", name)


def _listed(listing: Sequence[ObjectInfo], read: Mapping[str, bytes]) -> dict[str, str]:
    """Return the files that manifests list, each with its manifest; paths are compared by their end."""
    ours = {info.path for info in listing}
    found: dict[str, str] = {}
    for manifest, content in sorted(read.items()):
        for key in _keys(content, manifest):
            path = _ours(key, ours)
            if path:
                found[path] = manifest
    return found


def _ours(key: str, ours: set[str]) -> str:
    """Return our path of a key that a manifest names from the bucket's root, or with the bucket."""
    rest = re.sub(r"^s3://[^/]+/", "", key)
    while rest and rest not in ours:
        rest = rest.partition("/")[2]
    return rest


def _keys(content: bytes, manifest: str) -> list[str]:
    try:
        document: Any = json.loads(content.decode("utf-8-sig"))
        keys = document.get("reportKeys") or document.get("dataFiles") or []
        return [*keys, *(blob["blobName"] for blob in document.get("blobs") or [])]
    except (ValueError, AttributeError, TypeError, KeyError) as error:
        raise BillDamagedError(f"read the manifest {manifest}: not a list of a bill's files: {error}") from error
