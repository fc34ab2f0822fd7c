"""Laws that hold for every mall and every day, tried on many small ones full of ties."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import chain, combinations, pairwise, product
from pathlib import Path
from typing import Any, NamedTuple

import naive
import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from malls import mall, scenario_of, us, workload_of
from strategies import OPENS, WORDS, days, plain_malls, ways, words_in

from sim import Log, Scenario, Workload, measure, replicate, sample, simulate
from sim.log import REASONS, STATES, STOP_OUTCOMES, VISIT_OUTCOMES
from sim.scenario.journey import FAILURES
from sim.workload import ABSENT

Day = tuple[Scenario, Workload]


def law(examples: int, thorough: bool = False) -> settings:
    """Return settings for a law.

    The same examples on every run, so that CI is repeatable; they are small as they are, and
    making a failing one smaller takes minutes. A thorough run tries new ones and does that.
    """
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=not thorough,
        database=None,
        phases=tuple(Phase) if thorough else (Phase.explicit, Phase.generate),
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )


class VisitRow(NamedTuple):
    entered: int
    left: int
    outcome: str
    reason: str


class StopRow(NamedTuple):
    visit: int
    stop: int
    service: int
    counter: int
    number: int
    ticket: int
    called: int
    start: int
    end: int
    outcome: str
    reason: str


def rows_of(log: Log) -> tuple[list[VisitRow], list[StopRow]]:
    """Return visits and stops of a log in the form of the oracle."""
    v, s = log.visit_rows, log.stop_rows
    of_visits = [
        VisitRow(entered, left, VISIT_OUTCOMES[outcome], REASONS[reason])
        for entered, left, outcome, reason in zip(
            *(c.tolist() for c in (v.entered, v.left, v.outcome, v.reason)), strict=True
        )
    ]
    columns = (s.row, s.stop, s.service, s.counter, s.number, s.ticket, s.called, s.start, s.end)
    of_stops = [
        StopRow(*row, STOP_OUTCOMES[outcome], REASONS[reason])
        for *row, outcome, reason in zip(
            *(c.tolist() for c in (*columns, s.outcome, s.reason)), strict=True
        )
    ]
    return of_visits, of_stops


def with_tries(log: Log) -> tuple[list[VisitRow], list[tuple[Any, ...]]]:
    """Return visits and stops of a log as the oracle has them: of a stop, which try it is."""
    visits, stops = rows_of(log)
    tries = log.stop_rows.tries.tolist()
    return visits, [(v, (s, t), *rest) for (v, s, *rest), t in zip(stops, tries, strict=True)]


# What is tried


def test_every_word_is_tried_and_nearly_every_pair_that_can_stand_together() -> None:
    """Words and pairs of words that generated malls say, counted; run with -s to see them."""
    together: Counter[frozenset[str]] = Counter()

    @law(500)
    @given(plain_malls())
    def collect(data: dict[str, Any]) -> None:
        said = sorted(words_in(data))
        together.update(frozenset(pair) for pair in product(said, repeat=2))

    collect()
    alone = {word: together[frozenset({word})] for word in WORDS}
    pairs = {frozenset(pair) for pair in combinations(WORDS, 2)} - _APART
    missing = sorted(" with ".join(sorted(pair)) for pair in pairs if not together[pair])
    print(f"{len(pairs) - len(missing)} of {len(pairs)} pairs;", alone)
    assert min(alone.values()) >= 10, alone
    assert len(missing) <= len(pairs) // 50, missing
    assert not [pair for pair in _APART if together[pair]]


_OF_DAYS = (
    "absence", "at_close", "away", "booking", "breaks", "call_early", "day_end", "doors", "grace",
    "last_ticket", "late", "machines", "open", "quota", "serves", "speed", "told_at", "at_break",
    "classes", "only", "help_from",
)  # fmt: skip
_APART = {frozenset({"continuous", word}) for word in _OF_DAYS}
_APART |= {frozenset({"capacity", "walk"}), frozenset({"when_full", "walk"})}
"""What cannot stand together: a continuous run has no days. A hall here has one word of its own."""


def test_every_outcome_reason_and_state_comes_about() -> None:
    seen: Counter[str] = Counter()

    @law(600)
    @given(days())
    def collect(day: Day) -> None:
        log = simulate(*day)
        visits, stops = rows_of(log)
        seen.update({f"visit {row.outcome} {row.reason}".strip() for row in visits})
        seen.update({f"stop {row.outcome} {row.reason}".strip() for row in stops})
        seen.update({f"counter {STATES[state]}" for state in log.counter_rows.state.tolist()})

    collect()
    wanted = {f"counter {state}" for state in STATES}
    wanted |= {f"visit {name}" for name in ("completed", "in_progress", "no_show", "cancelled")}
    wanted |= {"stop served", "stop in_progress", "visit moved no_slot", "visit refused no_slot"}
    wanted |= {f"{of} sent_home {why}" for of in ("visit", "stop") for why in ("closed", "day_end")}
    for reason, outcome in _FAILURES.items():
        became = "refused" if outcome == "turned_away" else "left"
        wanted |= {f"stop {outcome} {reason}", f"visit {became} {reason}"}
    wanted |= {"visit refused hall_full", "stop turned_away hall_full"}  # with a number from home
    assert wanted == set(seen)


_FAILURES = {
    "patience": "reneged", "line_too_long": "balked", "missed_call": "missed",
    "closed": "turned_away", "quota": "turned_away", "no_officer": "turned_away",
}  # fmt: skip


# The oracle


@law(120)
@given(days())
def test_the_engine_reads_the_rules_as_the_oracle_does(day: Day) -> None:
    scenario, workload = day
    assert with_tries(simulate(scenario, workload)) == naive.play(scenario, workload)


@pytest.mark.long
@law(10_000, thorough=True)
@given(days())
def test_the_engine_reads_the_rules_as_the_oracle_does_on_many_days(day: Day) -> None:
    scenario, workload = day
    assert with_tries(simulate(scenario, workload)) == naive.play(scenario, workload)


@law(15)
@given(plain_malls(), st.integers(0, 9))
def test_the_engine_plays_drawn_days_as_the_oracle_does(data: dict[str, Any], seed: int) -> None:
    scenario = scenario_of(data)
    workload = sample(scenario, seed)
    assert with_tries(simulate(scenario, workload)) == naive.play(scenario, workload)


@law(200)
@given(ways())
def test_the_engine_reads_ways_tries_and_returns_as_the_oracle_does(day: Day) -> None:
    scenario, workload = day
    assert with_tries(simulate(scenario, workload)) == naive.play(scenario, workload)


@pytest.mark.long
@law(10_000, thorough=True)
@given(ways())
def test_the_engine_reads_ways_tries_and_returns_as_the_oracle_does_on_many_days(day: Day) -> None:
    scenario, workload = day
    assert with_tries(simulate(scenario, workload)) == naive.play(scenario, workload)


@law(150)
@given(ways())
def test_each_stop_ends_once_and_its_tries_follow_each_other(day: Day) -> None:
    """Each visit makes a stop, or not; only its last try is not incomplete or parked.

    Where a continuous run ends she may be on her way back to the rest of it.
    """
    scenario, workload = day
    log = simulate(scenario, workload)
    on_her_way = log.visit_rows.outcome == VISIT_OUTCOMES.index("in_progress")
    rows = log.stop_rows
    tries: dict[tuple[int, int], list[tuple[int, str]]] = {}
    for row, stop, number, outcome in zip(
        *(c.tolist() for c in (rows.row, rows.stop, rows.tries, rows.outcome)), strict=True
    ):
        tries.setdefault((row, stop), []).append((number, STOP_OUTCOMES[outcome]))
    for (row, _), of in tries.items():
        assert [number for number, _ in of] == list(range(of[0][0], of[0][0] + len(of)))
        assert {outcome for _, outcome in of[:-1]} <= {"incomplete", "parked"}
        assert of[-1][1] != "parked" or on_her_way[row]
    assert len(log.visit_rows) <= len(workload)


# Ledgers and time


@law(60)
@given(days())
def test_both_ledgers_add_up(day: Day) -> None:
    """Each due citizen has one outcome, and her stops tell the same story."""
    scenario, workload = day
    visits, stops = rows_of(simulate(scenario, workload))
    assert len(visits) == len(workload)
    for k, visit in enumerate(visits):
        numbers = workload.stop[workload.offset[k] : workload.offset[k + 1]].tolist()
        mine = [row for row in stops if row.visit == k]
        if workload.lead[k] != ABSENT and mine:  # who has a number makes no entrance stops
            numbers = numbers[numbers.index(mine[0].stop) :]
        became = [row.outcome for row in mine]
        failed = [row for row in mine if row.outcome in FAILURES]
        journey = workload.journeys[workload.journey[k]]
        goes_on = scenario.journeys[journey].goes_on_after
        at_once = scenario.takes_all(journey)  # then no stop ends the others
        assert [row.stop for row in mine] == numbers[: len(mine)]
        assert at_once or all(row.outcome in goes_on or row is mine[-1] for row in failed)
        if visit.entered == ABSENT and visit.outcome == "left":  # the line at the door
            assert (mine, visit.reason) == ([], "patience")
            assert (scenario.hall.when_full, visit.left >= workload.due[k]) == ("line", True)
        elif visit.entered == ABSENT and mine:  # her number from home, where the hall is full
            assert [(row.outcome, row.reason) for row in mine] == [("turned_away", "hall_full")]
            assert workload.lead[k] != ABSENT
            assert (visit.outcome, visit.reason) == ("refused", "hall_full")
        elif visit.entered == ABSENT:
            assert (mine, visit.left) == ([], ABSENT)
            assert visit.outcome in ("refused", "no_show", "cancelled", "moved")
            assert (visit.reason == "") == (visit.outcome in ("no_show", "cancelled"))
        elif visit.outcome == "completed":
            assert became == ["served"] * len(numbers)
        elif visit.outcome in ("left", "refused"):
            named = {
                ("refused" if row.outcome == "turned_away" else "left", row.reason)
                for row in (failed if at_once else failed[:1])
            }
            assert (visit.outcome, visit.reason) in named
            assert set(became) <= {"served", *FAILURES}
            assert len(mine) == len(numbers) or became[-1] in set(FAILURES) - set(goes_on)
        elif visit.outcome == "sent_home":
            assert len(mine) == len(numbers)
            assert at_once or became == sorted(became, key=lambda b: b == "sent_home")
            assert {row.reason for row in mine if row.outcome == "sent_home"} == {visit.reason}
        else:
            assert visit.outcome == "in_progress"
            assert scenario.days[0].continuous
            assert at_once or set(became) <= {"served", "in_progress", *goes_on}


@law(60)
@given(days())
def test_times_never_run_backwards(day: Day) -> None:
    scenario, workload = day
    visits, stops = rows_of(simulate(scenario, workload))
    for k, visit in enumerate(visits):
        of_stops = [[row.ticket, row.called, row.start, row.end] for row in stops if row.visit == k]
        in_turn = [*chain(*of_stops)]
        if scenario.takes_all(workload.journeys[workload.journey[k]]):
            assert _rising([row.ticket for row in stops if row.visit == k])
            in_turn = []
        due = int(workload.due[k])
        if workload.lead[k] != ABSENT:  # a number from home is older than her coming
            assert all(_rising([due, times[0]]) for times in of_stops)
            of_stops, in_turn = [times[2:] for times in of_stops], []
        for times in (*of_stops, in_turn):
            assert _rising([due, visit.entered, *times, visit.left])


def _rising(times: list[int]) -> bool:
    there = [time for time in times if time != ABSENT]
    return there == sorted(there)


@law(60)
@given(days())
def test_nobody_is_on_her_way_or_served_at_two_counters_at_once(day: Day) -> None:
    scenario, workload = day
    _, stops = rows_of(simulate(scenario, workload))
    for k in range(len(workload)):
        served = [row for row in stops if row.visit == k and row.start != ABSENT]
        ends = [scenario.days[0].ends if row.end == ABSENT else row.end for row in served]
        times = sorted((row.called, end) for row, end in zip(served, ends, strict=True))
        assert all(end <= called for (_, end), (called, _) in pairwise(times))


@law(60)
@given(days())
def test_littles_law_is_exact(day: Day) -> None:
    """The line's length summed over time is the sum of the times in line; so for the hall."""
    scenario, workload = day
    log = simulate(scenario, workload)
    rows, visits = log.stop_rows, log.visit_rows
    horizon = scenario.days[0].ends
    ticketed = rows.ticket != ABSENT
    gone = np.where(rows.called != ABSENT, rows.called, rows.end)
    gone = np.where(gone == ABSENT, horizon, gone)
    entered = visits.entered != ABSENT
    left = np.where(visits.left == ABSENT, horizon, visits.left)
    for begin, end in (
        (rows.ticket[ticketed], gone[ticketed]), (visits.entered[entered], left[entered]),
    ):  # fmt: skip
        clock = np.unique(np.concatenate((begin, end)))
        length = [((begin <= t) & (t < end)).sum() for t in clock[:-1]]
        assert (np.array(length, dtype=np.int64) * np.diff(clock)).sum() == (end - begin).sum()


