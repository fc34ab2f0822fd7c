"""Random numbers that have an address instead of a place in a stream.

A draw is addressed by (seed, replication, day, purpose, name, index, occurrence). Philox 4x64
(Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3") turns an
address into a number directly: its key is 128 bits of BLAKE2b over (seed, purpose, name), its
counter the four words (index, replication, day, occurrence). So nobody's numbers depend on who
else is drawn, and the last replication needs no run of those before it.
"""

from __future__ import annotations

import json
from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

_WORD = 1 << 64


@lru_cache(maxsize=1 << 16)  # the same in every replication
def philox_key(seed: int, purpose: str, name: str) -> NDArray[np.uint64]:
    """Return the two 64-bit words that stand for (seed, purpose, name)."""
    address = json.dumps([seed, purpose, name], ensure_ascii=True, separators=(",", ":"))
    digest = blake2b(address.encode("ascii"), digest_size=16).digest()
    key = np.frombuffer(digest, dtype="<u8").astype(np.uint64)
    key.flags.writeable = False
    return key


class Draws:
    """The draws of one replication: `draws(purpose, name, counts)` for days with given counts."""

    def __init__(self, seed: int, replication: int, days: tuple[int, ...], above: str = "") -> None:
        self.above = above
        self.seed = seed
        self.replication = replication
        self.days = days
        self._philox = np.random.Philox(0)  # its state is set anew for every block of draws

    def __call__(
        self, purpose: str, name: str, counts: NDArray[np.int64], occurrence: int = 0
    ) -> NDArray[np.float64]:
        """Return the uniforms of all days, one day after the other.

        counts : (number of days,) how many indices each day has
        returns : (sum of counts,) float64
        """
        key = philox_key(self.seed, purpose, self.above + name)
        blocks = [
            self.uniforms(key, day, count, occurrence)
            for day, count in zip(self.days, counts.tolist(), strict=True)
            if count
        ]
        return np.concatenate(blocks) if blocks else np.empty(0)

    def under(self, above: str) -> Draws:
        """Return the draws whose names begin with another one."""
        return Draws(self.seed, self.replication, self.days, f"{self.above}{above}/")

    def per_day(self, purpose: str, name: str) -> NDArray[np.float64]:
        """Return one uniform for each day."""
        return self(purpose, name, np.ones(len(self.days), dtype=np.int64))

    def uniforms(
        self, key: NDArray[np.uint64], day: int, count: int, occurrence: int = 0
    ) -> NDArray[np.float64]:
        """Return the uniforms of indices 0 .. count - 1, each strictly between 0 and 1.

        key : (2,) uint64, from `philox_key`
        returns : (count,) float64, odd multiples of 2**-53, so that 0 and 1 never occur
        """
        first = ((occurrence * _WORD + day) * _WORD + self.replication) * _WORD
        # NumPy's generator increments its counter before the first block, hence one less.
        before = (first - 1) % _WORD**4
        counter = np.frombuffer(before.to_bytes(32, "little"), dtype="<u8").astype(np.uint64)
        self._philox.state = {
            "bit_generator": "Philox",
            "state": {"counter": counter, "key": key},
            "buffer": _EMPTY,
            "buffer_pos": 4,
            "has_uint32": 0,
            "uinteger": 0,
        }
        raw = self._philox.random_raw(4 * count)[::4]  # the first word of each index's block
        return ((raw >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52


_EMPTY = np.zeros(4, dtype=np.uint64)
