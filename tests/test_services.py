"""What a service costs beside its time: a day by hand for each word, and its limit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from malls import mall, scenario_of
from strategies import plain_malls
from test_laws import law
from traces import check, shifts

from sim.engine import simulate
from sim.log import STOP_OUTCOMES
from sim.sampling import sample
from sim.scenario.loading import load_text
from sim.scenario.model import Scenario
from sim.scenario.writing import fingerprint, show

COSTS = {
    "set_up": "2 min",
    "wrap_up": "1 min",
    "by_hour": {"08:00": 1.2, "10:00": 1},
}
NOTHING = {"set_up": "0 s", "wrap_up": "0 s", "by_hour": {"08:00": 1}}
"""The words of a service, each as if nobody had written it."""


def _mall(**words: object) -> Scenario:
    """Two services at two counters, and what one of them says."""
    services = {name: {"time": {"mean": "9 min", "sd": "5 min"}} for name in ("s", "t")}
    services["t"] |= words  # type: ignore[arg-type]
    return mall({"a": {"counters": 2, "services": services}})


@pytest.mark.parametrize("word", COSTS)
def test_what_costs_nothing_changes_no_row_and_what_costs_does(word: str) -> None:
    plain, workload = _mall(), sample(_mall(), seed=1)
    before = simulate(plain, workload)
    for engine in ("simpy", "compiled"):
        assert simulate(_mall(**{word: NOTHING[word]}), workload, engine=engine) == before
        assert simulate(_mall(**{word: COSTS[word]}), workload, engine=engine) != before


def test_what_costs_no_time_is_not_shown() -> None:
    free = _mall(set_up="0 s", wrap_up="0 s")
    assert fingerprint(free) == fingerprint(_mall())
    shown = show(_mall(**COSTS))
    assert load_text(shown) == _mall(**COSTS)
    assert "set_up: 2 min" in shown and "wrap_up: 1 min" in shown


@law(60)
@given(plain_malls(), st.integers(0, 2**32))
def test_nobody_is_called_at_a_counter_that_wraps_up(data: dict[str, Any], seed: int) -> None:
    """Who was given back has the call of one counter and the end at another."""
    scenario = scenario_of(data)
    assume(not any(how.interrupted == "requeue" for _, _, how in scenario.outages))
    log = simulate(scenario, sample(scenario, seed))
    stops, served = log.stop_rows, STOP_OUTCOMES.index("served")
    wrap_up = np.array([scenario.service(name).wrap_up for name in scenario.services])
    day = log.visit_rows.day[stops.row]
    for row in np.flatnonzero((stops.outcome == served) & (wrap_up[stops.service] > 0)):
        end = stops.end[row]
        here = (day == day[row]) & (stops.counter == stops.counter[row])
        later = stops.called[here & (stops.called > stops.called[row])]
        assert not ((later >= end) & (later < end + wrap_up[stops.service[row]])).any()


def test_a_counter_is_set_up_after_another_service_alone() -> None:
    """Two minutes to change over: not for the first service of the day, nor for the same again.

    who due   service time | ticket called end   stop   visit     left
    A   08:00 a.s     5    | 08:00  08:00  08:05 served completed 08:05
    B   08:01 a.t     5    | 08:01  08:05  08:12 served completed 08:12
    C   08:02 a.t     5    | 08:02  08:12  08:17 served completed 08:17
    D   08:03 a.s     5    | 08:03  08:17  08:22 served completed 08:22
    """
    services = {"s": {}, "t": {"set_up": "2 min"}}
    day = mall({"a": {"counters": 1, "services": services}})
    check(test_a_counter_is_set_up_after_another_service_alone, day)


def test_a_service_lasts_by_the_hour_at_which_it_begins() -> None:
    """Twice as long until ten, half as long from then; what has begun is not looked at again.

    who due   time | ticket called end   stop   visit     left
    A   08:00 5    | 08:00  08:00  08:10 served completed 08:10
    B   09:55 5    | 09:55  09:55  10:05 served completed 10:05
    C   09:56 5    | 09:56  10:05  10:07:30 served completed 10:07:30
    """
    services = {"s": {"by_hour": {"09:00": 2, "10:00": 0.5}}}
    day = mall({"a": {"counters": 1, "services": services}})
    check(test_a_service_lasts_by_the_hour_at_which_it_begins, day)


def test_what_begins_anew_after_an_outage_keeps_its_hour_and_needs_no_set_up_again() -> None:
    """A's six minutes become nine; B's service is set up once, and begins anew at 10:02.

    who due   service time | ticket called end   at stop   visit     left
    A   09:40 a.s     6    | 09:40  09:40  09:49 1  served completed 09:49
    B   09:49 a.t     4    | 09:49  09:49  10:08 1  served completed 10:08
    C   09:50 a.s     6    | 09:50  10:08  10:14 1  served completed 10:14
    """
    services = {"s": {"by_hour": {"09:00": 1.5, "10:00": 1}}, "t": {"set_up": "5 min"}}
    services["t"]["by_hour"] = {"09:00": 1.5, "10:00": 1}
    outage = {"times": "1 per day", "lasting": {"always": "5 min"}, "then": "restart"}
    day = mall({"a": {"counters": 1, "services": services, "outage": outage}})
    test = test_what_begins_anew_after_an_outage_keeps_its_hour_and_needs_no_set_up_again
    check(test, day, a=["09:57-10:02"])


def test_an_officer_writes_up_what_was_served_before_she_calls() -> None:
    """A minute for each who was served, not for B who lacks a paper; the last one in overtime.

    who due   time ends       | called end   stop                  visit                left
    A   08:00 5    served     | 08:00  08:05 served                completed            08:05
    B   08:01 5    incomplete | 08:06  08:11 incomplete/incomplete sent_home/incomplete 08:11
    C   08:02 5    served     | 08:11  08:16 served                completed            08:16
    D   15:58 5    served     | 15:58  16:03 served                completed            16:03
    """
    services = {"s": {"wrap_up": "1 min"}}
    day = mall({"a": {"counters": 1, "services": services}})
    log = check(test_an_officer_writes_up_what_was_served_before_she_calls, day)
    assert shifts(log) == [
        "a.1 08:00-08:05 serving", "a.1 08:05-08:06 wrapping", "a.1 08:06-08:16 serving",
        "a.1 08:16-08:17 wrapping", "a.1 08:17-15:58 idle", "a.1 15:58-16:03 serving",
        "a.1 16:03-16:04 wrapping",
    ]  # fmt: skip


def test_an_officer_writes_on_through_a_break_and_an_outage() -> None:
    """Nobody is called meanwhile: B waits until the break ends, C until the outage does.

    who due   time | ticket called end   stop   visit     left
    A   11:58 3    | 11:58  11:58  12:01 served completed 12:01
    B   12:02 3    | 12:02  13:00  13:03 served completed 13:03
    C   13:03 3    | 13:03  13:10  13:13 served completed 13:13
    """
    services = {"s": {"wrap_up": "4 min"}}
    outage = {"times": "1 per day", "lasting": {"always": "5 min"}, "interrupted": "requeue"}
    agency = {"counters": 1, "services": services, "outage": outage}
    day = mall({"a": agency}, calendar={"breaks": "12:00-13:00"})
    log = check(test_an_officer_writes_on_through_a_break_and_an_outage, day, a=["13:04-13:10"])
    assert shifts(log)[:8] == [
        "a.1 08:00-11:58 idle", "a.1 11:58-12:01 serving", "a.1 12:01-12:05 wrapping",
        "a.1 12:05-13:00 break", "a.1 13:00-13:03 serving", "a.1 13:03-13:04 wrapping",
        "a.1 13:04-13:10 down", "a.1 13:10-13:13 serving",
    ]  # fmt: skip
