"""Worker processes: started afresh, quiet on Ctrl-C, gone with whoever started them."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import parent_process
from multiprocessing.context import SpawnContext, SpawnProcess

from sim.errors import MallError

MOST_PROCESSES = 61
"""Windows waits for no more than these."""
_STARTING = threading.Lock()


def usable_workers(workers: int | None) -> int:
    """Return the number of processes: what was asked for, else all cores that we may use."""
    if workers is not None:
        if workers < 1:
            raise MallError(f"at least 1 worker is needed, not {workers}")
        return workers
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Yield a pool of processes; what has not begun when the caller leaves is cancelled."""
    executor = ProcessPoolExecutor(
        min(workers, MOST_PROCESSES), mp_context=_Context(), initializer=_leave_with_the_caller
    )
    try:
        yield executor
    except BaseException:  # stopped early, or Ctrl-C: nobody waits for what is under way
        executor.shutdown(wait=False, cancel_futures=True)
        raise
    executor.shutdown()


class _Process(SpawnProcess):
    """A process that does not run the caller's script again."""

    def start(self) -> None:
        with _STARTING, _main_stays_home(), _ctrl_c_held():
            super().start()


class _Context(SpawnContext):
    """Spawned, since a forked process inherits the locks of threads that it does not have."""

    Process = _Process


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
def _ctrl_c_held() -> Iterator[None]:
    """Keep Ctrl-C from a process while it starts, before it can say that it does not listen."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
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
