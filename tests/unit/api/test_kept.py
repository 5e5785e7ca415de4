"""What the server keeps of its answers."""

from __future__ import annotations

import gzip
from pathlib import Path

from compat.asgi import AsgiClient
from compat.catalogue import FLEETS
from compat.engine import PAGE, services_of
from compat.fleets import ingested
from compat.started import Fleets
from fleetcost.api.answers import Answers, Kept, packed
from fleetcost.api.app import create_app
from fleetcost.tables.statements import statement

WINDOW = "window=1704067200,1704153600"


def test_equal_questions_get_equal_bytes(fleets: Fleets) -> None:
    """An answer is kept as it was sent, compressed too, and a client that has it already learns it."""
    client = fleets.client("topology")
    target = f"/api/v1/allocations?{WINDOW}&aggregate=pod&step=all"
    first = client.ask(target)
    packed_answer = client.ask(target, headers={"accept-encoding": "br, gzip"})
    reordered = client.ask(f"/api/v1/allocations?step=all&aggregate=pod&{WINDOW}")

    assert packed_answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed_answer.body) == first.body == reordered.body
    again = client.ask(target, headers={"if-none-match": first.headers["etag"]})
    assert (again.status, again.body) == (304, b"")


def test_what_was_written_is_served(tmp_path: Path) -> None:
    """Once the ledger was written nothing that was kept before is served; a pass that writes nothing keeps answers."""
    made = ingested(FLEETS["tenants"], tmp_path)
    with AsgiClient(create_app(services_of(made, tmp_path), PAGE)) as client:
        target = f"/api/v1/allocations?{WINDOW}&aggregate=namespace&tenancy=hide&idle=hide"

        def names() -> set[str]:
            return {row["name"] for row in client.ask(target).document["rows"]}

        assert "a" in names()
        with made.database.transaction() as writer:
            writer.execute("DELETE FROM namespace_1d WHERE namespace = 'a'")
        made.ingestor.pass_once()
        assert "a" in names()
        with made.database.transaction() as writer:
            writer.execute(statement("next_generation"))
        made.ingestor.pass_once()
        assert "a" not in names()
    made.database.close()


def test_the_kept_answers_have_a_bound() -> None:
    """The longest unused answers leave first, and an answer too large for its part of the space is not kept."""
    answers = Answers(size_bytes=8000)
    for number in range(12):
        answers.put(number, Kept(b"x" * 900, b"", "", ""))
        answers.get(0)
    assert answers.get(0) is not None
    assert answers.get(1) is None
    assert answers.get(11) is not None
    answers.put("large", Kept(b"x" * 1001, b"", "", ""))
    assert answers.get("large") is None
    assert packed(b"small", "text/plain").compressed == b""