# Counters


def _counters(scenario: Scenario, workload: Workload, number: int) -> list[Any]:
    hall = naive.hall_of(scenario, workload, number)
    return [(counter, hall) for counter in hall.counters]


@law(60)
@given(days())
def test_no_counter_serves_two_at_once_or_starts_while_closed(day: Day) -> None:
    """In overtime it may start, for a service that takes no tickets any more.

    Who was given back has the call of one counter and the end at another.
    """
    scenario, workload = day
    assume(not any(how.interrupted == "requeue" for _, _, how in scenario.outages))
    rows = simulate(scenario, workload).stop_rows
    for number in range(len(scenario.days)):
        for k, (counter, hall) in enumerate(_counters(scenario, workload, number)):
            mine = (workload.day[rows.row] == number) & (rows.counter == k)
            mine &= rows.start != ABSENT
            served = sorted(zip(rows.called[mine], rows.end[mine], strict=True))
            for (_, end), (called, _) in pairwise(served):
                assert end <= called
            classes = workload.visitor_class[rows.row[mine]]
            for called, service, code in zip(
                rows.called[mine], rows.service[mine], classes, strict=True
            ):
                of_class = (service, workload.classes[code])
                given = [wanted for wanted in counter.gives if wanted[:2] == of_class]
                assert given
                closed = any(hall.closes[wanted] <= called for wanted in given)
                assert counter.open(called) or (called >= counter.last and closed)


