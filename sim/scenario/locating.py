"""Where in the files a finding stands, and what pydantic's own findings are called here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import BaseModel, ValidationError

from sim.scenario.accepted import choices_at, keys_at
from sim.scenario.faults import Fault, Finding, Path, Place, nearest, written
from sim.scenario.merging import Merged
from sim.scenario.tree import Node, Table, brief, node_at, place_at, plain
from sim.words import Phrase


def findings_in(error: ValidationError, model: type[BaseModel]) -> list[Finding]:
    """Return all that pydantic found, in our own codes."""
    found: list[Finding] = []
    for number, item in enumerate(error.errors(include_url=False)):
        loc, kind = item["loc"], item["type"]
        if kind == "findings":
            inner: Sequence[Finding] = item["ctx"]["found"]
        else:
            params = {"kind": kind, "message": item["msg"], "value": item["input"]}
            inner = (Finding("pydantic", params),)
        for f in inner:
            path = (*loc, *f.path)
            at_key = f.at_key or path[-1:] == ("[key]",)
            path = tuple(step for step in path if step != "[key]")
            moved = Finding(f.code, f.params, path, at_key)
            suggest = number < _MOST_SUGGESTIONS
            found.append(_ours(moved, model, suggest) if f.code == "pydantic" else moved)
    return found


_MOST_SUGGESTIONS = 200
"""Right names are looked for only so often, so that a file of nonsense is refused in good time."""


def _ours(f: Finding, model: type[BaseModel], suggest: bool) -> Finding:
    kind, value = str(f.params["kind"]), f.params["value"]
    last = str(f.path[-1]) if f.path else ""
    if kind == "extra_forbidden":
        keys = keys_at(model, f.path[:-1])
        near = nearest(last, keys) if suggest else ""
        params = {"value": last, "near": near, "accepted": ", ".join(keys)}
        return Finding("unknown_key" if near else "unknown_key_accepted", params, f.path, True)
    if kind == "missing":
        return Finding("missing", {"value": last}, f.path, at_key=True)
    if kind == "literal_error":
        choices = choices_at(model, f.path)
        near = nearest(str(value), choices)
        shown = {"value": value, "accepted": ", ".join(choices), "near": near}
        return Finding("choice", shown, f.path)
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        return Finding("not_a_table", {"value": value}, f.path)
    if kind == "too_short":
        return Finding("empty_table", {}, f.path)
    return Finding(_OTHERS.get(kind, "not_valid"), {"value": value}, f.path, f.at_key)


_OTHERS = {"string_type": "text"}
"""What pydantic says of a value of the wrong kind where no reader of ours looks at it first."""


_NOT_A_TEXT = ("a list or mapping", "nothing")
"""What a reader says of a value that is no text; here the value itself is shown."""


_OF_LAWS = ("dist_parameters", "dist_missing", "dist_key")
"""Findings on a law whose keys come from several files: an overlay forgot to remove some."""


class Locator:
    """Gives findings their places in the files of a scenario."""

    def __init__(self, merged: Merged) -> None:
        self._root = merged.root
        self._removed = merged.removed
        self._rank = {name: number for number, name in enumerate(merged.files)}

    def faults(self, findings: Sequence[Finding], known: Sequence[Fault] = ()) -> list[Fault]:
        """Return findings as faults, without those that only follow from a known one."""
        spoilt = {fault.path for fault in known}
        unread = {fault.path for fault in known if fault.code == "alias_unknown"}
        return [
            self.fault(f)
            for f in findings
            if written(f.path) not in (spoilt if f.code == "missing" else unread)
        ]

    def fault(self, finding: Finding) -> Fault:
        """Return one finding as a fault."""
        path = finding.path
        params: dict[str, object] = {
            key: v if isinstance(v, Phrase) else brief(v, 100 if key == "value" else 400)
            for key, v in finding.params.items()
        }
        node = node_at(self._root, path)
        if node is not None and params.get("value") in _NOT_A_TEXT:
            params["value"] = brief(plain(node))
        if finding.code == "missing":
            gone = self._removed.get(path)
            if gone is not None:
                return Fault(gone, written(path), "missing_removed", params)
            return self._missing(path[:-1], params)
        place = self.place(path, finding.at_key)
        code = finding.code
        if code in _OF_LAWS and not finding.at_key and self._newest(path):
            code, params = "law_of_two", {**params, "keys": ", ".join(_keys(node))}
        return Fault(place, written(path), code, params)

    def _missing(self, path: Path, params: Mapping[str, object]) -> Fault:
        """A missing key. In a new thing of an overlay, perhaps only its name is misspelt."""
        place = self.place(path)
        others = node_at(self._root, path[:-1]) if len(path) == 2 else None
        if isinstance(others, Table):
            old = [k for k, entry in others.entries.items() if entry.place.file != place.file]
            near = nearest(str(path[-1]), old)
            if near:
                return Fault(place, written(path), "missing_new", {**params, "near": near})
        return Fault(place, written(path), "missing", params)

    def place(self, path: Path, at_key: bool = False) -> Place:
        """Return where a path stands; of one that is not there, where its nearest part stands."""
        gone = self._removed.get(path)
        if gone is not None and node_at(self._root, path) is None:
            return gone
        for length in range(len(path), -1, -1):
            place = place_at(self._root, path[:length], at_key)
            if place is not None:
                newest = None if at_key else self._newest(path[:length])
                return newest or place
        return self._root.place

    def _newest(self, path: Path) -> Place | None:
        """Return the first key that the last file put into a mapping of several files.

        It is the last file that made the mapping what it is.
        """
        node = node_at(self._root, path)
        if not isinstance(node, Table) or len(path) < 2:
            return None
        places = [entry.place for entry in node.entries.values()]
        if len({place.file for place in places}) < 2:
            return None
        return max(places, key=lambda place: self._rank.get(place.file, 0))


def _keys(node: Node | None) -> list[str]:
    return list(node.entries) if isinstance(node, Table) else []
