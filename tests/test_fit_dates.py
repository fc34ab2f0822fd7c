"""What dates make of demand comes back from a log: months, closures, days that stand out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from round_trip import SEED, refuted
from ticket_logs import EXAMPLE, simulated

from sim import fit
from sim.fitting.day_table import DayTable
from sim.fitting.fit import Fitted
from sim.fitting.loglinear import loglinear
from sim.fitting.year import Year, months_of, year
from sim.report import fitted_dates
from sim.report.studies import of_fit
from sim.scenario.loading import load
from sim.words import say

TRUE_MONTHS = {"2025-01": 1.2, "2025-02": 1.0, "2025-04": 1.3, "2025-05": 1.0, "2025-06": 0.8,
               "ramadan": 0.8}  # fmt: skip
SURGE, SURGE_DAY = 3.5, "2025-05-14"
MONTHS = f"""
name: Half a year
calendar:
  days: 2025-01-06 .. 2025-06-27
  open: mon-fri
  hours: 08:00-12:00
  last_ticket: 11:30
  holidays: {{country: ID, joint_leave: true}}
  seasons: {{ramadan: {{dates: 2025-03-02 .. 2025-03-30, demand: 0.8}}}}
  special: {{{SURGE_DAY}: {{demand: {SURGE}}}}}
demand:
  profile: {{08:00: 3, 09:00: 5, 10:00: 4, 11:00: 2}}
  weekday: {{mon: 1.2, fri: 0.8}}
  month: {{jan: 1.2, apr: 1.3, jun: 0.8}}
  day_to_day: 12 %
agencies:
  dukcapil: {{counters: 4, services: {{ktp: {{time: {{mean: 3 min, sd: 2 min}}}}}}}}
journeys:
  ktp: {{per_day: 60, stops: [dukcapil.ktp]}}
