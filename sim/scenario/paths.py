"""Dotted paths of a scenario, as people write them: `agencies.dukcapil.counters`, `stops[2]`.

`agencies.` and `journeys.` may be left out: `dukcapil.services.ktp.time` means the same as with
it. A key with dots of its own is found too (`sources.dukcapil.services.ktp.time`), and so is a
time that is written in another way (`calendar.hours.mon` in `{mon-thu: 08:30-15:30}`).
"""

from __future__ import annotations

import re

from sim.scenario.clock_tables import is_clock
from sim.scenario.faults import Path, Step
from sim.scenario.tree import Items, Node, Table
from sim.scenario.weekdays import read_weekdays

NOTES = ("observed", "expect", "sources", "plausible")
"""The parts of a scenario whose keys are themselves paths."""
_CLOCK = re.compile(r"\d{1,2}[:.]\d{2}(?=$|\.)")
_WORD = re.compile(r"[^.\[]+")
_INDEX = re.compile(r"\[(\d{1,6})\]")


def follow(root: Table, dotted: str, exact: bool = False) -> tuple[Path, Node, str]:
    """Return how far a path leads, the node there, and the part of the path that leads nowhere.

    exact : whether a day stands only for a key of that one day, not for `mon-thu`
    """
    path, node, rest = _down(root, dotted, exact)
    for part in ("agencies", "journeys"):
        entry = root.entries.get(part)
        if not path and entry is not None:
            inner, inner_node, inner_rest = _down(entry.node, dotted, exact)
            if inner:
                return (part, *inner), inner_node, inner_rest
    return path, node, rest


def steps(rest: str, path: Path) -> Path:
    """Return the steps of what `follow` left over, below `path`."""
    if path and path[0] in NOTES:
        return (rest,) if rest else ()
    found: list[Step] = []
    for part in filter(None, re.split(r"\.|(\[\d{1,6}\])", rest)):
        index = _INDEX.fullmatch(part)
        found.append(int(index[1]) - 1 if index else part)
    return tuple(found)


def _down(root: Node, dotted: str, exact: bool) -> tuple[Path, Node, str]:
    path: list[Step] = []
    node, rest = root, dotted.strip()
    while rest:
        found = _step(node, rest, exact)
        if found is None:
            break
        step, node, rest = found
        path.append(step)
    return tuple(path), node, rest


def _step(node: Node, rest: str, exact: bool) -> tuple[Step, Node, str] | None:
    if isinstance(node, Items):
        index = _INDEX.match(rest)
        number = int(index[1]) - 1 if index else -1
        if index is None or not 0 <= number < len(node.items):
            return None
        return number, node.items[number], rest[index.end() :].removeprefix(".")
    if not isinstance(node, Table):
        return None
    keys = [key for key in node.entries if rest == key or rest.startswith((f"{key}.", f"{key}["))]
    if keys:
        key = written = max(keys, key=len)
    else:
        match = _CLOCK.match(rest) or _WORD.match(rest)
        written = match[0] if match else ""
        key = next((key for key in node.entries if same_time(written, key, exact)), "")
    if not key:
        return None
    return key, node.entries[key].node, rest[len(written) :].removeprefix(".")


def same_time(written: str, key: str, exact: bool = False) -> bool:
    """Whether a step means the time of a key: `8.00` that of `08:00`, `mon` that of `mon-thu`."""
    days = weekdays(written)
    if days:
        return days == weekdays(key) if exact else days <= weekdays(key)
    return is_clock(written) and is_clock(key) and _minutes(written) == _minutes(key)


def weekdays(text: str) -> set[str]:
    """Return the weekdays that a text names, none if it names something else."""
    try:
        return set(read_weekdays(text))
    except ValueError:
        return set()


def _minutes(text: str) -> int:
    hours, minutes = re.split("[:.]", text.strip())
    return 60 * int(hours) + int(minutes)