@law(60)
@given(days())
def test_the_counters_table_tiles_the_day(day: Day) -> None:
    """Each counter's stretches follow each other without gap or overlap, and none is empty."""
    scenario, workload = day
    log = simulate(scenario, workload)
    at, rows = log.counter_rows, log.stop_rows
    pauses = any(agency.at_break.pause for agency in scenario.agencies.values())
    interrupted = pauses or len(workload.outages) > 0
    for number, of in enumerate(scenario.days):
        for k, (counter, _) in enumerate(_counters(scenario, workload, number)):
            mine = (at.day == number) & (at.counter == k)
            begin, end, state = at.begin[mine], at.end[mine], at.state[mine]
            assert len(begin) or not counter.spans
            if not counter.spans:  # its officer is missing, or it is not there today
                assert {STATES[code] for code in state} <= {"absent"}
                continue
            assert begin[0] == counter.spans[0][0]
            assert (begin[1:] == end[:-1]).all()
            assert (begin < end).all()
            assert (state[1:] != state[:-1]).all()
            assert counter.last <= end[-1] <= of.ends
            served = (workload.day[rows.row] == number) & (rows.counter == k)
            served &= rows.start != ABSENT
            until = np.where(rows.end == ABSENT, of.ends, rows.end)
            serving = state == STATES.index("serving")
            if not interrupted:
                assert (end - begin)[serving].sum() == (until - rows.start)[served].sum()
            for start, over in zip(rows.start[served], until[served], strict=True):
                inside = (begin <= start) & (over <= end) & serving
                assert inside.any() or start == over or interrupted
            for b, e, s in zip(begin, end, state, strict=True):
                if STATES[s] == "idle":
                    assert counter.open(b) or b >= counter.last or e > counter.last
                if STATES[s] in ("break", "closed"):
                    assert not counter.open(b)


