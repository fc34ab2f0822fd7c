"""Blocks of replications, shared by the caller and its worker processes.

The numbers do not depend on who does which block, nor on how many there are: a replication is
addressed by its number, and blocks are yielded in their order.
"""

from __future__ import annotations

import pickle
import time
from collections import deque
from collections.abc import Generator
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from concurrent.futures.process import BrokenProcessPool
from functools import lru_cache, partial
from itertools import islice
from typing import Any, Protocol

from sim.errors import MallError
from sim.experiments.pool import is_shared, pool, usable_workers
from sim.experiments.saved import Store, store_of
from sim.experiments.stopping import BLOCK

Blocks = Generator[list[Any], None, None]
_UnderWay = deque[tuple[tuple[int, int], Future[list[Any]]]]
PAYS = 2.5
"""Seconds of work left for which processes are started: they take more than one to be ready."""


class Work(Protocol):
    """Work that is cut by replication."""

    def __call__(self, first: int, last: int) -> list[Any]:
        """Run the replications from first before last."""


class Task(Work, Protocol):
    """Work that can be sent to other processes."""

    def travels(self) -> bool:
        """Whether the task can be sent to another process."""

    def is_ours(self) -> bool:
        """Whether nothing of the caller's own has a part in it, that might end a process."""


def run_blocks(
    task: Task, most: int, workers: int | None, executor: Executor | None = None, block: int = BLOCK
) -> Blocks:
    """Run replications 0 .. most - 1 in blocks and yield these in their order.

    block : how many at once, at most; fewer where the last worker would be long alone otherwise

    On an executor if one is given, else on `workers` processes, of which the caller is one unless
    functions of its own have a part in the work. When the caller stops early, what has not begun is
    cancelled.
    """
    number = min(usable_workers(workers), max(1, most // BLOCK))
    if executor is None and number > 1 and not task.travels():
        if workers is not None:
            raise MallError.of("error.own_functions")
        number = 1
    store, together = store_of(task), max(BLOCK, min(block, most // (4 * number)))
    if executor is not None:
        try:
            yield from _in_order(task, store, executor, most, 8, BLOCK)
        except (BrokenExecutor, CancelledError) as error:
            raise MallError.of("error.executor_broke", why=type(error).__name__) from error
    elif number == 1:
        yield from _alone(task, store, most, block)
    elif task.is_ours():
        done = 0
        for found in _alone(task, store, most, together, PAYS):
            yield found
            done += len(found)
        yield from _on_own_pool(task, store, number - 1, most, together, done, shared=True)
    else:
        yield from _on_own_pool(task, store, number, most, together)


def _alone(task: Work, store: Store, most: int, block: int, until: float | None = None) -> Blocks:
    """Yield blocks that the caller does by itself: all, or until so many seconds seem left."""
    began = time.perf_counter()
    for first, last in store.pieces(0, most, block):
        if until is not None and first and first < most:
            a_replication = (time.perf_counter() - began) / first
            if is_shared() or a_replication * (most - first) > until:
                return
        yield _done_here(task, store, first, last)


def _done_here(task: Work, store: Store, first: int, last: int) -> list[Any]:
    found = store.load(first, last)
    if found is None:
        found = task(first, last)
        store.save(first, last, found)
    return found


def _on_own_pool(
    task: Task, store: Store, number: int, most: int, block: int, done: int = 0,
    shared: bool = False,
) -> Blocks:  # fmt: skip
    """Yield blocks from processes of our own; they are begun anew when one of them dies.

    done : replications there are already; shared : whether the caller works too

    What was yielded stays, the rest is done again: the numbers do not depend on who does them.
    Where nothing was yielded between two deaths the work itself kills, and that is an error.
    """
    died_at = -1
    while done < most:
        try:
            with pool(number) as processes:
                sent = _Sent(task)
                ahead = 2 * number
                for found in _in_order(sent, store, processes, most, ahead, block, done, shared):
                    yield found
                    done += len(found)
        except BrokenProcessPool as error:
            if died_at == done:
                raise MallError.of("error.worker_ended") from error
            died_at = done


class _Sent:
    """A task as it is sent to processes: as bytes, of which each makes the task once.

    What it has worked out of a scenario it then knows for all blocks that it does.
    """

    def __init__(self, task: Task) -> None:
        self.task, self.packed = task, pickle.dumps(task)

    def __call__(self, first: int, last: int) -> list[Any]:
        """Run the replications from first before last."""
        return self.task(first, last)

    def __reduce__(self) -> tuple[Any, ...]:
        return _unpacked, (self.packed,)


@lru_cache(maxsize=4)
def _unpacked(packed: bytes) -> Task:
    task: Task = pickle.loads(packed)
    return task


def _in_order(
    task: Work, store: Store, executor: Executor, most: int, ahead: int, block: int, begin: int = 0,
    shared: bool = False,
) -> Blocks:  # fmt: skip
    """Yield blocks from `begin` on in their order, with at most `ahead` of them under way.

    shared : whether the caller does a block whenever it would wait; then those that are done
        already, while an earlier one is not, do not count as under way
    """
    pieces = store.pieces(begin, most, block)
    under_way: _UnderWay = deque()
    try:
        while True:
            waiting = sum(not (shared and begun.done()) for _, begun in under_way)
            for piece in islice(pieces, ahead - waiting):
                under_way.append((piece, _begun(task, store, executor, *piece)))
            if not under_way:
                return
            if shared and not under_way[0][1].done():
                mine = next(pieces, None)
                if mine is not None:
                    under_way.append((mine, _done(_done_here(task, store, *mine))))
                    continue
                _take_back(task, store, under_way)
            piece, begun = under_way.popleft()
            found = begun.result()
            store.save(*piece, found)  # before anybody counts it as done
            yield found
    finally:
        for _, begun in under_way:
            begun.cancel()


def _take_back(task: Work, store: Store, under_way: _UnderWay) -> None:
    """Do the last of the blocks that no worker has begun, if there is one."""
    for place in reversed(range(len(under_way))):
        piece, begun = under_way[place]
        if begun.cancel():
            under_way[place] = piece, _done(_done_here(task, store, *piece))
            return


def _begun(
    task: Work, store: Store, executor: Executor, first: int, last: int
) -> Future[list[Any]]:
    """Return a block that was kept, or else is under way and kept as soon as it is done."""
    kept = store.load(first, last)
    if kept is None:
        begun = executor.submit(task, first, last)
        begun.add_done_callback(partial(store.keep, first, last))
        return begun
    return _done(kept)


def _done(block: list[Any]) -> Future[list[Any]]:
    there: Future[list[Any]] = Future()
    there.set_result(block)
    return there
