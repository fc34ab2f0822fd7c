"""How kernels reach their tables: unchecked, through pointers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from llvmlite import ir
from numba import types
from numba.core import cgutils, config
from numba.core.typing.templates import AttributeTemplate
from numba.extending import (
    infer_getattr,
    intrinsic,
    lower_getattr_generic,
    models,
    register_model,
)

from sim.jit import kernel

T = TypeVar("T", bound=tuple[Any, ...])


class Table(Protocol):
    """Whole numbers by place: an array, or a pointer to its entries."""

    def __getitem__(self, place: int, /) -> int: ...
    def __setitem__(self, place: int, value: int, /) -> None: ...


class Reals(Protocol):
    """Numbers by place: an array, or a pointer to its entries."""

    def __getitem__(self, place: int, /) -> float: ...
    def __setitem__(self, place: int, value: float, /) -> None: ...


class _Pointers(types.Type):  # type: ignore[misc]
    """A tuple of tables as kernels see it: one pointer to the pointers to their entries."""

    def __init__(self, tables: Any) -> None:
        self.of = {
            name: (place, types.CPointer(array.dtype))
            for place, (name, array) in enumerate(zip(tables.fields, tables.types, strict=True))
        }
        super().__init__(name=f"pointers({tables})")


@register_model(_Pointers)
class _PointersModel(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, manager: Any, kind: _Pointers) -> None:
        super().__init__(manager, kind, cgutils.voidptr_t.as_pointer())


@infer_getattr
class _Tables(AttributeTemplate):  # type: ignore[misc]
    key = _Pointers

    def generic_resolve(self, kind: _Pointers, table: str) -> Any:
        return kind.of[table][1]


@lower_getattr_generic(_Pointers)  # type: ignore[untyped-decorator]
def _table(context: Any, builder: Any, kind: _Pointers, pointers: Any, table: str) -> Any:
    place, entries = kind.of[table]
    pointer = builder.load(cgutils.gep_inbounds(builder, pointers, place))
    pointer.set_metadata("invariant.load", builder.module.add_metadata([]))
    return builder.bitcast(pointer, context.get_value_type(entries))


def _to_pointers(_: Any, tables: Any) -> Any:
    pointers = _Pointers(tables)

    def generate(context: Any, builder: Any, _: Any, arguments: Any) -> Any:
        arrays = zip(tables.types, cgutils.unpack_tuple(builder, arguments[0]), strict=True)
        begin = cgutils.alloca_once(builder, cgutils.voidptr_t, size=len(tables.types))
        for place, (kind, array) in enumerate(arrays):
            data = context.make_array(kind)(context, builder, array).data
            entry = builder.bitcast(data, cgutils.voidptr_t)
            builder.store(entry, cgutils.gep_inbounds(builder, begin, place))
        return _finished(builder, begin)

    return pointers(tables), generate


def _finished(builder: Any, begin: Any) -> Any:
    """Return the pointers as something of which the compiler knows only that it never changes.

    So it need not read a pointer again after each number that is written somewhere.
    """
    kind = ir.FunctionType(begin.type, [begin.type])
    return builder.asm(kind, "", "=r,0,~{memory}", [begin], side_effect=True)


def _as_they_are(tables: T) -> T:
    return tables


CHECKED = bool(config.DISABLE_JIT or config.BOUNDSCHECK)
unchecked: Callable[[T], T] = kernel(_as_they_are) if CHECKED else intrinsic(_to_pointers)
"""Turns a tuple of flat arrays into pointers to their entries, which nobody checks.

An array that is passed on is counted each time, at many times the cost of what is done with it; a
pointer is not. Whoever calls the kernels keeps the arrays alive.
"""