@law(60)
@given(days())
def test_equal_tickets_are_called_in_their_order(day: Day) -> None:
    """Nobody is called while one of her service who goes before her is waiting.

    Where booked and walk-ins take turns, and who misses a call, is left out.
    """
    scenario, workload = day
    log = simulate(scenario, workload)
    rows, visits = log.stop_rows, log.visit_rows
    gone = np.where(rows.called != ABSENT, rows.called, rows.end)
    gone = np.where(gone == ABSENT, scenario.days[0].ends + 1, gone)
    rank = workload.rank()
    position = {
        (v, int(workload.stop[s])): s
        for v in range(len(workload))
        for s in range(workload.offset[v], workload.offset[v + 1])
    }

    def key(s: int) -> tuple[int, tuple[Any, ...]]:
        """Return when she may be called, and her place."""
        v, ticket = rows.row[s], int(rows.ticket[s])
        booking = scenario.journeys[workload.journeys[workload.journey[v]]].booking
        slot = int(workload.slot[position[v, int(rows.stop[s])]])
        late = booking and booking.grace is not None and ticket > slot + booking.grace
        booked = slot != ABSENT and not late
        since = max(ticket, slot)
        early = booking and booking.call_early
        order = scenario.agencies[scenario.services[rows.service[s]].partition(".")[0]].order
        first = (-int(visits.priority[v]), not booked) if order.by_priority else ()
        return ticket if early else since, (*first, since, int(rank[v]))

    split = any(p.classes or p.only for a in scenario.agencies.values() for _, p in a.posts)

    def line(s: int) -> Any:
        """Return her line, where some counters serve some citizens only."""
        return split and (visits.visitor_class[rows.row[s]], key(s)[1][1:-2])

    def plain(s: int) -> bool:
        agency = scenario.agencies[scenario.services[rows.service[s]].partition(".")[0]]
        misses = workload.misses[position[rows.row[s], int(rows.stop[s])]]
        several = scenario.takes_all(workload.journeys[workload.journey[rows.row[s]]])
        missed = misses or several  # she may be at another counter when she is called
        return rows.ticket[s] != ABSENT and not missed and agency.order.in_turn == (0, 0)

    tickets = [s for s in range(len(rows)) if plain(s)]
    for j in tickets:
        for i in tickets:
            same = rows.service[i] == rows.service[j] and line(i) == line(j)
            if same and visits.day[rows.row[i]] == visits.day[rows.row[j]]:
                here, place = key(i)
                if place < key(j)[1]:
                    assert not here < rows.called[j] < gone[i]


