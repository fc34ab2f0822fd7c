"""What happens at the counters: days by hand with outages and breaks, and their limits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from malls import mall, scenario_of, us, workload_of
from traces import check, citizens_in, happened, shifts, table_in

from sim.engine import simulate
from sim.engine.outages import Change, changes
from sim.sampling import sample
from sim.scenario.model import Scenario
from sim.scenario.outage import Outage, opening_time
from sim.scenario.quantities import DAY, HOUR
from sim.statistics.measures import measure
from sim.workload import Workload

DOWN = {"times": "1 per month", "lasting": {"mean": "20 min", "sd": "10 min"}}
RARELY = {**DOWN, "times": "0 per month"}


def one(counters: Any = 1, **more: Any) -> dict[str, Any]:
    """Return an agency `a` with one service."""
    return {"a": {"counters": counters, "services": ["s"], **more}}


# Outages


def test_who_is_served_waits_for_the_end_of_an_outage() -> None:
    """A has 5 of 10 minutes left when it goes down; B loses patience, C would rather wait.

    who due   time patience | ticket called end   stop             visit         left
    A   08:00 10   -        | 08:00  08:00  08:20 served           completed     08:20
    B   08:06 5    8        | 08:06  -      08:14 reneged/patience left/patience 08:14
    C   08:07 5    -        | 08:07  08:20  08:25 served           completed     08:25
    """
    day = mall(one(outage=DOWN), hours="08:00-09:00")
    log = check(
        test_who_is_served_waits_for_the_end_of_an_outage, day, a=["08:05-08:15", "08:40-08:50"]
    )
    assert shifts(log) == [
        "a.1 08:00-08:05 serving", "a.1 08:05-08:15 down", "a.1 08:15-08:25 serving",
        "a.1 08:25-08:40 idle", "a.1 08:40-08:50 down", "a.1 08:50-09:00 idle",
    ]  # fmt: skip


def test_an_outage_and_what_ends_or_begins_with_it() -> None:
    """A has ended as it goes down. B is called as it is up again, before her patience ends.

    who due   time patience | ticket called end   stop   visit     left
    A   08:00 5    -        | 08:00  08:00  08:05 served completed 08:05
    B   08:05 5    10       | 08:05  08:15  08:20 served completed 08:20
    """
    check(test_an_outage_and_what_ends_or_begins_with_it, mall(one(outage=DOWN)), a=["08:05-08:15"])


def test_a_service_begins_anew_after_an_outage() -> None:
    """All 10 minutes again; the second outage finds 4 of them done.

    who due   time | ticket called end   stop   visit     left
    A   08:00 10   | 08:00  08:00  08:40 served completed 08:40
    """
    down = {**DOWN, "then": "restart"}
    spans = ["08:05-08:15", "08:19-08:30"]
    check(test_a_service_begins_anew_after_an_outage, mall(one(outage=down)), a=spans)


def test_who_was_interrupted_goes_to_the_head_of_the_line() -> None:
    """Counter 1 goes down; A has 6 minutes left and goes before B, who is more urgent and earlier.

    A was called once: her patience is over and done with, and the log keeps that call.

    who due   class time patience | ticket called start end   at stop   visit     left
    A   08:00 low   10   6        | 08:00  08:00  08:00 08:16 2  served completed 08:16
    C   08:00 low   10   -        | 08:00  08:00  08:00 08:10 2  served completed 08:10
    B   08:01 high  10   -        | 08:01  08:16  08:16 08:26 2  served completed 08:26
    """
    down = {**DOWN, "interrupted": "requeue"}
    counters = {"1": {"outage": down}, "2": {}}
    classes = {"low": {}, "high": {"share": "10 %", "priority": 1}}
    day = mall({"a": {"counters": counters, "services": ["s"]}}, visitors=classes)
    check(test_who_was_interrupted_goes_to_the_head_of_the_line, day, a__1=["08:04-09:00"])


def test_a_free_counter_takes_over_at_once() -> None:
    """Counter 2, half as fast, needs twice the 6 minutes that are left.

    who due   time | ticket called start end   at stop   visit     left
    A   08:00 10   | 08:00  08:00  08:00 08:16 2  served completed 08:16
    B   08:05 4    | 08:05  08:16  08:16 08:24 2  served completed 08:24
    """
    down = {**DOWN, "interrupted": "requeue"}
    counters = {"1": {"outage": down}, "2": {"speed": 0.5}}
    day = mall({"a": {"counters": counters, "services": ["s"]}})
    log = check(test_a_free_counter_takes_over_at_once, day, a__1=["08:04-09:00"])
    assert shifts(log)[:3] == [
        "a.1 08:00-08:04 serving", "a.1 08:04-09:00 down", "a.1 09:00-16:00 idle",
    ]  # fmt: skip


def test_the_rest_is_done_by_hand_meanwhile() -> None:
    """5 minutes are left at 08:05; by hand 2 of them take until 08:09; the rest 3 at full speed.

    B takes 4 by hand from 08:30 on, and is done by hand: 8 minutes.

    who due   time | ticket called end   stop   visit     left
    A   08:00 10   | 08:00  08:00  08:12 served completed 08:12
    B   08:30 4    | 08:30  08:30  08:38 served completed 08:38
    """
    down = {**DOWN, "then": "by_hand", "by_hand_speed": 0.5}
    log = check(
        test_the_rest_is_done_by_hand_meanwhile, mall(one(outage=down)),
        a=["08:05-08:09", "08:20-08:50"],
    )  # fmt: skip
    assert not any("down" in line for line in shifts(log))


def test_the_mall_s_power_stops_machines_and_lets_counters_go_on_by_hand() -> None:
    """The kiosk is down from 08:05 to 08:15; a is served by hand at half its speed.

    who due   service time | ticket called end   stop   visit     left
    A   08:00 a.s     10   | 08:00  08:00  08:15 served completed 08:15
    B   08:04 k.s     2    | 08:04  08:04  08:16 served completed 08:16
    """
    down = {**DOWN, "then": "by_hand", "by_hand_speed": 0.5}
    day = mall(
        {"a": 1, "k": {"machines": 1, "services": ["s"]}},
        hall={"outage": down},
    )
    check(
        test_the_mall_s_power_stops_machines_and_lets_counters_go_on_by_hand, day,
        mall=["08:05-08:15"],
    )  # fmt: skip


def test_a_break_ends_at_its_time_though_it_fell_into_an_outage() -> None:
    """A is held by an outage when the break begins; she is served out, then the officer goes.

    who due   time | ticket called end   stop   visit     left
    A   08:05 10   | 08:05  08:05  08:22 served completed 08:22
    B   08:10 5    | 08:10  08:30  08:35 served completed 08:35
    """
    day = mall(one(outage=DOWN), hours="08:00-09:00", calendar={"breaks": "08:12-08:30"})
    log = check(test_a_break_ends_at_its_time_though_it_fell_into_an_outage, day, a=["08:08-08:15"])
    assert shifts(log) == [
        "a.1 08:00-08:05 idle", "a.1 08:05-08:08 serving", "a.1 08:08-08:15 down",
        "a.1 08:15-08:22 serving", "a.1 08:22-08:30 break", "a.1 08:30-08:35 serving",
        "a.1 08:35-09:00 idle",
    ]  # fmt: skip


def test_who_is_on_her_way_finds_the_counter_down() -> None:
    """A is called at 08:00 and arrives at 08:02; the service begins then, and is held.

    who due   time | ticket called start end   stop   visit     left
    A   08:00 5    | 08:00  08:00  08:02 08:15 served completed 08:15
    """
    day = mall(one(outage=DOWN, call={"walk_up": "2 min"}), hours="08:00-09:00")
    log = check(test_who_is_on_her_way_finds_the_counter_down, day, a=["08:01-08:10"])
    assert shifts(log)[:3] == [
        "a.1 08:00-08:01 calling", "a.1 08:01-08:10 down", "a.1 08:10-08:15 serving",
    ]  # fmt: skip


def test_whoever_is_held_at_closing_is_served_and_who_was_sent_back_goes_home() -> None:
    """The mall sends home; A is held by her officer at a, B was sent back into the line at b.

    who due   service time | ticket called end   stop             visit            left
    A   08:50 a.s     10   | 08:50  08:50  09:15 served           completed        09:15
    B   08:50 b.s     10   | 08:50  08:50  09:00 sent_home/closed sent_home/closed 09:00
    """
    back = {**DOWN, "interrupted": "requeue"}
    agencies = {**one(outage=DOWN), "b": {"counters": 1, "services": ["s"], "outage": back}}
    day = mall(agencies, hours="08:00-09:00", calendar={"at_close": "send_home"})
    check(
        test_whoever_is_held_at_closing_is_served_and_who_was_sent_back_goes_home, day,
        a=["08:55-09:10"], b=["08:55-09:10"],
    )  # fmt: skip


def test_an_officer_in_overtime_stays_for_whom_an_outage_sent_back() -> None:
    """The agency closes at 09:00, the mall at 16:00; at 09:05 she goes back to its line.

    who due   time | ticket called start end   stop   visit     left
    A   08:55 10   | 08:55  08:55  08:55 09:10 served completed 09:10
    B   08:56 5    | 08:56  09:10  09:10 09:15 served completed 09:15
    """
    back = {**DOWN, "interrupted": "requeue"}
    counters = {"1": {"hours": "08:00-09:00"}}
    day = mall({"a": {"counters": counters, "services": ["s"], "outage": back}})
    log = check(
        test_an_officer_in_overtime_stays_for_whom_an_outage_sent_back, day, a=["09:02-09:07"]
    )
    assert shifts(log)[-2:] == ["a.1 09:02-09:07 down", "a.1 09:07-09:15 serving"]


def test_several_outages_at_once_are_one_and_the_first_decides() -> None:
    stay = Outage.model_validate(DOWN)
    back = Outage.model_validate({**DOWN, "interrupted": "requeue", "then": "restart"})
    hand = Outage.model_validate({**DOWN, "then": "by_hand", "by_hand_speed": 0.5})
    assert changes([(1, 5, stay), (3, 8, back)]) == (Change(1, 0.0), Change(8, 1.0))
    assert changes([(1, 5, stay), (1, 8, back)]) == (Change(1, 0.0), Change(8, 1.0))
    assert changes([(1, 5, back), (5, 8, stay)]) == (Change(1, 0.0, True, True), Change(8, 1.0))
    assert changes([(1, 9, hand), (3, 5, stay)]) == (
        Change(1, 0.5), Change(3, 0.0), Change(5, 0.5), Change(9, 1.0),
    )  # fmt: skip
    assert changes([(1, 9, hand)], machine=True) == (Change(1, 0.0), Change(9, 1.0))
    assert changes([(4, 4, stay)]) == ()


# How often, and how long


def outage_of(text: str) -> tuple[Scenario, Outage]:
    scenario = mall(one(outage={**DOWN, "times": text}), days="mon-fri", hours="08:00-16:00")
    outage = scenario.agencies["a"].outage
    assert outage is not None
    return scenario, outage


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("2 per month", 365.25 / 12 / 7 * 40 / 2), ("1 per week", 40.0), ("4 per day", 2.0),
        ("0.5 per hour", 2.0), ("1 kali per bulan", 365.25 / 12 / 7 * 40),

        ("3 a year", 365.25 / 7 * 40 / 3),
    ],
)  # fmt: skip
def test_outages_are_counted_by_opening_hours(text: str, hours: float) -> None:
    scenario, outage = outage_of(text)
    assert outage.cycle(scenario.calendar) == pytest.approx(hours * HOUR)


def test_a_hall_that_never_closes_is_always_open() -> None:
    agencies = {"a": {"counters": 1, "services": {"s": {"time": {"always": "5 min"}}}}}
    endless = scenario_of(
        {
            "name": "endless", "calendar": {"continuous": "10 days"}, "agencies": agencies,
            "journeys": {"all": {"per_day": 10, "stops": ["a.s"]}},
        }
    )  # fmt: skip
    assert opening_time(endless.calendar, "day") == DAY
    assert opening_time(endless.calendar, "week") == 7 * DAY


def _drawn(scenario: Scenario, replications: int) -> tuple[np.ndarray, int]:
    rows = [sample(scenario, 5, r).outages for r in range(replications)]
    return np.concatenate(rows), replications * len(scenario.days)


def test_outages_come_as_often_and_last_as_long_as_stated() -> None:
    """Also within an outage at midnight: the share of time down is that of every other instant."""
    law = {"dist": "gamma", "mean": "30 min", "sd": "40 min"}
    scenario = mall(one(outage={"times": "2 per day", "lasting": law}), days="mon-fri")
    rows, days = _drawn(scenario, 200)
    begun = (rows[:, 2] > 0).sum()
    wanted = 24 / 8 * 2 * days  # two in eight hours of opening
    assert abs(begun - wanted) < 4 * np.sqrt(wanted)
    lasts = (rows[:, 3] - rows[:, 2])[rows[:, 2] > 0] / us(1)
    assert abs(lasts.mean() - 30) < 4 * 40 / np.sqrt(len(lasts))
    share = 30 / (8 * 60 / 2)
    for clock in (0, us(9 * 60), us(15 * 60)):
        down = ((rows[:, 2] <= clock) & (clock < rows[:, 3])).sum() / days
        assert abs(down - share) < 4 * np.sqrt(share * (1 - share) / days), clock


def test_what_is_left_of_an_outage_at_midnight_is_that_of_equilibrium() -> None:
    """Of a constant time the rest is uniform; on average E[L^2] / 2 E[L] is left."""
    law = {"dist": "discrete", "values": {"10 min": "50 %", "40 min": "50 %"}}
    scenario = mall(one(outage={"times": "9 per day", "lasting": law}), days="mon-fri")
    rows, _ = _drawn(scenario, 200)
    rest = rows[rows[:, 2] == 0, 3] / us(1)
    mean = (10**2 + 40**2) / 2 / (2 * 25)
    assert abs(rest.mean() - mean) < 4 * rest.std() / np.sqrt(len(rest))


def test_a_generator_ends_every_power_failure() -> None:
    power = {**DOWN, "times": "3 per day", "generator": "5 min"}
    rows, _ = _drawn(mall(one(), hall={"outage": power}, days="mon-fri"), 20)
    lasts = (rows[:, 3] - rows[:, 2]) / us(1)
    assert len(lasts) and lasts.max() == 5


def test_the_outages_of_one_thing_do_not_depend_on_others() -> None:
    often = {**DOWN, "times": "3 per day"}
    alone = mall({"b": {"counters": 2, "services": ["s"], "outage": often}}, days="mon-tue")
    more = mall(
        {**one(outage=often), "b": {"counters": 3, "services": ["s"], "outage": often}},
        days="mon-tue", hall={"outage": often},
    )  # fmt: skip
    few, many = (sample(s, 3).outages_frame(s) for s in (alone, more))
    assert len(few)
    assert few.equals(many[many["agency"] == "b"].reset_index(drop=True))


def test_outages_come_back_from_their_table() -> None:
    often = {**DOWN, "times": "3 per day"}
    counters = {"1": {"outage": often}, "2": {}}
    day = mall({"a": {"counters": counters, "services": ["s"]}}, hall={"outage": often})
    workload = sample(day, 3)
    assert len(workload.outages)
    again = Workload.from_frame(
        workload.to_frame(), day, outages=workload.outages_frame(day).iloc[::-1]
    )
    assert again == workload


def test_what_never_fails_changes_no_row() -> None:
    """And what fails while nobody is there changes nothing for a citizen."""
    plain, never = mall(one(2)), mall(one(2, outage=RARELY), hall={"outage": RARELY})
    workload = sample(plain, 4)
    assert sample(never, 4) == workload
    assert simulate(never, workload) == simulate(plain, workload)


def test_time_lost_to_outages_is_a_measure_of_its_own() -> None:
    day = mall(one(outage=DOWN), hours="08:00-09:00")
    log = check(
        test_who_is_served_waits_for_the_end_of_an_outage, day, a=["08:05-08:15", "08:40-08:50"]
    )
    found = measure(log, day)
    values = {
        m.measure: v for m, v in zip(found.measures, found.value, strict=True)
        if (m.scope, m.interval, m.weekday) == ("agency", "", "")
    }  # fmt: skip
    assert values["lost_to_outages"] == pytest.approx(20 / 60)
    assert values["utilisation"] == pytest.approx(15 / 60)


# Breaks


def test_a_break_interrupts_where_the_officer_pauses() -> None:
    """A has 3 minutes left at 12:00 and is served out after the break; B has ended as it begins.

    who due   time | ticket called end   at stop   visit     left
    A   11:55 8    | 11:55  11:55  13:03 1  served completed 13:03
    B   11:55 5    | 11:55  11:55  12:00 2  served completed 12:00
    C   12:10 5    | 12:10  13:00  13:05 2  served completed 13:05
    """
    day = mall(one(2, at_break="pause"), calendar={"breaks": "12:00-13:00"})
    log = check(test_a_break_interrupts_where_the_officer_pauses, day)
    assert "a.1 12:00-13:00 break" in shifts(log)


def test_an_outage_that_ends_in_the_break_changes_nothing_where_the_officer_pauses() -> None:
    """Down from 11:58 to 12:30; the officer is back at 13:00.

    who due   time | ticket called end   stop   visit     left
    A   11:55 8    | 11:55  11:55  13:05 served completed 13:05
    """
    day = mall(one(at_break="pause", outage=DOWN), calendar={"breaks": "12:00-13:00"})
    log = check(
        test_an_outage_that_ends_in_the_break_changes_nothing_where_the_officer_pauses, day,
        a=["11:58-12:30"],
    )  # fmt: skip
    assert shifts(log)[1:5] == [
        "a.1 11:55-11:58 serving", "a.1 11:58-12:30 down", "a.1 12:30-13:00 break",
        "a.1 13:00-13:05 serving",
    ]  # fmt: skip


def test_nobody_is_called_whose_service_would_last_too_long_into_the_break() -> None:
    """10 and 2 minutes usually, at most 4 into the break at 12:00: from 11:54 on only short ones.

    C's turn would have been before D's; E comes at 12:00 and finds nobody.

    who due   service time | ticket called end   stop   visit     left
    A   11:54 a.long  3    | 11:54  11:54  11:57 served completed 11:57
    B   11:55 a.short 9    | 11:55  11:57  12:06 served completed 12:06
    C   11:55 a.long  9    | 11:55  13:00  13:09 served completed 13:09
    D   12:20 a.short 1    | 12:20  13:09  13:10 served completed 13:10
    """
    services = {"long": {}, "short": {"time": {"always": "2 min"}}}
    agency = {"counters": 1, "services": services, "at_break": {"no_start_if_longer_than": "4 min"}}
    day = mall({"a": agency}, calendar={"breaks": "12:00-13:00"})
    check(test_nobody_is_called_whose_service_would_last_too_long_into_the_break, day)


def test_a_later_ticket_goes_first_where_the_earlier_one_takes_too_long() -> None:
    """The officer is idle, since A would take too long; B and C need 2 minutes.

    who due   service time | ticket called end   stop   visit     left
    A   11:55 a.long  9    | 11:55  13:00  13:09 served completed 13:09
    B   11:56 a.short 2    | 11:56  11:56  11:58 served completed 11:58
    C   11:57 a.short 2    | 11:57  11:58  12:00 served completed 12:00
    """
    services = {"long": {}, "short": {"time": {"always": "2 min"}}}
    agency = {"counters": 1, "services": services, "at_break": {"no_start_if_longer_than": "0 s"}}
    day = mall({"a": agency}, calendar={"breaks": "12:00-13:00"})
    check(test_a_later_ticket_goes_first_where_the_earlier_one_takes_too_long, day)


def test_without_breaks_it_does_not_matter_what_one_does_at_them() -> None:
    rules: list[Any] = ["finish", "pause", {"no_start_if_longer_than": "0 s"}]
    days = [mall(one(2, at_break=rule)) for rule in rules]
    workload = sample(days[0], 2)
    plain = simulate(days[0], workload)
    assert all(simulate(day, workload) == plain for day in days)


def test_a_break_in_which_all_finish_is_the_rule_that_need_not_be_said() -> None:
    breaks = {"breaks": "12:00-13:00"}
    assert mall(one(at_break="finish"), calendar=breaks) == mall(one(), calendar=breaks)


def test_a_missed_ticket_that_had_waited_stands_aside_as_any_other() -> None:
    """B misses her call and is called again after C and D, not at once.

    who due   time misses | ticket called end   stop   visit     left
    A   08:00 10   0      | 08:00  08:00  08:10 served completed 08:10
    B   08:01 5    1      | 08:01  08:21  08:26 served completed 08:26
    C   08:02 5    0      | 08:02  08:11  08:16 served completed 08:16
    D   08:03 5    0      | 08:03  08:16  08:21 served completed 08:21
    """
    call = {"missed": "5 %", "every": "1 min", "again_after": 2}
    check(test_a_missed_ticket_that_had_waited_stands_aside_as_any_other, mall(one(call=call)))


def test_an_outage_before_the_first_opening_is_not_in_the_account() -> None:
    row = {"journey": "all", "index": 0, "service": "a.s", "time": us(5), "due": us(480)}
    day = mall(one(outage=DOWN), hours="08:00-09:00")
    workload = workload_of(day, [row])
    outages = np.array([[0, 0, us(420), us(485)], [0, 0, us(545), us(900)]])
    log = simulate(day, Workload(**{**vars(workload), "outages": outages}))
    assert shifts(log) == [
        "a.1 08:00-08:05 down",
        "a.1 08:05-08:10 serving",
        "a.1 08:10-09:00 idle",
    ]


# Breaks in shifts


def test_half_of_the_counters_go_first_and_half_after() -> None:
    """By number: 1 and 2 from 11:30 to 12:30, 3 from 12:30 to 13:30 (the middle one goes first)."""
    breaks = {"11:30-12:30": "50 %", "12:30-13:30": "50 %"}
    day = mall(one(3, breaks=breaks), hours="11:00-14:00")
    log = simulate(day, workload_of(day, [BARELY]))
    assert [line for line in shifts(log) if "break" in line] == [
        "a.1 11:30-12:30 break", "a.2 12:30-13:30 break", "a.3 12:30-13:30 break",
    ]  # fmt: skip


BARELY = {"journey": "all", "index": 0, "service": "a.s", "time": 0, "due": us(11 * 60)}


@pytest.mark.parametrize(
    ("counters", "first"), [(1, 0), (2, 1), (3, 1), (4, 2), (5, 2), (10, 5)]
)  # fmt: skip
def test_shares_are_counted_by_number(counters: int, first: int) -> None:
    """The middle one of an odd number goes with those after it."""
    agency = mall(one(counters, breaks={"11:30-12:30": "50 %", "12:30-13:30": "50 %"})).agencies[
        "a"
    ]
    (day,) = mall(one()).days
    found = [agency.breaks_of(k, day) for k in range(counters)]
    assert found == sorted(found)
    assert sum(breaks[0][0] == us(690) for breaks in found) == first


def test_an_agency_has_breaks_of_its_own_on_some_days() -> None:
    """On Tuesday those of the mall hold; a counter with breaks of its own keeps them."""
    counters = {"1": {}, "2": {"breaks": "none"}}
    breaks = {"mon": "11:30-11:40", "wed": "none"}
    day = mall(
        {"a": {"counters": counters, "services": ["s"], "breaks": breaks}},
        hours="11:00-14:00", days="mon-wed", calendar={"breaks": "12:00-13:00"},
    )  # fmt: skip
    rows = [{**BARELY, "index": k, "day": of} for k, of in enumerate(("mon", "tue", "wed"))]
    lines = shifts(simulate(day, workload_of(day, rows)))
    assert [line for line in lines if "break" in line] == [
        "a.1 11:30-11:40 break", "a.1 12:00-13:00 break",
    ]  # fmt: skip


def test_shifts_of_all_at_once_are_the_breaks_of_the_mall() -> None:
    shift = mall(one(3, breaks={"12:00-13:00": "100 %"}))
    plain = mall(one(3), calendar={"breaks": "12:00-13:00"})
    workload = sample(plain, 3)
    assert simulate(shift, workload) == simulate(plain, workload)


# Told at the entrance

AWAY = {"counters": 1, "services": ["s"], "away": "5 %", "told_at": "entrance"}


def told(test: Any, day: Scenario) -> None:
    """Play the day in a test's docstring; the officer of agency b is away."""
    table = table_in(test.__doc__)
    absent = np.array([[agency == "b" for agency, _ in day.counters]])
    log = simulate(day, replace(workload_of(day, citizens_in(table)), absent=absent))
    found = [" ".join(line.values()) for line in happened(table, log)]
    assert found == [" ".join(line.values()) for line in table]


