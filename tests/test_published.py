"""What published studies print, the simulator gives."""

from __future__ import annotations

from pathlib import Path

import pytest
from published import STUDIES, beside

from sim.statistics.intervals import t_factor
from sim.statistics.verdict import together

ROUNDING = {"bank.utilisation": 0.006}
"""How far a printed figure may be off its own study: BCA prints 97 % and the waits of 97.5 %."""


def test_there_are_five() -> None:
    assert len(STUDIES) == 5


@pytest.mark.long
@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.stem)
def test_the_simulation_gives_what_a_study_prints(path: Path) -> None:
    """All figures of all studies together, at 1 in 100."""
    rows = beside(path)
    confidence = together(5 * 17)  # of 17 figures at 1 in 100: a fifth of 5 in 100 each
    for row in rows:
        one = row.modelled
        assert one is not None
        wider = float(t_factor(one.n - 1, confidence) / t_factor(one.n - 1))
        off = ROUNDING.get(row.path, 0.01 * row.counted)
        assert abs(one.value - row.counted) <= off + wider * one.half_width, row.path
