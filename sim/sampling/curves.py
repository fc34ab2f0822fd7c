"""Curves: quantile functions that are slow, as polynomials over pieces of the tails.

A piece ends where its polynomial meets the function to 1 part in 10**10 at places between those
through which it was laid; else it is halved. Beyond a few draws a piece is too narrow to be
halved: there the polynomial goes through each of them, so the farthest tails are exact.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sim.sampling.quantile import FINEST, ROOTS, TERMS
from sim.scenario.laws import FIRST, Floats

WITHIN, NEARER = 1e-10, 1e-6
"""How far a curve may lie beside the function, where it is looked at: its share, or µs."""
MOST = 2000
"""Pieces in all; a function that is itself no smoother than that keeps its roughness."""

Bools = NDArray[np.bool_]
Function = Callable[[Floats], Floats]
_KNOTS = np.cos(np.pi * (np.arange(TERMS) + 0.5) / TERMS)
_BETWEEN = np.cos(np.pi * (np.arange(TERMS + 1)) / TERMS)


def curve(function: Function) -> Floats:
    """Return a quantile function, of uniforms from 0 to 1, as `quantile._curve` reads it.

    First where the nodes of all roots lie, those of the lower tail first. A node is a leaf of
    0, its middle, 1 / half its width, and TERMS numbers; or where it is halved, left, and right.
    """
    low, width = _roots()
    upper: Bools = np.repeat([False, True], len(low))
    low, width = np.tile(low, 2), np.tile(width, 2)
    numbers: list[float] = [0.0] * len(low)
    to_set = np.arange(len(low))  # in which number the place of a node is to be written
    pieces = 0
    while len(low):
        middle, half = low + width / 2, width / 2
        terms, good = _laid(function, middle, half, upper)
        pieces += len(low)
        good = good | (pieces > MOST)
        begin = np.zeros(len(low), dtype=np.int64)
        for k in range(len(low)):
            numbers[to_set[k]] = begin[k] = len(numbers)
            leaf = [0.0, middle[k], 1 / half[k], *terms[k]]
            numbers += leaf if good[k] else [middle[k], 0.0, 0.0]
        more = ~good
        low = np.stack((low[more], middle[more]), axis=1).ravel()
        to_set = np.stack((begin[more] + 1, begin[more] + 2), axis=1).ravel()
        width, upper = np.repeat(half[more], 2), np.repeat(upper[more], 2)
    return np.array(numbers)


def _roots() -> tuple[Floats, Floats]:
    """Return where the roots of a tail begin, and their widths, the widest first."""
    binade = 2.0 ** -np.arange(1, FINEST + 1)
    width = np.repeat(binade / ROOTS, ROOTS)
    return np.repeat(binade, ROOTS) + width * np.tile(np.arange(ROOTS), FINEST), width


def _laid(function: Function, middle: Floats, half: Floats, upper: Bools) -> tuple[Floats, Bools]:
    """Return the polynomials of pieces, (n, TERMS) from the highest power, and which are good."""
    knots, at_knots = _values(function, middle, half, upper, _KNOTS)
    places, exact = _values(function, middle, half, upper, _BETWEEN)
    terms = np.zeros(knots.shape)
    different = (np.diff(np.sort(knots)) > 0).all(axis=1)
    powers = knots[different][:, :, None] ** np.arange(TERMS - 1, -1, -1)
    terms[different] = np.linalg.solve(powers, at_knots[different][:, :, None])[:, :, 0]
    for k in np.flatnonzero(~different).tolist():  # only few draws fall into a narrow piece
        of, first = np.unique(knots[k], return_index=True)
        few = np.linalg.solve(np.vander(of, len(of)), at_knots[k, first])
        terms[k, TERMS - len(of) :] = few
    found: Floats = terms[:, :1]
    for k in range(1, TERMS):
        found = found * places + terms[:, k : k + 1]
    beside = np.abs(found - exact) > WITHIN * np.abs(exact) + NEARER
    return terms, ~beside.any(axis=1) | (half < FIRST * TERMS)


def _values(
    function: Function, middle: Floats, half: Floats, upper: Bools, at: Floats
) -> tuple[Floats, Floats]:
    """Return places within pieces, from -1 to 1, at which something is drawn, and what."""
    r = np.maximum(middle[:, None] + half[:, None] * at, FIRST)
    u = np.where(upper[:, None], np.minimum(1 - r, 1 - FIRST), r)
    r = np.where(upper[:, None], 1 - u, u)
    return (r - middle[:, None]) / half[:, None], np.asarray(function(u.ravel())).reshape(u.shape)
