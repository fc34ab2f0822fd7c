"""Days played by hand: every row of the log, exact to the microsecond.

First the published traces of `cases.json`, then a small day for each rule of the hall that they
leave out. The tables are explained in `traces.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from malls import mall, scenario_of, us, workload_of
from traces import check, shifts

from sim.engine import simulate
from sim.errors import EngineError, WorkloadError
from sim.verification.traces import (
    OPENS,
    TRACES,
    as_records,
    citizens,
    published,
    recorded,
    summary,
)

# The published traces


@pytest.mark.parametrize("name", TRACES)
def test_a_published_trace_comes_out_row_by_row(name: str) -> None:
    case = TRACES[name]
    scenario = published(case)
    log = simulate(scenario, workload_of(scenario, citizens(case)))
    assert as_records(log) == recorded(case)
    assert summary(log) == {
        e["measure"]: pytest.approx(e["value"], abs=1e-9)
        for e in case["expected"]
        if e["measure"] in summary(log)
    }


def test_priority_classes_equal_priority_by_skill() -> None:
    """A counter that serves A before B before C, and classes that go before each other."""
    case = TRACES["TR-PRIO-1"]
    scenario = published(case, by_class=True)
    log = simulate(scenario, workload_of(scenario, citizens(case, by_class=True)))
    assert as_records(log) == recorded(case)


def test_no_published_trace_is_left_out() -> None:
    assert len(TRACES) == 11


# One small day for each rule


def test_send_home_at_close_serves_only_who_is_in_service() -> None:
    """A is in service at 09:00 and is served; her second stop, B's ticket and C's walk end there.

    who due   service walk time | ticket called end   at stop             visit            left
    A   08:50 a.s     0    20   | 08:50  08:50  09:10 1  served           -                -
    "   -     b.s     0    5    | -      -      -     -  sent_home/closed sent_home/closed 09:10
    B   08:55 a.s     0    5    | 08:55  -      09:00 -  sent_home/closed sent_home/closed 09:00
    C   08:52 b.s     0    5    | 08:52  08:52  08:57 1  served           -                -
    "   -     a.s     10   5    | -      -      -     -  sent_home/closed -                -
    "   -     b.s     0    5    | -      -      -     -  sent_home/closed sent_home/closed 09:00
    D   08:50 b.s     0    1    | 08:50  08:50  08:51 1  served           completed        08:51
    E   08:58 b.s     0    2    | 08:58  08:58  09:00 1  served           completed        09:00
    """
    scenario = mall({"a": 1, "b": 1}, hours="08:00-09:00", calendar={"at_close": "send_home"})
    log = check(test_send_home_at_close_serves_only_who_is_in_service, scenario)
    assert shifts(log) == [
        "a.1 08:00-08:50 idle", "a.1 08:50-09:10 serving",
        "b.1 08:00-08:50 idle", "b.1 08:50-08:51 serving", "b.1 08:51-08:52 idle",
        "b.1 08:52-08:57 serving", "b.1 08:57-08:58 idle", "b.1 08:58-09:00 serving",
    ]  # fmt: skip


def test_an_agency_that_closes_early_serves_its_tickets_and_turns_away_who_comes_later() -> None:
    """Agency a closes at 09:00, the mall at 10:00: B holds a ticket, C comes at 09:00 sharp.

    who due   service time | ticket called end   at  stop               visit          left
    A   08:50 a.s     20   | 08:50  08:50  09:10 one served             completed      09:10
    B   08:55 a.s     20   | 08:55  09:10  09:30 one served             completed      09:30
    C   09:00 a.s     20   | -      -      -     -   turned_away/closed refused/closed 09:00
    D   08:45 b.s     25   | 08:45  08:45  09:10 1   served             -              -
    "   -     a.s     5    | -      -      -     -   turned_away/closed refused/closed 09:10
    "   -     b.s     5    | .      .      .     .   .                  -              -
    """
    scenario = mall({"a": {"one": {"hours": "08:00-09:00"}}, "b": 1}, hours="08:00-10:00")
    log = check(
        test_an_agency_that_closes_early_serves_its_tickets_and_turns_away_who_comes_later,
        scenario,
    )
    assert shifts(log) == [
        "a.one 08:00-08:50 idle", "a.one 08:50-09:30 serving",
        "b.1 08:00-08:45 idle", "b.1 08:45-09:10 serving", "b.1 09:10-10:00 idle",
    ]  # fmt: skip


def test_an_early_closing_counter_leaves_once_nobody_waits_for_it() -> None:
    """Both counters of a close at 09:00; after B nobody waits, so 2 leaves; D loses patience.

    who due   time patience | ticket called end   at stop             visit         left
    A   08:40 30   -        | 08:40  08:40  09:10 1  served           completed     09:10
    B   08:45 17   -        | 08:45  08:45  09:02 2  served           completed     09:02
    C   08:50 1    -        | 08:50  09:02  09:03 2  served           completed     09:03
    D   08:55 5    7        | 08:55  -      09:02 -  reneged/patience left/patience 09:02
    """
    span = {"hours": "08:00-09:00"}
    scenario = mall({"a": {"1": span, "2": span}, "b": 1}, hours="08:00-10:00")
    table = test_an_early_closing_counter_leaves_once_nobody_waits_for_it
    log = check(table, scenario)
    assert shifts(log)[:4] == [
        "a.1 08:00-08:40 idle", "a.1 08:40-09:10 serving",
        "a.2 08:00-08:45 idle", "a.2 08:45-09:03 serving",
    ]  # fmt: skip


def test_a_counter_in_overtime_helps_no_line_that_closed_after_it() -> None:
    """Counter 1 closes at 08:50 and alone gives s; at 09:05 nobody waits for s, so it leaves.

    who due   service time | ticket called end   at stop   visit     left
    A   08:45 a.s     20   | 08:45  08:45  09:05 1  served completed 09:05
    B   08:55 a.t     20   | 08:55  08:55  09:15 2  served completed 09:15
    C   08:56 a.t     5    | 08:56  09:15  09:20 2  served completed 09:20
    """
    counters = {"1": {"hours": "08:00-08:50"}, "2": {"serves": "t"}}
    agency = {"counters": counters, "services": ["s", "t"]}
    scenario = mall({"a": agency}, hours="08:00-09:00")
    check(test_a_counter_in_overtime_helps_no_line_that_closed_after_it, scenario)


def test_in_overtime_the_last_open_counters_serve_until_the_hall_is_empty() -> None:
    """The table falls from 2 to 1 at 09:30: the highest closes after C. The mall closes at 10:00.

    who due   service time | ticket called end   at stop   visit          left
    A   09:20 a.s     25   | 09:20  09:20  09:45 1  served completed      09:45
    B   09:25 a.s     20   | 09:25  09:25  09:45 2  served completed      09:45
    C   09:40 a.s     10   | 09:40  09:45  09:55 1  served completed      09:55
    D   09:55 a.s     10   | 09:55  09:55  10:05 1  served completed      10:05
    E   09:58 a.s     10   | 09:58  10:05  10:15 1  served -              -
    "   -     b.s     10   | 10:15  10:15  10:25 1  served completed      10:25
    F   10:00 a.s     10   | .      .      .     .  .      refused/closed -
    """
    counters = {"08:00": 2, "09:30": 1}
    scenario = mall({"a": counters, "b": 1}, hours="08:00-10:00")
    log = check(test_in_overtime_the_last_open_counters_serve_until_the_hall_is_empty, scenario)
    assert shifts(log) == [
        "a.1 08:00-09:20 idle", "a.1 09:20-10:15 serving", "a.1 10:15-10:25 idle",
        "a.2 08:00-09:25 idle", "a.2 09:25-09:45 serving",
        "b.1 08:00-10:15 idle", "b.1 10:15-10:25 serving",
    ]  # fmt: skip


def test_counters_close_on_time_when_the_hall_is_empty() -> None:
    """B's service ends as the mall closes.

    who due   time | ticket called end   at stop   visit     left
    A   08:10 10   | 08:10  08:10  08:20 1  served completed 08:20
    B   08:50 10   | 08:50  08:50  09:00 1  served completed 09:00
    """
    scenario = mall({"a": 2}, hours="08:00-09:00")
    log = check(test_counters_close_on_time_when_the_hall_is_empty, scenario)
    assert shifts(log) == [
        "a.1 08:00-08:10 idle", "a.1 08:10-08:20 serving", "a.1 08:20-08:50 idle",
        "a.1 08:50-09:00 serving", "a.2 08:00-09:00 idle",
    ]  # fmt: skip


def test_a_full_hall_refuses_and_exits_go_by_identity() -> None:
    """Room for two. At 08:10 B goes out before D comes in; at 08:20 A comes before C is out.

    who due   time | ticket called end   at stop   visit             entered left
    A   08:20 5    | .      .      .     .  .      refused/hall_full -       -
    B   08:00 10   | 08:00  08:00  08:10 1  served completed         08:00   08:10
    C   08:01 19   | 08:01  08:01  08:20 2  served completed         08:01   08:20
    D   08:10 15   | 08:10  08:10  08:25 1  served completed         08:10   08:25
    E   08:05 5    | .      .      .     .  .      refused/hall_full -       -
    F   08:21 5    | 08:21  08:21  08:26 2  served completed         08:21   08:26
    """
    scenario = mall({"a": 3}, hall={"capacity": 2})
    check(test_a_full_hall_refuses_and_exits_go_by_identity, scenario)


def test_who_finds_no_room_waits_at_the_door_in_the_order_of_coming() -> None:
    """Room for three. C's family of two does not fit beside A and B: D, alone, waits behind them.

    At 08:10 A and B go out; C is let in at the first exit that leaves room for two, D with her; E,
    who comes at that instant, ranks last and finds the hall full again. F's patience for the visit
    ends outside. G's family never fits. H stands outside at the last ticket.

    who due   people stay time | ticket called end   at stop   visit             entered left
    A   08:00 1      -    10   | 08:00  08:00  08:10 1  served completed         08:00   08:10
    B   08:01 2      -    9    | 08:01  08:01  08:10 2  served completed         08:01   08:10
    C   08:02 2      -    20   | 08:10  08:10  08:30 1  served completed         08:10   08:30
    D   08:03 1      9    30   | 08:10  08:10  08:40 2  served completed         08:10   08:40
    E   08:10 1      -    40   | 08:30  08:30  09:10 1  served completed         08:30   09:10
    F   08:15 2      5    10   | .      .      .     .  .      left/patience     -       08:20
    G   08:25 4      -    10   | .      .      .     .  .      refused/hall_full -       -
    H   08:32 2      -    10   | .      .      .     .  .      refused/hall_full -       -
    """
    hall = {"capacity": 3, "when_full": "line"}
    for at_close in ("serve_all", "send_home"):
        calendar = {"last_ticket": "08:35", "at_close": at_close}
        scenario = mall({"a": 2}, hours="08:00-09:15", hall=hall, calendar=calendar)
        check(test_who_finds_no_room_waits_at_the_door_in_the_order_of_coming, scenario)


def test_who_finds_no_seat_bears_less_from_her_ticket_on() -> None:
    """One seat. B and C come to a taken one: half of their patience is left. D finds it free.

    who due   people patience time | ticket called end   at stop              visit         left
    A   08:00 1      -        10   | 08:00  08:00  08:10 1  served            completed     08:10
    B   08:01 1      20       10   | 08:01  08:10  08:20 1  served            completed     08:20
    C   08:02 1      20       10   | 08:02  -      08:12 -  reneged/patience  left/patience 08:12
    D   08:21 1      0        10   | 08:21  08:21  08:31 1  served            completed     08:31
    E   08:32 2      4        9    | 08:32  08:32  08:41 1  served            completed     08:41
    F   08:33 1      20       9    | 08:33  08:41  08:50 1  served            completed     08:50
    """
    scenario = mall({"a": 1}, hall={"seats": 1, "standing_patience": "50 %"})
    check(test_who_finds_no_seat_bears_less_from_her_ticket_on, scenario)


def test_who_waits_or_walks_fills_the_hall() -> None:
    """Room for two: A walks until 08:15, B waits for her counter.

    who due   service walk time | ticket called end   at stop   visit             entered left
    A   08:00 a.s     0    5    | 08:00  08:00  08:05 1  served -                 08:00   -
    "   -     b.s     10   5    | 08:15  08:15  08:20 1  served completed         -       08:20
    B   08:02 a.s     0    10   | 08:02  08:05  08:15 1  served completed         08:02   08:15
    C   08:04 b.s     0    1    | .      .      .     .  .      refused/hall_full -       -
    D   08:14 b.s     0    1    | .      .      .     .  .      refused/hall_full -       -
    E   08:16 b.s     0    1    | 08:16  08:20  08:21 1  served completed         08:16   08:21
    """
    scenario = mall({"a": 1, "b": 1}, hall={"capacity": 2})
    check(test_who_waits_or_walks_fills_the_hall, scenario)


def test_doors_open_before_the_counters() -> None:
    """Doors at 07:30, counters at 08:00; B stood outside. A machine works from the doors on.

    who due   service time | ticket called end   at stop   visit          entered left
    A   07:30 a.s     10   | 07:30  08:00  08:10 1  served completed      07:30   08:10
    B   07:00 a.s     10   | 07:30  08:10  08:20 1  served completed      07:30   08:20
    C   07:40 k.s     2    | 07:40  07:40  07:42 1  served completed      07:40   07:42
    D   08:29 a.s     1    | 08:29  08:29  08:30 1  served completed      08:29   08:30
    E   08:30 a.s     1    | .      .      .     .  .      refused/closed -       -
    """
    scenario = mall(
        {"a": 1, "k": {"machines": 1}}, calendar={"doors": "07:30", "last_ticket": "08:30"}
    )
    check(test_doors_open_before_the_counters, scenario)


def test_a_break_ends_by_the_clock_and_interrupts_nobody() -> None:
    """All rest from 09:00 to 09:30. A's officer misses her break; at b the break begins at C's end.

    who due   service time | ticket called end   at stop   visit     left
    A   08:50 a.s     45   | 08:50  08:50  09:35 1  served completed 09:35
    B   08:55 a.s     5    | 08:55  09:35  09:40 1  served completed 09:40
    C   08:50 b.s     10   | 08:50  08:50  09:00 1  served completed 09:00
    D   08:55 b.s     5    | 08:55  09:30  09:35 1  served completed 09:35
    E   09:10 c.s     5    | 09:10  09:30  09:35 1  served completed 09:35
    F   08:55 c.s     15   | 08:55  08:55  09:10 1  served completed 09:10
    """
    scenario = mall({"a": 1, "b": 1, "c": 1}, calendar={"breaks": "09:00-09:30"})
    log = check(test_a_break_ends_by_the_clock_and_interrupts_nobody, scenario)
    assert shifts(log) == [
        "a.1 08:00-08:50 idle", "a.1 08:50-09:40 serving", "a.1 09:40-16:00 idle",
        "b.1 08:00-08:50 idle", "b.1 08:50-09:00 serving", "b.1 09:00-09:30 break",
        "b.1 09:30-09:35 serving", "b.1 09:35-16:00 idle",
        "c.1 08:00-08:55 idle", "c.1 08:55-09:10 serving", "c.1 09:10-09:30 break",
        "c.1 09:30-09:35 serving", "c.1 09:35-16:00 idle",
    ]  # fmt: skip


_PRIORITY = {"general": {}, "old": {"share": "20 %", "priority": 1}}


def test_the_higher_priority_goes_first_and_interrupts_nobody() -> None:
    """C comes after B and is called before her; D has C's priority and came later.

    who due   class   time | ticket called end   at stop   visit     left
    A   08:00 general 10   | 08:00  08:00  08:10 1  served completed 08:10
    B   08:01 general 5    | 08:01  08:17  08:22 1  served completed 08:22
    C   08:02 old     5    | 08:02  08:10  08:15 1  served completed 08:15
    D   08:03 old     2    | 08:03  08:15  08:17 1  served completed 08:17
    """
    scenario = mall({"a": 1}, visitors=_PRIORITY)
    check(test_the_higher_priority_goes_first_and_interrupts_nobody, scenario)


def test_priority_holds_while_all_counters_are_closed() -> None:
    """Both counters rest until 09:00; then 1 calls first. Earlier tickets wait for later calls.

    who due   class   time | ticket called end   at stop   visit     left
    A   08:31 general 10   | 08:31  09:00  09:10 2  served completed 09:10
    B   08:32 general 10   | 08:32  09:05  09:15 1  served completed 09:15
    C   08:40 old     5    | 08:40  09:00  09:05 1  served completed 09:05
    """
    scenario = mall({"a": 2}, visitors=_PRIORITY, calendar={"breaks": "08:30-09:00"})
    check(test_priority_holds_while_all_counters_are_closed, scenario)


def test_patience_runs_through_a_break_and_yields_to_a_free_counter() -> None:
    """Break 09:00-09:30. B's patience ends in it, C's as it ends: she is called. E has none.

    who due   service time patience | ticket called end   at stop             visit         left
    A   08:55 a.s     5    0        | 08:55  08:55  09:00 1  served           completed     09:00
    B   09:05 a.s     5    20       | 09:05  -      09:25 -  reneged/patience left/patience 09:25
    C   09:10 a.s     5    20       | 09:10  09:30  09:35 1  served           completed     09:35
    D   09:11 a.s     5    24       | 09:11  09:35  09:40 1  served           completed     09:40
    E   09:37 a.s     5    0        | 09:37  -      09:37 -  reneged/patience left/patience 09:37
    "   -     b.s     5    -        | .      .      .     .  .                -             -
    F   09:38 a.s     5    1        | 09:38  -      09:39 -  reneged/patience left/patience 09:39
    """
    scenario = mall({"a": 1, "b": 1}, calendar={"breaks": "09:00-09:30"})
    check(test_patience_runs_through_a_break_and_yields_to_a_free_counter, scenario)


def test_next_stops_and_arrivals_of_an_instant_go_by_identity() -> None:
    """At 08:10 A arrives, B (no walk) and D (after 5 min) come from a. The counter of b calls A.

    who due   service walk time | ticket called end   at stop   visit     left
    A   08:10 b.s     0    4    | 08:10  08:10  08:14 1  served completed 08:14
    B   08:00 a.s     0    10   | 08:00  08:00  08:10 1  served -         -
    "   -     b.s     0    5    | 08:10  08:14  08:19 1  served completed 08:19
    C   08:10 b.s     0    6    | 08:10  08:19  08:25 1  served completed 08:25
    D   08:00 a.s     0    5    | 08:00  08:00  08:05 2  served -         -
    "   -     b.s     5    1    | 08:10  08:25  08:26 1  served completed 08:26
    """
    scenario = mall({"a": 2, "b": 1})
    check(test_next_stops_and_arrivals_of_an_instant_go_by_identity, scenario)


def test_a_service_of_no_time_frees_its_counter_at_once() -> None:
    """A, B and E come together; what takes no time is over before the next one is looked at.

    who due   service time patience | ticket called end   at stop   visit     left
    A   08:00 a.s     0    -        | 08:00  08:00  08:00 1  served -         -
    "   -     b.s     0    -        | 08:00  08:00  08:00 1  served completed 08:00
    B   08:00 a.s     5    0        | 08:00  08:00  08:05 1  served completed 08:05
    C   08:01 a.s     0    -        | 08:01  08:05  08:05 1  served completed 08:05
    D   08:02 a.s     1    3        | 08:02  08:05  08:06 1  served completed 08:06
    E   08:00 b.s     2    0        | 08:00  08:00  08:02 1  served completed 08:02
    """
    scenario = mall({"a": 1, "b": 1})
    check(test_a_service_of_no_time_frees_its_counter_at_once, scenario)


def test_all_free_counters_call_before_what_takes_no_time_is_over() -> None:
    """The break ends at 08:30: 1 calls A and 2 calls B, though A's service takes no time.

    who due   time | ticket called end   at stop   visit     left
    A   08:20 0    | 08:20  08:30  08:30 1  served completed 08:30
    B   08:20 0    | 08:20  08:30  08:30 2  served completed 08:30
    C   08:20 5    | 08:20  08:30  08:35 1  served completed 08:35
    """
    scenario = mall({"a": 2}, calendar={"breaks": "08:10-08:30"})
    check(test_all_free_counters_call_before_what_takes_no_time_is_over, scenario)


def test_at_the_hard_end_whoever_is_left_goes_home() -> None:
    """The mall closes at 09:00, the day ends at 10:00; F's service ends there.

    who due   service walk time | ticket called end   at stop              visit             left
    A   08:50 a.s     0    100  | 08:50  08:50  10:00 1  sent_home/day_end -                 -
    "   -     b.s     0    5    | -      -      -     -  sent_home/day_end sent_home/day_end 10:00
    B   08:55 a.s     0    5    | 08:55  -      10:00 -  sent_home/day_end sent_home/day_end 10:00
    C   08:10 b.s     0    5    | 08:10  08:10  08:15 1  served            -                 -
    "   -     a.s     300  5    | -      -      -     -  sent_home/day_end sent_home/day_end 10:00
    D   08:20 c.s     0    100  | 08:20  08:20  10:00 1  served            completed         10:00
    """
    scenario = mall({"a": 1, "b": 1, "c": 1}, hours="08:00-09:00", calendar={"day_end": "10:00"})
    log = check(test_at_the_hard_end_whoever_is_left_goes_home, scenario)
    assert shifts(log) == [
        "a.1 08:00-08:50 idle", "a.1 08:50-10:00 serving",
        "b.1 08:00-08:10 idle", "b.1 08:10-08:15 serving", "b.1 08:15-10:00 idle",
        "c.1 08:00-08:20 idle", "c.1 08:20-10:00 serving",
    ]  # fmt: skip


def test_a_staffing_change_may_be_the_first_event() -> None:
    """Nobody is at the counters before 08:30; nothing else happens before A comes at 08:40.

    who due   time | ticket called end   at stop   visit     left
    A   08:40 10   | 08:40  08:40  08:50 1  served completed 08:50
    B   08:41 10   | 08:41  08:41  08:51 2  served completed 08:51
    C   08:42 10   | 08:42  08:50  09:00 1  served completed 09:00
    """
    scenario = mall({"a": {"08:00": 0, "08:30": 2}})
    log = check(test_a_staffing_change_may_be_the_first_event, scenario)
    assert shifts(log)[0] == "a.1 08:30-08:40 idle"


def test_free_counters_call_by_number_and_a_lone_arrival_takes_the_lowest() -> None:
    """At 08:10 both counters become free, whoever was served first: 1 calls C, 2 calls D.

    who due   time | ticket called end   at stop   visit     left
    A   08:00 10   | 08:00  08:00  08:10 1  served completed 08:10
    B   08:05 5    | 08:05  08:05  08:10 2  served completed 08:10
    C   08:06 5    | 08:06  08:10  08:15 1  served completed 08:15
    D   08:07 4    | 08:07  08:10  08:14 2  served completed 08:14
    E   08:20 4    | 08:20  08:20  08:24 1  served completed 08:24
    """
    check(test_free_counters_call_by_number_and_a_lone_arrival_takes_the_lowest, mall({"a": 2}))


def test_counters_are_numbered_as_people_count() -> None:
    """Counter 2 comes before counter 10.

    who due   time | ticket called end   at stop   visit     left
    A   08:00 10   | 08:00  08:00  08:10 2  served completed 08:10
    B   08:00 10   | 08:00  08:00  08:10 10 served completed 08:10
    """
    check(test_counters_are_numbered_as_people_count, mall({"a": {"10": {}, "2": {}}}))


def test_who_is_booked_goes_before_walk_ins_and_waits_from_her_time() -> None:
    """C is called before B who came first; D's patience of 10 min begins at 08:40.

    who due   booked time patience | ticket called end   at stop             visit         left
    A   08:00 -      55   -        | 08:00  08:00  08:55 1  served           completed     08:55
    B   08:05 -      5    -        | 08:05  09:00  09:05 1  served           completed     09:05
    C   08:10 08:20  5    -        | 08:10  08:55  09:00 1  served           completed     09:00
    D   08:06 08:40  5    10       | 08:06  -      08:50 -  reneged/patience left/patience 08:50
    """
    check(test_who_is_booked_goes_before_walk_ins_and_waits_from_her_time, mall({"a": 1}))


def test_one_booking_may_stand_in_the_same_line_twice() -> None:
    """Each of B's tickets counts from the later of its own time and her booked time.

    who due   booked time | ticket called end   at stop   visit     left
    A   08:00 -      10   | 08:00  08:00  08:10 1  served completed 08:10
    B   08:01 08:01  10   | 08:01  08:10  08:20 1  served -         -
    "   -     -      5    | 08:20  08:25  08:30 1  served completed 08:30
    C   08:15 08:09  5    | 08:15  08:20  08:25 1  served completed 08:25
    """
    check(test_one_booking_may_stand_in_the_same_line_twice, mall({"a": 1}))


def test_a_booked_citizen_who_comes_early_waits_for_her_time() -> None:
    """B is early: the counter is free, and calls the walk-in C before her; D waits for B.

    who due   booked time | ticket called end   at stop   visit     left
    A   08:00 -      5    | 08:00  08:00  08:05 1  served completed 08:05
    B   08:02 08:10  10   | 08:02  08:10  08:20 1  served completed 08:20
    C   08:06 -      2    | 08:06  08:06  08:08 1  served completed 08:08
    D   08:10 -      5    | 08:10  08:20  08:25 1  served completed 08:25
    """
    check(test_a_booked_citizen_who_comes_early_waits_for_her_time, mall({"a": 1}))


def test_an_endless_run_stops_looking_at_its_end() -> None:
    """One hour: B is in service at its end, C waits, D walks; A's service ends there.

    who due   service walk time | ticket called end   at stop        visit       left
    A   00:10 a.s     0    50   | 00:10  00:10  01:00 1  served      completed   01:00
    B   00:20 b.s     0    50   | 00:20  00:20  -     1  in_progress in_progress -
    C   00:30 b.s     0    50   | 00:30  -      -     -  in_progress in_progress -
    D   00:05 a.s     0    5    | 00:05  00:05  00:10 1  served      in_progress -
    "   -     b.s     90   5    | .      .      .     .  .           -           -
    """
    data = {
        "name": "endless",
        "calendar": {"continuous": "1 h"},
        "agencies": {n: {"counters": 1, "services": {"s": {"time": {"always": "1 min"}}}}
                     for n in "ab"},
        "journeys": {"all": {"per_day": 1, "stops": ["a.s", "b.s"]}},
    }  # fmt: skip
    scenario = scenario_of(data)
    log = check(test_an_endless_run_stops_looking_at_its_end, scenario)
    assert shifts(log) == [
        "a.1 00:00-00:05 idle", "a.1 00:05-01:00 serving",
        "b.1 00:00-00:20 idle", "b.1 00:20-01:00 serving",
    ]  # fmt: skip


def test_speed_scales_the_service_half_to_even() -> None:
    scenario = mall({"a": {"1": {"speed": 2}}, "b": {"1": {"speed": 0.75}}})
    times = {"a": {1: 0, 3: 2, 5: 2, 7: 4, us(10): us(5)}, "b": {3: 4, us(9): us(12)}}
    for agency, expected in times.items():
        for time, taken in expected.items():
            row = {"journey": "all", "due": us(OPENS), "service": f"{agency}.s", "time": time}
            stops = simulate(scenario, workload_of(scenario, [row])).stop_rows
            assert int(stops.end[0] - stops.start[0]) == taken


def test_a_stop_that_is_not_taken_leaves_a_gap_in_the_numbers() -> None:
    scenario = mall({"a": {"counters": 1, "services": ["x", "y", "z"]}})
    due = {"journey": "all", "index": 0, "due": us(OPENS), "time": us(1)}
    rows = [{**due, "stop": 1, "service": "a.x"}, {**due, "stop": 3, "service": "a.z"}]
    log = simulate(scenario, workload_of(scenario, rows))
    assert log.stop_rows.stop.tolist() == [1, 3]
    assert log.stops["service"].tolist() == ["x", "z"]
    assert (log.stop_rows.end - us(OPENS)).tolist() == [us(1), us(2)]


def test_a_visit_without_stops_comes_and_goes() -> None:
    scenario = mall({"a": 1})
    row = {"journey": "all", "due": us(OPENS), "service": "", "time": 0}
    log = simulate(scenario, workload_of(scenario, [row]))
    assert len(log.stop_rows) == 0
    visit = log.visits.iloc[0]
    assert (visit["outcome"], visit["entered"], visit["left"]) == ("completed", *[visit["due"]] * 2)


def test_a_counter_that_is_not_open_today_turns_everybody_away() -> None:
    """Counter a.1 works from 08:00 to 09:00; on Tuesday the mall opens at 10:00."""
    scenario = mall(
        {"a": {"1": {"hours": "08:00-09:00"}}, "b": 1}, days="mon-tue",
        calendar={"hours": {"mon": "08:00-12:00", "tue": "10:00-12:00"}},
    )  # fmt: skip
    rows = [
        {"day": day, "journey": "all", "due": us(60 * hour), "service": "a.s", "time": us(1)}
        for day, hour in (("mon", 8), ("tue", 10))
    ]
    log = simulate(scenario, workload_of(scenario, rows))
    assert log.visits["outcome"].tolist() == ["completed", "refused"]
    assert log.stops["outcome"].tolist() == ["served", "turned_away"]
    assert [line for line in shifts(log) if line.startswith("a")] == [
        "a.1 08:00-08:01 serving", "a.1 08:01-09:00 idle",
    ]  # fmt: skip


def test_each_day_starts_empty_and_numbers_its_tickets_anew() -> None:
    scenario = mall({"a": 1, "b": 1}, days="mon-tue")
    rows = [
        {"day": day, "journey": "all", "due": us(OPENS + k), "service": s, "time": us(900)}
        for day in ("mon", "tue")
        for k, s in enumerate(("a.s", "b.s", "a.s"))
    ]
    log = simulate(scenario, workload_of(scenario, rows))
    assert log.stop_rows.number.tolist() == [1, 1, 2] * 2
    assert log.visit_rows.visit.tolist() == [1, 2, 3] * 2
    assert log.stops["outcome"].tolist() == ["served", "served", "sent_home"] * 2
    assert log.visits["day"].tolist() == ["mon"] * 3 + ["tue"] * 3


def test_an_engine_of_ones_own_takes_scenario_and_workload() -> None:
    scenario = mall({"a": 1})
    row = {"journey": "all", "due": us(OPENS), "service": "a.s", "time": us(1)}
    workload = workload_of(scenario, [row])
    own: Callable[..., Any] = lambda s, w: (s, w)  # noqa: E731
    assert simulate(scenario, workload, engine=own) == (scenario, workload)
    with pytest.raises(EngineError, match="no engine 'simpi'"):
        simulate(scenario, workload, engine="simpi")
    other = mall({"a": 1, "b": 1})
    with pytest.raises(WorkloadError, match="other services"):
        simulate(other, workload)