def test_who_is_told_that_nobody_is_there_does_not_come_in() -> None:
    """A came for b alone. B leaves b out and needs no walk for it, and has not all she came for.

    who due   service walk time | entered ticket end   stop                   visit              left
    A   08:00 b.s     0    5    | -       .      .     .                      refused/no_officer -
    B   08:05 b.s     0    5    | 08:05   -      -     turned_away/no_officer -                  -
    "   -     a.s     2    5    | -       08:05  08:10 served                 refused/no_officer 08:10
    C   08:20 a.s     0    5    | 08:20   08:20  08:25 served                 -                  -
    "   -     b.s     2    5    | -       -      -     turned_away/no_officer refused/no_officer 08:25
    """  # noqa: E501
    told(test_who_is_told_that_nobody_is_there_does_not_come_in, mall({"a": 1, "b": AWAY}))


def test_what_one_does_at_the_entrance_is_no_reason_to_come_in() -> None:
    """Everybody goes to the kiosk first; who then only wants b is refused at the door.

    who due   service time | ticket called end   stop   visit              left
    A   08:00 k.s     5    | .      .      .     .      refused/no_officer -
    "   -     b.s     5    | .      .      .     .      -                  -
    B   08:05 k.s     5    | 08:05  08:05  08:10 served completed          08:10
    """
    day = mall(
        {"b": AWAY, "k": {"machines": 1, "services": ["s"]}},
        entrance=["k.s"], journeys={"all": {"per_day": 9, "stops": ["b.s"]}},
    )  # fmt: skip
    told(test_what_one_does_at_the_entrance_is_no_reason_to_come_in, day)


