"""Group commit: one thread that takes all waiting units of work, runs them, and commits once for all.

A commit waits for the disk; a thousand units that share one wait once. Each unit runs in a savepoint of
the transaction that holds the head, one after the other, in the order in which they came: what one does
the next one sees. A unit that raises is undone alone. Nobody gets an answer before the commit; where it
fails, every caller of that commit gets CommitError, and whether anything was kept is for the key to
tell: the same command sent again is answered, or carried out, but never twice (I9, NF6).
"""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from attrs import define, field, frozen

from chfw_app.stores.store import Store, WriteTransaction
from chfw_core.errors import ChfwError, UsageError

T = TypeVar("T")
Unit = Callable[[WriteTransaction], T]
MOST_AT_ONCE = 1_000
"""Units of one commit: bounds how long the first of them waits for its answer."""


class CommitError(ChfwError):
    """A transaction could not be committed. Nothing of it was acknowledged."""


@frozen(kw_only=True, eq=False)
class _Waiting:
    """A unit of work and the promise of its answer."""

    unit: Callable[[WriteTransaction], Any]
    future: "Future[Any]"


@define(kw_only=True, eq=False)
class Writer:
    """Runs units of work on a store; many threads may submit. Close it to let the last ones finish."""

    store: Store
    most_at_once: int = MOST_AT_ONCE
    _queue: "queue.SimpleQueue[_Waiting | None]" = field(factory=queue.SimpleQueue, init=False)
    _gate: threading.Lock = field(factory=threading.Lock, init=False)
    _closed: bool = field(default=False, init=False)
    _thread: threading.Thread = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._thread = threading.Thread(target=self._work, name="chfw-writer", daemon=True)
        self._thread.start()

    def submit(self, unit: Unit[T]) -> "Future[T]":
        """The promise of what `unit` returns, kept once it is committed. Raises UsageError once closed.

        The unit gets the open transaction and must neither commit nor keep it.
        """
        future: Future[T] = Future()
        with self._gate:
            if self._closed:
                raise UsageError("the writer is closed")
            self._queue.put(_Waiting(unit=unit, future=future))
        return future

    def run(self, unit: Unit[T]) -> T:
        """Submits and waits: what the unit returned, or raises what it raised, or CommitError."""
        return self.submit(unit).result()

    def close(self) -> None:
        """Takes no more work, finishes what waits, and ends the thread. May be called twice."""
        with self._gate:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()

    def __enter__(self) -> "Writer":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _work(self) -> None:
        while True:
            batch, last = self._take()
            if batch:
                self._run(batch)
            if last:
                return

    def _take(self) -> tuple[list[_Waiting], bool]:
        """All that waits, at least one unit; whether it was the last."""
        batch: list[_Waiting] = []
        found = self._queue.get()
        while found is not None:
            if found.future.set_running_or_notify_cancel():
                batch.append(found)
            if len(batch) >= self.most_at_once:
                return batch, False
            try:
                found = self._queue.get_nowait()
            except queue.Empty:
                return batch, False
        return batch, True

    def _run(self, batch: list[_Waiting]) -> None:
        try:
            with self.store.write() as transaction:
                answers = [_answer(transaction, waiting) for waiting in batch]
        except BaseException as problem:  # noqa: BLE001 - whatever it was, every caller has to be told
            for waiting in batch:
                waiting.future.set_exception(_commit_error(problem))
            return
        for answer in answers:
            answer()


def _answer(transaction: WriteTransaction, waiting: _Waiting) -> Callable[[], None]:
    """Runs one unit in a savepoint; what to tell its caller once all is committed."""
    head, savepoint = transaction.head, transaction.connection.begin_nested()
    try:
        result = waiting.unit(transaction)
    except Exception as problem:  # noqa: BLE001 - it is the caller's, and the other units go on
        savepoint.rollback()
        transaction.head = head
        return _raising(waiting, problem)
    savepoint.commit()
    return lambda: waiting.future.set_result(result)


def _raising(waiting: _Waiting, problem: Exception) -> Callable[[], None]:
    return lambda: waiting.future.set_exception(problem)


def _commit_error(problem: BaseException) -> CommitError:
    error = CommitError(
        "the ledger could not be written; nothing was acknowledged",
        hint="send the same command again, under the same key",
    )
    error.__cause__ = problem
    return error
