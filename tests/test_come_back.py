"""Coming back on another day: days by hand, what is drawn, linked days, and the limits."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from malls import mall, us, workload_of

from sim.engine import simulate
from sim.errors import WorkloadError
from sim.experiments.replicate import replicate
from sim.log import REASONS, VISIT_OUTCOMES, Log
from sim.report.page import render_page
from sim.sampling import sample
from sim.scenario.loading import load
from sim.scenario.model import Scenario
from sim.statistics.measures import measure
from sim.workload import STAYS_AWAY, Workload

ROOT = Path(__file__).parent.parent
BACK = {"refused": "50 %", "left": "100 %", "sent_home": "100 %"}


def days(back: dict[str, Any] | None, of: str = "mon-tue", **more: Any) -> Scenario:
    """A counter that gives two tickets a day, and a second stop."""
    agencies = {"a": {"counters": 1, "services": ["s"], "quota": 2}, "b": 1}
    demand = {} if back is None else {"demand": {"come_back": back}}
    return mall(agencies, days=of, **demand, **more)


def visit(index: int, day: str, due: str, attempt: int = 1, **more: Any) -> list[dict[str, Any]]:
    hour, minute = due.split(":")
    row = {
        "journey": "all", "index": index, "day": day, "origin": 0, "attempt": attempt,
        "due": us(60 * int(hour) + int(minute)), "time": us(10), "back": 0.4,
        "ends": "served", **more,
    }  # fmt: skip
    return [{**row, "stop": 1, "service": "a.s"}, {**row, "stop": 2, "service": "b.s"}]


def became(log: Log) -> list[tuple[str, str, int, int, str, str]]:
    """The visits as they stand in the log."""
    rows = log.visits
    return [
        (day, str(due)[-8:-3], index, attempt, outcome, reason)
        for day, due, index, attempt, outcome, reason in zip(
            rows["day"], rows["due"].astype(str), rows["index"], rows["attempt"],
            rows["outcome"], rows["reason"], strict=True,
        )
    ]  # fmt: skip


def test_who_is_turned_away_comes_back_on_her_next_day() -> None:
    """C finds no ticket and comes back on Tuesday; D does not, since her uniform is too high.

    A and B would have come back too, but were served: these attempts do not take place, and have
    no row; so C's is Tuesday's only visit.
    """
    rows = [
        *visit(0, "mon", "08:00"), *visit(1, "mon", "08:05"), *visit(2, "mon", "08:10"),
        *visit(3, "mon", "08:15", back=0.6),
        *(row for k in range(4) for row in visit(k, "tue", f"09:0{k}", attempt=2)),
    ]  # fmt: skip
    scenario = days(BACK)
    log = simulate(scenario, workload_of(scenario, rows))
    assert became(log) == [
        ("mon", "08:00", 0, 1, "completed", ""),
        ("mon", "08:05", 1, 1, "completed", ""),
        ("mon", "08:10", 2, 1, "refused", "quota"),
        ("mon", "08:15", 3, 1, "refused", "quota"),
        ("tue", "09:02", 2, 2, "completed", ""),
    ]
    assert log.visits["visit"].tolist() == [1, 2, 3, 4, 1]
    assert log.stops.loc[log.stops["day"] == "tue", "visit"].tolist() == [1, 1]


def test_she_comes_for_what_is_left_and_has_her_documents() -> None:
    """Served at a on Monday, sent home before b: on Tuesday she needs b alone, and may go there."""
    journeys = {"all": {"per_day": 9, "stops": ["a.s", "b.s"], "needs": {"b.s": "a.s"}}}
    scenario = days(BACK, calendar={"at_close": "send_home"}, journeys=journeys)
    rows = [*visit(0, "mon", "15:55"), *visit(0, "tue", "09:00", attempt=2)]
    log = simulate(scenario, workload_of(scenario, rows))
    assert became(log)[0][4:] == ("sent_home", "closed")
    assert became(log)[1][4:] == ("completed", "")
    tuesday = log.stops[log.stops["day"] == "tue"]
    assert tuesday[["agency", "outcome"]].values.tolist() == [["b", "served"]]


def test_she_passes_the_entrance_again() -> None:
    journeys = {"all": {"per_day": 9, "stops": ["b.s"], "entrance": ["a.s"]}}
    scenario = days(BACK, calendar={"at_close": "send_home"}, journeys=journeys)
    rows = [*visit(0, "mon", "15:55"), *visit(0, "tue", "09:00", attempt=2)]
    log = simulate(scenario, workload_of(scenario, rows))
    assert log.stops.loc[log.stops["day"] == "tue", "agency"].tolist() == ["a", "b"]


def test_a_choice_once_made_is_made() -> None:
    """She was served at one of two; on the next day neither is left, but the last stop is."""
    rows = [
        {**row, "service": service, "stop": k + 1, "pick": pick, "group": group}
        for day, due, attempt in (("mon", "15:45", 1), ("tue", "09:00", 2))
        for row in visit(0, day, due, attempt)[:1]
        for k, (service, pick, group) in enumerate(
            [("a.s", "one_of", 1), ("b.s", "one_of", 1), ("b.s", "next", 0)]
        )
    ]
    for row in rows:
        row["walk"] = us(6)
    scenario = days(BACK, calendar={"at_close": "send_home"})
    log = simulate(scenario, workload_of(scenario, rows))
    assert log.stops[["day", "stop", "outcome"]].values.tolist() == [
        ["mon", 1, "served"], ["mon", 3, "sent_home"], ["tue", 3, "served"],
    ]  # fmt: skip


def test_who_was_turned_away_before_the_first_day_is_there() -> None:
    """The day before is played and has no rows; its citizen comes back on Monday."""
    scenario = days(BACK)
    assert [day.label for day in scenario.played] == ["tue-1", "mon", "tue"]
    rows = [
        *visit(0, "tue-1", "08:00"), *visit(1, "tue-1", "08:00"), *visit(2, "tue-1", "08:10"),
        *visit(2, "mon", "09:00", attempt=2),
    ]  # fmt: skip
    log = simulate(scenario, workload_of(scenario, rows))
    assert became(log) == [("mon", "09:00", 2, 2, "completed", "")]
    assert set(log.counters["day"]) == {"mon", "tue"}


def test_an_attempt_without_the_one_before_is_a_fact() -> None:
    """A recorded day says who came back; nobody asks why."""
    scenario = days(BACK)
    log = simulate(scenario, workload_of(scenario, visit(0, "mon", "09:00", attempt=2)))
    assert became(log) == [("mon", "09:00", 0, 2, "completed", "")]


def test_what_became_of_a_visit_decides_its_share() -> None:
    """Papers that lacked something have a share of their own, though she was sent home as well."""
    scenario = days({"sent_home": "100 %", "incomplete": "30 %", "refused": "30 %"})
    rows = [*visit(0, "mon", "09:00", ends="incomplete"), *visit(0, "tue", "09:00", attempt=2)]
    log = simulate(scenario, workload_of(scenario, rows))
    assert became(log) == [("mon", "09:00", 0, 1, "sent_home", "incomplete")]
    more = days({"sent_home": "0 %", "incomplete": "50 %"})
    assert len(simulate(more, workload_of(more, rows)).visits) == 2


# What is drawn


def crowd(back: dict[str, Any] | None, of: str = "mon-fri", **more: Any) -> Scenario:
    return mall({"a": {"counters": 1, "quota": 20}}, days=of, demand={"scale": 4, **(
        {} if back is None else {"come_back": back})}, **more)  # fmt: skip


MUCH = {"refused": "70 %", "after": {1: "60 %", 3: "40 %"}, "at_most": 2}


def test_first_attempts_are_drawn_as_if_nobody_came_back() -> None:
    plain, linked = sample(crowd(None), 3), sample(crowd(MUCH), 3)
    days_before = len(crowd(MUCH).before)
    first = (linked.attempt == 1) & (linked.day >= days_before)
    for column in ("journey", "index", "origin", "visitor_class", "due", "stay", "booked"):
        assert (getattr(linked, column)[first] == getattr(plain, column)).all(), column
    stops = np.repeat(first, np.diff(linked.offset))
    for column in ("stop", "service", "time", "walk", "patience"):
        assert (getattr(linked, column)[stops] == getattr(plain, column)).all(), column


def test_each_attempt_has_draws_of_its_own_on_a_later_day() -> None:
    scenario = crowd(MUCH)
    workload = sample(scenario, 3)
    assert set(workload.attempt.tolist()) == {1, 2, 3}
    rows = {
        (j, o, i, a): k
        for k, (j, o, i, a) in enumerate(
            zip(workload.journey.tolist(), workload.origin.tolist(), workload.index.tolist(),
                workload.attempt.tolist(), strict=True)
        )
    }  # fmt: skip
    later = [(key, row) for key, row in rows.items() if key[3] > 1]
    for (j, o, i, a), row in later:
        before = rows[j, o, i, a - 1]
        assert workload.day[row] - workload.day[before] in (1, 3)
        assert workload.due[row] != workload.due[before]
        assert workload.visitor_class[row] == workload.visitor_class[before]
    share = np.mean([workload.day[r] - workload.day[rows[*k[:3], k[3] - 1]] == 1 for k, r in later])
    assert abs(share - 0.6) < 4 * np.sqrt(0.24 / len(later)) + 0.1  # late delays fall off the end


def test_draws_survive_a_table() -> None:
    scenario = crowd(MUCH)
    workload = sample(scenario, 3)
    assert Workload.from_frame(workload.to_frame(), scenario) == workload


def test_where_nobody_fails_nobody_comes_back() -> None:
    """The limit: with tickets for all, rows are those of unlinked days."""
    of = {"a": {"counters": 3}}
    plain = mall(of, days="mon-fri")
    linked = mall(of, days="mon-fri", demand={"come_back": {"refused": "100 %", "after": 2}})
    assert simulate(linked, sample(linked, 2)) == simulate(plain, sample(plain, 2))


def test_who_stays_away_leaves_the_days_unlinked() -> None:
    scenario, plain = crowd(MUCH), crowd(None)
    workload = sample(scenario, 4)
    away = replace(workload, back=np.full(len(workload), STAYS_AWAY))
    assert simulate(scenario, away) == simulate(plain, sample(plain, 4))


# Linked days


def test_a_week_follows_on_a_week() -> None:
    """Delays and how often say how many days are played before; Friday comes before Monday."""
    scenario = crowd(MUCH)
    assert [d.label for d in scenario.before] == [
        "fri-2", "mon-1", "tue-1", "wed-1", "thu-1", "fri-1",
    ]  # fmt: skip
    assert len({d.key for d in scenario.played}) == len(scenario.played)
    logs = [simulate(scenario, sample(scenario, 1, r)) for r in range(5)]
    monday = sum(((log.visits["day"] == "mon") & (log.visits["attempt"] > 1)).sum() for log in logs)
    assert monday > 10


def dates(only: str | None = None) -> Scenario:
    calendar = {"holidays": ["2025-03-05"]} | ({"only": only} if only else {})
    return crowd({"refused": "80 %"}, of="2025-03-03 .. 2025-03-14", calendar=calendar)


def test_returns_among_dates_skip_closed_days() -> None:
    scenario = dates()
    workload = sample(scenario, 1)
    labels = np.array([d.label for d in scenario.played])[workload.day]
    back = set(labels[(workload.attempt == 2)].tolist())
    assert "2025-03-05" not in back
    assert {"2025-03-06", "2025-03-10"} <= back


def test_a_part_of_the_dates_begins_with_the_days_before_it() -> None:
    whole, part = dates(), dates("2025-03-06 .. 2025-03-14")
    assert [d.label for d in part.before] == ["2025-03-04"]
    assert whole.before == ()
    w, p = sample(whole, 1), sample(part, 1)
    first = w.day >= 1
    assert (w.due[first & (w.attempt == 1)] == p.due[p.attempt == 1]).all()


@settings(max_examples=25, deadline=None, derandomize=True, database=None)
@given(st.integers(0, 10_000), st.sampled_from([1, 2]), st.sampled_from(["send_home", "serve_all"]))
def test_every_return_has_its_reason(seed: int, at_most: int, at_close: str) -> None:
    """Each attempt after the first follows one that failed; who is served does not come again."""
    back = {"refused": "60 %", "left": "60 %", "sent_home": "60 %", "at_most": at_most}
    agencies = {"a": {"counters": 1, "services": {"s": {"patience": {"always": "25 min"}}}}}
    scenario = mall(agencies, "08:00-10:00", "mon-wed", demand={"come_back": back, "scale": 2},
                    calendar={"at_close": at_close})  # fmt: skip
    workload = sample(scenario, seed)
    log = simulate(scenario, workload)
    assert log == simulate(scenario, workload)
    rows = log.visit_rows
    of: dict[tuple[int, ...], list[tuple[int, int, str]]] = {}
    for row in range(len(rows)):
        who = tuple(int(getattr(rows, c)[row]) for c in ("journey", "origin", "index"))
        outcome = VISIT_OUTCOMES[rows.outcome[row]]
        of.setdefault(who, []).append((int(rows.attempt[row]), int(rows.day[row]), outcome))
    for attempts in of.values():
        numbers = [number for number, _, _ in attempts]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        assert numbers[-1] <= at_most + 1
        assert all(outcome != "completed" for _, _, outcome in attempts[:-1])
        assert [day for _, day, _ in attempts] == sorted({day for _, day, _ in attempts})


# Measures, and tables that cannot be


def test_several_days_are_counted_among_the_completed() -> None:
    rows = [
        *visit(0, "mon", "08:00"), *visit(1, "mon", "08:05"), *visit(2, "mon", "08:10"),
        *visit(2, "tue", "09:00", attempt=2),
    ]  # fmt: skip
    scenario = days(BACK)
    measures = measure(simulate(scenario, workload_of(scenario, rows)), scenario)
    found = {
        m.measure: value
        for m, value in zip(measures.measures, measures.value, strict=True)
        if (m.scope, m.interval, m.weekday) == ("mall", "", "")
    }
    assert found["several_days"] == pytest.approx(1 / 3)
    assert found["returned"] == 0.5
    assert found["visits"] == 2


def test_a_workload_of_unlinked_days_is_refused() -> None:
    with pytest.raises(WorkloadError, match="other days"):
        simulate(crowd(MUCH), sample(crowd(None), 1))


def test_the_small_scenario_shows_what_it_is_for() -> None:
    scenario = load(ROOT / "scenarios" / "features" / "come-back.yaml")
    log = simulate(scenario, sample(scenario, 1))
    again = log.visit_rows.attempt > 1
    assert again.sum() > 10
    assert "quota" in {REASONS[k] for k in log.visit_rows.reason[~again]}


@pytest.mark.parametrize(("lang", "back"), [("en", "Come back"), ("id", "Datang kembali")])
def test_the_page_tells_who_came_back_for_what(lang: str, back: str) -> None:
    scenario = load(ROOT / "scenarios" / "features" / "come-back.yaml")
    page = render_page(replicate(scenario, 5, workers=1), None, lang)
    table = page[page.index('id="returning"') :]
    table = table[: table.index("</table>")]
    assert back in table
    assert all((of.name or name) in table for name, of in scenario.journeys.items())
    plain = load(ROOT / "scenarios" / "tutorial.yaml")
    assert 'id="returning"' not in render_page(replicate(plain, 2, workers=1), None, lang)
