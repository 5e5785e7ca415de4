"""Repair requests found in the bucket, see `sets.requests`."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from fleetcost.agent.jobs import Job, Jobs
from fleetcost.agent.repair import Repair
from fleetcost.bucket.port import Bucket
from fleetcost.errors import QuestionError
from fleetcost.model.identity import ClusterId
from fleetcost.model.window_text import parse_window
from fleetcost.ops import log
from fleetcost.sets.requests import REQUEST, RESULT, RepairRequest, requests_folder

_log = log.get("agent")


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """The answer: the finished job, or why the request could not be read."""

    state: str
    message: str
    job: Job | None = None


def answer_requests(bucket: Bucket, cluster: ClusterId, jobs: Jobs, now: datetime) -> int:
    """
    Do every request that has no result yet, oldest first, and write its result.

    Returns:
        How many were answered.

    Raises:
        StoreError, StoreRefusedError: the bucket did not answer.
    """
    names = [info.path for info in bucket.list(requests_folder(cluster))]
    answered = {name.removesuffix(RESULT) for name in names if name.endswith(RESULT)}
    open_requests = [n for n in names if not n.endswith(RESULT) and n.removesuffix(REQUEST) not in answered]
    for path in open_requests:
        result = _answer(bucket.get(path), path.rpartition("/")[2].removesuffix(REQUEST), jobs, now)
        _log.info("request answered", path=path, state=result.state, message=result.message)
        bucket.put(path.removesuffix(REQUEST) + RESULT, msgspec.json.encode(result))
    return len(open_requests)


def _answer(content: bytes, request_id: str, jobs: Jobs, now: datetime) -> Result:
    try:
        request = msgspec.json.decode(content, type=RepairRequest)
        window = parse_window(request.window, now.astimezone(UTC))
    except (msgspec.MsgspecError, QuestionError) as error:
        return Result(state="refused", message=f"the request cannot be read: {error}")
    jobs.order(Repair(window, force=request.force, dry_run=request.dry_run), request_id)
    job = jobs.wait(request_id)
    return Result(state=job.state, message=job.message, job=job)
