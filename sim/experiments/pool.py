"""Worker processes: started afresh, quiet on Ctrl-C, gone when the work is done."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context

from sim.errors import MallError


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
    """Yield a pool of processes; what has not begun when the caller leaves is cancelled.

    On Ctrl-C the processes are killed, since nobody waits for what they do.
    """
    # Spawned, since a forked process inherits the locks of threads that it does not have.
    context = get_context("spawn")
    executor = ProcessPoolExecutor(workers, mp_context=context, initializer=_leave_ctrl_c)
    try:
        with _main_stays_home():
            for _ in range(workers):  # start all of them while the main module is out of sight
                executor.submit(os.getpid)
        yield executor
    except KeyboardInterrupt:
        for process in list((executor._processes or {}).values()):
            process.kill()
        raise
    finally:
        executor.shutdown(cancel_futures=True)


def _leave_ctrl_c() -> None:
    """Let the process that the person sees answer Ctrl-C, and it alone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def _main_stays_home() -> Iterator[None]:
    """Hide a script from new processes, which would run it again.

    Python's spawned processes import the main module; a script without the guard
    `if __name__ == "__main__"` would then start itself in each of them.
    """
    main = sys.modules["__main__"]
    path = getattr(main, "__file__", None)
    spec = getattr(main, "__spec__", None)
    if path is None or spec is not None:
        yield
        return
    del main.__file__
    try:
        yield
    finally:
        main.__file__ = path
