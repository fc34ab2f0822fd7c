"""Random numbers that have an address instead of a place in a stream.

A draw is addressed by (seed, replication, day, purpose, name, index, occurrence). Philox 4x64
(Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3") turns an
address into a number directly: its key is 128 bits of BLAKE2b over (seed, purpose, name), its
counter the four words (index, replication, day, occurrence). So nobody's numbers depend on who
else is drawn, and the last replication needs no run of those before it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.jit import UNCOMPILED, entry, kernel
from sim.jit.words import high

Words = NDArray[np.uint64]
Floats = NDArray[np.float64]

_TIMES = np.uint64(0xD2E7470EE14C6C93), np.uint64(0xCA5A826395121157)
_PLUS = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBB67AE8584CAA73B)
_DROPPED = np.uint64(12)
"""Bits of a word that a uniform has no room for."""


@lru_cache(maxsize=1 << 16)  # the same in every replication
def philox_key(seed: int, purpose: str, name: str) -> Words:
    """Return the two 64-bit words that stand for (seed, purpose, name)."""
    address = json.dumps([seed, purpose, name], ensure_ascii=True, separators=(",", ":"))
    digest = blake2b(address.encode("ascii"), digest_size=16).digest()
    key = np.frombuffer(digest, dtype="<u8").astype(np.uint64)
    key.flags.writeable = False
    return key


@kernel
def uniform(a: Any, b: Any, c: Any, d: Any, key: Any, next_key: Any) -> Any:
    """Return the uniform at a counter: of the first of the four words of Philox 4x64-10.

    Words, each a number or, where it is not compiled, an array of them.
    returns : strictly between 0 and 1: odd multiples of 2**-53, so that neither ever occurs
    """
    for _ in range(10):
        first, second = _TIMES[0] * a, _TIMES[1] * c
        a, c = high(_TIMES[1], c) ^ b ^ key, high(_TIMES[0], a) ^ d ^ next_key
        b, d = second, first
        key, next_key = key + _PLUS[0], next_key + _PLUS[1]
    return ((a >> _DROPPED) + 0.5) * 2.0**-52


@entry
def _fill(out: Floats, index: Words, replication: Words, day: Words, rest: Words) -> None:
    """Write the uniforms of addresses; rest is the occurrence and the two words of the key."""
    for k in range(len(out)):
        out[k] = uniform(index[k], replication[k], day[k], rest[0], rest[1], rest[2])


@dataclass(frozen=True, eq=False)
class Addresses:
    """Whose draws: one index of one day of one replication each.

    above : what the names of their draws begin with
    index, replication, day : (n,) uint64
    """

    seed: int
    above: str
    index: Words
    replication: Words
    day: Words

    def __len__(self) -> int:
        return len(self.index)

    def key(self, purpose: str, name: str) -> Words:
        """Return the two words by which the draws of a purpose and name go."""
        return philox_key(self.seed, purpose, self.above + name)

    def __call__(self, purpose: str, name: str, occurrence: int = 0) -> Floats:
        """Return the uniforms of a purpose and name, (n,), each strictly between 0 and 1."""
        key = self.key(purpose, name)
        rest = np.array([occurrence, key[0], key[1]], dtype=np.uint64)
        counter = self.index, self.replication, self.day
        if UNCOMPILED:
            return np.asarray(uniform(*counter, *rest[:, None]))
        out = np.empty(len(self))
        _fill(out, *counter, rest)
        return out

    def of(self, who: NDArray[Any]) -> Addresses:
        """Return some of the addresses, by a mask or by place."""
        counter = (column[who] for column in (self.index, self.replication, self.day))
        return Addresses(self.seed, self.above, *counter)


@dataclass(frozen=True)
class Draws:
    """The draws of replications, of each on the same days: `draws(purpose, name, counts)`.

    Wherever something is drawn by date, the dates of one replication follow those of another.
    """

    seed: int
    replications: range
    days: tuple[int, ...]
    above: str = ""

    def __len__(self) -> int:
        return len(self.replications) * len(self.days)

    def addresses(self, counts: NDArray[np.int64]) -> Addresses:
        """Return the addresses of the indices 0 .. count - 1 of every date.

        counts : (dates,) how many each date of each replication has
        """
        days = np.array(self.days, dtype=np.uint64)
        replications = np.array(self.replications, dtype=np.uint64)
        first = np.repeat(np.cumsum(counts) - counts, counts)
        return Addresses(
            self.seed,
            self.above,
            index=(np.arange(len(first)) - first).astype(np.uint64),
            replication=np.repeat(np.repeat(replications, len(days)), counts),
            day=np.repeat(np.tile(days, len(replications)), counts),
        )

    def __call__(
        self, purpose: str, name: str, counts: NDArray[np.int64], occurrence: int = 0
    ) -> Floats:
        """Return the uniforms of all dates, one date after the other; (sum of counts,)."""
        return self.addresses(counts)(purpose, name, occurrence)

    def under(self, above: str) -> Draws:
        """Return the draws whose names begin with another one."""
        return replace(self, above=f"{self.above}{above}/")

    def per_day(self, purpose: str, name: str) -> Floats:
        """Return one uniform for each date."""
        return self(purpose, name, np.ones(len(self), dtype=np.int64))
