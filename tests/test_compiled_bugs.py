"""Bugs made by hand in the kernels: each must be seen in the rows.

The kernels are played as plain Python here (`NUMBA_DISABLE_JIT=1`), each time with one line of one
file changed, as an engine that `mppsim verify --quick` is to find wrong.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
ROOM = "sim.engine.compiled."
BUGS = {
    "a tie is settled the other way round": (
        "heap", "(time == other_time) & (order < other_order)",
        "(time == other_time) & (order > other_order)",
    ),
    "a heap forgets a child": ("heap", "if child < size:", "if child < 0:"),
    "a break is ignored": (
        "calendar", "= state == OPENS\n", "= state == OPENS or state == BREAKS\n",
    ),
    "nobody loses patience": ("desk", "and ends <= hall.clock[s.ENDS]", "and ends < 0"),
    "booked and walk-ins stand in one queue": (
        "line", "* hall.lists[visitor_class] + walk_in", "* hall.lists[visitor_class] + 1",
    ),
    "each call counts twice for who stands aside": ("line", "+ s.CALLED] += 1", "+ s.CALLED] += 2"),
    "a quota gives one ticket too many": ("agency", "<= 0:\n", "< 0:\n"),
    "one too many is let into the hall": (
        "door", "s.COME_TOGETHER] <= clock[s.CAPACITY]\n    return",
        "s.COME_TOGETHER] <= clock[s.CAPACITY] + 1\n    return",
    ),
    "a state that lasted no time is shown": (
        "account", "counters[k + s.AT] < now", "counters[k + s.AT] <= now",
    ),
    "overtime ends at once": ("counter", "return hall.clock[s.INSIDE] > 0", "return False"),
    "a fast counter is not fast": ("counter", "time = _whole(time / speed)", "time = time"),
    "nobody comes back": ("returns", "+ s.TAKES_PLACE] = 1", "+ s.TAKES_PLACE] = 0"),
    "who is at a counter hears other calls": (
        "counter", "hall.citizens[me + s.BUSY] = 1", "hall.citizens[me + s.BUSY] = 0",
    ),
    "a missed call is forgotten": (
        "citizen", "stops[row + s.MISSES_LEFT] -= 1", "stops[row + s.MISSES_LEFT] -= 0",
    ),
}  # fmt: skip
"""By what is wrong: the file, what stands there, and what would stand there."""


def test_every_bug_made_by_hand_is_seen() -> None:
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    told = subprocess.run(
        [sys.executable, __file__], cwd=ROOT, env=environment, capture_output=True, text=True,
        check=True,
    ).stdout  # fmt: skip
    unseen = [what for what, seen in json.loads(told).items() if not seen]
    assert len(BUGS) >= 10
    assert unseen == []


def hunt() -> dict[str, bool]:
    """Return for each bug, and first for no bug at all, whether the rows are right or wrong."""
    from sim.engine.compiled import run
    from sim.verification.agreement import agreement

    def differs() -> bool:
        return any(not proof.right for proof in agreement(run.run))

    seen = {"the kernels as they are": not differs()}
    for what, (name, right, wrong) in BUGS.items():
        module = importlib.import_module(ROOM + name)
        text = Path(module.__file__ or "").read_text(encoding="utf-8")
        assert right in text, what
        _become(module, text.replace(right, wrong))
        seen[what] = differs()
        _become(module, text)
    return seen


def _become(module: object, text: str) -> None:
    """Give a module's functions other bodies; who imported them by name keeps them as objects."""
    before = {k: v for k, v in vars(module).items() if hasattr(v, "__code__")}
    exec(compile(text, "changed", "exec"), vars(module))
    for name, function in before.items():
        new = vars(module)[name]
        if new is not function and getattr(new, "__module__", "") == function.__module__:
            function.__code__ = new.__code__
            setattr(module, name, function)


if __name__ == "__main__":
    print(json.dumps(hunt()))
