"""Quantiles of laws as kernels draw them: a law is a row of numbers in one array, `laws`.

Which numbers stand behind a kind is said where they are read; `sim.sampling.laws` writes them.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sim.jit import kernel
from sim.jit.pointers import Reals
from sim.scenario.laws import FIRST, LAST

(
    CONSTANT, UNIFORM, TRIANGULAR, EXPONENTIAL, LOGNORMAL, WEIBULL, NORMAL, VALUES, MEASURED,
    PARTS, CURVE,
) = range(11)  # fmt: skip
FINEST, ROOTS = 53, 4
"""Uniforms are multiples of 2**-53; a curve has so many roots in each binade of the tail."""
TERMS = 8
"""Numbers of the polynomial that a leaf of a curve holds."""

_CENTRE = (
    (2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
     13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608),
    (5226.495278852854561, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867,
     5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1.0),
)  # fmt: skip
_TAIL = (
    (7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1,
     1.27045825245236838258, 3.64784832476320460504, 5.76949722146069140550,
     4.63033784615654529590, 1.42343711074968357734),
    (1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2,
     1.48103976427480074590e-1, 6.89767334985100004550e-1, 1.67638483018380384940,
     2.05319162663775882187, 1.0),
)  # fmt: skip
_FAR = (
    (2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3,
     2.65321895265761230930e-2, 2.96560571828504891230e-1, 1.78482653991729133580,
     5.46378491116411436990, 6.65790464350110377720),
    (2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5,
     7.86869131145613259100e-4, 1.48753612908506148525e-2, 1.36929880922735805310e-1,
     5.99832206555887937690e-1, 1.0),
)  # fmt: skip


@kernel
def _ratio(of: Any, x: float) -> float:
    """Return the ratio of two polynomials, the highest power first."""
    top, bottom = of[0][0], of[1][0]
    for k in range(1, 8):
        top = top * x + of[0][k]
        bottom = bottom * x + of[1][k]
    return float(top / bottom)


@kernel
def normal(below: float, above: float) -> float:
    """Return the quantile of the standard normal law, to 1 part in 10**15.

    below, above : the probabilities on both sides; only the smaller need have all its digits
    Source: Wichura 1988, algorithm AS 241, PPND16.
    """
    q = below - 0.5
    if abs(q) <= 0.425:
        return q * _ratio(_CENTRE, 0.180625 - q * q)
    r = math.sqrt(-math.log(below if q < 0 else above))
    z = _ratio(_TAIL, r - 1.6) if r <= 5 else _ratio(_FAR, r - 5.0)
    return -z if q < 0 else z


@kernel
def _place(laws: Reals, begin: int, end: int, u: float) -> int:
    """Return the first place of sorted numbers that are not below u."""
    while begin < end:
        middle = (begin + end) // 2
        if laws[middle] < u:
            begin = middle + 1
        else:
            end = middle
    return begin


@kernel
def _triangular(low: float, mode: float, high: float, u: float) -> float:
    width, rise, fall = high - low, mode - low, high - mode
    if u * width < rise:
        return low + math.sqrt(u * width * rise)
    return high - math.sqrt((1 - u) * width * fall)


@kernel
def _normal(laws: Reals, at: int, u: float) -> float:
    """centre, spread, low, high, and of the uncut law what lies below, between and above."""
    below, kept, above = laws[at + 4], laws[at + 5], laws[at + 6]
    z = normal(below + u * kept, above + (1 - u) * kept)
    return min(max(laws[at] + laws[at + 1] * z, laws[at + 2]), laws[at + 3])


@kernel
def _curve(laws: Reals, at: int, u: float) -> float:
    """Return a factor times a curve, shifted; laws[at] : factor, shift, where the curve begins.

    A curve is a polynomial over each piece of the nearer tail's probability, r. Its roots stand
    in a row, ROOTS for each power of 2; from there halves of halves lead to the piece.
    """
    begin, r, root = int(laws[at + 2]), u, 0
    if u > 0.5:
        r, root = 1.0 - u, ROOTS * FINEST
    within, power = math.frexp(r)
    node = begin + int(laws[begin + root - ROOTS * power + int((2 * within - 1) * ROOTS)])
    while laws[node] > 0.0:
        node = begin + int(laws[node + (2 if r >= laws[node] else 1)])
    t = (r - laws[node + 1]) * laws[node + 2]
    value = laws[node + 3]
    for k in range(1, TERMS):
        value = value * t + laws[node + 3 + k]
    return laws[at + 1] + laws[at] * value


@kernel
def quantile(laws: Reals, at: int, u: float) -> float:
    """Return the draw in µs, inf for never, that belongs to a uniform; the law stands at `at`."""
    while laws[at] == PARTS:  # how many, where the share of each ends, where its law stands
        n = int(laws[at + 1])
        part = _place(laws, at + 2, at + 1 + n, u)
        from_ = laws[part - 1] if part > at + 2 else 0.0
        u = min(max((u - from_) / (laws[part] - from_), FIRST), LAST)
        at = int(laws[part + n])
    kind, one, two = laws[at], laws[at + 1], laws[at + 2]
    if kind == LOGNORMAL:
        return one * math.exp(two * normal(u, 1 - u))
    if kind == CURVE:
        return _curve(laws, at + 1, u)
    if kind == EXPONENTIAL:
        return -one * math.log1p(-u)
    if kind == CONSTANT:
        return one
    if kind == WEIBULL:
        return one * math.pow(-math.log1p(-u), two)
    if kind == UNIFORM:
        return one + (two - one) * u
    if kind == NORMAL:
        return _normal(laws, at + 1, u)
    if kind == TRIANGULAR:
        return _triangular(one, two, laws[at + 3], u)
    n, begin = int(one), at + 2  # values, and where the share of each ends if not each as often
    if kind == MEASURED:
        return laws[begin + min(max(int(np.ceil(n * u)) - 1, 0), n - 1)]
    return laws[_place(laws, begin + n, begin + 2 * n - 1, u) - n]
