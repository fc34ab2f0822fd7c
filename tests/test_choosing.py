"""A calling rule of one's own: what it replaces, what it is shown, and where it is refused."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

import sim
from sim.engine.choosing import Calling, Waiting
from sim.scenario.loading import load_text

ROOT = Path(__file__).parent.parent
FEATURES = ("longest-wait", "skills", "missed-call", "booking", "outage", "tickets-at-entrance")


def in_order(_: Calling, waiting: Sequence[Waiting]) -> Waiting:
    return waiting[0]


def latest(_: Calling, waiting: Sequence[Waiting]) -> Waiting:
    return max(waiting, key=lambda w: w.ticket)


def shortest(_: Calling, waiting: Sequence[Waiting]) -> Waiting:
    return min(waiting, key=lambda w: (w.mean, w.place))


@pytest.mark.parametrize("name", FEATURES)
def test_a_rule_that_takes_the_first_changes_no_row(name: str) -> None:
    mall = sim.load(ROOT / "scenarios" / "features" / f"{name}.yaml")
    workload = sim.sample(mall, seed=1, replication=0)
    own = sim.simulate(mall, workload, engine="simpy", choose=in_order)
    assert own == sim.simulate(mall, workload)


TWO_LENGTHS = """
name: Short and long
calendar: {days: mon, hours: {mon: 08:00-16:00}}
agencies:
  desk:
    counters: 1
    services: {long: {time: {mean: 12 min, sd: 3 min}}, short: {time: {mean: 2 min, sd: 1 min}}}
journeys: {a: {per_day: 20, stops: [desk.long]}, b: {per_day: 80, stops: [desk.short]}}
"""


def test_the_shortest_service_first_lowers_the_sum_of_waits() -> None:
    """Cobham 1954: the mean wait falls if short jobs go first; each rule serves the same."""
    mall = load_text(TWO_LENGTHS)
    workload = sim.sample(mall, seed=1, replication=0)
    turn = sim.simulate(mall, workload).stop_rows
    own = sim.simulate(mall, workload, engine="simpy", choose=shortest).stop_rows
    assert (own.ticket == turn.ticket).all() and (own.outcome == turn.outcome).all()
    assert (own.called - own.ticket).sum() < (turn.called - turn.ticket).sum()


def test_who_came_last_is_called_first_if_the_rule_says_so() -> None:
    mall = load_text(TWO_LENGTHS)
    rows = sim.simulate(
        mall, sim.sample(mall, seed=1, replication=0), engine="simpy", choose=latest
    ).stop_rows
    overtaken = 0
    for called in rows.called:
        held = (rows.ticket < called) & (rows.called >= called)
        if held.sum() > 1:
            overtaken += 1
            assert rows.called[held].min() == rows.called[held][rows.ticket[held].argmax()]
    assert overtaken > 10


def test_a_rule_is_told_which_counter_calls_and_when() -> None:
    mall = load_text(TWO_LENGTHS)
    seen = []

    def note(calling: Calling, waiting: Sequence[Waiting]) -> Waiting:
        seen.append(calling)
        assert all(w.ticket <= w.since <= calling.now for w in waiting)
        assert [w.place for w in waiting] == [*range(len(waiting))]
        return waiting[0]

    log = sim.simulate(mall, sim.sample(mall, seed=1, replication=0), engine="simpy", choose=note)
    assert {(c.agency, c.counter) for c in seen} == {("desk", "1")}
    assert {c.now for c in seen} <= set(log.stop_rows.called.tolist())


@pytest.mark.parametrize("engine", ["compiled", lambda scenario, workload: None])
def test_other_engines_refuse_a_rule_in_words(engine: object) -> None:
    mall = load_text(TWO_LENGTHS)
    workload = sim.sample(mall, seed=1, replication=0)
    with pytest.raises(sim.EngineError, match=r"calling rule of your own.*simpy"):
        sim.simulate(mall, workload, engine, choose=in_order)  # type: ignore[arg-type]


def test_a_rule_that_chooses_nobody_is_an_error() -> None:
    mall = load_text(TWO_LENGTHS)
    workload = sim.sample(mall, seed=1, replication=0)
    with pytest.raises(sim.EngineError, match=r"chose nobody.*desk 1"):
        sim.simulate(mall, workload, engine="simpy", choose=lambda _, waiting: None)  # type: ignore[arg-type, return-value]
