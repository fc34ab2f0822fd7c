"""Finished blocks on disk, so that the same command continues where it was broken off.

Inside `saving(folder)` every experiment keeps each block of replications that it finishes, and
takes those that an earlier try has left. Work is named by a hash of all that its numbers depend
on: scenarios, seed, engine, replications of a point, the program's own sources and those packages
that could move a number. So a block is never taken for other work, and what is continued gives the
numbers that an uninterrupted run gives. What ends well removes its blocks, and those that nobody
has gone on with for a month go when anything is begun.

Work with functions of the caller's own has no such name, and is not kept.

Every command stands inside `saving`, also those that keep nothing: what is heavy is imported late.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import time
import zlib
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import cache, lru_cache
from hashlib import sha256
from importlib import metadata
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from sim.errors import OutputError

if TYPE_CHECKING:
    import numpy as np

    from sim.scenario.model import Scenario

LARGEST_BLOCK = 1_000_000_000
"""Bytes of a block unpacked: a thousand replications of a thousand measures have 16 million."""
FORGOTTEN = 30 * 24 * 3600
"""Seconds after which nobody is thought to go on with what was broken off."""
PACKAGES = ("numpy", "scipy", "numba", "simpy")
_NAME = re.compile("[0-9a-f]{32}")
"""Of a piece of work: the beginning of a hash."""
_PLAIN = (str, int, float, bool, type(None))
_FOLDER: ContextVar[tuple[Path, list[Store]] | None] = ContextVar("saving", default=None)


@contextmanager
def saving(folder: str | Path) -> Iterator[None]:
    """Keep finished blocks below a folder until what is done inside ends well."""
    folder = Path(folder)
    _forget(folder)
    used: list[Store] = []
    token = _FOLDER.set((folder, used))
    try:
        yield
    except OutputError:  # all was done, and what could not be written leaves nothing behind
        _removed(folder, used)
        raise
    finally:
        _FOLDER.reset(token)
        for store in used:
            store.close()
    _removed(folder, used)


def _removed(folder: Path, used: list[Store]) -> None:
    for store in used:
        shutil.rmtree(store.close(), ignore_errors=True)
    with suppress(OSError):  # not there, or something else is still unfinished
        folder.rmdir()


def _forget(folder: Path) -> None:
    """Remove the work that nobody has gone on with for long, and nothing else that lies there."""
    with suppress(OSError):
        for of in folder.iterdir():
            if _NAME.fullmatch(of.name) and time.time() - of.stat().st_mtime > FORGOTTEN:
                shutil.rmtree(of, ignore_errors=True)


class Store:
    """The finished blocks of one piece of work; folder : None keeps nothing."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        names = [] if folder is None else [path.stem.split("-") for path in folder.glob("*.block")]
        self.known = {int(first): int(last) for first, last in sorted(names)}
        self._saved: set[int] = set()
        self._closed = False
        self._one_at_a_time = Lock()

    def pieces(self, begin: int, most: int, block: int) -> Iterator[tuple[int, int]]:
        """Cut the replications from `begin` before `most` into blocks, those kept among them."""
        first = begin
        while first < most:
            last = self.known.get(first, most + 1)
            if last > most:
                following = min((k for k in self.known if k > first), default=most)
                last = min(first + block, following, most)
            yield first, last
            first = last

    def load(self, first: int, last: int) -> list[Any] | None:
        """Return a block, None if it is not there or cannot be read."""
        if self.folder is None or self.known.get(first) != last:
            return None
        try:
            return unpacked((self.folder / f"{first}-{last}.block").read_bytes())
        except (OSError, ValueError, LookupError, TypeError, RecursionError, zlib.error):
            return None

    def save(self, first: int, last: int, block: list[Any]) -> None:
        """Keep a block, whole or not at all; a disk that is full or locked is no reason to stop."""
        if self.folder is None:
            return
        with self._one_at_a_time, suppress(OSError):
            if self._closed or first in self._saved or self.known.get(first) == last:
                return
            self._saved.add(first)
            self.folder.mkdir(parents=True, exist_ok=True)
            aside = self.folder / f"{first}-{last}.{os.getpid()}"
            aside.write_bytes(packed(block))
            aside.replace(self.folder / f"{first}-{last}.block")

    def close(self) -> Path:
        """Keep nothing from now on, whatever a worker that could not be stopped still finishes."""
        assert self.folder is not None
        with self._one_at_a_time:
            self._closed = True
        return self.folder

    def keep(self, first: int, last: int, done: Future[list[Any]]) -> None:
        """Keep what a worker has finished, if it has."""
        if not done.cancelled() and done.exception() is None:
            self.save(first, last, done.result())


