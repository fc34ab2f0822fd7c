"""Products of words of 64 bits: their upper halves."""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from sim.jit import UNCOMPILED

_HALF, _LOW = np.uint64(32), np.uint64(0xFFFFFFFF)


def high_by_halves(a: Any, b: Any) -> Any:
    """Return the upper 64 bits of a product of two words, each a number or an array of them."""
    middle = (a >> _HALF) * (b & _LOW) + ((a & _LOW) * (b & _LOW) >> _HALF)
    rest = (middle & _LOW) + (a & _LOW) * (b >> _HALF)
    return (a >> _HALF) * (b >> _HALF) + (middle >> _HALF) + (rest >> _HALF)


def _at_once(_: Any, a: Any, b: Any) -> Any:
    """Let the processor multiply to 128 bits, as all of today's can."""
    wide = ir.IntType(128)

    def generate(_context: Any, builder: Any, _signature: Any, words: Any) -> Any:
        one, other = (builder.zext(word, wide) for word in words)
        product = builder.lshr(builder.mul(one, other), ir.Constant(wide, 64))
        return builder.trunc(product, ir.IntType(64))

    return types.uint64(a, b), generate


high: Any = high_by_halves if UNCOMPILED else intrinsic(_at_once)
"""What kernels call for it."""
