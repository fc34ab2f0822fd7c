"""What intervals, rules and verdicts claim holds as often as they say."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from sim.verification import claims
from sim.verification.claims import Claim, all_claims, tried
from sim.verification.truths import CounterDays, Luck

CLAIMS = all_claims()
LEVEL = 0.01 / len(CLAIMS)
"""1 % for all binomial tests together."""
FEW = 100
"""Experiments of a quick look: they see what is badly wrong."""


def name_of(claim: Claim) -> str:
    return f"{claim.what}, {claim.on}, {claim.replications}"


@pytest.mark.parametrize("claim", CLAIMS, ids=name_of)
def test_a_claim_is_not_refuted_by_a_few_experiments(claim: Claim) -> None:
    assert tried(claim, FEW).chance >= LEVEL


@pytest.mark.long
@pytest.mark.parametrize("claim", CLAIMS, ids=name_of)
def test_a_claim_is_not_refuted_by_four_thousand_experiments(claim: Claim) -> None:
    assert tried(claim).chance >= LEVEL


def test_an_interval_that_is_too_narrow_is_refuted() -> None:
    def narrow(luck: Luck) -> np.ndarray:
        x = luck.normal("x", 10)
        return np.abs(x.mean(axis=0)) <= 1.96 * x.std(axis=0) / np.sqrt(10)

    found = tried(Claim("", "", "10", 0.95, 0.94, narrow), 1000)
    assert found.chance < LEVEL and found.interval[1] < 0.94


def test_experiments_do_not_depend_on_how_many_are_drawn_at_once() -> None:
    whole, part = Luck(1, 0, 30)("x", 5), Luck(1, 20, 10)("x", 5)
    assert np.array_equal(whole[:, 20:], part)
    assert not np.array_equal(Luck(1, 0, 30)("y", 5), whole)


@pytest.mark.parametrize("cv", [0.0, 0.2])
def test_the_truth_of_a_counter_is_met_by_many_of_its_days(cv: float) -> None:
    days = CounterDays(demand_cv=cv)
    total, in_time, came = days.play(Luck(3, 0, 100), 200)
    wait, share = days.truth
    waits = total.sum(axis=0) / came.sum(axis=0)
    shares = in_time.sum(axis=0) / came.sum(axis=0)
    for found, truth in ((waits, wait), (shares, share)):
        assert abs(found.mean() - truth) < 4 * found.std() / 10


def test_a_day_that_never_fills_waits_as_the_endless_queue() -> None:
    """Pollaczek and Khinchine: rho / (1 - rho) services, after long."""
    wait, share = CounterDays(per_minute=0.1, service=4, until=20_000).truth
    assert wait == pytest.approx(4 * 0.4 / 0.6, rel=1e-3)
    assert share == pytest.approx(1 - 0.4 * np.exp(-10 / 4 * 0.6), rel=1e-3)


def test_the_table_of_the_page_is_that_of_the_program() -> None:
    page = (Path(__file__).parent.parent / "docs" / "statistics.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| ")]
    for claim in CLAIMS:
        begin = f"| {claim.what} | {claim.on} | {claim.replications} |"
        (row,) = (r for r in rows if r.startswith(begin))
        held, low, high = re.findall(r"\d+\.\d", row)[-3:]
        assert float(low) <= float(held) <= float(high)
        assert float(high) >= 100 * claim.floor, "what is refuted is a finding, and said"
    assert f"{claims.EXPERIMENTS:,}" in page and "python -m sim.verification.claims" in page