# Names, not positions


def _reversed(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _reversed(value) for key, value in reversed(data.items())}
    return [_reversed(item) for item in data] if isinstance(data, list) else data


@law(25)
@given(plain_malls(), st.integers(0, 5))
def test_the_order_in_a_file_changes_no_row(data: dict[str, Any], seed: int) -> None:
    scenario, turned = scenario_of(data), scenario_of(_reversed(data))
    workload = sample(scenario, seed)
    assert sample(turned, seed) == workload
    assert simulate(turned, workload) == simulate(scenario, workload)


def _draws(scenario: Scenario, seed: int = 3, replication: int = 2) -> dict[Any, tuple[Any, ...]]:
    """Return all that is drawn, by day, citizen and stop."""
    frame = sample(scenario, seed, replication).to_frame()
    keys = ("day", "origin", "journey", "index", "attempt", "stop")
    rest = [name for name in frame if name not in keys]
    values = frame[rest].astype(object).fillna("none").itertuples(index=False, name=None)
    known = frame[list(keys)].itertuples(index=False, name=None)
    return dict(zip(known, values, strict=True))


def _kept(before: dict[Any, Any], after: dict[Any, Any]) -> None:
    assert {key: after.get(key) for key in before} == before


@law(25)
@given(plain_malls())
def test_what_is_added_moves_nobody_else(data: dict[str, Any]) -> None:
    """A new agency, service, journey, last stop or counter, and more demand."""
    before = _draws(scenario_of(data))
    first, *_ = data["agencies"]
    service = {"time": {"dist": "exponential", "mean": "3 min"}}
    new = {"counters": 1, "services": {"s": service}}
    every = data["journeys"]["all"]

    def with_(**more: Any) -> dict[Any, Any]:
        return _draws(scenario_of({**data, **more}))

    agencies = {**data["agencies"], "aa": new}
    _kept(before, with_(agencies=agencies, journeys={
        **data["journeys"], "aaa": {"per_day": 9, "stops": ["aa.s"]},
    }))  # fmt: skip
    _kept(before, with_(agencies=agencies, journeys={
        **data["journeys"], "all": {**every, "stops": [*every["stops"], "aa.s"]},
    }))  # fmt: skip
    of = data["agencies"][first]
    if "serves" not in str(of):
        richer = {**of, "services": {"a0": service, **of["services"]}}
        _kept(before, with_(agencies={**data["agencies"], first: richer}, journeys={
            **data["journeys"], "zz": {"per_day": 5, "stops": [f"{first}.a0"]},
        }))  # fmt: skip
    if "counters" in of and isinstance(of["counters"], int):
        more = {**of, "counters": of["counters"] + 1}
        assert with_(agencies={**data["agencies"], first: more}) == before
    after = with_(demand={**data["demand"], "scale": 1.3})
    _kept(before, after)


