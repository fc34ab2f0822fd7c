"""Guess, from the malls that were played, what others would give for what was counted.

A quadratic surface for each count, with the spread that it leaves (each mall guessed without
itself, PRESS: Allen 1974, Technometrics 16, 125-127). All malls are played with the same citizens,
so that the surface as a whole is off by chance, which no spread about it shows: what the simulation
of the nearest mall played may be off is added. Others are ruled out beyond three times the two
together, so a poor surface, or few replications, rule out little.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.fitting.likelihood import Floats

BEYOND = 3.0
"""Beyond so many standard deviations a mall is not believed."""


class Emulator:
    """The surfaces through one wave of malls.

    unit : (P, F) figures as shares of their ranges; seen : (P, O) what each mall gives, on a scale
        on which it bends little; errors : (P, O) a sigma of what its simulation may be off
    """

    def __init__(self, unit: Floats, seen: Floats, errors: Floats) -> None:
        self.unit, self.errors = unit, errors
        self.products = len(unit) >= 2 * _terms(unit.shape[1])
        design = self._design(unit)
        inverse = np.linalg.pinv(design)
        self.surface = inverse @ seen
        leverage = (design * inverse.T).sum(axis=1)
        left = (seen - design @ self.surface) / np.maximum(1 - leverage, 1e-3)[:, np.newaxis]
        self.spread = np.sqrt((left**2).mean(axis=0))

    def believes(self, unit: Floats, low: Floats, high: Floats) -> NDArray[np.bool_]:
        """Return which malls may give something from low to high (both (O,)) for every count."""
        guess = self._design(unit) @ self.surface
        wide = BEYOND * np.hypot(self.spread, self._errors_near(unit))
        return np.asarray(((guess >= low - wide) & (guess <= high + wide)).all(axis=1))

    def _errors_near(self, unit: Floats) -> Floats:
        from scipy.spatial import KDTree

        _, nearest = KDTree(self.unit).query(unit)
        return np.asarray(self.errors[nearest])

    def _design(self, unit: Floats) -> Floats:
        """Return the terms of the surface: squares and products, or squares alone where few."""
        ones = np.ones((len(unit), 1))
        if not self.products:
            return np.hstack([ones, unit, unit**2])
        first, second = np.triu_indices(unit.shape[1])
        return np.hstack([ones, unit, unit[:, first] * unit[:, second]])


def _terms(figures: int) -> int:
    return (figures + 1) * (figures + 2) // 2
