"""Tickets for all stops at the entrance: days by hand, and the limit in which the word vanishes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from malls import mall, scenario_of, us, workload_of
from traces import check

from sim.engine import simulate
from sim.errors import WorkloadError
from sim.sampling import sample
from sim.scenario.model import Scenario

CALL = {"missed": "5 %", "every": "1 min"}
DOWN = {"times": "1 per week", "lasting": {"always": "10 min"}, "interrupted": "requeue"}


def at_once(*agencies: str, **more: Any) -> Scenario:
    """Return a mall of agencies with one counter each; `b` may have rules of its own."""
    rules = more.pop("b", {})
    known = {name: {"counters": 1, "services": ["s"]} for name in agencies}
    known["b"] |= rules
    return mall(known, tickets="all_at_entrance", **more)


def test_who_is_served_elsewhere_is_passed_over_and_called_when_she_is_free() -> None:
    """A is called at b at 08:00 in vain; B goes before her. Her way to b begins with the call.

    who due   service walk time | ticket called start end   stop   visit     left
    A   08:00 a.s     1    10   | 08:00  08:00  08:00 08:10 served -         -
    "   -     b.s     2    5    | 08:00  08:10  08:12 08:17 served completed 08:17
    B   08:01 b.s     0    4    | 08:01  08:01  08:01 08:05 served completed 08:05
    """
    check(
        test_who_is_served_elsewhere_is_passed_over_and_called_when_she_is_free, at_once("a", "b")
    )


def test_who_is_free_goes_to_the_first_that_calls_and_the_other_waits() -> None:
    """At 08:10 both b and c call A, b first; c waits until she is free at 08:15.

    who due   service time | ticket called start end   stop   visit     left
    A   08:00 a.s     10   | 08:00  08:00  08:00 08:10 served -         -
    "   -     b.s     5    | 08:00  08:10  08:10 08:15 served -         -
    "   -     c.s     5    | 08:00  08:15  08:15 08:20 served completed 08:20
    """
    day = at_once("a", "b", "c")
    check(test_who_is_free_goes_to_the_first_that_calls_and_the_other_waits, day)


def test_a_vain_call_that_is_given_back_does_not_make_her_free_elsewhere() -> None:
    """At 08:01 b fails while it calls A; at 08:02 it calls her again, in vain until 08:05.

    who due   service time | ticket called start end   stop   visit     left
    A   08:00 a.s     10   | 08:00  08:00  08:00 08:10 served -         -
    "   -     b.s     5    | 08:00  08:00  08:10 08:15 served completed 08:15
    """
    outage = {"times": "1 per day", "lasting": {"always": "1 min"}, "interrupted": "requeue"}
    call = {**CALL, "every": "3 min", "again_after": 0}
    day = at_once("a", "b", b={"call": call, "outage": outage})
    check(
        test_a_vain_call_that_is_given_back_does_not_make_her_free_elsewhere,
        day,
        b=["08:01-08:02"],
    )


def test_a_call_that_she_misses_elsewhere_costs_the_counter_its_time() -> None:
    """b calls A for a minute, then two others before her, though she is free at 08:06.

    who due   service time | ticket called start end   stop   visit     left
    A   08:00 a.s     6    | 08:00  08:00  08:00 08:06 served -         -
    "   -     b.s     5    | 08:00  08:13  08:13 08:18 served completed 08:18
    B   08:00 b.s     6    | 08:00  08:01  08:01 08:07 served completed 08:07
    C   08:00 b.s     6    | 08:00  08:07  08:07 08:13 served completed 08:13
    """
    day = at_once("a", "b", b={"call": {**CALL, "again_after": 2}})
    check(test_a_call_that_she_misses_elsewhere_costs_the_counter_its_time, day)


def test_where_missed_calls_are_dropped_so_is_one_missed_elsewhere() -> None:
    """The other stop is served all the same, and the visit is called by the failure.

    who due   service time | ticket called start end   stop               visit            left
    A   08:00 a.s     10   | 08:00  08:00  08:00 08:10 served             -                -
    "   -     b.s     5    | 08:00  08:00  -     08:01 missed/missed_call left/missed_call 08:10
    B   08:00 b.s     4    | 08:00  08:01  08:01 08:05 served             completed        08:05
    """
    day = at_once("a", "b", b={"call": CALL})
    check(test_where_missed_calls_are_dropped_so_is_one_missed_elsewhere, day)


def test_a_call_in_vain_that_an_outage_ends_does_not_free_her_elsewhere() -> None:
    """b calls A in vain from 08:01, is down at 08:02 and calls in vain again at 08:03. c is free
    at 08:05, but A is at a until 08:10; then b calls first, and c when she is free again.

    who due   service time | ticket called start end   stop   visit     left
    B   08:00 c.s     5    | 08:00  08:00  08:00 08:05 served completed 08:05
    A   08:01 a.s     9    | 08:01  08:01  08:01 08:10 served -         -
    "   -     b.s     5    | 08:01  08:01  08:10 08:15 served -         -
    "   -     c.s     5    | 08:01  08:15  08:15 08:20 served completed 08:20
    """
    rules = {"call": {**CALL, "every": "4 min", "again_after": 2}, "outage": DOWN}
    day = at_once("a", "b", "c", b=rules)
    check(
        test_a_call_in_vain_that_an_outage_ends_does_not_free_her_elsewhere,
        day, b=["08:02-08:03"],
    )  # fmt: skip


def test_nobody_loses_patience_in_one_line_while_she_is_served_in_another() -> None:
    """Her patience at b ends at 08:05; she leaves that line at 08:10, when she is free.

    who due   service time patience | ticket called start end   stop             visit         left
    B   07:59 b.s     31   -        | 08:00  08:00  08:00 08:31 served           completed     08:31
    A   08:00 a.s     10   -        | 08:00  08:00  08:00 08:10 served           -             -
    "   -     b.s     5    5        | 08:00  -      -     08:10 reneged/patience left/patience 08:10
    """
    day = at_once("a", "b")
    check(test_nobody_loses_patience_in_one_line_while_she_is_served_in_another, day)


def test_at_closing_her_other_tickets_end_and_her_service_goes_on() -> None:
    """The mall sends home at 09:00; A is in service until 09:05.

    who due   service time | ticket called start end   stop             visit            left
    B   08:40 b.s     60   | 08:40  08:40  08:40 09:40 served           completed        09:40
    A   08:55 a.s     10   | 08:55  08:55  08:55 09:05 served           -                -
    "   -     b.s     5    | 08:55  -      -     09:00 sent_home/closed sent_home/closed 09:05
    """
    day = at_once("a", "b", hours="08:00-09:00", calendar={"at_close": "send_home"})
    check(test_at_closing_her_other_tickets_end_and_her_service_goes_on, day)


def test_a_stop_that_fails_does_not_end_the_others() -> None:
    """b gives no ticket; a is served.

    who due   service time | ticket called start end   stop               visit          left
    A   08:30 a.s     10   | 08:30  08:30  08:30 08:40 served             -              -
    "   -     b.s     5    | -      -      -     -     turned_away/closed refused/closed 08:40
    """
    day = at_once("a", "b", b={"last_ticket": "08:20"})
    check(test_a_stop_that_fails_does_not_end_the_others, day)


def test_the_stops_at_the_entrance_come_first() -> None:
    """The kiosk gives the tickets at 08:01; nobody walks before she is called.

    who due   service    walk time | ticket called start end   stop   visit     left
    A   08:00 kiosk.s    0    1    | 08:00  08:00  08:00 08:01 served -         -
    "   -     a.s        2    5    | 08:01  08:01  08:03 08:08 served -         -
    "   -     b.s        3    5    | 08:01  08:08  08:11 08:16 served completed 08:16
    """
    journeys = {"all": {"per_day": 9, "stops": ["a.s", "b.s"]}}
    day = at_once("a", "b", "kiosk", entrance=["kiosk.s"], journeys=journeys)
    check(test_the_stops_at_the_entrance_come_first, day)


# Limits


def _week(**journey: Any) -> Scenario:
    time = {"time": {"mean": "9 min", "sd": "5 min"}, "balking": {"3": "40 %"}}
    agencies = {name: {"counters": 1, "services": {"s": time}} for name in "ab"}
    return scenario_of({
        "name": "limits", "calendar": {"days": "mon-tue", "hours": "08:00-12:00"},
        "visitors": {"general": {"patience": {"mean": "30 min", "sd": "20 min"}}},
        "agencies": agencies,
        "journeys": {"all": {"per_day": 40, "stops": ["a.s", "b.s"], **journey}},
    })  # fmt: skip


def test_for_who_makes_one_stop_the_word_says_nothing() -> None:
    """Half the citizens make the first stop, the others the second: the rows are the same."""
    plain, changed = _week(), _week(tickets="all_at_entrance")
    whole = sample(plain, 3)
    frame = whole.to_frame()
    single = frame[frame["stop"] == 1 + frame["index"] % 2]
    workload = type(whole).from_frame(single, plain)
    assert simulate(changed, workload) == simulate(plain, workload)


def test_one_by_one_is_what_nobody_needs_to_write() -> None:
    plain, said = _week(), _week(tickets="one_by_one")
    assert sample(plain, 3) == sample(said, 3)
    assert simulate(plain, sample(plain, 3)) == simulate(said, sample(said, 3))


def test_several_tries_are_refused_where_one_stands_in_several_lines() -> None:
    day = at_once("a", "b")
    row = {"journey": "all", "index": 0, "service": "a.s", "time": us(5), "due": us(480)}
    rows = [
        {**row, "stop": 1, "tries": k, "ends": of} for k, of in ((1, "incomplete"), (2, "served"))
    ]
    with pytest.raises(WorkloadError, match="one try at each stop"):
        simulate(day, workload_of(day, rows))


def test_waiting_in_several_lines_at_once_saves_time_and_loses_nobody() -> None:
    """Without patience and balking everybody is served, and most are out earlier."""
    one, all_ = (_week(tickets=way) for way in ("one_by_one", "all_at_entrance"))
    workload = sample(one, 5)
    workload = replace(
        workload,
        patience=np.full_like(workload.patience, np.iinfo(np.int64).max),
        balk=np.ones_like(workload.balk),
    )
    stays = [
        (log.visit_rows.left - log.visit_rows.entered).mean()
        for log in (simulate(one, workload), simulate(all_, workload))
    ]
    assert stays[1] < stays[0]
