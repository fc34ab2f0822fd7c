"""Why she waited: the parts add up, and the causes are those of a day by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from malls import mall, us, workload_of
from strategies import OPENS, days, ways
from test_features import FEATURES
from test_laws import Day, law

from sim import Log, MallError, Scenario, load, sample, simulate
from sim.experiments.explain import Explanation
from sim.workload import ABSENT

CALL = {"tries": 3, "every": "1 min", "missed": "10 %"}


def explained(scenario: Scenario, *rows: dict[str, Any]) -> Explanation:
    """Return the day of citizens who come so many minutes after opening."""
    whole = [
        {"journey": "all", "service": "a.s", "visitor_class": "general",
         **{k: us(v) if k in ("time", "patience") else v for k, v in row.items()},
         "due": us(OPENS + row["due"])}
        for row in rows
    ]  # fmt: skip
    return Explanation(simulate(scenario, workload_of(scenario, whole)), scenario)


def causes(explanation: Explanation, visit: int) -> dict[str, float]:
    """Return the minutes of a visit's only wait by cause."""
    (wait,) = explanation.of_visit(visit)
    return {cause: time / us(1) for cause, time in wait.by_cause.items()}


def check_parts(scenario: Scenario, log: Log) -> int:
    """Hold the parts of every wait to it, to the microsecond; return how many waits there were."""
    found = Explanation(log, scenario)
    stops, waits = log.stop_rows, found.waits()
    for row in waits:
        wait = found.of_stop(int(row))
        ends = stops.called[row] if stops.called[row] != ABSENT else stops.end[row]
        assert sum(wait.by_cause.values()) == wait.length == ends - wait.begin > 0
        assert [p.begin for p in wait.parts] == [wait.begin, *(p.end for p in wait.parts[:-1])]
        line = found.in_line(int(row))
        assert line.times[0] == wait.begin and line.times[-1] < wait.end
        assert (line.waiting > line.ahead).all() and (line.ahead >= 0).all()
    return len(waits)


@law(20)
@given(days())
def test_the_parts_of_every_wait_add_up_to_it(day: Day) -> None:
    check_parts(day[0], simulate(*day))


@pytest.mark.long
@settings(max_examples=1000, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.one_of(days(), ways()))
def test_the_parts_of_every_wait_add_up_on_a_thousand_days_over_all_features(day: Day) -> None:
    check_parts(day[0], simulate(*day))


@pytest.mark.parametrize("file", FEATURES, ids=lambda file: file.stem)
def test_the_parts_of_every_wait_add_up_whatever_the_feature(file: Path) -> None:
    scenario = load(file)
    check_parts(scenario, simulate(scenario, sample(scenario, 4, 0), "compiled"))


def test_her_line_is_that_of_her_counters_while_she_stands_in_it() -> None:
    rows = [{"due": 0, "time": 10}, {"due": 1, "time": 3}, {"due": 2, "time": 3}]
    found = explained(mall({"a": 1, "b": 1}), *rows)
    (wait,) = found.of_visit(3)
    line = found.in_line(wait.row)
    assert line.times.tolist() == [us(OPENS + 2), us(OPENS + 10)]
    assert line.waiting.tolist() == [2, 1] and line.ahead.tolist() == [1, 0]


def test_who_comes_before_the_counter_opens_and_stays_through_its_break() -> None:
    """Doors 07:50; A from 08:00 to 08:20, break 08:10-08:30; B waits 10 + 20 + 10 minutes."""
    scenario = mall({"a": 1}, calendar={"doors": "07:50", "breaks": "08:10-08:30"})
    found = explained(scenario, {"due": -10, "time": 20}, {"due": -10, "time": 5})
    assert causes(found, 1) == {"closed": 10}
    assert causes(found, 2) == {"closed": 10, "break": 10, "ahead": 20}


def test_who_is_passed_by_priority_and_who_stands_behind_others() -> None:
    """C comes after B and is called first: B waits 8 minutes for A, then 10 for C."""
    classes = {"general": {}, "old": {"share": "10 %", "priority": 1}}
    found = explained(
        mall({"a": 1}, visitors=classes), {"due": 0, "time": 10}, {"due": 2, "time": 5},
        {"due": 4, "time": 10, "visitor_class": "old"},
    )  # fmt: skip
    assert causes(found, 2) == {"passed": 10, "ahead": 8}
    assert causes(found, 3) == {"ahead": 6}


def test_who_waits_while_another_is_called_in_vain() -> None:
    """A does not hear her call of 3 minutes; B waits for that."""
    agency = {"counters": 1, "services": ["s"], "call": CALL}
    two = {"due": 0, "time": 5, "misses": 1}, {"due": 1, "time": 5, "misses": 0}
    found = explained(mall({"a": agency}), *two)
    assert causes(found, 2) == {"in_vain": 2}


def test_the_longest_waits_come_first_and_only_those_of_an_agency() -> None:
    rows = [{"due": 0, "time": 10}, {"due": 1, "time": 3}, {"due": 2, "time": 3}]
    found = explained(mall({"a": 1, "b": 1}), *rows)
    lengths = [found.of_stop(int(row)).length for row in found.waits("a")]
    assert lengths == [us(11), us(9)]
    assert not len(found.waits("b"))


def test_what_is_not_there_is_refused_by_name() -> None:
    found = explained(mall({"a": 1}), {"due": 0, "time": 10})
    for ask, said in (
        (lambda: found.waits("x"), "no agency 'x'"),
        (lambda: found.of_visit(2), "visits 1 to 1, not 2"),
        (lambda: found.of_visit(1, "sun"), "no day 'sun'"),
    ):
        with pytest.raises(MallError, match=said):
            ask()
