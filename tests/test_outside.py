"""What follows outside the mall is told, and is no number of the mall."""

from __future__ import annotations

from typing import Any

import pytest
from malls import mall

from sim.experiments.compare import compare
from sim.experiments.replicate import replicate
from sim.report.comparison import described
from sim.report.comparison_page import render_comparison
from sim.report.outside import outside
from sim.report.page import render_page
from sim.sampling import sample
from sim.scenario.loading import load_text
from sim.scenario.model import Scenario
from sim.scenario.writing import show

OFFICE = "the <old> office"
OLD = {"office": OFFICE, "per_day": 30, "share": "40 %"}


def licences(per_day: float = 20, scale: float = 1, **of_journey: Any) -> Scenario:
    journeys = {
        "a": {"per_day": 10, "stops": ["x.s"]},
        "b": {"per_day": per_day, "stops": ["x.s"], **of_journey},
    }
    return mall({"x": 2}, journeys=journeys, demand={"scale": scale})


def test_it_is_what_the_shares_come_to() -> None:
    (said,) = outside(licences(moved_from=OLD), "en")
    assert "Of 20 people who come for b on an ordinary day, 8.0 would have gone to" in said
    assert "Of the 30 a day there 22 are left, 27% fewer. This is assumed" in said
    (more,) = outside(licences(scale=2, moved_from=OLD), "en")
    assert "Of 40 people" in more and "there 14 are left, 53% fewer" in more
    assert outside(licences(), "en") == []


def test_it_changes_no_number_and_survives_being_shown() -> None:
    plain, told = licences(), licences(moved_from=OLD)
    assert sample(plain, 1) == sample(told, 1)
    assert load_text(show(told)) == told != plain


@pytest.mark.parametrize("lang", ["id", "en"])
def test_the_page_and_a_comparison_tell_it_of_what_is_new(lang: str) -> None:
    base, plan = licences(5), licences(20, moved_from=OLD)
    (said,) = outside(plan, lang)
    written = said.replace("<", "&lt;").replace(">", "&gt;")
    assert written in render_page(replicate(plan, 2), None, lang)
    assert 'id="outside"' not in render_page(replicate(base, 2), None, lang)
    found = compare(base, [plan], 2)
    assert said in described(found, lang).splitlines()
    assert written in render_comparison(found, lang)
    assert outside(plan, lang, besides=plan) == []
