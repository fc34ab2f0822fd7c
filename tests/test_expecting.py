"""What a scenario expects: each bound holds, is broken, or cannot be told, with a stated error."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from malls import mall
from scipy import stats
from typer.testing import CliRunner

from sim import MallError, Scenario, replicate
from sim.cli import app
from sim.experiments.expecting import FIRST, confidence_at, expecting, looks
from sim.scenario.loading import load_text
from sim.scenario.noted import read_expectation
from sim.scenario.writing import show


def expects(bounds: dict[str, str]) -> Scenario:
    """Return a mall to which 40 citizens a day come, in the mean, with these bounds."""
    journeys = {"all": {"per_day": 40, "stops": ["a.s"]}}
    return mall({"a": 2}, hours="08:00-12:00", journeys=journeys, expect=bounds)


@pytest.mark.parametrize(
    ("bound", "state"),
    [(">= 30", "kept"), ("<= 50", "kept"), (">= 50", "broken"), ("<= 30", "broken"),
     (">= 40", "cannot_tell"), ("<= 40", "cannot_tell")],
)  # fmt: skip
def test_a_bound_holds_is_broken_or_cannot_be_told(bound: str, state: str) -> None:
    (found,) = expecting(expects({"visits": bound}), 40, seed=3, workers=1)
    assert found.state == state
    assert found.replications == (40 if state == "cannot_tell" else FIRST)


def test_what_is_found_is_the_estimate_at_the_confidence_of_the_look() -> None:
    scenario = expects({"visits": ">= 39", "all.visits": "<= 90"})
    first, second = expecting(scenario, 80, seed=1, workers=1)
    assert second.replications == FIRST  # settled at the first look
    look = list(looks(80)).index(first.replications) + 1
    results = replicate(scenario, first.replications, seed=1, workers=1)
    assert first.estimate == results.estimate("visits", confidence=confidence_at(look, 2))


def test_shares_and_durations_are_judged_in_their_units() -> None:
    scenario = expects({"a.waited": ">= 20 %", "a.wait.mean": "<= 1 s", "a.wait.max": "<= 3 h"})
    waited, mean, most = expecting(scenario, 20, workers=1)
    assert (waited.state, mean.state, most.state) == ("kept", "broken", "kept")
    assert 0.2 < waited.estimate.low < waited.estimate.high < 1
    assert 1 / 60 < mean.estimate.low < most.estimate.high < 180


def test_all_looks_together_are_wrong_at_most_one_time_in_twenty() -> None:
    for bounds in (1, 3, 10):
        spent = sum(bounds * (1 - confidence_at(k, bounds)) for k in range(1, 100_000))
        assert spent == pytest.approx(0.05, abs=1e-6) and spent <= 0.05
    assert list(looks(100)) == [10, 20, 40, 80, 100]
    assert list(looks(10)) == [10]


@pytest.mark.long
def test_a_bound_at_the_truth_is_called_broken_less_often_than_stated() -> None:
    """40 citizens come a day, in the mean: neither `>= 40` nor `<= 40` is broken."""
    scenario = expects({"visits": ">= 40", "all.visits": "<= 40"})
    wrong = sum(
        any(found.state == "broken" for found in expecting(scenario, 160, seed=seed, workers=1))
        for seed in range(400)
    )
    assert stats.binomtest(wrong, 400, 0.05, alternative="greater").pvalue > 0.01


def test_too_few_replications_are_refused() -> None:
    with pytest.raises(MallError, match="10"):
        expecting(expects({"visits": ">= 1"}), 9)


def test_nothing_expected_costs_nothing() -> None:
    assert expecting(expects({})) == ()


@pytest.mark.parametrize("text", [">= 85 %", "<= 30 min", ">=0.5", "<=  2 of 100"])
def test_bounds_are_read_and_shown(text: str) -> None:
    assert str(read_expectation(text)).startswith(text[:2] + " ")
    scenario = expects({"visits": ">= 30"})
    again = load_text(show(scenario))
    assert again.expect == scenario.expect and again == scenario


TINY = """\
name: Tiny
calendar: {days: mon, hours: 08:00-10:00}
agencies:
  bank: {counters: 2, promise: {wait: 5 min}, services: {bayar: {time: {mean: 5 min, sd: 3 min}}}}
journeys: {bayar: {per_day: 40, stops: [bank.bayar]}}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def command(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["check", "--workers", "1", *words])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.stdout


@pytest.mark.parametrize(
    ("bound", "status", "said"),
    [(">= 20", 0, "holds"), (">= 60", 1, "broken"), (">= 40", 0, "cannot tell")],
)
def test_check_judges_a_file_without_a_reference(bound: str, status: int, said: str) -> None:
    Path("mine.yaml").write_text(TINY + f'expect: {{visits: "{bound}"}}\n')
    code, out = command("mine.yaml", "--replications", "20", "--lang", "en")
    assert code == status and f"mine.yaml: visits {bound}: {said}" in out
    code, out = command("mine.yaml", "--replications", "20", "--json")
    (found,) = json.loads(out)
    states = {"holds": "kept", "cannot tell": "cannot_tell"}
    assert (code, found["state"]) == (status, states.get(said, said))
    assert found["low"] <= found["value"] <= found["high"]


def test_a_measure_that_nobody_meets_cannot_be_told() -> None:
    journeys: dict[str, Any] = {"all": {"per_day": 0.001, "stops": ["a.s"]}}
    scenario = mall({"a": 2}, journeys=journeys, expect={"a.wait.mean": "<= 5 min"})
    (found,) = expecting(scenario, 10, workers=1)
    assert found.state == "cannot_tell" and np.isnan(found.estimate.low)