def store_of(task: object) -> Store:
    """Return where the blocks of a task are kept; one that keeps nothing outside of `saving`."""
    here = _FOLDER.get()
    if here is None:
        return Store(None)
    try:
        name = json.dumps([type(task).__name__, _named(vars(task)), _program()])
    except TypeError:
        return Store(None)
    folder, used = here
    own = folder / sha256(name.encode()).hexdigest()[:32]
    used.append(Store(own))
    return used[-1]


def _named(part: Any) -> Any:
    """Return what names a part of a task, as JSON holds it. Raises TypeError where nothing does."""
    from sim.scenario.model import Scenario

    if isinstance(part, Scenario):
        return _shown(part)
    if isinstance(part, Mapping):
        return {str(key): _named(value) for key, value in part.items()}
    if isinstance(part, (list, tuple)):
        return [_named(item) for item in part]
    if isinstance(part, _PLAIN):
        return part
    raise TypeError


@lru_cache(maxsize=16)
def _shown(scenario: Scenario) -> str:
    """Return a scenario as it is shown; a search names many pieces of work with one base."""
    from sim.scenario.writing import show

    return show(scenario)


@cache
def _program() -> list[str]:
    """Return what names the program: its sources, and the packages that could move a number."""
    digest, room = sha256(), Path(__file__).parent.parent
    for path in sorted(room.rglob("*.py")):
        digest.update(path.relative_to(room).as_posix().encode() + b"\0" + path.read_bytes())
    return [digest.hexdigest(), *(metadata.version(name) for name in PACKAGES)]


def packed(block: list[Any]) -> bytes:
    """Return a block as bytes: a tree of lists, tuples, dicts, numbers and arrays."""
    arrays: list[np.ndarray[Any, Any]] = []
    tree = _flat(block, arrays)
    head = json.dumps([tree, [[a.dtype.str, list(a.shape)] for a in arrays]]).encode()
    parts = [len(head).to_bytes(8, "big"), head, *(a.tobytes() for a in arrays)]
    return zlib.compress(b"".join(parts), 1)  # mostly zeros, and the quickest way is enough


def unpacked(data: bytes) -> list[Any]:
    """Return what `packed` wrote. Nothing in other bytes is run.

    They raise ValueError, LookupError, TypeError, RecursionError or zlib.error.
    """
    import numpy as np

    opened = zlib.decompressobj()
    raw = opened.decompress(data, LARGEST_BLOCK)
    if opened.unconsumed_tail or not opened.eof:
        raise ValueError("cut short, or larger than any block")
    at = 8 + int.from_bytes(raw[:8], "big")
    tree, shapes = json.loads(raw[8:at])
    arrays = []
    for kind, shape in shapes:
        number = int(np.prod(shape))
        if number < 0:
            raise ValueError(shape)
        arrays.append(np.frombuffer(raw, kind, number, at).reshape(shape))
        at += arrays[-1].nbytes
    found: list[Any] = _deep(tree, arrays)
    return found


def _flat(node: Any, arrays: list[np.ndarray[Any, Any]]) -> Any:
    import numpy as np

    if isinstance(node, np.ndarray):
        arrays.append(np.ascontiguousarray(node))
        return ["array", len(arrays) - 1]
    if isinstance(node, dict):
        return ["dict", {key: _flat(value, arrays) for key, value in node.items()}]
    if isinstance(node, (list, tuple)):
        return [type(node).__name__, [_flat(item, arrays) for item in node]]
    return ["number", float(node)]


def _deep(node: Any, arrays: list[np.ndarray[Any, Any]]) -> Any:
    kind, inner = node
    if kind == "array":
        return arrays[inner]
    if kind == "dict":
        return {key: _deep(value, arrays) for key, value in inner.items()}
    if kind == "number":
        return inner
    items = [_deep(item, arrays) for item in inner]
    return tuple(items) if kind == "tuple" else items
