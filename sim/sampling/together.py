"""Drawing how many come together, and how many documents they bring: by the class of the visit."""

from __future__ import annotations

import numpy as np

from sim.randomness import Addresses
from sim.scenario.model import Scenario
from sim.scenario.numbers import ALONE, Shares, numbers_of
from sim.workload import Ints


def people_of(scenario: Scenario, of_class: Ints | int, at: Addresses, journey: str) -> Ints | int:
    """Return how many people each visit of a journey stands for; (n,)."""
    shares = [scenario.visitors[name].people for name in scenario.class_shares]
    return _numbers(shares, of_class, at, "people", journey)


def documents_of(
    scenario: Scenario, of_class: Ints | int, at: Addresses, journey: str
) -> Ints | int:
    """Return how many documents each citizen of a journey brings, the same at each attempt."""
    shares = [scenario.visitors[name].documents for name in scenario.class_shares]
    return _numbers(shares, of_class, at, "documents", journey)


def _numbers(
    shares: list[Shares], of_class: Ints | int, at: Addresses, purpose: str, journey: str
) -> Ints | int:
    """Return a number for each citizen by the shares of her class; nothing is drawn for 1."""
    if all(of == ALONE for of in shares):
        return 1
    found, u = np.ones(len(at), dtype=np.int64), at(purpose, journey)
    of_class = np.broadcast_to(of_class, len(at))
    for code, of in enumerate(shares):
        here = of_class == code
        found[here] = numbers_of(of, u[here])
    return found
