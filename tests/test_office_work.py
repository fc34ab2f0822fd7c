"""Work left behind the counter: by hand, by a second reading, and nothing where there is none."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from malls import mall, us, workload_of
from strategies import days

from sim.engine import simulate
from sim.log import STATES, STOP_OUTCOMES, Log
from sim.report.office_work import office_work
from sim.scenario.model import Scenario
from sim.statistics.measures import measure
from sim.statistics.office_work import work_of_day
from sim.statistics.results import Results, Run


def work_of(log: Log, scenario: Scenario) -> dict[str, dict[str, float]]:
    """Return the two measures, in minutes a day, by agency; over all days."""
    found = measure(log, scenario)
    of: dict[str, dict[str, float]] = {}
    for m, value in zip(found.measures, found.value, strict=True):
        if m.measure.startswith("work_") and not m.weekday:
            of.setdefault(m.name, {})[m.measure] = float(value)
    return of


def one_desk(back_office: str, **more: Any) -> tuple[Scenario, Log]:
    """A desk from 08:00 to 09:00 to which two come at once, for ten minutes each."""
    services = {"s": {"time": {"always": "10 min"}, "back_office": back_office}}
    agency = {"counters": 1, "services": services, **more}
    scenario = mall({"x": agency}, hours="08:00-09:00", days="mon")
    rows = [
        {"day": "mon", "journey": "all", "index": k, "visitor_class": "general", "due": us(480),
         "stop": 1, "service": "x.s", "walk": 0, "time": us(10), "patience": None}
        for k in range(2)
    ]  # fmt: skip
    return scenario, simulate(scenario, workload_of(scenario, rows))


@pytest.mark.parametrize(
    ("back_office", "left", "after"),
    [
        ("20 min", 0, 0),  # 40 minutes from 08:20
        ("25 min", 10, 10),  # 50 minutes from 08:20: until 09:10
        ("30 min", 20, 20),
    ],
)
def test_the_officer_works_on_it_when_nobody_is_there(
    back_office: str, left: float, after: float
) -> None:
    scenario, log = one_desk(back_office)
    assert work_of(log, scenario) == {"x": {"work_left": left, "work_done_after": after}}


def test_nobody_works_on_it_in_a_break() -> None:
    scenario, log = one_desk("20 min", breaks="08:20-08:30")
    assert work_of(log, scenario)["x"] == {"work_left": 10, "work_done_after": 10}


def test_what_comes_while_it_is_done_and_several_officers() -> None:
    m = us(1)
    changes = [[0, 9 * m, 0], [0, 0, 2], [3 * m, 0, -1], [5 * m, 4 * m, 0], [20 * m, 6 * m, 0]]
    # 9 at 0, two officers: 3 left at 3; one: 1 at 5, and 4 more; done at 10; idle; 6 more at 20
    assert work_of_day(np.array(changes), 9 * m, 100 * m) == (1 * m, 17 * m)
    assert work_of_day(np.array(changes), 9 * m, 24 * m) == (1 * m, 15 * m)
    assert work_of_day(np.array(changes[:1]), 9 * m, 24 * m) == (9 * m, 15 * m)
    assert work_of_day(np.empty((0, 3), dtype=np.int64), 9 * m, 24 * m) == (0, 0)


def test_where_nothing_is_left_nothing_is_measured_and_no_row_moves() -> None:
    _, log = one_desk("30 min")
    plain, same = one_desk("0 min")
    assert work_of(same, plain) == {} == dict.fromkeys(plain.leave_work)
    for table in ("visit_rows", "stop_rows", "counter_rows"):
        for key, column in vars(getattr(log, table)).items():
            assert np.array_equal(column, vars(getattr(same, table))[key])


def test_the_page_says_it_in_both_languages() -> None:
    scenario, log = one_desk("30 min")
    results = Results.of(scenario, Run(1, "simpy"), [measure(log, scenario)] * 2)
    assert office_work(results, "en")[0].startswith("x: when the mall closes, 20 min of work")
    assert "20 menit" in office_work(results, "id")[0]


def naive(log: Log, scenario: Scenario, agency: str) -> tuple[Fraction, Fraction]:
    """Play each day forwards, from one change to the next: what is left at closing, and until when.

    Both are summed over the days.
    """
    stops, table, names = log.stop_rows, log.counter_rows, log.names
    total = [Fraction(0), Fraction(0)]
    for d, day in enumerate(scenario.days):
        brought: list[tuple[int, int]] = []
        for row, service, outcome, end in zip(
            stops.row, stops.service, stops.outcome, stops.end, strict=True
        ):
            name = names.services[service]
            here = log.visit_rows.day[row] == d and name.partition(".")[0] == agency
            if here and STOP_OUTCOMES[outcome] == "served":
                brought.append((int(end), scenario.service(name).back_office))
        free: list[tuple[int, float]] = []
        for c, (of, _) in enumerate(names.counters):
            rows = [
                (int(b), int(e), STATES[s])
                for day_, counter, b, e, s in zip(
                    table.day, table.counter, table.begin, table.end, table.state, strict=True
                )
                if day_ == d and counter == c and STATES[s] != "absent" and of == agency
            ]
            free += [(b, e) for b, e, s in rows if s == "idle"]
            free += [(max(e for _, e, _ in rows), float("inf"))] if rows else []
        left, since, done = Fraction(0), 0, Fraction(0)
        at_closing = Fraction(0)
        times = sorted({t for t, _ in brought} | {t for pair in free for t in pair} | {day.closes})
        for time in times:
            officers = sum(b <= since < e for b, e in free)
            if left and officers:
                done = since + min(left / officers, Fraction(int(min(time, 1 << 60)) - since))
                left = max(Fraction(0), left - officers * (int(min(time, 1 << 60)) - since))
            left += sum(work for t, work in brought if t == time)
            since = int(min(time, 1 << 60))
            at_closing = left if time == day.closes else at_closing
        done = Fraction(day.ends) if left else done
        total[0] += at_closing
        total[1] += max(min(done, Fraction(day.ends)) - day.closes, Fraction(0))
    return total[0], total[1]


@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(drawn=days(continuous=False))
def test_it_is_what_a_second_reading_finds_on_any_day(drawn: Any) -> None:
    scenario, workload = drawn
    agencies = {
        name: of
        if of.machines is not None or not of.posts
        else of.model_copy(
            update={
                "services": {
                    key: service.model_copy(update={"back_office": us(3 + 4 * k)})
                    for k, (key, service) in enumerate(sorted(of.services.items()))
                }
            }
        )
        for name, of in scenario.agencies.items()
    }
    scenario = scenario.model_copy(update={"agencies": agencies})
    log = simulate(scenario, workload)
    found = work_of(log, scenario)
    assert set(found) == set(scenario.leave_work)
    for agency in found:
        wanted = [float(x) / us(1) / len(scenario.days) for x in naive(log, scenario, agency)]
        assert list(found[agency].values()) == pytest.approx(wanted, abs=1e-6)
