"""Worker processes: started afresh, quiet on Ctrl-C, gone with whoever started them."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from multiprocessing import get_context, parent_process
from typing import ParamSpec, TypeVar

from sim.errors import MallError

MOST_PROCESSES = 61
"""Windows waits for no more than these."""
_STARTING = threading.Lock()
P = ParamSpec("P")
T = TypeVar("T")


def usable_workers(workers: int | None) -> int:
    """Return the number of processes: what was asked for, else all cores that we may use."""
    if workers is not None:
        if workers < 1:
            raise MallError.of("error.too_few_workers", workers=workers)
        return workers
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _Shared:
    """The one pool of all that is done inside `sharing`, once it is there."""

    def __init__(self) -> None:
        self.executor: ProcessPoolExecutor | None = None
        self.workers = 0


_SHARED: ContextVar[_Shared | None] = ContextVar("sharing", default=None)


@contextmanager
def sharing() -> Iterator[None]:
    """Let all experiments inside have one pool: processes take more than a second to start."""
    shared = _Shared()
    token = _SHARED.set(shared)
    try:
        yield
    except BaseException:
        _end(shared, wait=False)
        raise
    finally:
        _SHARED.reset(token)
    _end(shared)


def is_shared() -> bool:
    """Whether there is a pool already, which costs nothing to use."""
    shared = _SHARED.get()
    return shared is not None and shared.executor is not None


def _end(shared: _Shared, wait: bool = True) -> None:
    if shared.executor is not None:
        shared.executor.shutdown(wait=wait, cancel_futures=not wait)
        shared.executor = None


@contextmanager
def pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Yield a pool of processes; what has not begun when the caller leaves is cancelled.

    Inside `sharing` it is the pool of all others, and stays for them unless something went wrong.
    """
    shared = _SHARED.get() or _Shared()
    if shared.executor is None or shared.workers < workers:
        _end(shared)
        shared.executor, shared.workers = _started(workers), workers
    try:
        yield shared.executor
    except GeneratorExit:  # stopped early: nobody waits for what is under way
        if _SHARED.get() is None:
            _end(shared, wait=False)
        raise
    except BaseException:  # as is Ctrl-C; or one has died
        _end(shared, wait=False)
        raise
    if _SHARED.get() is None:
        _end(shared)


def _started(workers: int) -> ProcessPoolExecutor:
    # Spawned, since a forked process inherits the locks of threads that it does not have.
    with _ctrl_c_waits():
        return _Pool(
            min(workers, MOST_PROCESSES),
            mp_context=get_context("spawn"),
            initializer=_leave_with_the_caller,
        )


class _Pool(ProcessPoolExecutor):
    """Starts its processes, which it does as work is submitted, undisturbed."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        with _STARTING, _main_stays_home(), _ctrl_c_waits():
            return super().submit(fn, *args, **kwargs)


@contextmanager
def _main_stays_home() -> Iterator[None]:
    """Hide a script from new processes, which would run it again.

    Python's spawned processes import the main module; a script without the guard
    `if __name__ == "__main__"` would then start itself in each of them.
    """
    main = sys.modules["__main__"]
    known = {name: getattr(main, name) for name in ("__file__", "__spec__") if hasattr(main, name)}
    for name in known:
        setattr(main, name, None)
    try:
        yield
    finally:
        for name, value in known.items():
            setattr(main, name, value)


@contextmanager
def _ctrl_c_waits() -> Iterator[None]:
    """Let Ctrl-C wait for a moment: a pool that is half started cannot be ended cleanly.

    A new process has not said yet that it does not listen, so it is born with Ctrl-C blocked.
    """
    ours = threading.current_thread() is threading.main_thread()
    if not ours or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    heard: list[int] = []
    signal.signal(signal.SIGINT, lambda number, _: heard.append(number))
    try:
        with _blocked(signal.SIGINT):
            yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if heard:
        raise KeyboardInterrupt


@contextmanager
def _blocked(number: signal.Signals) -> Iterator[None]:
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {number})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _leave_with_the_caller() -> None:
    """Leave Ctrl-C to the process that the person sees, and end when that ends, however it does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    caller = parent_process()

    def watch() -> None:
        if caller is not None:
            caller.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
