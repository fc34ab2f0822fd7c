"""What makes services longer comes back from a log; where nothing does, nothing is claimed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from round_trip import SMALL
from scipy.stats import binomtest
from ticket_logs import MALL, degraded, rounded, simulated

from sim import draft, fit
from sim.experiments.varying import varied
from sim.fitting.effects import CHANCE, Effect, Level
from sim.fitting.fit import Fitted
from sim.fitting.inputs import inputs
from sim.report import locale
from sim.report.fitted_effects import plain, sentences
from sim.scenario.loading import load_text
from sim.statistics.intervals import Estimate

SEED, TRIALS = 20250106, 400
HOUR = 3_600_000_000
UNEVEN = MALL.replace(
    "    counters: 3\n", "    counters: {1: {}, 2: {}, 3: {speed: 0.7}}\n"
).replace(
    "ktp: {time: {mean: 9 min, sd: 5 min}}",
    "ktp: {time: {mean: 9 min, sd: 5 min}, by_hour: {08:00: 1.3, 10:00: 1, 13:00: 0.8}}",
)  # fmt: skip


def fitted(log: pd.DataFrame, folder: Path) -> Fitted:
    path = folder / "log.parquet"
    log.to_parquet(path)
    return fit([path])


@pytest.fixture(scope="module")
def uneven(tmp_path_factory: pytest.TempPathFactory) -> Fitted:
    log = degraded(simulated(UNEVEN, SEED)[1], "1min", SEED)
    return fitted(log, tmp_path_factory.mktemp("log"))


def only(found: Fitted, kind: Any, name: str) -> Effect:
    (effect,) = found.effects.of(kind, name)
    return effect


def test_a_slow_counter_and_slow_mornings_come_back(uneven: Fitted) -> None:
    """Each ratio in its interval made twice as wide; and nothing else is claimed."""
    counters, hours = only(uneven, "counter", "dukcapil"), only(uneven, "hour", "dukcapil.ktp")
    assert uneven.effects.sure == (counters, hours)
    names = uneven.tickets.names["counter"]
    slow = {names[level.key]: level.ratio for level in counters.levels}
    for name, true in {"1": 0.85, "3": 1 / 0.7}.items():
        one = slow[name]
        assert abs(one.value - true) < one.high - one.low
    factors = {level.key // HOUR: level.factor for level in hours.levels}
    least = factors[13].value
    for hour, true in {8: 1.3, 9: 1.3, 10: 1, 11: 1}.items():
        one = factors[hour]
        assert abs(one.value / least - true / 0.8) < 1.5 * (one.high - one.low), hour


def test_the_scenario_says_them_with_ranges_and_they_are_drawn(uneven: Fitted) -> None:
    scenario = load_text(draft(uneven, "en"))
    dukcapil = scenario.agencies["dukcapil"]
    speeds = [post.speed for _, post in dukcapil.posts]
    assert speeds[2] / speeds[0] == pytest.approx(0.7, rel=0.1)
    assert dict(dukcapil.services["ktp"].by_hour)[8 * HOUR] > 1.1
    assert not dukcapil.services["kk"].by_hour
    path = "agencies.dukcapil.counters.loket-3.speed"
    low, high = scenario.plausible[path]
    assert low.value <= speeds[2] <= high.value
    assert scenario.sources["agencies.dukcapil.services.ktp.by_hour"]
    for draw in inputs(uneven, 3).draws:
        other = varied(scenario, draw).agencies["dukcapil"]
        drawn = [post.speed for _, post in other.posts]
        assert drawn != speeds
        assert drawn == pytest.approx(speeds, rel=0.1)
    levels = only(uneven, "counter", "dukcapil").levels
    whole = sum(of.n * of.factor.value for of in levels) / sum(of.n for of in levels)
    assert whole == pytest.approx(1)


@pytest.mark.parametrize(
    ("lang", "says"),
    [("en", "At counter 3 of dukcapil, services take 1.4"), ("id", "Di loket 3 (dukcapil)")],
)
def test_it_is_told_in_plain_words(uneven: Fitted, lang: str, says: str) -> None:
    told = list(sentences(uneven, lang))
    assert any(sentence.startswith(says) for sentence in told)
    counters = [sentence for sentence in told if sentence.startswith(says[:10])]
    assert len(counters) == 1  # that the others are faster is that this one is slow
    speed = dict(load_text(draft(uneven, "en")).agencies["dukcapil"].posts)["loket-3"].speed
    assert locale.number(1 / speed, lang, 2) in told[told.index(counters[0]) + 1]
    assert ("08:00–09:00" if lang == "en" else "08.00–09.00") in "".join(told)
    data = plain(uneven)
    sure = [of for of in data["found"] if any(level["sure"] for level in of["levels"])]
    assert [(of["kind"], of["in_scenario"]) for of in sure] == [("counter", True), ("hour", True)]


@pytest.mark.parametrize(
    ("true", "told"),
    [((1, 1.5, 1), [1]), ((1, 1.5, 1.5, 1), [1, 2]), ((1, 1.5, 1, 1.5, 1), [1, 3]),
     ((1, 1.5, 2.25), [0, 2]), ((1.3, 1), [0]), ((1, 1, 0.6), [2])],
)  # fmt: skip
def test_the_fewest_levels_are_told_that_explain_the_others(
    true: tuple[float, ...], told: list[int]
) -> None:
    logs = np.log(true) - np.log(np.mean(true))
    sd, number = 0.01, len(true)

    def level(k: int) -> Level:
        beside = logs[k] - np.delete(logs, k).mean()
        ratio, factor = (Estimate(np.exp(x), np.exp(x - 0.02), np.exp(x + 0.02), 500, "t", 0.95)
                         for x in (beside, logs[k]))  # fmt: skip
        return Level(k, 500, ratio, factor, 1e-9, 50, bool(abs(beside) > np.log(1.1)))

    levels = tuple(level(k) for k in range(number))
    effect = Effect("counter", "a", ("a.b",), levels, sd**2 * np.eye(number))
    assert [one.key for one in effect.told] == told


@pytest.mark.parametrize(("text", "step"), [(SMALL, "1min"), (SMALL, "5min"), (MALL, "5min")])
def test_where_nothing_matters_nothing_is_claimed(tmp_path: Path, text: str, step: str) -> None:
    for number in range(2):
        found = fitted(degraded(simulated(text, SEED + number)[1], step, number), tmp_path)
        assert found.effects.tests > 8 and not found.effects.sure
        assert any("1 of 200" in sentence for sentence in sentences(found, "en"))


def test_counters_that_give_other_services_are_not_compared(tmp_path: Path) -> None:
    """A counter for short services alone is not fast; within those who share them it is told."""
    apart = SMALL.replace("counters: 2", "counters: {1: {serves: ktp}, 2: {serves: kk}}")
    found = fitted(rounded(simulated(apart, SEED)[1], "s"), tmp_path)
    assert not [of for of in found.effects.found if of.kind == "counter"]
    assert not found.effects.sure


def test_what_a_scenario_cannot_say_is_told_and_left_out(tmp_path: Path) -> None:
    """Officers who hurry while many wait; and slow ones whose counter is another every day."""
    log = rounded(simulated(SMALL, SEED)[1], "s")
    began, left = log["Waktu Panggil"], log["Status"] == "pulang"
    came, day = log["Waktu Ambil"], began.dt.day_of_year
    waiting = np.array([
        ((came < at) & (began > at) & (day == at.day_of_year)).sum() for at in began
    ])  # fmt: skip
    length = log["Waktu Selesai"] - began
    quick = np.where((waiting > np.median(waiting)) & ~left, 0.6, 1.0)
    hurried = fitted(log.assign(**{"Waktu Selesai": began + length * quick}), tmp_path)
    assert [of.kind for of in hurried.effects.sure] == ["line"]
    assert any("will be too long" in sentence for sentence in sentences(hurried, "en"))
    third = pd.Series(np.where(day % 2 == 0, log["Loket"] + "a", log["Loket"]), index=log.index)
    slow = np.where(third == "1a", 1.6, 1.0)
    turns = fitted(
        log.assign(**{"Loket": third, "Waktu Selesai": began + length * slow}), tmp_path
    )  # fmt: skip
    assert not turns.counters["dukcapil"].posts
    assert turns.effects.of("counter", "dukcapil")
    assert "speed" not in draft(turns, "en")
    assert any("cannot say it" in sentence for sentence in sentences(turns, "en"))


@pytest.mark.long
@pytest.mark.parametrize(("text", "step"), [(SMALL, "5min"), (MALL, "1min")])
def test_at_most_one_log_in_a_hundred_claims_what_is_not_there(
    text: str, step: str, tmp_path: Path
) -> None:
    """By an exact binomial test at 1 in 100."""
    claimed = sum(
        bool(fitted(degraded(simulated(text, SEED + k)[1], step, SEED + k), tmp_path).effects.sure)
        for k in range(TRIALS)
    )
    assert CHANCE <= 0.01
    assert binomtest(claimed, TRIALS, 0.01, alternative="greater").pvalue > 0.01
