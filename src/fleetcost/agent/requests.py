"""Repair requests found in the bucket, see `documents.repairs`."""

from __future__ import annotations

from datetime import UTC, datetime

from fleetcost.agent.jobs import Jobs
from fleetcost.agent.repair import Repair
from fleetcost.bucket.port import Bucket
from fleetcost.documents.document import read_document, write_document
from fleetcost.documents.places import requests_folder
from fleetcost.documents.repairs import REQUEST, RESULT, RepairRequest, RepairResult
from fleetcost.errors import CallerError, DocumentDamagedError, QuestionError, TryAgainError
from fleetcost.model.identity import ClusterId
from fleetcost.model.window_text import parse_window
from fleetcost.ops import log

_log = log.get("agent")


def answer_requests(bucket: Bucket, cluster: ClusterId, jobs: Jobs, now: datetime) -> int:
    """
    Do every request that has no result yet, oldest first, and write its result.

    Returns:
        How many were open.

    Raises:
        StoreError, StoreRefusedError: the bucket did not answer.
    """
    names = [info.path for info in bucket.list(requests_folder(cluster))]
    answered = {name.removesuffix(RESULT) for name in names if name.endswith(RESULT)}
    open_requests = [n for n in names if not n.endswith(RESULT) and n.removesuffix(REQUEST) not in answered]
    for path in open_requests:
        result = _answer(bucket, path, path.rpartition("/")[2].removesuffix(REQUEST), jobs, now)
        if result is None:
            continue
        _log.info("request answered", path=path, state=result.state, message=result.message)
        write_document(bucket, path.removesuffix(REQUEST) + RESULT, result)
    return len(open_requests)


def _answer(bucket: Bucket, path: str, request_id: str, jobs: Jobs, now: datetime) -> RepairResult | None:
    """Do a request; None leaves it for the next round."""
    try:
        request = read_document(bucket, path, RepairRequest)
        window = parse_window(request.window, now.astimezone(UTC))
    except (DocumentDamagedError, QuestionError) as error:
        return RepairResult(state="refused", message=f"the request cannot be read: {error}")
    try:
        jobs.order(Repair(window, force=request.force, dry_run=request.dry_run), request_id)
    except CallerError as error:
        return RepairResult(state="refused", message=str(error))
    except TryAgainError as error:
        _log.warning("request waits for the next round", path=path, reason=str(error))
        return None
    job = jobs.wait(request_id)
    return RepairResult(state=job.state, message=job.message, job=job)
