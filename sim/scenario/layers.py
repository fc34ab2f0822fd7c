"""Which files a scenario is made of: itself, what it extends, and the overlays on top.

`run base.yaml --with join.yaml` works although join.yaml says `extends: base.yaml`: a file that
is already there is not laid down again. An overlay that extends another mall is a fault.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path as File
from typing import NoReturn

from sim.scenario.document import read_document
from sim.scenario.faults import Fault, Place
from sim.scenario.folder import RefusedError, Source
from sim.scenario.tree import Node, Table, Text


@dataclass(frozen=True)
class Layer:
    """One file of a scenario.

    builds_on : names of the files whose values it may change
    changes : whether it changes something, so that `null` and `add_stops` have a meaning
    """

    source: Source
    root: Table
    builds_on: frozenset[str]
    changes: bool


@dataclass(frozen=True)
class Layers:
    """All files, lowest first, and the faults of their form.

    whole : False where a file is missing or unreadable, so that no more can be said of the rest
    """

    layers: tuple[Layer, ...]
    faults: tuple[Fault, ...]
    whole: bool


def read_layers(main: Source, overlays: Sequence[Source] = ()) -> Layers:
    """Read a scenario, all that it extends, and its overlays with what they extend."""
    stack = _Stack()
    stack.lay(main)
    for overlay in overlays:
        stack.lay(overlay, over=True)
    return Layers(tuple(stack.layers), tuple(stack.faults), stack.whole)


class _UnusableError(Exception):
    """A file without which its layer makes no sense; its faults are already noted."""


class _Stack:
    def __init__(self) -> None:
        self.layers: list[Layer] = []
        self.faults: list[Fault] = []
        self.whole = True
        self._names: dict[File, str] = {}
        self._main: frozenset[str] = frozenset()

    def lay(self, source: Source, over: bool = False) -> None:
        """Lay a file on the stack, above those files of its chain that are not there yet."""
        if source.path in self._names:
            return
        try:
            chain, floor = self._chain(source, over)
        except _UnusableError:
            self.whole = False
            return
        builds_on = self._lineage(floor) if floor else self._main
        for each, root in reversed(chain):
            changes = over or bool(floor) or each is not chain[-1][0]
            self.layers.append(Layer(each, root, builds_on, changes))
            self._names[each.path] = each.label
            builds_on = builds_on | {each.label}
        if not over:
            self._main = builds_on

    def _chain(self, top: Source, over: bool) -> tuple[list[tuple[Source, Table]], str]:
        """Return a file and what it extends, and the name of the laid file that they rest on."""
        chain: list[tuple[Source, Table]] = []
        source, named_at = top, Place(top.label)
        while True:
            root = self._read(source, named_at)
            chain.append((source, root))
            entry = root.entries.pop("extends", None)
            if entry is None:
                if over and len(chain) > 1:
                    main = self.layers[0].source.label if self.layers else "?"
                    self._refuse(named_at, "other_base", value=source.label, base=main)
                return chain, ""
            named_at = entry.node.place
            base = self._base(source, entry.node)
            if base.path in self._names:
                return chain, self._names[base.path]
            if any(base.path == each.path for each, _ in chain):
                names = " > ".join([*(each.label for each, _ in chain), base.label])
                self._refuse(named_at, "extends_cycle", value=names)
            source = base

    def _read(self, source: Source, named_at: Place) -> Table:
        try:
            root, faults = read_document(source.read(), source.label)
        except RefusedError as refused:
            self._refuse(named_at, refused.code, **refused.params)
        self.faults.extend(faults)
        if root is None:
            raise _UnusableError
        return root

    def _base(self, source: Source, node: Node) -> Source:
        if not isinstance(node, Text) or not (node.text or "").strip():
            self._refuse(node.place, "extends_form")
        try:
            return source.beside(node.text or "")
        except RefusedError as refused:
            self._refuse(node.place, refused.code, **refused.params)

    def _lineage(self, name: str) -> frozenset[str]:
        below = next(layer for layer in self.layers if layer.source.label == name)
        return below.builds_on | {name}

    def _refuse(self, place: Place, code: str, **params: object) -> NoReturn:
        path = "extends" if place.line else ""
        self.faults.append(Fault(place, path, code, params))
        raise _UnusableError
