"""The tree of a scenario file: texts, lists and mappings, each with the place where it stands."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sim.scenario.faults import Path, Place


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar: always its text, or None where the file says nothing (`null`, `~`, empty)."""

    place: Place
    text: str | None


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    place: Place
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One key of a mapping: where the key stands, and its value."""

    place: Place
    node: Node


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping; its keys are texts in the order of the file."""

    place: Place
    entries: dict[str, Entry]


Node = Text | Items | Table


def plain(node: Node) -> Any:
    """Return a tree as dicts, lists and texts (None where the file says nothing)."""
    if isinstance(node, Text):
        return node.text
    if isinstance(node, Items):
        return [plain(item) for item in node.items]
    return {key: plain(entry.node) for key, entry in node.entries.items()}


def place_at(node: Node, path: Path, at_key: bool = False) -> Place | None:
    """Return where the value (or the key) of a path stands, or None if there is no such path.

    A mapping or a list stands where its key does.
    """
    place: Place | None = node.place
    for step in path:
        if isinstance(node, Table) and isinstance(step, str) and step in node.entries:
            entry = node.entries[step]
            node, place = entry.node, entry.place
        elif isinstance(node, Items) and isinstance(step, int) and 0 <= step < len(node.items):
            node = node.items[step]
            place = node.place
        else:
            return None
    return place if at_key or not isinstance(node, Text) else node.place


def node_at(root: Node, path: Path) -> Node | None:
    """Return the node at a path, or None if there is no such path."""
    node: Node | None = root
    for step in path:
        if isinstance(node, Table) and isinstance(step, str):
            node = node.entries[step].node if step in node.entries else None
        elif isinstance(node, Items) and isinstance(step, int) and 0 <= step < len(node.items):
            node = node.items[step]
        else:
            return None
    return node


def brief(value: object, most: int = 100) -> str:
    """Return a value as it may stand in a message: on one line, and not too long."""
    if isinstance(value, (dict, list, tuple)):
        value = json.dumps(value, ensure_ascii=False, default=str)
    text = " ".join(("null" if value is None else str(value)).split())
    return text if len(text) <= most else text[: most - 1] + "…"
