"""How the kernels of the engine reach their tables: unchecked, through pointers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from numba import types
from numba.core import cgutils, config
from numba.extending import intrinsic

from sim.jit import entry, kernel

__all__ = ["CHECKED", "entry", "kernel", "unchecked"]
T = TypeVar("T", bound=tuple[Any, ...])


def _to_pointers(_: Any, tables: Any) -> Any:
    of = [types.CPointer(array.dtype) for array in tables.types]
    pointers = types.NamedTuple(of, tables.instance_class)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        arrays = zip(tables.types, cgutils.unpack_tuple(builder, arguments[0]), strict=True)
        data = [context.make_array(kind)(context, builder, of).data for kind, of in arrays]
        return context.make_tuple(builder, signature.return_type, data)

    return pointers(tables), generate


def _as_they_are(tables: T) -> T:
    return tables


CHECKED = bool(config.DISABLE_JIT or config.BOUNDSCHECK)
unchecked: Callable[[T], T] = kernel(_as_they_are) if CHECKED else intrinsic(_to_pointers)
"""Turns a tuple of flat arrays into pointers to their entries, which nobody checks.

An array that is passed on is counted each time, at many times the cost of what is done with it; a
pointer is not. Whoever calls the kernels keeps the arrays alive.
"""