def test_nobody_is_told_anything_while_somebody_is_there() -> None:
    plain = mall({"a": 1, "b": {**AWAY, "told_at": "never"}})
    workload = replace(sample(plain, 3), absent=np.zeros((1, 2), dtype=np.bool_))
    assert simulate(mall({"a": 1, "b": AWAY}), workload) == simulate(plain, workload)


# Skills


def test_own_citizens_first_then_those_of_another_agency() -> None:
    """The officer of a helps at b while nobody waits at a.

    who due   service time | ticket called end   stop   visit     left
    A   08:00 b.s     10   | 08:00  08:00  08:10 served completed 08:10
    B   08:01 b.s     10   | 08:01  08:01  08:11 served completed 08:11
    C   08:02 b.s     10   | 08:02  08:11  08:21 served completed 08:21
    D   08:03 a.s     5    | 08:03  08:10  08:15 served completed 08:15
    """
    counters = {"1": {"serves": [["s"], ["b.s"]]}}
    day = mall({"a": {"counters": counters, "services": ["s"]}, "b": 1})
    check(test_own_citizens_first_then_those_of_another_agency, day)


def test_an_officer_helps_when_enough_are_waiting() -> None:
    """From two waiting on. With D there are two, and C, who came first, is called; E waits for b.

    who due   service time | ticket called end   stop   visit     left
    A   08:00 b.s     20   | 08:00  08:00  08:20 served completed 08:20
    C   08:02 b.s     10   | 08:02  08:04  08:14 served completed 08:14
    D   08:04 b.s     10   | 08:04  08:20  08:30 served completed 08:30
    E   08:30 b.s     1    | 08:30  08:30  08:31 served completed 08:31
    """
    counters = {"1": {"serves": [["s"], ["b.s"]], "help_from": 2}}
    day = mall({"a": {"counters": counters, "services": ["s"]}, "b": 1})
    check(test_an_officer_helps_when_enough_are_waiting, day)