@law(15)
@given(plain_malls(continuous=False), st.sampled_from(["mon", "tue"]))
def test_a_day_is_drawn_alike_whatever_other_days_there_are(data: dict[str, Any], day: str) -> None:
    hours = {"mon": "08:00-09:00", "tue": "08:00-09:00"}
    for agency in data["agencies"].values():
        agency.pop("open", None)
    week = scenario_of({**data, "calendar": {**data["calendar"], "days": "mon-tue",
                                             "hours": hours}})  # fmt: skip
    alone = scenario_of({**data, "calendar": {**data["calendar"], "days": day, "hours":
                                              {day: hours[day]}}})  # fmt: skip
    one = _draws(alone)
    assert one == {key: row for key, row in _draws(week).items() if key[0] == day}


@law(15)
@given(plain_malls())
def test_replications_and_seeds_differ_and_repeat(data: dict[str, Any]) -> None:
    data["journeys"]["all"]["per_day"] = 500
    scenario = scenario_of(data)
    one = sample(scenario, seed=1, replication=5)
    assert one == sample(scenario, seed=1, replication=5)
    assert (one.due.size, one.due.sum()) != (lambda w: (w.due.size, w.due.sum()))(
        sample(scenario, seed=1, replication=6)
    )
    other = sample(scenario, seed=2, replication=5)
    assert (one.due.size, one.due.sum()) != (other.due.size, other.due.sum())


# Capacity


@law(25)
@given(plain_malls(continuous=False), st.integers(0, 5))
def test_ample_counters_mean_no_wait(data: dict[str, Any], seed: int) -> None:
    rules = (
        "machines", "call", "absence", "away", "late", "open", "outage", "breaks", "told_at",
    )  # fmt: skip
    agencies = {
        name: {key: of[key] for key in of if key not in rules} | {"counters": 90}
        for name, of in data["agencies"].items()
    }
    for journey in data["journeys"].values():
        journey.pop("booking", None)  # who is early waits for her time
        journey.pop("tickets", None)  # who is at one counter waits for the other
    data.pop("tickets", None)
    calendar = {key: data["calendar"][key] for key in ("days", "hours")}
    ample = scenario_of({**data, "agencies": agencies, "calendar": calendar, "hall": {}})
    rows = simulate(ample, sample(ample, seed)).stop_rows
    assert (rows.called == rows.ticket).all()


