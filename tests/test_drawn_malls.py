"""Days that are drawn, over every word of a scenario: each reading of the rules has the same rows.

Elsewhere days are made up, so that all happens at one instant; here the words that only drawing
knows stand beside all others: choices, repetitions, papers, returns, numbers from home, surges,
seasons, factors of dates.
"""

from __future__ import annotations

from collections import Counter
from itertools import combinations, product
from typing import Any

import naive
import pytest
from drawn_malls import RICH_WORDS, rich_malls
from engines import both
from hypothesis import assume, given
from hypothesis import strategies as st
from malls import scenario_of
from strategies import words_in
from test_laws import law, with_tries

from sim import Workload, measure, sample, simulate
from sim.scenario.loading import load_text
from sim.scenario.writing import show

Data = dict[str, Any]


def test_every_word_is_tried_and_most_pairs_are() -> None:
    """Words and pairs that these malls say, counted; run with -s to see them."""
    together: Counter[frozenset[str]] = Counter()

    @law(700)
    @given(rich_malls())
    def collect(data: Data) -> None:
        said = sorted(words_in(data, RICH_WORDS))
        together.update(frozenset(pair) for pair in product(said, repeat=2))

    collect()
    alone = {word: together[frozenset({word})] for word in RICH_WORDS}
    pairs = [frozenset(pair) for pair in combinations(RICH_WORDS, 2)]
    reached = sum(together[pair] > 0 for pair in pairs)
    print(f"{reached} of {len(pairs)} pairs;", alone)
    assert min(alone.values()) >= 10, alone
    assert reached >= 0.93 * len(pairs)


@law(150)
@given(rich_malls(), st.integers(0, 9))
def test_both_engines_and_the_oracle_play_a_drawn_day_alike(data: Data, seed: int) -> None:
    _alike(data, seed)


@pytest.mark.long
@law(5000, thorough=True)
@given(rich_malls(), st.integers(0, 999))
def test_both_engines_and_the_oracle_play_drawn_days_alike(data: Data, seed: int) -> None:
    _alike(data, seed)


def _alike(data: Data, seed: int) -> None:
    scenario = scenario_of(data)
    workload = sample(scenario, seed)
    assert with_tries(both(scenario, workload)) == naive.play(scenario, workload)


@law(40)
@given(rich_malls(), st.integers(0, 9))
def test_a_drawn_day_comes_back_from_its_table(data: Data, seed: int) -> None:
    scenario = scenario_of(data)
    workload = sample(scenario, seed, replication=4)
    assume(len(workload))
    officers, down = workload.officers_frame(scenario), workload.outages_frame(scenario)
    assert Workload.from_frame(workload.to_frame(), scenario, 4, officers, down) == workload


@law(60)
@given(rich_malls())
def test_what_is_shown_loads_again_to_an_equal_scenario(data: Data) -> None:
    scenario = scenario_of(data)
    assert load_text(show(scenario)) == scenario


@law(30)
@given(rich_malls(), st.integers(0, 9))
def test_all_that_is_measured_is_a_number_and_repeats(data: Data, seed: int) -> None:
    scenario = scenario_of(data)
    one, other = (measure(simulate(scenario, sample(scenario, seed)), scenario) for _ in "ab")
    assert one.total.tolist() == other.total.tolist()
    assert (one.n >= 0).all()
