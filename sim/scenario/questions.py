"""A file that still asks: values that begin with a question mark wait for their answer.

`mppsim new-join` writes them. Until each has its answer the file is no scenario; nothing else is
said of it meanwhile, since most of what is missing would be a fault of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from sim.scenario.faults import Fault, Path, written
from sim.scenario.tree import Items, Node, Table

MARK = "?"


def questions(node: Node, at: Path = ()) -> Iterator[Fault]:
    """Yield a fault for each value of a tree that is still a question."""
    if isinstance(node, Table):
        for key, entry in node.entries.items():
            yield from questions(entry.node, (*at, key))
    elif isinstance(node, Items):
        for number, item in enumerate(node.items):
            yield from questions(item, (*at, number))
    elif node.text is not None and node.text.lstrip().startswith(MARK):
        asked = node.text.strip().lstrip(MARK).strip()
        yield Fault(node.place, written(at), "unanswered", {"value": asked})
