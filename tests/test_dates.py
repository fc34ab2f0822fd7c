"""Dates: what holidays, seasons, special days and factors change, and what they leave alone."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from malls import mall

from sim.engine import simulate
from sim.engine.loads import loads, overloads
from sim.errors import ScenarioError
from sim.sampling import sample
from sim.scenario.calendar import WEEKDAYS
from sim.scenario.dates import LONGEST, Dates, read_dates, write_dates
from sim.scenario.demand_factors import grown
from sim.scenario.loading import load, load_text
from sim.scenario.model import Scenario
from sim.scenario.quantities import HOUR, MINUTE
from sim.scenario.writing import show
from sim.statistics.measure import Measures
from sim.statistics.measures import measure
from sim.statistics.results import Results, Run

SHIPPED = Path(__file__).parent.parent / "scenarios" / "lhokseumawe-2025.yaml"
YEAR = "2025-01-01 .. 2025-12-31"
TWO_WEEKS = "2025-03-03 .. 2025-03-14"
SEASON = {"dates": "2025-03-05 .. 2025-03-07"}


def dated(days: Any = TWO_WEEKS, demand: dict[str, Any] | None = None, **calendar: Any) -> Scenario:
    """A mall of one counter on dates."""
    more = {"demand": demand} if demand else {}
    return mall({"a": 1}, days=days, calendar=calendar, **more)


def open_on(scenario: Scenario) -> list[str]:
    return [day.label for day in scenario.days]


def citizens(scenario: Scenario, seed: int = 1) -> dict[str, list[tuple[int, ...]]]:
    """Everything that is drawn, by date."""
    w = sample(scenario, seed)
    rows: dict[str, list[tuple[int, ...]]] = {day: [] for day in w.days}
    for v in range(len(w)):
        stops = slice(w.offset[v], w.offset[v + 1])
        row = (w.origin[v], w.journey[v], w.index[v], w.visitor_class[v], w.due[v])
        rows[w.days[w.day[v]]].append((*row, *w.time[stops], *w.patience[stops]))
    return rows


# Which days there are


def test_a_range_is_open_on_the_weekdays_that_have_hours() -> None:
    assert len(dated().days) == 10
    every = [day.weekday for day in dated(hours={"mon-sat": "08:00-12:00"}).days]
    assert every == [*WEEKDAYS[:6], *WEEKDAYS[:5]]
    assert {day.weekday for day in dated(open="tue, sun").days} == {"tue", "sun"}


def test_a_date_named_by_itself_is_open_whatever_its_weekday() -> None:
    assert open_on(dated(days=["2025-03-08", "2025-03-06 .. 2025-03-07"])) == [
        "2025-03-06", "2025-03-07", "2025-03-08",
    ]  # fmt: skip


def test_a_day_knows_its_date_its_weekday_and_its_address() -> None:
    day = dated().days[1]
    assert (day.label, day.date, day.weekday) == ("2025-03-04", date(2025, 3, 4), "tue")
    assert day.key == date(2025, 3, 4).toordinal()


def test_holidays_are_no_days_but_where_the_mall_opens_nevertheless() -> None:
    free = {"2025-03-04": "Meugang", "2025-03-06": ""}
    assert "2025-03-04" not in open_on(dated(holidays=free))
    assert open_on(dated(holidays=list(free))) == open_on(dated(holidays=free))
    assert open_on(dated(["2025-03-04", "2025-03-05"], holidays=["2025-03-04"])) == ["2025-03-05"]
    nevertheless = dated(holidays=free, open_on="2025-03-06")
    assert set(open_on(dated())) - set(open_on(nevertheless)) == {"2025-03-04"}
    assert "2025-03-08" in open_on(dated(open_on="2025-03-08"))  # a Saturday
    assert "2025-03-04" not in open_on(dated(special={"2025-03-04": {"closed": "true"}}))


def test_the_holidays_of_a_country_are_frozen_by_date() -> None:
    scenario = dated(YEAR, holidays={"country": "ID", "2025-03-03": "Meugang"})
    national = {"2025-01-01", "2025-03-31", "2025-08-17", "2025-12-25", "2025-03-03"}
    leave = {"2025-04-02", "2025-04-07", "2025-12-26"}
    names = {day.isoformat() for day in scenario.calendar.holidays}
    assert national <= names and not leave & names
    text = show(scenario)
    assert "2025-08-17: Hari Kemerdekaan Republik Indonesia" in text and "country" not in text
    assert load_text(text) == scenario
    both = dated(YEAR, holidays={"country": "ID", "joint_leave": "ya"})
    assert leave <= {day.isoformat() for day in both.calendar.holidays}
    few = dated("2025-12-01 .. 2025-12-25", holidays={"country": "ID", "joint_leave": "yes"})
    assert [*few.calendar.holidays] == [date(2025, 12, 25)]  # others lie outside the dates


def test_holidays_are_looked_up_only_where_a_country_is_named() -> None:
    import subprocess
    import sys

    week = str(SHIPPED.with_name("lhokseumawe.yaml"))
    code = (
        f"import sys; from sim.scenario.loading import load; load({week!r});"
        "assert 'holidays' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


# What is shown loads again


@pytest.mark.parametrize(
    "scenario",
    [
        dated(),
        dated(["2025-03-03 .. 2025-03-04", "2025-03-08"], open="mon-tue", only="2025-03-03"),
        dated(holidays=["2025-03-04"], open_on=["2025-03-08", "2025-03-09"]),
        dated(seasons={"r": {**SEASON, "hours": {"wed": "09:00-12:00"}, "breaks": "none",
                             "doors": "08:30", "last_ticket": "11:30", "demand": "0.8",
                             "profile": {"08:30": 2, "10:00": 1}}}),
        dated(special={"2025-03-04": {"hours": "09:00-12:00", "breaks": ["10:00-10:15"],
                                      "profile": {"09:00": 2, "10:00": 1}, "demand": 2},
                       "2025-03-05": {"closed": "true"}}),
        dated(demand={"month": {"jan-mar": 1.1, "apr": 1.2, "dec": 0},
                      "day_of_month": {"1-5": 1.2, 31: 0.5},
                      "growth": "-2.5 % a year", "weekday": {"mon": 2}}),
    ],
)  # fmt: skip
def test_what_is_shown_of_dates_loads_again_to_an_equal_scenario(scenario: Scenario) -> None:
    again = load_text(show(scenario))
    assert again == scenario
    assert again.days == scenario.days
    assert show(again) == show(scenario)


def test_the_year_2025_is_shown_and_loads_again() -> None:
    scenario = load(SHIPPED)
    assert load_text(show(scenario)) == scenario
    assert 230 <= len(scenario.days) <= 240
    ramadan = [day for day in scenario.days if day.seasons == ("ramadan",)]
    assert {(day.opens, day.closes) for day in ramadan} == {
        (8 * HOUR, 15 * HOUR), (8 * HOUR, 16 * HOUR),
    }  # fmt: skip


RANGES = st.lists(
    st.tuples(st.integers(0, 300), st.integers(0, 20)), min_size=1, max_size=5
).map(lambda parts: [(date(2025, 1, 1) + timedelta(a), date(2025, 1, 1) + timedelta(a + n))
                     for a, n in parts])  # fmt: skip


@given(RANGES)
def test_dates_are_read_as_they_are_written_in_any_order(ranges: list[tuple[date, date]]) -> None:
    named = [day for a, b in ranges for day in Dates(((a, b),))]
    texts = [f"{a} .. {b}" for a, b in ranges]
    if len(named) != len(set(named)):
        with pytest.raises(ValueError):
            read_dates(texts)
        return
    read = read_dates(texts)
    assert read == read_dates(texts[::-1]) == read_dates(write_dates(read))
    assert [*read] == sorted(named)
    assert all(day in read for day in named) and read.last + timedelta(1) not in read


def test_ten_years_are_not_too_long_and_a_day_more_is() -> None:
    last = date(2025, 1, 1) + timedelta(LONGEST - 1)
    assert read_dates(f"2025-01-01 .. {last}").last == last
    with pytest.raises(ValueError):
        read_dates(f"2025-01-01 .. {last + timedelta(1)}")


# What a day's rules are


def test_what_a_season_leaves_out_is_as_on_ordinary_days() -> None:
    season = {**SEASON, "hours": {"wed": "09:00-12:00"}, "doors": "08:45"}
    scenario = dated(seasons={"r": season}, breaks="11:00-13:00", last_ticket="15:00")
    day = {d.label: d for d in scenario.days}
    wed, thu, other = day["2025-03-05"], day["2025-03-06"], day["2025-03-04"]
    assert (wed.opens, wed.closes, wed.doors) == (9 * HOUR, 12 * HOUR, 8.75 * HOUR)
    # the break and the last ticket, written for other hours, are cut to these
    assert (wed.breaks, wed.last_ticket) == (((11 * HOUR, 12 * HOUR),), 12 * HOUR)
    assert (thu.opens, thu.closes, thu.doors) == (8 * HOUR, 16 * HOUR, 8.75 * HOUR)
    assert (other.doors, other.last_ticket, other.seasons) == (8 * HOUR, 15 * HOUR, ())
    assert wed.seasons == ("r",)


def test_a_special_day_wins_over_its_season_and_demands_multiply() -> None:
    scenario = dated(
        seasons={
            "r": {**SEASON, "hours": "09:00-15:00", "demand": 0.8},
            "s": {"dates": "2025-03-06 .. 2025-03-20", "demand": 1.5},
        },
        special={"2025-03-06": {"hours": "10:00-11:00", "demand": 2}},
    )
    day = {d.label: d for d in scenario.days}
    assert (day["2025-03-06"].opens, day["2025-03-07"].opens) == (10 * HOUR, 9 * HOUR)
    demands = [day[f"2025-03-0{k}"].demand for k in (4, 5, 6, 7)]
    assert demands == pytest.approx([1, 0.8, 2.4, 1.2])


def test_factors_of_dates_come_on_top_of_weekdays_that_are_normalised_over_the_week() -> None:
    demand = {
        "weekday": {"mon": 3}, "month": {"mar": 1.1}, "day_of_month": {"1-5": 1.2},
        "growth": "21 % a year",
    }  # fmt: skip
    scenario = dated("2025-03-03 .. 2026-03-06", demand=demand)
    factor = {day.label: scenario.day_factor(day) for day in scenario.days}
    assert factor["2025-03-03"] == pytest.approx(3 / 1.4 * 1.1 * 1.2)
    assert factor["2025-03-10"] == pytest.approx(3 / 1.4 * 1.1 * 1.21 ** (7 / 365.25))
    assert factor["2025-04-07"] == pytest.approx(3 / 1.4 * 1.21 ** (35 / 365.25))
    week = mall({"a": 1}, days="mon-fri", demand={"weekday": {"mon": 3}})
    ordinary = dated(demand={"weekday": {"mon": 3}}, holidays=["2025-03-04"])
    assert all(ordinary.day_factor(d) == week.weekday_factor[d.weekday] for d in ordinary.days)
    assert grown(0.21, date(2025, 1, 1), date(2029, 1, 1)) == pytest.approx(1.21**4)


def test_a_journey_keeps_its_own_course_of_the_day_and_seasons_have_theirs() -> None:
    late = {"profile": {"15:00": 1, "16:00": 0}}
    agencies = {"a": {"counters": 1}}
    journeys = {
        "all": {"per_day": 40, "stops": ["a.s"]},
        "late": {"per_day": 40, "stops": ["a.s"], **late},
    }
    scenario = mall(
        agencies, days=TWO_WEEKS, journeys=journeys,
        calendar={"seasons": {"r": {**SEASON, "profile": {"08:00": 1, "09:00": 0}}}},
    )  # fmt: skip
    w = sample(scenario)
    own = w.journey == w.journeys.index("late")
    of_season = np.array([bool(day.seasons) for day in scenario.days])[w.day]
    assert (w.due[own] >= 15 * HOUR).all()
    assert (w.due[~own & of_season] < 9 * HOUR).all()
    for day in ("2025-03-12", "2025-03-13", "2025-03-14"):  # the season's weekdays after it
        assert (w.due[~own & (w.day == w.days.index(day))] > 9 * HOUR).any()
    assert not of_season[w.day == w.days.index("2025-03-12")].any()


def test_the_load_is_that_of_the_heaviest_of_days_that_are_alike() -> None:
    scenario = dated(seasons={"r": {"dates": "2025-03-12", "demand": 9}})
    heavy = [x for x in loads(scenario) if x.weekday == "2025-03-12" and not x.interval]
    assert heavy[0].offered == pytest.approx(9 * 10 * 10 / 60 / 8)
    assert {x.weekday for x in overloads(scenario)} == {"2025-03-12"}
    assert len({x.weekday for x in loads(scenario)}) == 5


# Who comes: nobody is moved by what holds on other days


def _agree_but_for(one: Scenario, other: Scenario, changed: set[str]) -> None:
    before, after = citizens(one), citizens(other)
    for day in (before.keys() | after.keys()) - changed:
        assert before[day] == after[day], day


@settings(max_examples=25, deadline=None)
@given(st.sets(st.integers(3, 14), min_size=1, max_size=8), st.integers(0, 99))
def test_a_holiday_removes_its_day_and_moves_nobody_on_other_days(
    days: set[int], seed: int
) -> None:
    free = {f"2025-03-{day:02d}" for day in days}
    one = dated(demand={"weekday": {"mon": 2}, "day_to_day": "0.3"})
    if not set(open_on(one)) - free:
        return
    other = dated(demand={"weekday": {"mon": 2}, "day_to_day": "0.3"}, holidays=sorted(free))
    before, after = citizens(one, seed), citizens(other, seed)
    assert after == {day: rows for day, rows in before.items() if day not in free}


def test_a_run_of_some_dates_has_the_citizens_of_a_run_of_all() -> None:
    demand = {"growth": "50 % a year", "weekday": {"fri": 2}}
    whole = dated(YEAR, demand=demand)
    part = dated(YEAR, demand=demand, only="2025-03-07 .. 2025-03-10")
    before, after = citizens(whole), citizens(part)
    assert after == {day: before[day] for day in ("2025-03-07", "2025-03-10")}


def test_a_longer_calendar_leaves_its_first_days_alone() -> None:
    _agree_but_for(
        dated("2025-03-03 .. 2025-03-07"), dated(), {f"2025-03-{d}" for d in range(10, 15)}
    )


def test_a_season_of_factor_one_changes_no_row() -> None:
    assert sample(dated(), 3) == sample(dated(seasons={"r": {**SEASON, "demand": 1}}), 3)


def test_factors_of_one_change_no_row() -> None:
    ones = {"month": {"jan-dec": 1}, "day_of_month": {"1-31": 1}, "growth": "0 % a year"}
    assert sample(dated(), 3) == sample(dated(demand=ones), 3)


def test_a_season_moves_nobody_outside_it_and_more_demand_moves_nobody_at_all() -> None:
    more = dated(seasons={"r": {**SEASON, "demand": 2}})
    season = {f"2025-03-0{d}" for d in (5, 6, 7)}
    _agree_but_for(dated(), more, season)
    before, after = citizens(dated()), citizens(more)
    for day in season:
        assert len(before[day]) < len(after[day])
        assert set(before[day]) <= set(after[day])


def test_the_order_in_which_dates_and_seasons_stand_is_irrelevant() -> None:
    days = ["2025-03-03 .. 2025-03-05", "2025-03-10", "2025-03-12 .. 2025-03-14"]
    seasons = {"a": {**SEASON, "demand": 1.3}, "b": {**SEASON, "demand": 0.7}, "c": {
        "dates": ["2025-03-05", "2025-03-12"], "demand": 1.9}}  # fmt: skip
    one = dated(days, seasons=seasons)
    other = dated(days[::-1], seasons=dict(reversed(seasons.items())))
    assert one.days == other.days
    assert sample(one) == sample(other)


# What is measured


def _measured(scenario: Scenario, replications: int = 2) -> Results:
    each: list[Measures] = []
    for r in range(replications):
        log = simulate(scenario, sample(scenario, 5, r))
        each.append(measure(log, scenario))
    return Results.of(scenario, Run(5, "simpy"), each)


def test_dates_add_up_to_weekdays_and_these_to_all() -> None:
    results = _measured(dated(demand={"weekday": {"mon": 2}}, holidays=["2025-03-11"]))
    for name in ("visits", "fulfilled"):
        whole = results.position(name)
        days = [results.position(name, weekday=day.label) for day in results.scenario.days]
        weeks = [results.position(name, weekday=day) for day in WEEKDAYS[:5]]
        for column in (days, weeks):
            assert (results.total[:, column].sum(axis=1) == results.total[:, whole]).all()
            assert (results.n[:, column].sum(axis=1) == results.n[:, whole]).all()
    drawn = citizens(results.scenario, 5)
    for day in results.scenario.days:
        k = results.position("visits", weekday=day.label)
        assert results.total[0, k] == len(drawn[day.label])
    assert results.n[0, results.position("visits", weekday="tue")] == 1
    assert results.n[0, results.position("visits", weekday="mon")] == 2


def test_a_bad_day_is_one_of_all_days_not_of_the_replications() -> None:
    results = _measured(dated())
    visits = results.per_day("visits")
    assert len(visits) == 20
    assert visits.sum() == results.total[:, results.position("visits")].sum()
    assert results.bad_day("visits", 0.95, weekday="mon").n == 4
    assert len(results.per_day("visits", weekday="2025-03-04")) == 2
    week = _measured(mall({"a": 1}, days="mon-fri"))
    needed = week.bad_day("visits", 0.95, weekday="mon").n_needed
    assert results.bad_day("visits", 0.95, weekday="mon").n_needed == needed / 2  # two Mondays
    assert (week.per_day("visits", weekday="mon") == week.per_replication(
        "visits", weekday="mon")).all()  # fmt: skip


def test_a_log_of_dates_names_them() -> None:
    scenario = dated(holidays=["2025-03-04"])
    log = simulate(scenario, sample(scenario))
    assert log.names.dates[:2] == ("2025-03-03", "2025-03-05")
    visits = log.visits
    assert set(visits["date"].astype(str)) <= set(open_on(scenario))


def test_a_year_sets_its_break_between_hours_of_the_season() -> None:
    day = next(d for d in load(SHIPPED).days if d.label == "2025-03-03")
    assert day.breaks == ((12 * HOUR + 30 * MINUTE, 13 * HOUR),)


@pytest.mark.parametrize("only", ["2025-01-04", "2024-01-01"])
def test_a_run_of_no_open_date_is_refused(only: str) -> None:
    with pytest.raises(ScenarioError):
        load(SHIPPED, overrides={"calendar.only": only})


def test_a_run_of_some_dates_needs_no_season_that_lies_elsewhere() -> None:
    scenario = load(SHIPPED, overrides={"calendar.only": "2025-05-05..2025-05-09"})
    assert open_on(scenario) == [f"2025-05-0{d}" for d in range(5, 10)]
