"""Days by hand for what generated days seldom hold, played by both engines.

With them every line and branch of the kernels is reached (`tests/covered.py`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from engines import both
from malls import mall, workload_of
from traces import check, citizens_in, happened, table_in

from sim import Scenario

AWAY = {"counters": 1, "services": ["s"], "away": "5 %", "told_at": "entrance"}
CALL = {"missed": "5 %", "every": "4 min"}
SHORT = {"times": "1 per week", "lasting": {"always": "1 min"}, "interrupted": "requeue"}
FULL = {"capacity": 2, "when_full": "line"}


def told(test: Any, day: Scenario, *away: str) -> None:
    """Play the day in a test's docstring; the officers of some agencies are away."""
    table = table_in(test.__doc__)
    absent = np.array([[agency in away for agency, _ in day.counters]])
    log = both(day, replace(workload_of(day, citizens_in(table)), absent=absent))
    found = [" ".join(line.values()) for line in happened(table, log)]
    assert found == [" ".join(line.values()) for line in table]


def four() -> Scenario:
    return mall({"a": 1, "b": AWAY, "c": 1, "d": AWAY})


def test_of_a_choice_nobody_loses_what_others_can_give() -> None:
    """Nobody is at b: A goes to c, and has all that she came for.

    who due   service time pick   group | ticket end   stop   visit     left
    A   08:00 b.s     5    one_of 1     | .      .     .      -         -
    "   -     c.s     5    one_of 1     | 08:00  08:05 served completed 08:05
    """
    told(test_of_a_choice_nobody_loses_what_others_can_give, four(), "b")


def test_of_a_choice_that_nobody_gives_the_first_is_lost() -> None:
    """Nobody is at b and d: B has one stop less, and is told of that of the list's first.

    who due   service time pick   group | ticket end   stop                   visit              left
    A   08:00 b.s     5    one_of 1     | .      .     .                      refused/no_officer -
    "   -     d.s     5    one_of 1     | .      .     .                      -                  -
    B   08:10 b.s     5    one_of 1     | -      -     turned_away/no_officer -                  -
    "   -     d.s     5    one_of 1     | .      .     .                      -                  -
    "   -     a.s     5    next   0     | 08:10  08:15 served                 refused/no_officer 08:15
    """  # noqa: E501
    told(test_of_a_choice_that_nobody_gives_the_first_is_lost, four(), "b", "d")


def test_who_is_told_of_two_stops_loses_both_and_each_try_of_them() -> None:
    """Nobody is at b, where A would have lacked a paper and come again, and at d.

    who due   service time ends       | ticket end   stop                   visit              left
    A   08:10 a.s     5    served     | 08:10  08:15 served                 -                  -
    "   -     b.s     5    incomplete | -      -     turned_away/no_officer -                  -
    =   -     b.s     5    served     | .      .     .                      -                  -
    "   -     d.s     5    served     | -      -     turned_away/no_officer -                  -
    "   -     c.s     5    served     | 08:15  08:20 served                 refused/no_officer 08:20
    """
    papers = {"s": {"incomplete": "10 %"}}
    day = mall({"a": 1, "b": {**AWAY, "services": papers}, "c": 1, "d": AWAY})
    told(test_who_is_told_of_two_stops_loses_both_and_each_try_of_them, day, "b", "d")


def numbers(call: dict[str, str], **more: Any) -> Scenario:
    """Return a hall that three people fill, with one counter that calls those at home too."""
    return mall({"a": {"counters": 1, "services": ["s"], "call": call, **more}}, hall=FULL)


def test_who_is_refused_while_she_is_called_is_called_to_the_end() -> None:
    """D is called at 08:10 until 08:14; at 08:12 the hall is full, and her number void.

    who due   time lead patience | entered ticket called start end   stop                  visit             left
    A   08:00 10   -    -        | 08:00   08:00  08:00  08:00 08:10 served                completed         08:10
    B   08:01 10   -    3        | 08:01   08:01  -      -     08:04 reneged/patience      left/patience     08:04
    D   08:02 5    0    -        | -       08:02  08:10  -     08:12 turned_away/hall_full refused/hall_full -
    E   08:11 5    -    -        | 08:11   08:11  08:14  08:14 08:19 served                completed         08:19
    F   08:11 5    -    -        | 08:11   08:11  08:19  08:19 08:24 served                completed         08:24
    """  # noqa: E501
    check(test_who_is_refused_while_she_is_called_is_called_to_the_end, numbers(CALL))