_CITIZENS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 9)), min_size=2, max_size=14)


def _starts(citizens: list[tuple[int, int]], counters: int, absent: int = -1) -> dict[int, int]:
    """Return when each citizen of one first-come line is called."""
    scenario = mall({"a": counters})
    rows = [
        {"journey": "all", "index": k, "due": us(OPENS + due), "service": "a.s", "time": us(time)}
        for k, (due, time) in enumerate(citizens)
        if k != absent
    ]
    log = simulate(scenario, workload_of(scenario, rows))
    return dict(zip(log.visit_rows.index.tolist(), log.stop_rows.called.tolist(), strict=True))


@law(40)
@given(_CITIZENS, st.integers(1, 3))
def test_adding_a_counter_never_delays_a_lone_line(
    citizens: list[tuple[int, int]], counters: int
) -> None:
    few, more = _starts(citizens, counters), _starts(citizens, counters + 1)
    assert all(more[k] <= few[k] for k in few)


@law(40)
@given(_CITIZENS, st.integers(1, 3), st.data())
def test_a_citizen_who_stays_away_delays_nobody_in_a_lone_line(
    citizens: list[tuple[int, int]], counters: int, data: st.DataObject
) -> None:
    absent = data.draw(st.integers(0, len(citizens) - 1))
    full, without = _starts(citizens, counters), _starts(citizens, counters, absent)
    assert all(without[k] <= full[k] for k in without)


# Tables


@law(25)
@given(days())
def test_a_saved_log_loads_with_every_row(tmp_path_factory: Any, day: Day) -> None:
    scenario, workload = day
    folder: Path = tmp_path_factory.mktemp("log")
    log = simulate(scenario, replace(workload, replication=7))
    log.save(folder)
    loaded = Log.load(folder)
    assert loaded == log
    assert loaded.replication == 7
    assert loaded.stops.equals(log.stops)
    assert loaded.visits.equals(log.visits)
    assert loaded.counters.equals(log.counters)


@law(40)
@given(days(), st.randoms(use_true_random=False))
def test_a_workload_comes_back_from_its_table_in_any_order(day: Day, random: Any) -> None:
    scenario, workload = day
    frame, officers = workload.to_frame(), workload.officers_frame(scenario)
    down = workload.outages_frame(scenario)
    assert Workload.from_frame(frame, scenario, officers=officers, outages=down) == workload
    order = list(range(len(frame)))
    random.shuffle(order)
    again = Workload.from_frame(frame.iloc[order], scenario, officers=officers, outages=down)
    assert again == workload


@law(15)
@given(plain_malls(), st.integers(0, 5))
def test_drawn_workloads_come_back_from_their_tables(data: dict[str, Any], seed: int) -> None:
    scenario = scenario_of(data)
    workload = sample(scenario, seed, replication=4)
    assume(len(workload))
    officers, down = workload.officers_frame(scenario), workload.outages_frame(scenario)
    assert Workload.from_frame(workload.to_frame(), scenario, 4, officers, down) == workload


def test_workers_change_no_number() -> None:
    scenario = mall(
        {"a": {"08:00": 1, "10:00": 2}, "b": 1}, days="mon-fri",
        hall={"walk": {"dist": "exponential", "mean": "1 min"}},
        demand={"day_to_day": 0.2, "scale": 4},
    )  # fmt: skip
    one = replicate(scenario, 12, seed=3, workers=1)
    two = replicate(scenario, 12, seed=3, workers=2)
    assert np.array_equal(one.total, two.total)
    assert np.array_equal(one.n, two.n)
    logs = [simulate(scenario, sample(scenario, seed=3, replication=r)) for r in range(12)]
    assert np.array_equal(one.total, [measure(log, scenario).total for log in logs])
    part = replicate(scenario, 7, seed=3, workers=1)
    assert np.array_equal(one.total[:7], part.total)


def test_a_workload_cannot_be_changed() -> None:
    workload = sample(mall({"a": 1}))
    with pytest.raises(ValueError, match="read-only"):
        workload.due[0] = 0