def test_who_helps_from_some_on_helps_whoever_is_left_in_the_end() -> None:
    """b closes at 09:00; the officer of a is open until then too, and stays for the last one.

    who due   service time | ticket called end   stop   visit     left
    A   08:50 b.s     30   | 08:50  08:50  09:20 served completed 09:20
    B   08:55 b.s     5    | 08:55  09:00  09:05 served completed 09:05
    """
    counters = {"1": {"serves": [["s"], ["b.s"]], "help_from": 2}}
    day = mall({"a": {"counters": counters, "services": ["s"]}, "b": 1}, hours="08:00-09:00")
    check(test_who_helps_from_some_on_helps_whoever_is_left_in_the_end, day)


def test_one_officer_serves_three_tenants() -> None:
    """b and c have no counters; who came first is called first, whichever tenant she wants.

    who due   service time | ticket called end   at stop   visit     left
    A   08:00 b.s     10   | 08:00  08:00  08:10 1  served completed 08:10
    B   08:02 c.s     5    | 08:02  08:10  08:15 1  served completed 08:15
    C   08:03 a.s     5    | 08:03  08:15  08:20 1  served completed 08:20
    """
    services = {"s": {"time": {"always": "5 min"}}}
    counters = {"1": {"serves": ["s", "b.s", "c.s"]}}
    tenants: dict[str, Any] = {"a": {"counters": counters}, "b": {}, "c": {}}
    day = scenario_of(
        {
            "name": "tenants", "calendar": {"days": "mon", "hours": "08:00-16:00"},
            "agencies": {name: {**of, "services": services} for name, of in tenants.items()},
            "journeys": {"all": {"per_day": 9, "stops": ["a.s", "b.s", "c.s"]}},
        }
    )  # fmt: skip
    check(test_one_officer_serves_three_tenants, day)


