"""One thing that was tried, what should come out, and what did."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

Part = Literal["traces", "exact", "laws", "engines", "intervals"]
PARTS: tuple[Part, ...] = ("traces", "engines", "laws", "exact", "intervals")
"""In the order in which they are tried: what is sure and quick first."""


@dataclass(frozen=True)
class Proof:
    """One thing that was tried.

    part : which kind of proof
    name, what : of the case, trace, law or scenario; what was compared in it
    reference, estimate, error, z : the exact value, what was found, its standard error, and how
        many standard errors lie between; NaN where rows were compared, which have no error
    half_width : half the 95 % interval as a share of the reference: small is much power
    right : of rows, whether they agree; of estimates None, since that depends on the limit that
        all of them share
    detail : the first thing that is wrong, "" if nothing is
    formula, source : how the reference is known, and where it stands
    """

    part: Part
    name: str
    what: str
    reference: float = math.nan
    estimate: float = math.nan
    error: float = math.nan
    z: float = math.nan
    half_width: float = math.nan
    right: bool | None = None
    detail: str = ""
    formula: str = ""
    source: str = ""

    def holds(self, limit: float) -> bool:
        """Whether it came out right: rows agree, or the estimate is within so many errors."""
        return abs(self.z) <= limit if self.right is None else self.right
