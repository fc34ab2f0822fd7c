"""From YAML files to a checked scenario: `load`.

    scenario = load("scenarios/lhokseumawe.yaml", overlays=["scenarios/join/imigrasi.yaml"])

A scenario with faults raises `ScenarioError`, which carries all of them in the order of the files.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path as File

from pydantic import ValidationError

from sim.errors import ScenarioError
from sim.scenario.checking import check
from sim.scenario.faults import Fault, Finding, Place, refuse
from sim.scenario.folder import LARGEST_TABLE, RefusedError, Source
from sim.scenario.layers import read_layers
from sim.scenario.locating import Locator, findings_in
from sim.scenario.merging import Merged, merge
from sim.scenario.model import Scenario
from sim.scenario.questions import questions
from sim.scenario.second_look import names_beside
from sim.scenario.tree import Items, Node, Table, Text, plain

Name = str | os.PathLike[str]


def load(
    path: Name, overlays: Sequence[Name] = (), overrides: Mapping[str, object] | None = None
) -> Scenario:
    """Read a scenario with all that it extends, lay overlays over it, and check the whole once.

    path : the scenario file
    overlays : files laid over it, in this order; they may not contradict each other
    overrides : single values by path, e.g. `{"agencies.imigrasi.counters": "3"}`; text is read as
        it would be in the file, plain data (a dict, a list, a number) as what it stands for, and
        None removes. They come last and replace what is there.

    A file reads only files of its own folder: see `sim.scenario.folder`.

    Raises ScenarioError with every fault that was found.
    """
    names = [overlays] if isinstance(overlays, (str, os.PathLike)) else overlays
    sources: list[Source] = []
    faults: list[Fault] = []
    for name in (path, *names):
        try:
            sources.append(Source.named(name))
        except RefusedError as refused:
            faults.append(Fault(Place(os.fspath(name)), "", refused.code, refused.params))
    if faults:
        raise ScenarioError(faults)
    return _scenario(merge(read_layers(sources[0], sources[1:]), overrides))


def load_text(
    text: str, name: str = "scenario.yaml", overrides: Mapping[str, object] | None = None
) -> Scenario:
    """Read a scenario from a text, which may name no other files.

    Raises ScenarioError with every fault that was found; `name` stands for the file in them.
    """
    return _scenario(merge(pickle.loads(_read_once(text, name)), overrides))


@lru_cache(maxsize=4)
def _read_once(text: str, name: str) -> bytes:
    """Return the layers of a text, from which each reading is a copy: studies vary one often."""
    source = Source(name, File(name), data=text.encode("utf-8", "surrogatepass"))
    return pickle.dumps(read_layers(source))


def _scenario(merged: Merged) -> Scenario:
    locator = Locator(merged)
    asked = list(questions(merged.root)) if merged.whole else []
    faults = [*merged.faults, *asked]
    scenario: Scenario | None = None
    if merged.whole and not asked:
        context = {"read_table": _Tables(merged)}
        try:
            scenario = Scenario.model_validate(plain(merged.root), context=context)
        except ValidationError as error:
            findings = findings_in(error, Scenario)
            findings += names_beside(merged, findings, context)
            faults += locator.faults(findings, known=faults)
    if scenario is not None:
        faults += check(scenario, merged, locator)
    if faults or scenario is None:
        raise ScenarioError(_in_order(faults, merged.files))
    return scenario


def _in_order(faults: Sequence[Fault], files: Sequence[str]) -> list[Fault]:
    """Return the faults in the order of the files, each once."""
    rank = {name: number for number, name in enumerate(files)}
    unique = {(f.place, f.path, f.code, str(f.params)): f for f in faults}
    return sorted(
        unique.values(),
        key=lambda f: (rank.get(f.place.file, -1), f.place.line, f.place.column, f.path),
    )


class _Tables:
    """Reads the CSV files that laws name, each beside the file that names it."""

    def __init__(self, merged: Merged) -> None:
        self._sources = {source.label: source for source in merged.sources}
        self._main = merged.sources[-1]
        self._named_by: dict[str, set[str]] = {}
        self._gather(merged.root)

    def __call__(self, name: str) -> list[str]:
        """Return the lines of a table. Raises findings."""
        lines: list[str] | None = None
        for label in sorted(self._named_by.get(name, ())):
            text = self._read(self._sources.get(label, self._main), name)
            if lines is not None and lines != text:
                refuse(Finding("file_twice", {"value": name}))
            lines = text
        return self._read(self._main, name) if lines is None else lines

    def _read(self, source: Source, name: str) -> list[str]:
        try:
            data = source.beside(name).read(LARGEST_TABLE)
        except RefusedError as refused:
            refuse(Finding(refused.code, refused.params))
        if len(data) > LARGEST_TABLE:
            refuse(Finding("too_big", {"limit": f"{LARGEST_TABLE // 1_000_000} MB"}))
        try:
            return data.decode("utf-8-sig").splitlines()
        except UnicodeDecodeError:
            refuse(Finding("not_utf8", {}))

    def _gather(self, node: Node) -> None:
        if isinstance(node, Table):
            for key, entry in node.entries.items():
                if key == "file" and isinstance(entry.node, Text):
                    name = (entry.node.text or "").strip()
                    self._named_by.setdefault(name, set()).add(entry.node.place.file)
                self._gather(entry.node)
        elif isinstance(node, Items):
            for item in node.items:
                self._gather(item)
