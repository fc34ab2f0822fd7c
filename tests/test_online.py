"""Numbers from home: days by hand, the limits in which the word vanishes, and draws."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from engines import both
from hypothesis import given
from malls import mall, scenario_of
from strategies import days
from test_laws import law
from traces import check

from sim import Scenario, Workload, measure, sample, simulate
from sim.errors import WorkloadError
from sim.log import REASONS, STOP_OUTCOMES
from sim.scenario.loading import load, load_text
from sim.scenario.writing import show
from sim.workload import ABSENT

ROOT = Path(__file__).parent.parent
CALL = {"missed": "5 %", "every": "2 min", "again_after": 1}


def one(time: str = "10 min", agency: Any = None, **more: Any) -> Scenario:
    """Return a mall of one counter, whose services take as long on average."""
    services = {"s": {"time": {"always": time}}}
    return mall({"a": {"counters": 1, "services": services, **(agency or {})}}, **more)


def test_number_time_arrival_and_wait_are_three_things() -> None:
    """At 08:02 two wait, 20 minutes are announced: C sets out to be there at 08:17, and waits 3.

    who due   time lead | entered ticket called end   stop   visit     left
    A   08:00 10   -    | 08:00   08:00  08:00  08:10 served completed 08:10
    B   08:01 10   -    | 08:01   08:01  08:10  08:20 served completed 08:20
    D   08:01 10   -    | 08:01   08:01  08:20  08:30 served completed 08:30
    C   08:02 5    5    | 08:17   08:02  08:30  08:35 served completed 08:35
    E   08:03 5    -    | 08:03   08:03  08:35  08:40 served completed 08:40
    """
    scenario = one()
    log = check(test_number_time_arrival_and_wait_are_three_things, scenario)
    found = measure(log, scenario)
    waits = [
        v * n
        for m, v, n in zip(found.measures, found.value, found.n, strict=True)
        if (m.scope, m.interval, m.measure) == ("mall", "", "wait.mean")
    ]
    assert waits[0] == pytest.approx(9 + 19 + 13 + 32)  # the last one is C's from 08:17, E's 32


def test_who_need_not_wait_at_home_comes_at_once_without_a_number() -> None:
    """Ten minutes are announced, and C would be there twelve before her turn; A finds no line.

    who due   time lead | entered ticket called end   stop   visit     left
    A   08:00 10   0    | 08:00   08:00  08:00  08:10 served completed 08:10
    B   08:01 10   -    | 08:01   08:01  08:10  08:20 served completed 08:20
    C   08:02 5    12   | 08:02   08:02  08:20  08:25 served completed 08:25
    """
    check(test_who_need_not_wait_at_home_comes_at_once_without_a_number, one())


def test_a_number_before_the_doors_open_keeps_a_place_in_the_line() -> None:
    """A and C are there when the doors open; B comes 10 minutes later, as announced.

    who due   time lead | entered ticket called end   stop   visit     left
    A   07:00 10   0    | 08:00   07:00  08:00  08:10 served completed 08:10
    B   07:55 10   0    | 08:05   07:55  08:10  08:20 served completed 08:20
    C   08:00 10   -    | 08:00   08:00  08:20  08:30 served completed 08:30
    """
    check(test_a_number_before_the_doors_open_keeps_a_place_in_the_line, one())


def test_who_is_called_before_she_is_there_misses_the_call() -> None:
    """D has no time for B's place: D is called at 08:10 for two minutes, and again after one other.

    who due   time lead patience | entered ticket called end   stop             visit         left
    A   08:00 10   -    -        | 08:00   08:00  08:00  08:10 served           completed     08:10
    B   08:01 10   -    3        | 08:01   08:01  -      08:04 reneged/patience left/patience 08:04
    D   08:02 5    0    -        | 08:12   08:02  08:17  08:22 served           completed     08:22
    E   08:03 5    -    -        | 08:03   08:03  08:12  08:17 served           completed     08:17
    F   08:04 5    -    -        | 08:04   08:04  08:22  08:27 served           completed     08:27
    """
    scenario = one(agency={"call": CALL})
    check(test_who_is_called_before_she_is_there_misses_the_call, scenario)


def test_where_missed_calls_are_dropped_she_learns_of_it_when_she_comes() -> None:
    """D is called at 08:10 in vain, until 08:12; she comes at 08:13 and goes again.

    who due   time lead patience | called start end   stop               visit            left
    A   08:00 10   -    -        | 08:00  08:00 08:10 served             completed        08:10
    B   08:01 10   -    3        | -      -     08:04 reneged/patience   left/patience    08:04
    D   08:03 5    0    -        | 08:10  -     08:12 missed/missed_call left/missed_call 08:13
    """
    call = {"missed": "5 %", "every": "2 min"}
    scenario = one(agency={"call": call})
    check(test_where_missed_calls_are_dropped_she_learns_of_it_when_she_comes, scenario)


def test_a_full_hall_refuses_her_and_her_number_is_void() -> None:
    """The two who wait fill the hall: C's number is taken out of the line at 08:13.

    who due   time lead | entered ticket called end   stop                  visit             left
    A   08:00 20   -    | 08:00   08:00  08:00  08:20 served                completed         08:20
    B   08:01 10   -    | 08:01   08:01  08:20  08:30 served                completed         08:30
    C   08:03 5    0    | -       08:03  -      08:13 turned_away/hall_full refused/hall_full -
    """
    scenario = one(hall={"capacity": 2, "when_full": "line"})
    check(test_a_full_hall_refuses_her_and_her_number_is_void, scenario)


def test_her_patience_begins_when_she_comes() -> None:
    """C comes at 08:11, and bears eight minutes from then.

    who due   time lead patience | entered ticket called end   stop             visit         left
    A   08:00 30   -    -        | 08:00   08:00  08:00  08:30 served           completed     08:30
    B   08:00 10   -    -        | 08:00   08:00  08:30  08:40 served           completed     08:40
    C   08:01 5    0    8        | 08:11   08:01  -      08:19 reneged/patience left/patience 08:19
    """
    check(test_her_patience_begins_when_she_comes, one())


# Laws


@law(60)
@given(days())
def test_who_has_a_number_is_not_served_before_she_comes(day: tuple[Scenario, Workload]) -> None:
    scenario, workload = day
    log = simulate(scenario, workload)
    rows, visits = log.stop_rows, log.visit_rows
    entered = visits.entered[rows.row]
    early = (rows.ticket != ABSENT) & (rows.ticket < entered)
    assert (workload.lead[rows.row[early]] != ABSENT).all()
    started = rows.start != ABSENT
    assert (rows.start[started] >= entered[started]).all()
    void = (rows.ticket != ABSENT) & (entered == ABSENT)
    assert {STOP_OUTCOMES[k] for k in rows.outcome[void]} <= {"turned_away", "missed"}
    assert {REASONS[k] for k in visits.reason[rows.row[void]]} <= {"hall_full"}


BASE: dict[str, Any] = {
    "name": "m",
    "calendar": {"days": "mon", "hours": "08:00-12:00"},
    "agencies": {
        "a": {"counters": 1, "services": {"s": {"time": {"mean": "6 min", "sd": "3 min"}}}},
    },
    "journeys": {"all": {"per_day": 45, "stops": ["a.s"]}},
}


def with_numbers(**online: Any) -> Scenario:
    journey = {**BASE["journeys"]["all"], "online_number": online}
    return scenario_of({**BASE, "journeys": {"all": journey}})


def test_numbers_of_nobody_and_leads_of_a_morning_change_no_row() -> None:
    """Who would have to be there hours before her turn comes at once, as if without numbers."""
    plain = scenario_of(BASE)
    nobody = with_numbers(share="0 %")
    assert both(nobody, sample(nobody, 3)) == both(plain, sample(plain, 3))
    early = with_numbers(share="100 %", lead={"always": "3 h"})
    workload = sample(early, 3)
    assert (workload.lead == 3 * 3600 * 10**6).all()
    assert both(early, workload) == both(plain, sample(plain, 3))


def test_numbers_move_nobody_else_and_survive_a_table() -> None:
    scenario = with_numbers(
        share="50 %", earlier={"mean": "1 h", "sd": "30 min"}, lead={"always": "5 min"},
        **{"from": "07:00"},
    )  # fmt: skip
    plain, drawn = sample(scenario_of(BASE), 3).to_frame(), sample(scenario, 3)
    frame = drawn.to_frame()
    together = plain.merge(frame, on=["index"], suffixes=("", "_online"))
    assert len(together) == len(plain) == len(frame)
    assert (together["time"] == together["time_online"]).all()
    walks_in = together["lead_online"].isna()
    assert 0.3 < walks_in.mean() < 0.7
    assert (together["due"] == together["due_online"])[walks_in].all()
    assert (together["due"] > together["due_online"])[~walks_in].all()
    assert frame["due"].min().total_seconds() >= 7 * 3600
    assert Workload.from_frame(frame, scenario) == drawn
    assert load_text(show(scenario)) == scenario


def test_a_lead_below_zero_is_refused() -> None:
    scenario = with_numbers(share="50 %")
    frame = sample(scenario, 3).to_frame()
    frame["lead"] = np.timedelta64(-1, "us")
    with pytest.raises(WorkloadError, match="'lead'"):
        Workload.from_frame(frame, scenario)


def test_the_small_scenario_spares_its_citizens_the_wait() -> None:
    scenario = load(ROOT / "scenarios" / "features" / "online-number.yaml")
    log = simulate(scenario, sample(scenario, 1))
    rows, entered = log.stop_rows, log.visit_rows.entered[log.stop_rows.row]
    home = (rows.ticket != ABSENT) & (rows.ticket < entered)
    here = (rows.stop == 2) & (rows.called != ABSENT) & ~home
    assert home.sum() > 30
    called = home & (rows.called != ABSENT)
    waited = np.maximum(rows.called - np.maximum(rows.ticket, entered), 0)
    assert waited[called].mean() < waited[here].mean()
    assert (rows.stop[home] == 2).all()
