"""Which files a scenario may read: only those of its own folder.

The folder is the nearest one, from the scenario's own upward, that is named `scenarios`; where
there is none, it is the one in which the scenario lies. A base or a table of times named in a
file is looked for beside that file. Absolute paths, `..` beyond the folder and links that lead
out of it are refused.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from sim.errors import why
from sim.scenario.document import LARGEST_FILE
from sim.scenario.faults import nearest

LARGEST_TABLE = 5_000_000
"""Bytes of the largest CSV file that is read."""

MOST_NAMED = 8
"""Of the files that are there, where another is asked for."""


class RefusedError(Exception):
    """A file that cannot or may not be read: code and parameters of the fault's message."""

    def __init__(self, code: str, params: Mapping[str, object]) -> None:
        super().__init__(code)
        self.code = code
        self.params = dict(params)


@dataclass(frozen=True)
class Source:
    """A file by its name as people wrote it, where it really lies, and the folder it may use.

    A text that came from no file has no folder (`root` is None), and `data` holds its bytes.
    """

    label: str
    path: Path
    root: Path | None = field(default=None, repr=False)
    data: bytes | None = field(default=None, repr=False)

    @classmethod
    def named(cls, name: str | os.PathLike[str]) -> Source:
        """Return the source that the command line names. Raises RefusedError: no file."""
        label = os.fspath(name)
        path = _looked_at(label, Path(label))
        folder = _absolute(label).parent
        root = next((f for f in (folder, *folder.parents) if f.name == "scenarios"), folder)
        return cls(label, path, root.resolve())

    def beside(self, name: str) -> Source:
        """Return the source that this one names. Raises RefusedError if it may not be read."""
        if self.root is None:
            raise RefusedError("no_folder", {"value": name})
        inner = name.strip().replace("\\", "/")
        if inner.startswith("/") or inner[1:2] == ":":
            raise RefusedError("path_absolute", {"value": name})
        label = os.path.normpath(Path(self.label).parent / inner)
        try:
            target = (_absolute(self.label).parent / inner).resolve()
        except (OSError, RuntimeError, ValueError) as error:
            raise RefusedError("unreadable", {"value": label, "why": why(error)}) from None
        if not target.is_relative_to(self.root):
            raise RefusedError("path_outside", {"value": name, "folder": self.root.name})
        return Source(label.replace(os.sep, "/"), _looked_at(label, target), self.root)

    def read(self, limit: int = LARGEST_FILE) -> bytes:
        """Return the bytes of the file, at most one more than `limit`. Raises RefusedError."""
        if self.data is not None:
            return self.data
        try:
            with self.path.open("rb") as stream:
                return stream.read(limit + 1)
        except (OSError, ValueError) as error:
            raise RefusedError("unreadable", {"value": self.label, "why": why(error)}) from None


_OF_SCENARIOS = ("", ".yaml", ".yml")
_KEY_OF_SCENARIOS = re.compile(rb"^(extends|calendar|agencies|journeys)[ \t]*:", re.MULTILINE)
_BEGINNING = 20_000
"""Bytes in which the first key of a scenario stands."""


def _looked_at(label: str, path: Path) -> Path:
    """Return the real path of an ordinary file; anything else is refused with its reason."""
    try:
        if path.is_file():
            return path.resolve()
        if path.is_dir():
            raise RefusedError("is_folder", {"value": label})
        if path.exists():
            raise RefusedError("not_a_file", {"value": label})
        found = list(path.parent.iterdir())[:1000] if path.parent.is_dir() else []
    except (OSError, RuntimeError, ValueError) as error:
        raise RefusedError("unreadable", {"value": label, "why": why(error)}) from None
    near = nearest(path.name, [f.name for f in found])
    wanted = _is_scenario if path.suffix in _OF_SCENARIOS else lambda f: f.suffix == path.suffix
    there = [f.name for f in sorted(found) if wanted(f)][:MOST_NAMED]
    if near or not there:
        raise RefusedError("not_found", {"value": label, "near": near})
    raise RefusedError("not_found_among", {"value": label, "there": ", ".join(there)})


def _is_scenario(path: Path) -> bool:
    """Whether a file looks like a scenario: other programs write YAML too."""
    if path.suffix not in _OF_SCENARIOS[1:] or not path.is_file():
        return False
    with suppress(OSError), path.open("rb") as stream:
        return _KEY_OF_SCENARIOS.search(stream.read(_BEGINNING)) is not None
    return False


def _absolute(label: str) -> Path:
    """Return the path as it was named, links and all, without `..` in it."""
    return Path(os.path.normpath(Path(label).absolute()))