def test_a_counter_for_the_elderly_calls_nobody_else() -> None:
    """Counter 1 is idle while B waits; the elderly may go to both.

    who due   class   time | ticket called end   at stop   visit     left
    A   08:00 general 10   | 08:00  08:00  08:10 2  served completed 08:10
    B   08:01 general 10   | 08:01  08:10  08:20 2  served completed 08:20
    C   08:02 elderly 5    | 08:02  08:02  08:07 1  served completed 08:07
    D   08:03 elderly 5    | 08:03  08:07  08:12 1  served completed 08:12
    """
    classes = {"general": {}, "elderly": {"share": "12 %"}}
    day = mall(one({"1": {"classes": "elderly"}, "2": {}}), visitors=classes)
    check(test_a_counter_for_the_elderly_calls_nobody_else, day)


def test_a_counter_for_bookings_calls_nobody_else() -> None:
    """C is too late for her time and stands with the walk-ins.

    who due   booked time | ticket called end   at stop   visit     left
    A   08:00 -      10   | 08:00  08:00  08:10 2  served completed 08:10
    B   08:01 08:01  20   | 08:01  08:01  08:21 1  served completed 08:21
    C   08:05 08:02  5    | 08:05  08:10  08:15 2  served completed 08:15
    D   08:06 08:06  5    | 08:06  08:21  08:26 1  served completed 08:26
    """
    counters = {"1": {"only": "booked"}, "2": {"only": "walk_in"}}
    booking = {"every": "10 min", "grace": "2 min"}
    journey = {"per_day": 10, "stops": ["a.s"], "booking": booking}
    day = mall(one(counters), journeys={"all": journey})
    check(test_a_counter_for_bookings_calls_nobody_else, day)