"""


def fitted(folder: Path, text: str = MONTHS, seed: int = SEED) -> Fitted:
    """Return what is fitted to the log of a simulated half year."""
    path = folder / "log.parquet"
    simulated(text, seed)[1].to_parquet(path)
    return fit([path])


def hits(found: Fitted) -> dict[str, bool]:
    """Return whether each interval holds the truth."""
    of, days = found.arrivals.year, found.history.days.astype("datetime64[D]").astype(str)
    every = [TRUE_MONTHS.get(day[:7]) if not "2025-03-02" <= day <= "2025-03-30" else 0.8
             for day in days]  # fmt: skip
    mean = np.mean([1.0 if one is None else one for one in np.array(every)[of.ordinary]])
    held = {key: of.months[key].low <= true / mean <= of.months[key].high
            for key, true in TRUE_MONTHS.items()}  # fmt: skip
    spread, per_day = found.arrivals.day_to_day, found.arrivals.per_day["ktp"]
    assert spread is not None
    apart = {str(np.datetime64(one.day, "D")): one.factor for one in of.standing}
    held["day to day"] = spread.low <= 0.12 <= spread.high
    held["a day"] = per_day.low <= 60 * mean <= per_day.high
    if SURGE_DAY in apart:
        held["surge"] = apart[SURGE_DAY].low <= SURGE <= apart[SURGE_DAY].high
    return held


@pytest.fixture(scope="module")
def half_year(tmp_path_factory: pytest.TempPathFactory) -> Fitted:
    return fitted(tmp_path_factory.mktemp("half_year"))


def test_months_and_a_surge_come_back_and_are_not_counted_twice(half_year: Fitted) -> None:
    of = half_year.arrivals.year
    assert of.differ and not of.after_matters
    assert [str(np.datetime64(one.day, "D")) for one in of.standing] == [SURGE_DAY]
    assert sum(not held for held in hits(half_year).values()) <= 1
    assert half_year.arrivals.day_to_day.high < 0.2  # with the months in it: 0.23


def test_the_scenario_of_the_dates_plays_them_as_they_were(
    half_year: Fitted, tmp_path: Path
) -> None:
    of_fit(half_year, "en", "mall.yaml").write(tmp_path, "en")
    mall = load(tmp_path / "mall.dates.yaml")
    days = half_year.history.days.astype("datetime64[D]").astype(str).tolist()
    assert [day.label for day in mall.days] == days
    of = half_year.arrivals
    factor = np.array([mall.day_factor(day) for day in mall.days])
    shown = of.year.factor[of.year.ordinary] * [
        of.weekday[day.weekday].value for day, ordinary in zip(mall.days, of.year.ordinary,
                                                               strict=True) if ordinary
    ]  # fmt: skip
    assert factor[of.year.ordinary] == pytest.approx(shown, rel=0.02)
    low, high = mall.plausible[f"calendar.special.{SURGE_DAY}.demand"]
    assert low.value < SURGE < high.value
    assert "Idul Fitri" in mall.calendar.holidays[mall.calendar.dates.last.replace(month=3, day=31)]
    assert load(tmp_path / "mall.yaml").calendar.dates is None


@pytest.mark.parametrize("lang", ["id", "en"])
def test_the_page_asks_what_there_was_on_a_day_that_stands_out(
    half_year: Fitted, lang: str, tmp_path: Path
) -> None:
    of_fit(half_year, lang, "mall.yaml").write(tmp_path, lang)
    page = (tmp_path / "fit.html").read_text(encoding="utf-8")
    (question,) = [fitted_dates.question(one, half_year, lang)
                   for one in half_year.arrivals.year.standing]  # fmt: skip
    assert question in page and "2025" in question and "?" in question
    assert fitted_dates.month_title("ramadan", lang) in page
    assert say("fit.dates.trend_or_season", lang, value="X", low="", high="", n=0)[:25] in page


def test_six_weeks_say_what_they_are_too_short_for() -> None:
    found = fit([EXAMPLE])
    said = " ".join(fitted_dates.sentences(found, "en"))
    assert "from 6 weeks: it takes 4 months, and 15" in said
    assert not found.arrivals.year.differ and not found.arrivals.year.standing


def plain_days(rng: np.random.Generator, weeks: int, cv: float, mean: float) -> tuple[Any, Any]:
    """Return days since 1970 and visits of weeks in which weekdays alone differ."""
    days = np.arange(20094, 20094 + 7 * weeks)
    days = days[(days + 3) % 7 < 5]
    busy = rng.gamma(cv**-2, cv**2, len(days)) if cv else 1.0
    usual = mean * np.array([1.2, 1, 1, 1, 0.8])[(days + 3) % 7]
    return days, rng.poisson(usual * busy).astype(float)


def of_days(days: Any, total: Any, shut: Any = ()) -> Year:
    here = np.ones(len(days), dtype=bool)
    return year(total, here, days, np.array(shut, dtype=np.int64), ~here)


def test_weekdays_alone_give_the_means_of_weekdays() -> None:
    days, total = plain_days(np.random.default_rng(1), 12, 0.15, 80)
    weekday = (days + 3) % 7
    design = (weekday[:, None] == np.arange(5)).astype(float)
    found = loglinear(total, design)
    means = [total[weekday == k].mean() for k in range(5)]
    assert np.exp(found.beta) == pytest.approx(means)
    assert ((total - found.mean) ** 2 / (found.mean * (1 + found.cv2 * found.mean))).sum() == (
        pytest.approx(found.freedom)
    )


def test_a_closure_is_followed_by_a_busy_day() -> None:
    days, total = plain_days(np.random.default_rng(2), 30, 0.1, 100)
    shut = days[20::17]
    days, total = np.delete(days, np.s_[20::17]), np.delete(total, np.s_[20::17])
    after = np.isin(days, days[np.searchsorted(days, shut)])
    found = of_days(days, np.round(total * np.where(after, 1.5, 1)), shut)
    assert found.after_matters and found.after is not None
    assert found.after.low < 1.5 < found.after.high and found.after.low > 1.2
    assert not of_days(days, total, shut).after_matters


def test_a_month_that_came_back_tells_growth_from_the_season() -> None:
    days, total = plain_days(np.random.default_rng(3), 104, 0.1, 200)
    season = np.where(months_of(days) % 12 < 3, 1.5, 1.0)
    grown = 1.3 ** ((days - days[0]) / 365.25)
    found = of_days(days, np.round(total * season * grown))
    assert found.apart_of_season and found.trend is not None
    assert found.trend.value == pytest.approx(1.3 ** (1 / 12), abs=2 * found.trend.half_width)
    assert found.trend.low > 1
    half = days < days[0] + 180
    assert not of_days(days[half], total[half]).apart_of_season


def test_days_of_which_the_mall_was_shut_are_those_it_would_have_opened() -> None:
    """Wednesday once, of three weeks; the one Saturday with tickets closes no other."""
    days = np.setdiff1d(plain_days(np.random.default_rng(4), 3, 0, 9)[0], [20096])
    table = DayTable(np.sort(np.append(days, 20099)), *[np.zeros((1, 1))] * 6)
    assert table.shut.tolist() == [20096]


@pytest.mark.long
def test_intervals_of_dates_hold_the_truth_as_often_as_they_claim(tmp_path: Path) -> None:
    """Two hundred half years, at 1 in 100 for all figures together."""
    every: dict[str, list[bool]] = {}
    for number in range(200):
        for key, held in hits(fitted(tmp_path, seed=SEED + number)).items():
            every.setdefault(key, []).append(held)
    assert len(every["surge"]) > 180
    assert refuted(every) == {}


@pytest.mark.long
@pytest.mark.parametrize(("weeks", "cv", "mean"), [(12, 0.0, 60), (26, 0.12, 100), (52, 0.3, 300)])
def test_where_nothing_is_hardly_anything_is_found(weeks: int, cv: float, mean: float) -> None:
    """Of 1,000 logs 1 in 100 each: refuted from 22 on at 1 in 1,000."""
    rng = np.random.default_rng(SEED + weeks)
    found = [of_days(*plain_days(rng, weeks, cv, mean)) for _ in range(1000)]
    assert sum(one.differ for one in found) < 22
    assert sum(bool(one.standing) for one in found) < 22


def test_hours_of_ramadan_are_read_apart(tmp_path: Path) -> None:
    fasting = "ramadan: {dates: 2025-03-02 .. 2025-03-30, demand: 0.8}"
    earlier = fasting[:-1] + ", hours: 07:00-11:00, doors: 07:00, last_ticket: 10:30}"
    text = MONTHS.replace(fasting, earlier).replace("{08:00: 3,", "{07:00: 5, 08:00: 3,")
    found = fitted(tmp_path, text)
    of_fit(found, "en", "mall.yaml").write(tmp_path, "en")
    mall = load(tmp_path / "mall.dates.yaml")
    ramadan, usual = mall.calendar.seasons["ramadan"], load(tmp_path / "mall.yaml").calendar
    assert ramadan.hours is not None and usual.hours is not None and usual.doors is not None
    hour = 3600 * 10**6
    assert found.arrivals.slots[0] >= 7 * hour and found.arrivals.profile[0].value == 0
    for day in usual.hours:
        assert usual.doors[day] == 8 * hour and usual.last_ticket[day] == 11.5 * hour
        assert ramadan.hours[day][0] == 7 * hour and ramadan.last_ticket[day] <= 10.5 * hour
    assert "In Ramadan the mall is open Monday–Friday 07:00" in " ".join(
        fitted_dates.sentences(found, "en")
    )


def test_hours_that_do_not_differ_are_not_told_apart(half_year: Fitted) -> None:
    assert half_year.ramadan is None and half_year.arrivals.year.fasting.sum() == 19
