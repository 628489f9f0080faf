"""How a long step tells how far it is, and what its caller may do between the steps."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")
Progress = Callable[[str, float], None]
"""Told the step and the share of it that is done."""


def quiet(step: str, share: float) -> None:
    """No progress is shown."""


GiveBack = Callable[[], None]
"""Called where much memory has just become free, so that the application may return it to the system."""


def keep() -> None:
    """Memory stays with the process."""


@contextmanager
def meanwhile(work: Callable[[], T], threads: int) -> Iterator[Callable[[], T]]:
    """Some work is done while the block is about what does not depend on it; then it is asked for its result.

    One of the two is over all hubs: it counts and looks up by the column, and leaves Python to the other. With one
    thread the work is done beforehand.
    """
    if threads == 1:
        done = work()
        yield lambda: done
        return
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(work).result
