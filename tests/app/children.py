"""Processes for tests of what several do at once, and of what is left of one that is killed.

Each is a process like any other, forked from one that has imported what they need, so that two hundred of them cost
two hundred forks and not two hundred starts of Python. It talks with its test in lines: a line is heard as a whole or
not at all, whatever ends the process that says it.
"""

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import forkserver
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerProcess
from typing import Concatenate, ParamSpec
from unittest import mock

from attrs import define, frozen

from tests.app.helpers import environment

P = ParamSpec("P")
_PIECE = 4_096
"""Bytes that a pipe takes at once or not at all; four of them tell the length."""


@frozen
class Talk:
    """What a child has of its test; its threads may share it."""

    _hears: Connection
    _says: Connection

    def say(self, *words: object) -> None:
        """A line to the test."""
        line = "\t".join(map(str, words)).encode()
        assert len(line) + 4 <= _PIECE
        self._says.send_bytes(line)

    def hear(self) -> None:
        """Waits for the test's next word."""
        self._hears.recv_bytes()


@define
class Child:
    """What a test has of its child."""

    process: ForkServerProcess
    _hears: Connection
    _says: Connection

    def line(self) -> list[str]:
        """The words that it says next; none where it has ended."""
        try:
            return self._hears.recv_bytes().decode().split("\t")
        except EOFError:
            return []

    def rest(self) -> list[list[str]]:
        """All the lines that it says until its end."""
        return list(iter(self.line, []))

    def tell(self) -> None:
        """A word to it: it may go on."""
        self._says.send_bytes(b"go on")

    def kill(self) -> list[list[str]]:
        """Kills it, as nothing can be answered to; what it had said by then and was not heard yet."""
        self.process.kill()
        return self.rest()


@contextmanager
def child(play: Callable[Concatenate[Talk, P], None], *args: P.args, **kwargs: P.kwargs) -> Iterator[Child]:
    """Runs a function of a module in a process of its own, which does not outlive the block."""
    forks = multiprocessing.get_context("forkserver")
    forks.set_forkserver_preload(["tests.acceptance.all_at_once.child", "tests.app.triggers.kill_child"])
    with mock.patch.dict(os.environ, environment()):
        forkserver.ensure_running()
    hears, its_saying = forks.Pipe(duplex=False)
    its_hearing, says = forks.Pipe(duplex=False)
    process = forks.Process(target=play, args=(Talk(its_hearing, its_saying), *args), kwargs=kwargs)
    with hears, says:
        process.start()
        its_hearing.close()
        its_saying.close()  # or nobody would hear that it has ended
        try:
            yield Child(process, hears, says)
        finally:
            process.kill()
            process.join()
            process.close()


def ended(children: Sequence[Child], seconds: float) -> list[int | None]:
    """Their exit codes once all have ended, or one has failed, or after so long; None for one that still runs."""
    until = time.monotonic() + seconds
    while True:
        codes = [one.process.exitcode for one in children]
        running = [one.process.sentinel for one, code in zip(children, codes, strict=True) if code is None]
        if not running or any(codes) or time.monotonic() > until:
            return codes
        wait(running, until - time.monotonic())