def test_a_call_of_who_was_refused_ends_with_an_outage_for_good() -> None:
    """As before; but from 08:13 to 08:15 the counter is down, and D is not called again.

    who due   time lead patience | entered ticket called start end   stop                  visit             left
    A   08:00 10   -    -        | 08:00   08:00  08:00  08:00 08:10 served                completed         08:10
    B   08:01 10   -    3        | 08:01   08:01  -      -     08:04 reneged/patience      left/patience     08:04
    D   08:02 5    0    -        | -       08:02  08:10  -     08:12 turned_away/hall_full refused/hall_full -
    E   08:11 5    -    -        | 08:11   08:11  08:15  08:15 08:20 served                completed         08:20
    F   08:11 5    -    -        | 08:11   08:11  08:20  08:20 08:25 served                completed         08:25
    """  # noqa: E501
    day = numbers(CALL, outage=SHORT)
    check(test_a_call_of_who_was_refused_ends_with_an_outage_for_good, day, a=["08:13-08:15"])


def test_who_missed_her_call_for_good_and_finds_the_hall_full_is_refused() -> None:
    """D is called from 08:10 to 08:11 in vain, and the hall is full when she comes at 08:12.

    who due   time lead patience | entered ticket called start end   stop                  visit             left
    A   08:00 10   -    -        | 08:00   08:00  08:00  08:00 08:10 served                completed         08:10
    B   08:01 10   -    3        | 08:01   08:01  -      -     08:04 reneged/patience      left/patience     08:04
    D   08:02 5    0    -        | -       08:02  08:10  -     08:11 missed/missed_call    refused/hall_full -
    E   08:11 5    -    -        | 08:11   08:11  08:11  08:11 08:16 served                completed         08:16
    F   08:11 5    -    -        | 08:11   08:11  08:16  08:16 08:21 served                completed         08:21
    """  # noqa: E501
    day = numbers({**CALL, "every": "1 min"})
    check(test_who_missed_her_call_for_good_and_finds_the_hall_full_is_refused, day)


def test_one_of_her_tickets_that_is_called_in_vain_as_the_mall_closes_ends() -> None:
    """b calls A from 08:58 to 09:02, while a serves her and the mall sends home at 09:00.

    who due   service time | ticket called start end   stop             visit            left
    B   08:48 b.s     10   | 08:48  08:48  08:48 08:58 served           completed        08:58
    A   08:55 a.s     10   | 08:55  08:55  08:55 09:05 served           -                -
    "   -     b.s     5    | 08:55  08:58  -     09:02 sent_home/closed sent_home/closed 09:05
    """
    b = {"counters": 1, "services": ["s"], "call": {**CALL, "again_after": 1}}
    day = mall({"a": 1, "b": b}, hours="08:00-09:00", calendar={"at_close": "send_home"},
               tickets="all_at_entrance")  # fmt: skip
    check(test_one_of_her_tickets_that_is_called_in_vain_as_the_mall_closes_ends, day)


def test_who_is_sent_home_before_her_booked_time_is_not_called_at_it() -> None:
    """A has a ticket for 09:10, and the mall sends home at 09:00.

    who due   booked time | ticket called end   stop             visit            left
    A   08:50 09:10  10   | 08:50  -      09:00 sent_home/closed sent_home/closed 09:00
    """
    day = mall({"a": 1}, hours="08:00-09:00", calendar={"at_close": "send_home"})
    check(test_who_is_sent_home_before_her_booked_time_is_not_called_at_it, day)


def test_a_booked_time_after_the_end_of_the_day_never_comes() -> None:
    """The day ends at 17:00; A waits for 17:30.

    who due   booked time | ticket called end   stop              visit             left
    A   15:50 17:30  10   | 15:50  -      17:00 sent_home/day_end sent_home/day_end 17:00
    """
    day = mall({"a": 1}, calendar={"day_end": "17:00"})
    check(test_a_booked_time_after_the_end_of_the_day_never_comes, day)


def test_who_was_given_back_comes_before_whoever_has_waited_longest() -> None:
    """Loket 2, which serves s alone, fails at 08:12: loket 1 goes on with D, though C came first.

    who due   service time | ticket called start end   stop   visit     left
    A   08:00 a.s     13   | 08:00  08:00  08:00 08:13 served completed 08:13
    B   08:00 a.s     10   | 08:00  08:00  08:00 08:10 served completed 08:10
    C   08:02 a.t     5    | 08:02  08:16  08:16 08:21 served completed 08:21
    D   08:03 a.s     5    | 08:03  08:10  08:10 08:16 served completed 08:16
    """
    posts = {"1": {"serves": [["s"], ["t"]]}, "2": {"serves": ["s"], "outage": SHORT}}
    day = mall({"a": {"counters": posts, "services": ["s", "t"], "order": "longest_wait"}})
    check(test_who_was_given_back_comes_before_whoever_has_waited_longest, day,
          a__2=["08:12-08:30"])  # fmt: skip
