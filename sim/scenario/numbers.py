"""How many of something, by chance: `3`, or `{1: 80 %, 2: 15 %, 5: 5 %}`."""

from __future__ import annotations

import math
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from sim.scenario import quantities as q
from sim.scenario.faults import Finding, refuse
from sim.scenario.gathering import Gathering

Shares = tuple[tuple[int, float], ...]
"""Numbers from 1 on, ascending, with their shares."""
ALONE: Shares = ((1, 1.0),)
MOST = 100
"""More than any family or broker brings; a slip of the pen would fill the memory."""


def _read_number(raw: object) -> int:
    number = q.read_count(raw)
    if not 1 <= number <= MOST:
        refuse(Finding("numbers_range", {"value": number, "limit": MOST}))
    return number


def _read_numbers(raw: object) -> Shares:
    if isinstance(raw, tuple):
        return raw
    if not isinstance(raw, dict):
        return ((_read_number(raw), 1.0),)
    gathering = Gathering()
    table: dict[int, float] = {}
    for key, item in raw.items():
        number = gathering.read((key,), _read_number, key)
        share = gathering.read((key,), q.read_share, item)
        if number is not None and share is not None:
            table[number] = table.get(number, 0.0) + share
    total = math.fsum(table.values())
    if not gathering.found and abs(total - 1) > 1e-9:
        gathering.add("dist_shares", value=f"{100 * total:.10g} %")
    gathering.refuse_any()
    return tuple(sorted(table.items()))


def _write_numbers(shares: Shares) -> Any:
    if len(shares) == 1:
        return shares[0][0]
    return {number: q.share(share) for number, share in shares}


Numbers = Annotated[
    Shares,
    BeforeValidator(_read_numbers),
    PlainSerializer(_write_numbers),
    WithJsonSchema({"type": ["integer", "object"]}),
]


def mean_number(shares: Shares) -> float:
    """Return the mean of a number by chance."""
    return math.fsum(number * share for number, share in shares)


def numbers_of(shares: Shares, u: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the number at each uniform: the smallest up to which the shares sum to more."""
    edges = np.cumsum([share for _, share in shares])[:-1]
    numbers = np.array([number for number, _ in shares], dtype=np.int64)
    found: NDArray[np.int64] = numbers[np.searchsorted(edges, u, side="right")]
    return found
