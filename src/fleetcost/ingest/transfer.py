"""Transfers damage too: an object that does not arrive as it was listed, or seems damaged, is fetched once more."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from fleetcost.errors import DamagedError, SetRefusedError

T = TypeVar("T")


def checked(get: Callable[[], bytes], size_bytes: int, check: Callable[[bytes], T]) -> T:
    """
    Fetch an object and return what its check makes of it.

    Args:
        get: fetches it
        size_bytes: of it in the listing; where a transfer has another length it is not even checked before the second
        check: reads the content; what it refuses by a rule is not fetched again

    Raises:
        DamagedError: the object is damaged, and was so twice.
    """
    content = get()
    if len(content) != size_bytes:
        return check(get())
    try:
        return check(content)
    except SetRefusedError:
        raise
    except DamagedError:
        again = get()
        if again == content:
            raise
        return check(again)
