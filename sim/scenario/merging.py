"""How the files of a scenario, laid over each other, become one tree.

Keys merge by name, `null` removes, a list is replaced unless `add_stops` changes it. A layer may
change what the files that it builds on say; two that do not build on each other may not set one
key to different values (only their names and descriptions are joined). What is removed takes
its notes (`observed`, `sources`, `plausible`) with it. Overrides come last and replace.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sim.scenario.accepted import keys_at
from sim.scenario.adding import Addition, insert, read_additions, service_of
from sim.scenario.document import parse
from sim.scenario.faults import Fault, Path, Place, nearest, written
from sim.scenario.folder import Source
from sim.scenario.layers import Layer, Layers
from sim.scenario.model import Scenario
from sim.scenario.paths import NOTES, follow, steps
from sim.scenario.tree import Entry, Items, Node, Table, Text, brief, node_at, place_at, plain
from sim.words import LANGUAGES

_JOINED = (("name",), ("description",), *(("description", lang) for lang in LANGUAGES))
_NAMED = ("agencies", "journeys", "visitors")


@dataclass(frozen=True)
class Merged:
    """The one tree of a scenario's files and overrides.

    faults : what is wrong with the files' form and with how they fit
    files : names of all files and overrides, in the order in which they were laid down
    sources : the files themselves
    removed : what an overlay took away, and where it says so
    whole : False where a file is missing or unreadable, so that no more can be said of the rest
    """

    root: Table
    faults: tuple[Fault, ...]
    files: tuple[str, ...]
    sources: tuple[Source, ...]
    removed: Mapping[Path, Place]
    whole: bool


def merge(layers: Layers, overrides: Mapping[str, object] | None = None) -> Merged:
    """Lay all files over each other, lowest first, then set the overrides (path to value)."""
    merger = _Merger(list(layers.faults))
    for layer in layers.layers:
        merger.lay(layer)
    if layers.whole:
        for path, value in (overrides or {}).items():
            merger.override(path, value)
    return Merged(
        root=_without_orphans(merger.root, merger.removed),
        faults=tuple(merger.faults),
        files=tuple(merger.files),
        sources=tuple(layer.source for layer in layers.layers),
        removed=merger.removed,
        whole=layers.whole,
    )


class _Merger:
    def __init__(self, faults: list[Fault]) -> None:
        self.root = Table(Place("scenario"), {})
        self.faults = faults
        self.files: list[str] = []
        self.removed: dict[Path, Place] = {}
        self._additions: dict[Path, list[Addition]] = {}
        self._own: frozenset[str] = frozenset()  # the files that may be changed
        self._changes = False

    def lay(self, layer: Layer) -> None:
        """Lay one file over what is there."""
        self._own = layer.builds_on | {layer.source.label}
        self._changes = layer.changes
        self.files.append(layer.source.label)
        if not self.root.entries:
            self.root = replace(self.root, place=layer.root.place)
        self.root = self._table(self.root, layer.root, ())

    def override(self, dotted: str, value: object) -> None:
        """Set one path to a value, which is text as in a file, or plain data; None removes."""
        place = Place(f"override {dotted}")
        self.files.append(place.file)
        self._own, self._changes = frozenset(self.files), True
        node = self._override_value(value, place)
        path, _, rest = follow(self.root, dotted, exact=True)
        below = steps(rest, path)
        if not path and not below:
            self._fault(place, (), "override_empty")
        elif node is not None and self._can_hold(path, below, place):
            self.root = _as_table(self._replace(self.root, (*path, *below), node, ()))

    def _can_hold(self, path: Path, below: Path, place: Place) -> bool:
        """Whether a path may be set: below a name that does not exist only a whole thing may."""
        node = node_at(self.root, path)
        lost = bool(below) and not isinstance(node, Table)
        known = list(node.entries) if isinstance(node, Table) else []
        if not path and below[0] not in keys_at(Scenario, ()):
            known = [*keys_at(Scenario, ()), *_agencies(self.root)]
            lost = True
        is_name = path[-1:] and (path[-1] in _NAMED or path[-1] == "services")
        if lost or (is_name and len(below) > 1) or any(isinstance(s, int) for s in below):
            near = nearest(str(below[0]), known)
            self._fault(place, (), "override_nowhere", value=written(below[:1]), near=near)
            return False
        return True

    def _override_value(self, value: object, place: Place) -> Node | None:
        """Return a value as a tree; text in braces or brackets is read as YAML."""
        if not isinstance(value, str) or value.lstrip()[:1] not in ("{", "["):
            return _node_of(value, place)
        root, faults = parse(f"value: {value}", place.file)
        faults = [replace(fault, place=place, path="") for fault in faults]
        self.faults.extend(faults)
        return None if root is None or faults else _moved(root.entries["value"].node, place)

    def _replace(self, node: Node, below: Path, new: Node, at: Path) -> Node:
        step = below[0]
        if isinstance(node, Items) and isinstance(step, int):
            inner = node.items[step]
            if below[1:]:
                inner = self._replace(inner, below[1:], new, (*at, step))
            else:
                inner = self._clean(new, (*at, step))
            return Items(node.place, (*node.items[:step], inner, *node.items[step + 1 :]))
        table, key = _as_table(node), str(step)
        entry = table.entries.get(key)
        if below[1:]:
            inner = entry.node if entry else Table(new.place, {})
            inner = self._replace(inner, below[1:], new, (*at, key))
            place = entry.place if entry else new.place
            return Table(table.place, {**table.entries, key: Entry(place, inner)})
        kept = {k: e for k, e in table.entries.items() if k != key or _is_null(new)}
        under = Table(table.place, table.entries if key == "add_stops" else kept)
        return self._table(under, Table(new.place, {key: Entry(new.place, new)}), at)

    def _table(self, under: Table, over: Table, at: Path) -> Table:
        entries = dict(under.entries)
        adding = over.entries.get("add_stops") if at[:1] == ("journeys",) and len(at) == 2 else None
        for key, entry in over.entries.items():
            if entry is adding:
                continue
            if _is_null(entry.node):
                self._remove(entries, key, entry, (*at, key))
            else:
                entries[key] = self._set(entries.get(key), entry, (*at, key))
        if adding is not None:
            self._add_stops(entries, adding, at)
        return Table(under.place, entries)

    def _set(self, old: Entry | None, new: Entry, at: Path) -> Entry:
        gone = self.removed.pop(at, None)
        if gone is not None and gone.file not in self._own:
            self._conflict(at, new.node, new.place, "null", gone)
        if old is None:
            return Entry(new.place, self._clean(new.node, at))
        foreign = self._foreign(old.node)
        if foreign is not None and at == ("description",):  # joined below, language by language
            old, new = (Entry(e.place, _by_language(e.node)) for e in (old, new))
        if isinstance(old.node, Table) and isinstance(new.node, Table):
            return Entry(old.place, self._table(old.node, new.node, at))
        node = self._clean(new.node, at)
        if foreign is not None and not _same(old.node, node):
            if at in _JOINED and isinstance(old.node, Text) and isinstance(node, Text):
                return Entry(new.place, Text(node.place, f"{old.node.text} + {node.text}"))
            self._conflict(at, node, node.place, brief(plain(old.node)), foreign)
        return Entry(new.place, node)

    def _remove(self, entries: dict[str, Entry], key: str, entry: Entry, at: Path) -> None:
        old = entries.pop(key, None)
        if old is None:
            if at not in self.removed:
                code = "nothing_to_remove" if self._changes else "null_in_base"
                near = nearest(key, entries) if self._changes else ""
                self._fault(entry.place, at, code, value=key, near=near)
            return
        foreign = self._foreign(old.node)
        if foreign is not None:
            self._conflict(at, entry.node, entry.place, brief(plain(old.node)), foreign)
        self.removed[at] = entry.place

    def _clean(self, node: Node, at: Path) -> Node:
        """Return a new value without the nulls in it, which are faults: they remove nothing."""
        if isinstance(node, Table):
            return self._table(Table(node.place, {}), node, at)
        if isinstance(node, Text):
            return node
        items = []
        for number, item in enumerate(node.items):
            if _is_null(item):
                self._fault(item.place, (*at, number), "null_in_list")
            else:
                items.append(self._clean(item, (*at, number)))
        return Items(node.place, tuple(items))

    def _add_stops(self, entries: dict[str, Entry], adding: Entry, at: Path) -> None:
        additions, findings = read_additions(adding.node)
        for f in findings:
            place = place_at(adding.node, f.path, f.at_key) or adding.place
            self._fault(place, (*at, "add_stops", *f.path), f.code, **f.params)
        stops = entries.get("stops")
        if stops is None:
            self._fault(adding.place, (*at, "stops"), "add_stops_alone")
            return
        if stops.node.place.file not in self._own:
            self._conflict((*at, "stops"), adding.node, adding.place, "stops", stops.node.place)
        items = stops.node.items if isinstance(stops.node, Items) else (stops.node,)
        earlier = self._additions.setdefault(at, [])
        for addition in additions:
            items = self._added(items, addition, earlier, at)
        entries["stops"] = Entry(stops.place, Items(stops.node.place, items))

    def _added(
        self, items: tuple[Node, ...], new: Addition, earlier: list[Addition], at: Path
    ) -> tuple[Node, ...]:
        for other in earlier:
            same = (other.anchor, other.side) == (new.anchor, new.side)
            if not same or service_of(other.stop) != service_of(new.stop):
                continue
            if other.stop.place.file not in self._own:  # two overlays add the same stop
                if not _same(other.stop, new.stop):
                    shown = brief(plain(other.stop))
                    self._conflict(at, new.stop, new.stop.place, shown, other.stop.place)
                return items
        try:
            items = insert(items, new, earlier)
        except LookupError:
            names = [service_of(item) for item in items]
            code = "add_stops_twice" if new.anchor in names else "add_stops_anchor"
            near = "" if new.anchor in names else nearest(new.anchor, names)
            self._fault(new.stop.place, (*at, "add_stops"), code, value=new.anchor, near=near)
        else:
            earlier.append(new)
        return items

    def _foreign(self, node: Node) -> Place | None:
        """Return where a file that this layer does not build on set the value, or part of it."""
        if isinstance(node, Table):
            inner = [entry.node for entry in node.entries.values()]
        else:
            inner = list(node.items) if isinstance(node, Items) else []
            if node.place.file not in self._own:
                return node.place
        return next((place for n in inner if (place := self._foreign(n)) is not None), None)

    def _conflict(self, at: Path, new: Node, place: Place, old: str, other: Place) -> None:
        shown = {"value": brief(plain(new)), "old": old, "other": str(other)}
        self._fault(place, at, "conflict", **shown)

    def _fault(self, place: Place, at: Path, code: str, **params: object) -> None:
        self.faults.append(Fault(place, written(at), code, params))


def _agencies(root: Table) -> list[str]:
    agencies = node_at(root, ("agencies",))
    return list(agencies.entries) if isinstance(agencies, Table) else []


def _node_of(value: object, place: Place) -> Node:
    """Return plain data as a tree, every scalar as its text."""
    if isinstance(value, Mapping):
        given = {str(key): item for key, item in value.items() if item is not None}
        return Table(place, {k: Entry(place, _node_of(v, place)) for k, v in given.items()})
    if isinstance(value, (list, tuple)):
        return Items(place, tuple(_node_of(item, place) for item in value))
    if value is None or str(value).strip() in ("null", "~"):
        return Text(place, None)
    return Text(place, str(value))


def _moved(node: Node, place: Place) -> Node:
    return _node_of(plain(node), place)


def _as_table(node: Node) -> Table:
    return node if isinstance(node, Table) else Table(node.place, {})


def _is_null(node: Node) -> bool:
    return isinstance(node, Text) and node.text is None


def _same(one: Node, other: Node) -> bool:
    return bool(_stripped(plain(one)) == _stripped(plain(other)))


def _stripped(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _stripped(item) for key, item in value.items()}
    return [_stripped(v) for v in value] if isinstance(value, list) else str(value).strip()


def _without_orphans(root: Table, removed: Mapping[Path, Place]) -> Table:
    """Return the tree without the notes of things that a later file removed."""
    names: dict[str, Place] = {}
    for path, place in removed.items():
        names[written(path)] = place
        if path[0] == "agencies":
            names[written(path[1:])] = place
            if path[2:3] == ("services",) and len(path) == 4:
                names[f"{path[1]}.{path[3]}"] = place
    entries = dict(root.entries)
    for part in NOTES:
        entry = entries.get(part)
        if entry is not None and isinstance(entry.node, Table):
            kept = {k: e for k, e in entry.node.entries.items() if not _orphan(k, e, names)}
            entries[part] = Entry(entry.place, Table(entry.node.place, kept))
    return Table(root.place, entries)


def _orphan(key: str, entry: Entry, removed: Mapping[str, Place]) -> bool:
    return any(
        place.file != entry.place.file and (key == name or key.startswith(f"{name}."))
        for name, place in removed.items()
    )


def _by_language(node: Node) -> Node:
    """Return a text for readers as a table of languages, in which it says the same."""
    if not isinstance(node, Text):
        return node
    return Table(node.place, {lang: Entry(node.place, node) for lang in LANGUAGES})