def test_what_every_counter_serves_need_not_be_said() -> None:
    classes = {"general": {}, "elderly": {"share": "12 %"}}
    said = {"serves": [["s"]], "classes": ["elderly", "general"], "help_from": 0}
    full, plain = (
        mall(one({"1": of, "2": of}), visitors=classes) for of in (said, {})
    )  # fmt: skip
    workload = sample(plain, 3)
    assert simulate(full, workload) == simulate(plain, workload)


def test_a_counter_may_do_at_a_break_what_its_agency_does_not() -> None:
    """The first finishes A before it goes; the second lets B wait for the rest.

    who due   time | ticket called start end   at stop   visit     left
    A   11:55 10   | 11:55  11:55  11:55 12:05 1  served completed 12:05
    B   11:55 10   | 11:55  11:55  11:55 13:05 2  served completed 13:05
    """
    counters = {"1": {}, "2": {"at_break": "pause"}}
    agency = {"counters": counters, "services": ["s"]}
    day = mall({"a": agency}, calendar={"breaks": "12:00-13:00"})
    check(test_a_counter_may_do_at_a_break_what_its_agency_does_not, day)


def test_what_every_counter_does_at_a_break_is_as_if_its_agency_said_it() -> None:
    of_agency, of_counters = (
        mall({"a": {"counters": {"1": own, "2": own}, "services": ["s"], **more}},
             calendar={"breaks": "12:00-13:00"})
        for own, more in (({}, {"at_break": "pause"}), ({"at_break": "pause"}, {}))
    )  # fmt: skip
    workload = sample(of_agency, seed=1)
    assert simulate(of_agency, workload) == simulate(of_counters, workload)
