"""The chance in trials of a fit: addressed like all draws, so that one log gives one answer."""

from __future__ import annotations

import numpy as np

from sim.fitting.likelihood import Floats
from sim.randomness import Draws


def uniforms(purpose: str, name: str, trial: int, n: int) -> Floats:
    """Return n uniforms strictly between 0 and 1, those of a trial."""
    return Draws(0, range(1), (trial,))(purpose, name, np.array([n]))
