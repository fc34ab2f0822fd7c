"""How kernels are compiled, and where compiled kernels are kept: decided once, for all of them.

Numba keeps a compiled function until the file that it stands in changes; a change of a function
that it calls in another file goes unnoticed, and so does a flag in the environment. So our
kernels are kept in a directory named by a hash of everything that they depend on.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

import numba
from numba.core import config

F = TypeVar("F", bound=Callable[..., Any])

OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
"""For all kernels alike: threads may run side by side, and a division needs no check."""

INSIDE: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
"""For those that only kernels call: what Python would need takes a third of the time to compile."""

UNCOMPILED = bool(config.DISABLE_JIT)
"""Whether kernels run as the Python that they are written in."""
MEANING = (
    "jit/__init__.py", "jit/pointers.py", "jit/words.py", "randomness.py", "log.py",
    "workload/__init__.py",
)  # fmt: skip
"""Files that kernels of many rooms are part of, or that say what the numbers in them mean."""
WITHOUT_KERNELS = ("run.py", "tables.py")
"""What hands the engine's kernels their tables may change without compiling anything again."""


def kernel(function: F) -> F:
    """Compile a function that kernels call."""
    compiled: F = numba.njit(**INSIDE, **OPTIONS)(function)
    return compiled


def within(function: F) -> F:
    """Write a small function into each kernel that calls it.

    An array that is passed on is counted, at each call, with the price of an atomic addition.
    """
    compiled: F = numba.njit(inline="always", **INSIDE, **OPTIONS)(function)
    return compiled


def entry(function: F) -> F:
    """Compile a function that Python calls, and keep it for later processes where that works."""
    where = cache_directory(function.__module__)
    if where is None:
        unkept: F = numba.njit(**OPTIONS)(function)
        return unkept
    before = config.CACHE_DIR
    config.CACHE_DIR = str(where)
    try:
        compiled: F = numba.njit(cache=True, **OPTIONS)(function)
    finally:
        config.CACHE_DIR = before
    return compiled


ENGINE = "sim.engine.compiled.instant"
"""Where the largest kernel stands, which all others of its folder are part of."""


def cache_directory(module: str = ENGINE) -> Path | None:
    """Return where a module's kernels are kept, made if need be; None if nothing is writable."""
    of_user = os.environ.get("MPPSIM_CACHE") or _cache_of_user()
    directory = Path(of_user) / f"kernels-{fingerprint(module)}"
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=directory):
            return directory
    except OSError:
        return None


def is_kept(module: str = ENGINE) -> bool:
    """Whether an earlier process has left a module's compiled kernels for this one."""
    where = cache_directory(module)
    return where is not None and any(where.rglob("*.nbc"))


def _cache_of_user() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home()) / "mppsim" / "cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "mppsim"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mppsim"


def fingerprint(module: str = ENGINE) -> str:
    """Return a hash of all that a module's kernels depend on: sources, flags, versions.

    Kernels call those of their own folder: in that of the engine and in `statistics/tally` nearly
    all that stands there is part of them, in another one what defines some.
    What the numbers in logs and workloads stand for is written into kernels too.
    """
    digest = sha256()
    room = Path(__file__).parent.parent
    of = room.parent / f"{module.replace('.', '/')}.py"
    kernels = [path for path in sorted(of.parent.glob("*.py")) if _is_part(path)]
    for path in (*kernels, *(room / name for name in MEANING)):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    flags = {k: v for k, v in os.environ.items() if k.startswith("NUMBA_")}
    versions = (numba.__version__, sys.version, sorted(flags.items()), sorted(OPTIONS.items()))
    digest.update(repr(versions).encode())
    return digest.hexdigest()[:16]


def _is_part(path: Path) -> bool:
    if path.parent.name in ("compiled", "tally"):
        return path.name not in WITHOUT_KERNELS
    return b"from sim.jit import" in path.read_bytes()
