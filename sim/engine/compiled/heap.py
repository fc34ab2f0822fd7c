"""What is due: a binary heap of (time, order, who), the earliest on top.

Entry k of a heap begins at 3 k; at its very beginning stands the number of entries, entry 1 is
the top. Of an empty heap the top is at NEVER. Williams 1964, "Algorithm 232: heapsort", CACM 7(6).
"""

from __future__ import annotations

from sim.jit import kernel
from sim.jit.pointers import Table
from sim.workload import NEVER

TIME, ORDER, WHO, ENTRY = range(4)
TOP, TOP_ORDER = ENTRY + TIME, ENTRY + ORDER


@kernel
def clear(heap: Table) -> None:
    """Make a heap empty."""
    heap[0] = 0
    heap[TOP] = NEVER


@kernel
def push(heap: Table, time: int, order: int, who: int) -> None:
    """Add an entry: it rises above all that are due later."""
    place = heap[0] + 1
    heap[0] = place
    while place > 1:
        above = ENTRY * (place >> 1)
        if not _before(time, order, heap[above + TIME], heap[above + ORDER]):
            break
        _move(heap, above, ENTRY * place)
        place >>= 1
    heap[ENTRY * place + TIME] = time
    heap[ENTRY * place + ORDER] = order
    heap[ENTRY * place + WHO] = who


@kernel
def pop(heap: Table) -> int:
    """Take the top off and return who it was; the last entry sinks from the top."""
    who = heap[ENTRY + WHO]
    size = heap[0] - 1
    heap[0] = size
    if size == 0:
        heap[TOP] = NEVER
        return who
    last = ENTRY * (size + 1)
    time, order = heap[last + TIME], heap[last + ORDER]
    place = 1
    while 2 * place <= size:
        child = 2 * place
        below = ENTRY * child
        if child < size:
            beside = below + ENTRY
            child += _before(
                heap[beside + TIME], heap[beside + ORDER], heap[below + TIME], heap[below + ORDER]
            )
            below = ENTRY * child
        if _before(time, order, heap[below + TIME], heap[below + ORDER]):
            break
        _move(heap, below, ENTRY * place)
        place = child
    _move(heap, last, ENTRY * place)
    return who


@kernel
def _before(time: int, order: int, other_time: int, other_order: int) -> bool:
    """Whether one entry goes before another; nobody can guess it, so nothing is skipped."""
    return (time < other_time) | ((time == other_time) & (order < other_order))


@kernel
def _move(heap: Table, source: int, target: int) -> None:
    heap[target + TIME] = heap[source + TIME]
    heap[target + ORDER] = heap[source + ORDER]
    heap[target + WHO] = heap[source + WHO]
