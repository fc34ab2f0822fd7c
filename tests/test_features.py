"""One small scenario for each rule of the hall, and what a rule is while it is off: nothing."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from sim.engine import simulate
from sim.log import REASONS, STATES, VISIT_OUTCOMES, Log
from sim.sampling import sample
from sim.scenario.examples import SMALL
from sim.scenario.loading import load, load_text
from sim.scenario.model import Scenario
from sim.scenario.numbers import ALONE
from sim.scenario.writing import fingerprint, show
from sim.statistics.measures import measure

ROOT = Path(__file__).parent.parent
FEATURES = sorted((ROOT / "scenarios" / "features").glob("*.yaml"))
OFF = {
    "order": "priority",
    "call": "{walk_up: 0 s, tries: 1, every: 0 s, missed: 0 %}",
    "absence": "0 %",
    "away": "0 %",
    "at_break": "finish",
    "told_at": "never",
}
"""The rules of an agency, each as if nobody had written it."""


def played(file: Path) -> tuple[Scenario, list[Log]]:
    scenario = load(file)
    return scenario, [simulate(scenario, sample(scenario, 1, r)) for r in range(3)]


def became(logs: list[Log]) -> Counter[str]:
    """Count what became of the visits, by outcome and by reason."""
    found: Counter[str] = Counter()
    for log in logs:
        found.update(VISIT_OUTCOMES[k] for k in log.visit_rows.outcome)
        found.update(REASONS[k] for k in log.visit_rows.reason)
    return found


@pytest.mark.parametrize("file", FEATURES, ids=lambda f: f.stem)
def test_a_scenario_of_a_feature_is_small_and_explained(file: Path) -> None:
    lines = file.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 30
    assert sum("#" in line for line in lines[1:]) >= 2
    assert max(map(len, lines)) <= 110
    assert load_text(show(load(file))) == load(file)


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("quota", "quota"),
        ("agency-last-ticket", "closed"),
        ("tenant-some-weekdays", "closed"),
        ("balking", "line_too_long"),
        ("missed-call", "missed_call"),
        ("booking", "no_show"),
        ("booking", "cancelled"),
        ("absence", "no_officer"),
        ("told-at-the-entrance", "no_officer"),
        ("patience-in-mall", "patience"),
        ("goes-on-after", "quota"),
        ("incomplete", "incomplete"),
        ("park", "completed"),
        ("line-at-the-door", "hall_full"),
    ],
)
def test_what_a_scenario_shows_happens_in_it(name: str, seen: str) -> None:
    _, logs = played(ROOT / "scenarios" / "features" / f"{name}.yaml")
    assert became(logs)[seen] > 0


def test_a_call_occupies_a_counter_for_its_whole_way() -> None:
    _, logs = played(ROOT / "scenarios" / "features" / "call.yaml")
    for log in logs:
        rows = log.counter_rows
        calling = rows.state == STATES.index("calling")
        assert calling.any()
        assert set((rows.end - rows.begin)[calling]) == {25_000_000}


@pytest.mark.parametrize(
    ("name", "what"), [("outage", "down"), ("at-break", "break"), ("wrap-up", "wrapping")]
)
def test_a_counter_does_what_its_scenario_shows(name: str, what: str) -> None:
    scenario, logs = played(ROOT / "scenarios" / "features" / f"{name}.yaml")
    state = STATES.index(what)
    assert any((log.counter_rows.state == state).any() for log in logs)
    assert bool(scenario.outages) == (name == "outage")


def test_breaks_in_shifts_leave_somebody_at_the_counters() -> None:
    scenario, logs = played(ROOT / "scenarios" / "features" / "breaks-in-shifts.yaml")
    rows = logs[0].counter_rows
    on_break = (rows.state == STATES.index("break")) & (rows.day == 0)
    by_counter = {c: rows.begin[on_break & (rows.counter == c)].min() for c in range(4)}
    assert by_counter[0] < by_counter[2]
    assert len(scenario.counters) == 4


def test_officers_help_where_their_scenario_says() -> None:
    scenario, logs = played(ROOT / "scenarios" / "features" / "skills.yaml")
    stops = logs[0].stops
    by = stops.groupby(["service", "counter"], observed=True).size()
    assert by["bayar", "3"] > 0  # of dukcapil, which has three counters
    assert by["info", "anwar"] > 20
    of_class = logs[0].visit_rows.visitor_class[logs[0].stop_rows.row]
    first = logs[0].stop_rows.counter == scenario.counters.index(("dukcapil", "1"))
    assert set(of_class[first]) == {list(scenario.class_shares).index("elderly")}


def test_the_longest_wait_is_over_first_whatever_the_service() -> None:
    """Of two tickets that wait for the shared officer the later one is never called before."""
    _, logs = played(ROOT / "scenarios" / "features" / "longest-wait.yaml")
    for log in logs:
        rows = log.stop_rows
        waited = np.flatnonzero(rows.called > rows.ticket)
        assert len(waited) > 20
        by_call = sorted(waited, key=lambda k: (log.visit_rows.day[rows.row[k]], rows.called[k]))
        tickets = [(log.visit_rows.day[rows.row[k]], rows.ticket[k]) for k in by_call]
        assert tickets == sorted(tickets)
        assert len(set(rows.service[waited].tolist())) == 2


def test_who_goes_on_after_a_failure_is_seen_at_the_next_stop() -> None:
    _, logs = played(ROOT / "scenarios" / "features" / "goes-on-after.yaml")
    failed = {
        REASONS[log.visit_rows.reason[row]]
        for log in logs
        for row, number in Counter(log.stop_rows.row.tolist()).items()
        if number == 2
    }
    assert {"quota", "patience"} <= failed


def test_who_takes_all_tickets_at_the_entrance_stands_in_two_lines_at_once() -> None:
    _, logs = played(ROOT / "scenarios" / "features" / "tickets-at-entrance.yaml")
    for log in logs:
        rows = log.stop_rows
        own = rows.stop > 1  # after the kiosk
        taken = Counter(zip(rows.row[own].tolist(), rows.ticket[own].tolist(), strict=True))
        assert Counter(taken.values())[2] > 10


def test_who_stands_outside_or_without_a_seat_is_measured() -> None:
    scenario, logs = played(ROOT / "scenarios" / "features" / "line-at-the-door.yaml")
    assert scenario.hall.capacity and scenario.hall.seats
    for log in logs:
        found = measure(log, scenario)
        value = {
            m.measure: v
            for m, v in zip(found.measures, found.value, strict=True)
            if (m.scope, m.interval, m.weekday) == ("mall", "", "")
        }
        assert value["in_hall.max"] <= scenario.hall.capacity
        assert value["outside.mean"] > 0
        assert value["standing.mean"] > max(0, value["in_hall.mean"] - scenario.hall.seats)
        assert value["people"] > value["visits"]


def test_several_documents_are_one_call_of_their_times_and_one_number_at_the_entrance() -> None:
    scenario = load(ROOT / "scenarios" / "features" / "documents.yaml")
    visitors = {key: of.model_copy(update={"documents": ALONE})
                for key, of in scenario.visitors.items()}  # fmt: skip
    several, one = (
        sample(scenario, 1),
        sample(scenario.model_copy(update={"visitors": visitors}), 1),
    )
    assert np.array_equal(several.offset, one.offset)
    broker = np.repeat(several.visitor_class, np.diff(several.offset)) == several.classes.index(
        "broker"
    )
    longer = several.time > one.time
    assert np.array_equal(longer, broker & (several.stop == 2))
    assert several.time[longer].sum() > 3 * one.time[longer].sum()


def test_each_named_counter_works() -> None:
    scenario, logs = played(ROOT / "scenarios" / "features" / "named-counters.yaml")
    assert set(np.unique(logs[0].stop_rows.counter)) == set(range(len(scenario.counters)))


# What is off


def test_what_is_off_is_not_shown_and_gives_no_other_fingerprint() -> None:
    plain = load_text(SMALL)
    assert not any(f"{key}:" in show(plain) for key in (*OFF, "quota", "booking", "goes_on_after"))
    for key, value in OFF.items():
        said = load_text(SMALL.replace("counters: 3", f"counters: 3\n    {key}: {value}"))
        assert said == plain
        assert fingerprint(said) == fingerprint(plain)


def test_of_a_call_and_of_bookings_only_what_differs_is_shown() -> None:
    text = SMALL.replace("counters: 3", "counters: 3\n    call: {walk_up: 25 s}")
    text = text.replace("[dukcapil.ktp]}", "[dukcapil.ktp], booking: {every: 30 min}}")
    shown = show(load_text(text))
    assert "call: {walk_up: 25 s}" in shown
    assert "booking: {every: 30 min}" in shown
