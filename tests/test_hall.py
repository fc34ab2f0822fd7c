"""The words of the whole hall: a day by hand for each, and the limit in which it vanishes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from malls import mall, scenario_of, us, workload_of
from traces import check, citizens_in, table_in

from sim.engine import simulate
from sim.errors import WorkloadError
from sim.sampling import sample
from sim.scenario.loading import load
from sim.statistics.measures import measure
from sim.workload import ABSENT, COMES, Workload

ROOT = Path(__file__).parent.parent


def test_a_quota_is_used_by_tickets_and_released_by_the_clock() -> None:
    """Two tickets until 09:00, then one more; what she cannot have ends her visit.

    who due   time | ticket called end   at stop              visit         left
    A   08:00 5    | 08:00  08:00  08:05 1  served            completed     08:05
    B   08:10 5    | 08:10  08:10  08:15 1  served            completed     08:15
    C   08:20 5    | -      -      -     -  turned_away/quota refused/quota 08:20
    D   09:00 5    | 09:00  09:00  09:05 1  served            completed     09:05
    E   09:10 5    | -      -      -     -  turned_away/quota refused/quota 09:10
    """
    agency = {"counters": 1, "services": ["s"], "quota": {"08:00": 2, "09:00": 1}}
    check(test_a_quota_is_used_by_tickets_and_released_by_the_clock, mall({"a": agency}))


def test_a_class_draws_from_its_own_pool_alone() -> None:
    """Seniors have one ticket of their own; the rest shares another.

    who due   class  time | ticket stop              visit         left
    A   08:00 rest_  5    | 08:00  served            completed     08:05
    B   08:10 senior 5    | 08:10  served            completed     08:15
    C   08:20 rest_  5    | -      turned_away/quota refused/quota 08:20
    D   08:30 senior 5    | -      turned_away/quota refused/quota 08:30
    """
    agency = {"counters": 1, "services": ["s"], "quota": {"senior": 1, "rest": 1}}
    classes = {"rest_": {}, "senior": {"share": "10 %"}}
    check(test_a_class_draws_from_its_own_pool_alone, mall({"a": agency}, visitors=classes))


def test_an_agency_gives_its_last_ticket_before_it_closes() -> None:
    """At 09:00 the last ticket is gone; who holds one is served after it.

    who due   time | ticket called end   at stop               visit          left
    A   08:50 20   | 08:50  08:50  09:10 1  served             completed      09:10
    B   08:59 5    | 08:59  09:10  09:15 1  served             completed      09:15
    C   09:00 5    | -      -      -     -  turned_away/closed refused/closed 09:00
    """
    agency = {"counters": 1, "services": ["s"], "last_ticket": "09:00"}
    check(test_an_agency_gives_its_last_ticket_before_it_closes, mall({"a": agency}))


def test_a_tenant_that_is_not_there_today_turns_away() -> None:
    """The tenant is there on Tuesday only; today is Monday.

    who due   time | ticket stop               visit          left
    A   08:50 20   | -      turned_away/closed refused/closed 08:50
    """
    agency = {"counters": 1, "services": ["s"], "open": "tue"}
    day = mall({"a": agency}, days="mon-tue")
    check(test_a_tenant_that_is_not_there_today_turns_away, day)


def test_who_finds_too_long_a_line_does_not_join() -> None:
    """From one waiting on, half do not join: D's uniform is below, E's is not.

    who due   time balk | ticket called end   stop                 visit              left
    A   08:00 10   0.1  | 08:00  08:00  08:10 served               completed          08:10
    B   08:01 10   0.1  | 08:01  08:10  08:20 served               completed          08:20
    C   08:02 10   0.49 | -      -      -     balked/line_too_long left/line_too_long 08:02
    D   08:03 10   0.5  | 08:03  08:20  08:30 served               completed          08:30
    """
    agency = {"counters": 1, "services": ["s"], "balking": {"1": "50 %"}}
    check(test_who_finds_too_long_a_line_does_not_join, mall({"a": agency}))


def test_who_hears_of_too_long_a_wait_does_not_join() -> None:
    """Two wait, 10 minutes each, two counters: 10 minutes are announced to F, not to E.

    who due   time balk | ticket called stop                 visit              left
    A   08:00 30   0    | 08:00  08:00  served               completed          08:30
    B   08:00 30   0    | 08:00  08:00  served               completed          08:30
    C   08:01 10   0    | 08:01  08:30  served               completed          08:40
    D   08:02 10   0    | 08:02  08:30  served               completed          08:40
    E   08:03 10   0    | -      -      balked/line_too_long left/line_too_long 08:03
    """
    agency = {"counters": 2, "services": ["s"], "balking": {"10 min": "50 %"}}
    check(test_who_hears_of_too_long_a_wait_does_not_join, mall({"a": agency}))


def test_the_counter_is_occupied_from_the_call_on() -> None:
    """A minute from call to service; B is called when A's counter is free.

    who due   time | ticket called start end   stop   visit     left
    A   08:00 5    | 08:00  08:00  08:01 08:06 served completed 08:06
    B   08:02 5    | 08:02  08:06  08:07 08:12 served completed 08:12
    """
    agency = {"counters": 1, "services": ["s"], "call": {"walk_up": "1 min"}}
    check(test_the_counter_is_occupied_from_the_call_on, mall({"a": agency}))


def test_a_ticket_called_in_vain_is_dropped() -> None:
    """Two calls of a minute each are lost on A; then B is called.

    who due   time misses | ticket called start end   stop               visit            left
    A   08:00 5    1      | 08:00  08:00  -     08:02 missed/missed_call left/missed_call 08:02
    B   08:01 5    0      | 08:01  08:02  08:02 08:07 served             completed        08:07
    """
    call = {"missed": "5 %", "tries": 2, "every": "1 min"}
    agency = {"counters": 1, "services": ["s"], "call": call}
    check(test_a_ticket_called_in_vain_is_dropped, mall({"a": agency}))


def test_a_missed_ticket_is_called_again_after_some_others() -> None:
    """A misses once and comes after one other; nobody else waits when D is called again.

    who due   time misses | ticket called start end   stop   visit     left
    A   08:00 5    1      | 08:00  08:06  08:06 08:11 served completed 08:11
    B   08:00 5    0      | 08:00  08:01  08:01 08:06 served completed 08:06
    C   08:01 5    0      | 08:01  08:11  08:11 08:16 served completed 08:16
    D   09:00 5    1      | 09:00  09:01  09:01 09:06 served completed 09:06
    """
    call = {"missed": "5 %", "every": "1 min", "again_after": 1}
    agency = {"counters": 1, "services": ["s"], "call": call}
    check(test_a_missed_ticket_is_called_again_after_some_others, mall({"a": agency}))


def test_whose_patience_ends_while_she_is_called_in_vain_has_left() -> None:
    """A's patience ends at 08:02, the call at 08:03: then it is seen that she is gone.

    who due   time misses patience | ticket called start end   stop             visit         left
    A   08:00 5    1      2        | 08:00  08:00  -     08:03 reneged/patience left/patience 08:03
    B   08:01 5    0      -        | 08:01  08:03  08:03 08:08 served           completed     08:08
    """
    call = {"missed": "5 %", "every": "3 min", "again_after": 1}
    agency = {"counters": 1, "services": ["s"], "call": call}
    check(test_whose_patience_ends_while_she_is_called_in_vain_has_left, mall({"a": agency}))


def test_whose_patience_ends_with_the_vain_call_may_still_be_called() -> None:
    """At 08:03 the call ends first (b), then she is called again (c): nobody else waits.

    who due   time misses patience | ticket called start end   stop   visit     left
    A   08:00 5    1      3        | 08:00  08:03  08:03 08:08 served completed 08:08
    """
    call = {"missed": "5 %", "every": "3 min", "again_after": 1}
    agency = {"counters": 1, "services": ["s"], "call": call}
    check(test_whose_patience_ends_with_the_vain_call_may_still_be_called, mall({"a": agency}))


def test_a_ticket_that_stands_aside_keeps_no_place_from_an_earlier_time() -> None:
    """A misses twice: after the second time one other goes before her again, C as B did.

    who due   time misses | ticket called start end   stop   visit     left
    A   08:00 5    2      | 08:00  08:13  08:13 08:18 served completed 08:18
    B   08:00 5    0      | 08:00  08:01  08:01 08:06 served completed 08:06
    C   08:00 6    0      | 08:00  08:07  08:07 08:13 served completed 08:13
    D   08:00 5    0      | 08:00  08:18  08:18 08:23 served completed 08:23
    """
    call = {"missed": "5 %", "every": "1 min", "again_after": 1}
    agency = {"counters": 1, "services": ["s"], "call": call}
    check(test_a_ticket_that_stands_aside_keeps_no_place_from_an_earlier_time, mall({"a": agency}))


def test_a_free_counter_looks_again_when_a_missed_ticket_comes_back() -> None:
    """Counter 2 calls A in vain as its hours end; counter 1, idle since 08:08, calls her then.

    who due   time misses | ticket called start end   at stop   visit     left
    A   08:00 8    0      | 08:00  08:00  08:00 08:08 1  served completed 08:08
    B   08:05 5    1      | 08:05  08:12  08:12 08:17 1  served completed 08:17
    """
    call = {"missed": "5 %", "every": "7 min", "again_after": 1}
    counters = {"1": {}, "2": {"hours": "08:00-08:10"}}
    agency = {"counters": counters, "services": ["s"], "call": call}
    check(test_a_free_counter_looks_again_when_a_missed_ticket_comes_back, mall({"a": agency}))


def test_a_counter_stays_for_a_ticket_that_another_calls_in_vain() -> None:
    """Counter 1 calls B in vain beyond 09:00; counter 2, whose service closes, stays for her.

    who due   time misses | ticket called start end   at stop   visit     left
    A   08:40 10   0      | 08:40  08:40  08:40 08:50 1  served completed 08:50
    B   08:55 5    1      | 08:55  09:02  09:02 09:07 2  served completed 09:07
    """
    call = {"missed": "5 %", "every": "7 min", "again_after": 1}
    counters = {"1": {"hours": "08:00-08:56"}, "2": {"hours": "08:00-09:00"}}
    agency = {"counters": counters, "services": ["s"], "call": call}
    check(test_a_counter_stays_for_a_ticket_that_another_calls_in_vain, mall({"a": agency}))


def test_who_is_called_in_vain_at_closing_goes_home_when_the_call_ends() -> None:
    """The mall closes at 09:00 and sends home; the call ends at 09:02.

    who due   time misses | ticket called start end   stop             visit            left
    A   08:55 5    1      | 08:55  08:55  -     09:02 sent_home/closed sent_home/closed 09:02
    """
    call = {"missed": "5 %", "every": "7 min", "again_after": 1}
    agency = {"counters": 1, "services": ["s"], "call": call}
    calendar = {"at_close": "send_home"}
    day = mall({"a": agency}, hours="08:00-09:00", calendar=calendar)
    check(test_who_is_called_in_vain_at_closing_goes_home_when_the_call_ends, day)


def test_first_come_first_served_knows_no_priority() -> None:
    """The senior waits her turn.

    who due   class  time | ticket called stop   visit     left
    A   08:00 any    10   | 08:00  08:00  served completed 08:10
    B   08:01 any    10   | 08:01  08:10  served completed 08:20
    C   08:02 senior 10   | 08:02  08:20  served completed 08:30
    """
    agency = {"counters": 1, "services": ["s"], "order": "first_come"}
    classes = {"any": {}, "senior": {"share": "10 %", "priority": 1}}
    check(test_first_come_first_served_knows_no_priority, mall({"a": agency}, visitors=classes))


def test_who_has_waited_longest_is_called_whatever_the_tier() -> None:
    """At 08:10 B at t, which loket 1 serves last, has waited longer than the senior C; D is third.

    who due   class  service time | ticket called stop   visit     left
    A   08:00 any    a.s     10   | 08:00  08:00  served completed 08:10
    B   08:01 any    a.t     10   | 08:01  08:10  served completed 08:20
    C   08:02 senior a.s     10   | 08:02  08:20  served completed 08:30
    D   08:03 any    a.s     10   | 08:03  08:30  served completed 08:40
    """
    check(test_who_has_waited_longest_is_called_whatever_the_tier, tiers("longest_wait"))


def tiers(order: str) -> Any:
    """Return a counter that serves s before t, where seniors go first."""
    posts = {"1": {"serves": [["s"], ["t"]]}, "2": {"serves": ["t"], "hours": "15:00-16:00"}}
    agency = {"counters": posts, "services": ["s", "t"], "order": order}
    classes = {"any": {}, "senior": {"share": "10 %", "priority": 1}}
    return mall({"a": agency}, visitors=classes)


def test_who_is_first_in_a_line_the_order_of_its_own_agency_says() -> None:
    """At 08:10 D has waited longer than C, whom her line puts before B since she is a senior.

    who due   class  service time | ticket called stop   visit     left
    A   08:00 any    b.s     10   | 08:00  08:00  served completed 08:10
    B   08:01 any    a.s     10   | 08:01  08:30  served completed 08:40
    D   08:02 any    b.s     10   | 08:02  08:10  served completed 08:20
    C   08:03 senior a.s     10   | 08:03  08:20  served completed 08:30
    """
    a = {"counters": {"1": {"hours": "15:00-16:00"}}, "services": ["s"]}
    b = {"counters": {"1": {"serves": [["s", "a.s"]]}}, "services": ["s"], "order": "longest_wait"}
    classes = {"any": {}, "senior": {"share": "10 %", "priority": 1}}
    day = mall({"a": a, "b": b}, visitors=classes)
    check(test_who_is_first_in_a_line_the_order_of_its_own_agency_says, day)


def test_first_come_first_served_heeds_tiers() -> None:
    """The same day: all of s go before t, though B came first.

    who due   class  service time | ticket called stop   visit     left
    A   08:00 any    a.s     10   | 08:00  08:00  served completed 08:10
    B   08:01 any    a.t     10   | 08:01  08:30  served completed 08:40
    C   08:02 senior a.s     10   | 08:02  08:10  served completed 08:20
    D   08:03 any    a.s     10   | 08:03  08:20  served completed 08:30
    """
    check(test_first_come_first_served_heeds_tiers, tiers("first_come"))


def test_booked_and_walk_ins_are_called_in_turn() -> None:
    """Two booked, one walk-in; at the end only walk-ins wait, and are called.

    who due   booked time | ticket called stop   visit     left
    A   08:00 08:00  10   | 08:00  08:00  served completed 08:10
    B   08:01 -      10   | 08:01  08:20  served completed 08:30
    C   08:02 -      10   | 08:02  08:40  served completed 08:50
    D   08:05 08:03  10   | 08:05  08:10  served completed 08:20
    E   08:06 08:06  10   | 08:06  08:30  served completed 08:40
    """
    agency = {"counters": 1, "services": ["s"], "order": {"booked": 2, "walk_in": 1}}
    check(test_booked_and_walk_ins_are_called_in_turn, mall({"a": agency}))


def test_the_turn_stays_with_those_who_were_not_there() -> None:
    """A is called though it is the turn of the booked: the next call is still theirs.

    who due   booked time | ticket called stop   visit     left
    A   08:00 -      10   | 08:00  08:00  served completed 08:10
    B   08:01 -      10   | 08:01  08:20  served completed 08:30
    C   08:02 08:02  10   | 08:02  08:10  served completed 08:20
    """
    agency = {"counters": 1, "services": ["s"], "order": {"booked": 1, "walk_in": 1}}
    check(test_the_turn_stays_with_those_who_were_not_there, mall({"a": agency}))


def booked(**booking: Any) -> Any:
    journey = {"per_day": 10, "stops": ["a.s"], "booking": {"every": "10 min", **booking}}
    return mall({"a": 1}, journeys={"all": journey})


def test_who_is_later_than_the_grace_is_a_walk_in() -> None:
    """B is 5 minutes late, within the grace; C is 11 minutes late and waits behind the walk-in.

    who due   booked time | ticket called stop   visit     left
    A   08:00 08:00  20   | 08:00  08:00  served completed 08:20
    W   08:10 -      10   | 08:10  08:30  served completed 08:40
    C   08:11 08:00  10   | 08:11  08:40  served completed 08:50
    B   08:15 08:10  10   | 08:15  08:20  served completed 08:30
    """
    check(test_who_is_later_than_the_grace_is_a_walk_in, booked(grace="10 min"))


def test_an_early_citizen_may_be_called_before_her_time() -> None:
    """The counter is free, so she need not wait.

    who due   booked time | ticket called stop   visit     left
    A   08:00 08:30  10   | 08:00  08:00  served completed 08:10
    """
    check(test_an_early_citizen_may_be_called_before_her_time, booked(call_early="yes"))


def test_a_counter_stays_for_a_ticket_that_waits_for_its_booked_time() -> None:
    """The agency closes at 09:00; A holds its ticket for 09:10 and is served.

    who due   booked time | ticket called end   stop   visit     left
    A   08:50 09:10  10   | 08:50  09:10  09:20 served completed 09:20
    """
    day = mall({"a": {"counters": {"1": {"hours": "08:00-09:00"}}, "services": ["s"]}})
    check(test_a_counter_stays_for_a_ticket_that_waits_for_its_booked_time, day)


def test_who_comes_after_the_day_has_ended_stands_in_the_ledger() -> None:
    """The day ends at 17:00: B comes later, C would have but stays away.

    who due   time comes   | entered stop   visit          left
    A   08:00 10   comes   | 08:00   served completed      08:10
    B   17:30 10   comes   | -       .      refused/closed -
    C   17:30 10   no_show | -       .      no_show        -
    """
    day = mall({"a": 1}, calendar={"day_end": "17:00"})
    check(test_who_comes_after_the_day_has_ended_stands_in_the_ledger, day)


def test_nobody_is_lost_who_booked_late_and_comes_later_still() -> None:
    """Every citizen comes three hours late: after 12:00, when the day has ended."""
    booking = {"every": "10 min", "punctuality": {"dist": "normal", "mean": "3 h", "sd": "1 min"}}
    journeys = {
        name: {"per_day": 30, "stops": ["a.s"], "booking": {**booking, "hours": "11:00-12:00"}}
        for name in ("one", "two")
    }
    calendar = {**BASE["calendar"], "day_end": "12:00"}
    day = scenario_of({**BASE, "calendar": calendar, "agencies": {"a": BASE["agencies"]["a"]},
                       "journeys": journeys})  # fmt: skip
    workload = sample(day, 3)
    assert (np.bincount(workload.journey, minlength=2) > 30).all()
    measured(day, simulate(day, workload))


def test_who_does_not_come_stands_in_the_ledger() -> None:
    """Nobody of them enters.

    who due   time comes     | entered stop visit           left
    A   08:00 10   no_show   | -       .    no_show         -
    B   08:00 10   cancelled | -       .    cancelled       -
    C   08:00 10   moved     | -       .    moved/no_slot   -
    D   08:00 10   lost      | -       .    refused/no_slot -
    """
    check(test_who_does_not_come_stands_in_the_ledger, mall({"a": 1}))


def test_patience_for_the_visit_runs_from_the_door() -> None:
    """B has 12 minutes in all: 5 are spent at a, so 7 are left in the line of b.

    who due   service time stay | ticket called end   stop             visit         left
    A   08:00 b.s     30   -    | 08:00  08:00  08:30 served           completed     08:30
    B   08:01 a.s     5    12   | 08:01  08:01  08:06 served           -             -
    "   -     b.s     5    -    | 08:06  -      08:13 reneged/patience left/patience 08:13
    """
    check(test_patience_for_the_visit_runs_from_the_door, mall({"a": 1, "b": 1}))


def test_nobody_leaves_before_her_booked_time() -> None:
    """A stays 20 minutes, but not less than to her booked time; B may wait 10 minutes after it.

    who due   booked time stay | ticket called end   stop             visit         left
    W   08:00 -      60   -    | 08:00  08:00  09:00 served           completed     09:00
    A   08:01 08:30  5    20   | 08:01  -      08:30 reneged/patience left/patience 08:30
    B   08:02 08:30  5    38   | 08:02  -      08:40 reneged/patience left/patience 08:40
    """
    check(test_nobody_leaves_before_her_booked_time, mall({"a": 1}))


def test_a_journey_may_go_on_after_a_failure() -> None:
    """A is turned away at a and goes on to b; the visit is called by its first failure.

    who due   service time | ticket stop              visit         left
    A   08:00 a.s     5    | -      turned_away/quota -             -
    "   -     b.s     5    | 08:00  served            refused/quota 08:05
    """
    agencies = {"a": {"counters": 1, "services": ["s"], "quota": {"other": 1, "rest": 0}}, "b": 1}
    journey = {"per_day": 10, "stops": ["a.s", "b.s"], "goes_on_after": "turned_away"}
    classes = {"general": {}, "other": {"share": "1 %"}}
    day = mall(agencies, journeys={"all": journey}, visitors=classes)
    rows = citizens_in(table_in(test_a_journey_may_go_on_after_a_failure.__doc__ or ""))
    for row in rows:
        row["visitor_class"] = "general"
    log = simulate(day, workload_of(day, rows))
    assert list(log.stops["outcome"]) == ["turned_away", "served"]
    assert list(log.visits["outcome"]) == ["refused"]
    assert list(log.visits["reason"]) == ["quota"]
    agencies["b"] = {"counters": 1, "services": ["s"], "last_ticket": "08:01"}
    day = mall(agencies, journeys={"all": journey}, visitors=classes)
    rows = [{**row, "due": us(490)} for row in rows]
    log = simulate(day, workload_of(day, rows))
    assert list(log.stops["reason"]) == ["quota", "closed"]
    assert list(log.visits["reason"]) == ["quota"]  # the first failure names the visit


def with_officers(workload: Workload, absent: list[bool], late: list[int]) -> Workload:
    changed = workload.late.copy()
    changed[0, :, 0] = late
    return replace(workload, absent=np.array([absent]), late=changed)


def test_an_absent_officer_leaves_the_others_the_work() -> None:
    """Officer 1 is missing, officer 2 comes five minutes late."""
    day = mall({"a": 2})
    row = {"journey": "all", "index": 0, "due": us(480), "service": "a.s", "time": us(10)}
    workload = with_officers(workload_of(day, [row]), [True, False], [0, us(5)])
    log = simulate(day, workload)
    (stop,) = log.stops.itertuples()
    assert (stop.counter, stop.called / np.timedelta64(1, "m")) == ("2", 485)
    absent = log.counters[log.counters["state"] == "absent"]
    assert list(absent["counter"]) == ["1"]
    assert (absent["to"] - absent["from"]).iloc[0] / np.timedelta64(1, "h") == 8


def test_where_all_officers_are_missing_there_is_no_officer() -> None:
    day = mall({"a": 1})
    row = {"journey": "all", "index": 0, "due": us(480), "service": "a.s", "time": us(10)}
    log = simulate(day, with_officers(workload_of(day, [row]), [True], [0]))
    assert list(log.stops["reason"]) == ["no_officer"]
    assert list(log.visits["outcome"]) == ["refused"]


# Limits: a word that says nothing changes no row

BASE: dict[str, Any] = {
    "name": "limits",
    "calendar": {"days": "mon-tue", "hours": "08:00-12:00", "breaks": "10:00-10:30"},
    "visitors": {"general": {"patience": {"mean": "30 min", "sd": "20 min"}}},
    "agencies": {
        "a": {"counters": 2, "services": {"s": {"time": {"mean": "9 min", "sd": "5 min"}}}},
        "b": {"counters": 1, "services": {"s": {"time": {"mean": "4 min", "sd": "3 min"}}}},
    },
    "journeys": {"all": {"per_day": 45, "stops": ["a.s", {"b.s": "60 %"}]}},
}
VANISHING: dict[str, Any] = {
    "quota": 100000,
    "balking": {"3": "0 %"},
    "call": {"walk_up": "0 s", "missed": "0 %", "tries": 3, "every": "1 min"},
    "absence": "0 %",
    "away": "0 %",
    "late": {"share": "0.0000001 %", "mean": "1 min", "sd": "1 min"},
    "open": "mon-fri",
    "last_ticket": "12:00",
    "order": "first_come",
}


def test_the_longest_wait_in_one_line_is_whoever_came_first() -> None:
    logs = []
    for order in ("first_come", "longest_wait"):
        a = {**BASE["agencies"]["a"], "order": order}
        scenario = scenario_of({**BASE, "agencies": {**BASE["agencies"], "a": a}})
        logs.append(simulate(scenario, sample(scenario, 3)))
    assert logs[0] == logs[1]


@pytest.mark.parametrize("word", VANISHING)
def test_a_word_that_says_nothing_changes_no_row(word: str) -> None:
    changed = {**BASE, "agencies": {**BASE["agencies"]}}
    changed["agencies"]["a"] = {**BASE["agencies"]["a"], word: VANISHING[word]}
    logs = [simulate(of, sample(of, 3)) for of in map(scenario_of, (BASE, changed))]
    assert logs[0] == logs[1]


def test_a_booking_of_nobody_changes_no_row() -> None:
    journey = {**BASE["journeys"]["all"], "booking": {"share": "0 %", "every": "10 min"}}
    changed = {**BASE, "journeys": {"all": journey}}
    logs = [simulate(of, sample(of, 3)) for of in map(scenario_of, (BASE, changed))]
    assert logs[0] == logs[1]


def test_bookings_move_nobody_else() -> None:
    """Who books has the same service need and patience as if she had not."""
    journey = {**BASE["journeys"]["all"], "booking": {"share": "50 %", "every": "10 min"}}
    plain, changed = (sample(of, 3).to_frame() for of in map(
        scenario_of, (BASE, {**BASE, "journeys": {"all": journey}})
    ))  # fmt: skip
    who = ["day", "index", "stop"]
    both = plain.merge(changed, on=who, suffixes=("", "_booked"))
    assert len(both) == len(plain) == len(changed)
    assert (both["time"] == both["time_booked"]).all()
    walk_in = both["booked_booked"].isna() & (both["comes_booked"] == "comes")
    assert 0.2 < walk_in.mean() < 0.8
    assert (both["due"] == both["due_booked"])[walk_in].all()


def test_slots_are_given_in_order_until_they_are_gone() -> None:
    booking = {"every": "30 min", "seats": 2, "cancelled": "20 %"}
    journey = {"per_day": 60, "stops": ["a.s"], "booking": booking}
    day = scenario_of({**BASE, "journeys": {"all": journey, "b": {"per_day": 1, "stops": ["b.s"]}}})
    workload = sample(day, 5)
    mine = (workload.journey == 0) & (workload.day == 0)
    order = np.argsort(workload.index[mine])
    booked_at = workload.booked[mine][order]
    comes = workload.comes[mine][order]
    slots = 2 * 7  # half-hours from 08:00 to 12:00 less the break, two seats each
    times = [480, 510, 540, 570, 630, 660, 690]
    assert booked_at[:slots].tolist() == [us(minute) for minute in times for _ in range(2)]
    assert (comes[slots:] == COMES.index("moved")).all() and len(comes) > slots
    assert set(comes[:slots]) == {COMES.index("comes"), COMES.index("cancelled")}


def measured(day: Any, log: Any) -> dict[tuple[str, str, str], float]:
    found = measure(log, day)
    return {
        (m.scope, m.name, m.measure): value
        for m, value in zip(found.measures, found.value, strict=True)
        if not (m.interval or m.weekday)
    }


def test_who_does_not_come_is_no_visit() -> None:
    day = mall({"a": 1})
    row = {"journey": "all", "service": "a.s", "time": us(10), "due": us(480)}
    rows = [{**row, "index": k, "comes": name} for k, name in enumerate(COMES)]
    found = measured(day, simulate(day, workload_of(day, rows)))
    counts = {name: found["mall", "", name] for name in ("visits", "no_show", "moved", "completed")}
    assert counts == {"visits": 2, "no_show": 1, "moved": 1, "completed": 1}
    assert found["mall", "", "fulfilled"] == 0.5  # the one for whom no slot was left was refused


def test_the_booked_time_holds_for_the_booked_stop_alone() -> None:
    """She waits 5 minutes for her ticket at b, and none at a, where she is before her time."""
    journey = {"per_day": 10, "stops": ["b.s", "a.s"], "booking": {"every": "10 min", "at": "a.s"}}
    day = mall({"a": 1, "b": 1}, journeys={"all": journey})
    row = {"journey": "all", "time": us(5), "due": us(480), "booked": us(500)}
    rows = [
        {**row, "index": 0, "stop": 1, "service": "b.s", "booked": None},
        {**row, "index": 1, "stop": 1, "service": "b.s", "slot": None},
        {**row, "index": 1, "stop": 2, "service": "a.s", "slot": us(500)},
    ]
    frame = pd.DataFrame(rows)
    for name in ("booked", "slot"):
        frame[name] = pd.to_timedelta(frame[name].astype("Int64"), unit="us")
    log = simulate(day, Workload.from_frame(frame, day))
    found = measured(day, log)
    assert found["agency", "a", "wait.mean"] == 0
    assert found["agency", "b", "wait.max"] == 5


def test_a_table_that_a_log_could_not_tell_is_refused() -> None:
    """A booked time at another stop than the booked one, and rows of a visit that disagree."""
    journey = {"per_day": 10, "stops": ["b.s", "a.s"], "booking": {"every": "10 min", "at": "a.s"}}
    day = mall({"a": 1, "b": 1}, journeys={"all": journey})
    row = {"journey": "all", "index": 0, "time": us(5), "due": us(480), "booked": us(500)}
    rows = [{**row, "stop": 1, "service": "b.s"}, {**row, "stop": 2, "service": "a.s"}]
    good = workload_of(day, rows)
    assert good.slot.tolist() == [ABSENT, us(500)]
    with pytest.raises(WorkloadError, match="service that its journey"):
        workload_of(day, [{**of, "slot": us(500)} for of in rows])
    with pytest.raises(WorkloadError, match="service that its journey"):
        simulate(day, replace(good, slot=good.slot[::-1].copy()))
    with pytest.raises(WorkloadError, match="agree in `comes`; those of all 0"):
        workload_of(day, [{**rows[0], "comes": "no_show"}, {**rows[1], "comes": "comes"}])
    with pytest.raises(WorkloadError, match="agree in `due`"):
        workload_of(day, [rows[0], {**rows[1], "due": us(481)}])
    with pytest.raises(WorkloadError, match="`stop` and `tries` each; those of all 0"):
        workload_of(day, [{**row, "stop": 1, "tries": 1, "service": "b.s"} for row in rows])


def test_time_lost_to_calls_is_a_measure_of_its_own() -> None:
    call = {"walk_up": "1 min"}
    day = mall({"a": {"counters": 1, "services": ["s"], "call": call}}, hours="08:00-09:00")
    row = {"journey": "all", "index": 0, "service": "a.s", "time": us(10), "due": us(480)}
    found = measured(day, simulate(day, workload_of(day, [row])))
    assert found["agency", "a", "lost_to_calls"] == pytest.approx(1 / 60)
    assert found["agency", "a", "utilisation"] == pytest.approx(10 / 60)


@pytest.mark.parametrize("file", sorted((ROOT / "scenarios/features").glob("*.yaml")), ids=str)
def test_a_feature_scenario_runs(file: Path) -> None:
    day = load(file)
    log = simulate(day, sample(day, 1))
    assert len(log.visit_rows)
