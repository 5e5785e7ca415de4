"""What people keep on the server: views, in a folder, with conditional writes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from fleetcost.api.problem import ReadOnlyError, RequestTooLargeError
from fleetcost.api.state import LARGEST, FolderState, NoState
from fleetcost.api.stored import Documents
from fleetcost.bucket.memory import MemoryBucket
from fleetcost.errors import CallerError, ConditionFailedError, DamagedError
from unit.api.apps import App, app


class Note(msgspec.Struct, frozen=True):
    """A small document."""

    name: str
    text: str = ""


def notes(folder: Path) -> Documents[Note]:
    """Return a list of notes in a folder."""
    return Documents(FolderState(folder), "notes", Note, lambda note: note.name)


def test_documents_are_kept_in_order(tmp_path: Path) -> None:
    """What is put is there for whoever comes later, sorted, one of a name."""
    for name in ("b", "a", "c", "b"):
        notes(tmp_path).put(name, Note(name, "x" if name == "b" else ""), 10)
    assert notes(tmp_path).all() == [Note("a"), Note("b", "x"), Note("c")]
    assert notes(tmp_path).remove("b") is True
    assert notes(tmp_path).remove("b") is False
    assert [note.name for note in notes(tmp_path).all()] == ["a", "c"]
    assert [file.name for file in tmp_path.iterdir()] == ["notes.json"]


def test_lists_are_bounded(tmp_path: Path) -> None:
    """A full list and one that would grow too large are refused; replacing one of a full list is not."""
    notes(tmp_path).put("a", Note("a"), 1)
    notes(tmp_path).put("a", Note("a", "new"), 1)
    with pytest.raises(CallerError, match="notes holds 1 already"):
        notes(tmp_path).put("b", Note("b"), 1)
    with pytest.raises(RequestTooLargeError):
        notes(tmp_path).put("a", Note("a", "x" * LARGEST), 1)
    assert notes(tmp_path).all() == [Note("a", "new")]


def test_a_lost_race_is_done_again(tmp_path: Path) -> None:
    """A change that somebody else came before is made again on what they wrote; nobody's document is lost."""

    class Racing(FolderState):
        rivals = 2

        def write(self, name: str, content: bytes, previous: bytes) -> None:
            if self.rivals:
                self.rivals -= 1
                notes(tmp_path).put(f"rival{self.rivals}", Note(f"rival{self.rivals}"), 10)
            super().write(name, content, previous)

    Documents(Racing(tmp_path), "notes", Note, lambda note: note.name).put("mine", Note("mine"), 10)
    assert [note.name for note in notes(tmp_path).all()] == ["mine", "rival0", "rival1"]


def test_a_write_on_old_knowledge_is_refused(tmp_path: Path) -> None:
    """The store itself writes only over what was read."""
    state = FolderState(tmp_path)
    state.write("x", b"one", b"")
    with pytest.raises(ConditionFailedError, match="changed meanwhile"):
        state.write("x", b"two", b"")
    state.write("x", b"two", b"one")
    assert state.read("x") == b"two"


def test_damage_is_reported(tmp_path: Path) -> None:
    """A file that somebody has broken is not taken for an empty list and written over."""
    (tmp_path / "notes.json").write_bytes(b"garbage")
    with pytest.raises(DamagedError, match="read notes"):
        notes(tmp_path).all()
    with pytest.raises(DamagedError):
        notes(tmp_path).put("a", Note("a"), 5)
    assert (tmp_path / "notes.json").read_bytes() == b"garbage"


def test_where_nothing_is_kept_nothing_is_changed() -> None:
    """A server without a place for it says so."""
    empty: Documents[Note] = Documents(NoState(), "notes", Note, lambda note: note.name)
    assert empty.all() == []
    with pytest.raises(ReadOnlyError):
        empty.put("a", Note("a"), 5)
    with pytest.raises(ConditionFailedError):
        NoState().write("notes", b"x", b"")


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """An application that keeps views."""
    folder = tmp_path_factory.mktemp("views")
    with app(folder, MemoryBucket(), state=FolderState(folder / "state")) as found:
        yield found


def put(opened: App, name: str, document: Any) -> tuple[int, Any]:
    """Put a view; return status and answer."""
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    response = opened.client.send("PUT", f"/api/v1/views/{name}", content)
    return response.status_code, response.json()


def test_views_are_put_listed_and_removed(opened: App) -> None:
    """A view comes back under its id with its time, until it is removed."""
    status, answer = put(opened, "team-web", {"title": "Web", "url": "explore?window=month&filter=a%22"})
    assert status == 200
    (view,) = answer["views"]
    assert (view["id"], view["title"], view["owner"]) == ("team-web", "Web", None)
    assert view["updated_at"] == "2026-01-11T12:00:00Z"
    assert opened.get("/api/v1/views") == answer
    assert opened.client.send("DELETE", "/api/v1/views/team-web").json()["views"] == []
    assert opened.client.send("DELETE", "/api/v1/views/team-web").status_code == 404


@pytest.mark.parametrize(
    ("name", "document", "reason"),
    [
        ("v", b"", "title and url"),
        ("v", {"title": "x"}, "url"),
        ("v", {"title": " ", "url": "explore"}, "title is empty"),
        ("v", {"title": "x", "url": "https://evil.example/"}, "no page of this server"),
        ("v", {"title": "x", "url": "//evil.example/"}, "no page of this server"),
        ("v", {"title": "x", "url": "javascript:alert(1)"}, "no page of this server"),
        ("v", {"title": "x", "url": "\\\\evil.example"}, "no page of this server"),
        ("v", {"title": "x", "url": "a b"}, "no page of this server"),
        ("v", {"title": "x" * 5000, "url": "explore"}, "at most 4096"),
        ("-v", {"title": "x", "url": "explore"}, "view id '-v'"),
        ("v" * 101, {"title": "x", "url": "explore"}, "view id"),
    ],
)
def test_views_that_cannot_be_kept(opened: App, name: str, document: Any, reason: str) -> None:
    """A view that leads to another server, or that nobody would find again, is refused with the reason."""
    status, answer = put(opened, name, document)
    assert status == 400
    assert reason in answer["detail"]
    assert opened.get("/api/v1/views")["views"] == []


def test_bodies_are_bounded(opened: App) -> None:
    """A body larger than anything we read is refused before it is read whole."""
    status, answer = put(opened, "v", b"x" * (65 << 10))
    assert (status, answer["type"]) == (413, "too-large")
