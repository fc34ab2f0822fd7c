"""Measures against slow definitions in pandas, on the logs of random malls."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from malls import mall, scenario_of, us, workload_of
from plain_measures import plainly_measured
from strategies import OPENS, days, plain_malls
from test_laws import Day, law

from sim import Log, Scenario, load, measure, replicate, sample, simulate
from sim.log import VISIT_OUTCOMES
from sim.statistics.measure import SHARES_OF_TIME, Measures
from sim.statistics.measures import measure_together
from sim.statistics.tally.columns import wait_begins

MINUTE = pd.Timedelta(1, "min")
QUANTILES = {"wait.median": 0.5, "wait.p90": 0.9, "wait.p95": 0.95, "wait.max": 1.0}


def tickets_of(log: Log, scenario: Scenario) -> pd.DataFrame:
    """Return the stops with what their visit knows, and what follows by definition; minutes."""
    visits = log.visits
    whose = visits.loc[log.stop_rows.row].reset_index(drop=True)
    stops = log.stops.copy()
    stops["row"] = log.stop_rows.row
    for name in ("journey", "visitor_class", "booked", "due"):
        stops[name] = whose[name]
    name = stops["agency"].astype(str) + "." + stops["service"].astype(str)
    stops["service"] = name
    since = stops["ticket"].where(
        stops["booked"].isna() | (stops["booked"] < stops["ticket"]), stops["booked"]
    )
    at_home = whose["entered"] > since  # her number is older than her visit
    since = since.where(~at_home, whose["entered"])
    stops["ticketed"] = stops["ticket"].notna()
    stops["was_called"] = stops["called"].notna()
    wait = (stops["called"] - since) / MINUTE
    stops["wait"] = wait.clip(lower=0)
    limit = {s: scenario.promise_of(s).wait / us(1) for s in scenario.services}
    stops["in_time"] = stops["was_called"] & (stops["wait"] <= name.map(limit).astype(float))
    for name in ("agency", "visitor_class", "outcome"):
        stops[name] = stops[name].astype(str)
    stops["weekday"] = stops["day"].astype(str)
    stops["hour"] = _hour(stops["ticket"], scenario)
    return stops


def _hour(times: pd.Series, scenario: Scenario) -> pd.Series:
    """Return the hour by which a time is counted; what is outside belongs to the ends."""
    first = min(day.doors for day in scenario.days) // us(60)
    last = -(-max(day.closes for day in scenario.days) // us(60)) - 1
    hour = (times / pd.Timedelta(1, "h")).fillna(0).astype(int).clip(first, last)
    return hour.map("{:02d}:00".format)


def chosen(frame: pd.DataFrame, m: Any, scope_of: dict[str, str]) -> pd.DataFrame:
    """Return the rows that a measure is about."""
    keep = pd.Series(True, index=frame.index)
    if m.name:
        keep &= frame[scope_of[m.scope]] == m.name
    if m.weekday:
        keep &= frame["weekday"] == m.weekday
    if m.interval:
        keep &= frame["hour"] == m.interval
    return frame[keep]


def quantile(values: pd.Series, p: float) -> float:
    """Return the smallest value that a share of at least p does not exceed."""
    ordered = sorted(values)
    return next(v for k, v in enumerate(ordered, 1) if k >= p * len(ordered) - 1e-9)


def number_for(rows: pd.DataFrame, outcome: str, what: str) -> int:
    """Return how many rows had an outcome for the reason that a measure names."""
    reason = what.partition(".")[2]
    return int(((rows["outcome"] == outcome) & (rows["reason"].astype(str) == reason)).sum())


def at_stop(rows: pd.DataFrame, what: str, days: int) -> tuple[float, float] | None:
    """Return total and n of a measure of tickets by its definition."""
    tickets, called = rows[rows["ticketed"]], rows[rows["was_called"]]
    outcome = rows["outcome"]
    reneged, away = (outcome == "reneged").sum(), (outcome == "turned_away").sum()
    if what.startswith("turned_away."):
        return number_for(rows, "turned_away", what), days
    if what in QUANTILES:
        if called.empty:
            return 0, 0
        return quantile(called["wait"], QUANTILES[what]), len(called)
    answers: dict[str, tuple[float, float]] = {
        "tickets": (len(tickets), days),
        "wait.mean": (called["wait"].sum(), len(called)),
        "called_in_time": (tickets["in_time"].sum(), len(tickets)),
        "promise_margin": (tickets["in_time"].sum() - 0.8 * len(tickets), len(tickets)),
        "gave_up": (reneged, days),
        "left": (reneged, len(tickets)),
        "turned_away": (away, days),
        "refused": (away, len(tickets) + away),
        "sent_home": ((outcome == "sent_home").sum(), days),
        "balked": ((outcome == "balked").sum(), days),
        "missed": ((outcome == "missed").sum(), days),
        "waited": ((called["wait"] > 0).sum(), len(called)),
    }
    return answers.get(what)


def of_visit(
    rows: pd.DataFrame, stops: pd.DataFrame, what: str, days: int
) -> tuple[float, float] | None:
    """Return total and n of a measure of visits by its definition."""
    rows = rows[~rows["outcome"].isin(["no_show", "cancelled", "moved"])]
    outcome = rows["outcome"]
    if what.startswith("turned_away."):
        return number_for(rows, "refused", what), days
    done = rows[outcome == "completed"]
    ended = (outcome != "in_progress").sum()
    mine = stops[stops["row"].isin(done.index)]
    late = set(mine.loc[mine["ticketed"] & ~mine["in_time"], "row"])
    answers: dict[str, tuple[float, float]] = {
        "visits": (len(rows), days),
        "people": (rows["people"].sum(), days),
        "completed": (len(done), days),
        "gave_up": ((outcome == "left").sum(), days),
        "turned_away": ((outcome == "refused").sum(), days),
        "sent_home": ((outcome == "sent_home").sum(), days),
        "left": ((outcome == "left").sum(), ended),
        "refused": ((outcome == "refused").sum(), ended),
        "fulfilled": (len(done) - len(late), ended),
        "wait_in_visit.mean": (mine["wait"].sum(), len(done)),
        "time_in_mall.mean": (((done["left"] - done["entered"]) / MINUTE).sum(), len(done)),
    }
    return answers.get(what)


SCOPES = {"agency": "agency", "service": "service", "journey": "journey",
          "visitor_class": "visitor_class"}  # fmt: skip


def hold(log: Log, scenario: Scenario, measures: Measures, keep: pd.Series | None = None) -> int:
    """Compare every measure of tickets and visits with its definition; return how many."""
    stops, visits = tickets_of(log, scenario), log.visits.copy()
    for name in ("journey", "visitor_class", "outcome"):
        visits[name] = visits[name].astype(str)
    visits["weekday"], visits["hour"] = visits["day"].astype(str), ""
    if keep is not None:
        stops, visits = stops[stops["row"].isin(visits.index[keep])], visits[keep]
    compared = 0
    for m, total, n in zip(measures.measures, measures.total, measures.n, strict=True):
        number = sum(1 for day in scenario.days if m.weekday in ("", day.weekday))
        pair = None
        if m.scope in ("mall", "journey", "visitor_class"):
            pair = of_visit(chosen(visits, m, SCOPES), stops, m.measure, number)
        if pair is None and m.scope != "journey":
            pair = at_stop(chosen(stops, m, SCOPES), m.measure, number)
        if pair is not None:
            compared += 1
            assert (total, n) == pytest.approx(pair), m
    return compared


@law(3)
@given(days(continuous=False))
def test_measures_are_what_their_definitions_say(day: Day) -> None:
    scenario, workload = day
    log = simulate(scenario, workload)
    assume(len(log.stop_rows))
    assert hold(log, scenario, measure(log, scenario)) > 50


@law(1)
@given(days(continuous=False), st.randoms(use_true_random=False))
def test_only_the_chosen_visits_count(day: Day, random: Any) -> None:
    scenario, workload = day
    log = simulate(scenario, workload)
    assume(len(log.stop_rows))
    keep = np.array([random.random() < 0.5 for _ in range(len(workload))])
    chosen_only = measure(log, scenario, only=keep)
    hold(log, scenario, chosen_only, pd.Series(keep))
    everybody = measure(log, scenario, only=np.ones(len(workload), dtype=bool))
    assert np.array_equal(everybody.total, measure(log, scenario).total)
    rest = measure(log, scenario, only=~keep)
    added = np.array([m.kind in ("ratio", "count") for m in everybody.measures])
    of_counters = np.array([m.measure in (*SHARES_OF_TIME, "busy.mean", "staffed.mean", "overtime",
                                          "standing.mean")
                            for m in everybody.measures])  # fmt: skip
    both = (chosen_only.total + rest.total)[added & ~of_counters]
    assert both == pytest.approx(everybody.total[added & ~of_counters])


def over(measures: Measures, what: str, scope: str = "mall", name: str = "", **cut: str) -> float:
    """Return the value of one measure."""
    wanted = (scope, name, cut.get("interval", ""), cut.get("weekday", ""), what)
    values = {
        (m.scope, m.name, m.interval, m.weekday, m.measure): v
        for m, v in zip(measures.measures, measures.value, strict=True)
    }
    return float(values[wanted])


@law(15)
@given(days(continuous=False))
def test_averages_over_time_are_those_of_a_clock(day: Day) -> None:
    """Things happen at whole minutes; a clock looks halfway between them.

    Named counters and hours have speeds, and half of a patience is no whole minute: left out.
    """
    scenario, workload = day
    assume(not any(isinstance(a.counters, dict) for a in scenario.agencies.values()))
    assume(scenario.hall.standing_patience in (0, 1))
    assume(not any(s.by_hour for a in scenario.agencies.values() for s in a.services.values()))
    log = simulate(scenario, workload)
    rows, visits, at_ = log.stop_rows, log.visit_rows, log.counter_rows
    serving = np.isin(log.counters["state"].astype(str), ["serving", "wrapping"])
    gone = np.where(rows.called > 0, rows.called, rows.end)
    of_stop = visits.day[rows.row]
    since = wait_begins(log, scenario)
    seen: dict[tuple[str, str], list[tuple[int, int, int]]] = {}
    for number, of in enumerate(scenario.days):
        for tick in range(min(of.doors, of.opens) + us(1) // 2, of.closes, us(1)):
            waiting = (of_stop == number) & (rows.ticket >= 0) & (since < tick) & (tick < gone)
            inside = (visits.day == number) & (visits.entered >= 0) & (visits.entered < tick)
            busy = (at_.day == number) & serving & (at_.begin < tick) & (tick < at_.end)
            people = int(visits.people[inside & (tick < visits.left)].sum())
            counts = int(waiting.sum()), people, int(busy.sum())
            seen.setdefault((f"{tick // us(60):02d}:00", of.weekday), []).append(counts)
    found = measure(log, scenario)
    hours, weekdays = {hour for hour, _ in seen}, {day for _, day in seen}
    for hour in ("", *sorted(hours)):
        for weekday in ("", *sorted(weekdays)):
            counts_of = [c for (h, d), of_slice in seen.items()
                         if hour in ("", h) and weekday in ("", d) for c in of_slice]  # fmt: skip
            if counts_of:
                line, hall, _ = np.mean(counts_of, axis=0)
                cut = {"interval": hour, "weekday": weekday}
                assert over(found, "line.mean", **cut) == pytest.approx(line)
                assert over(found, "in_hall.mean", **cut) == pytest.approx(hall)
    everything = np.array([c for of_slice in seen.values() for c in of_slice])
    each = sum(over(found, "busy.mean", "agency", name) for name in scenario.agencies)
    assert each == pytest.approx(everything[:, 2].mean())
    assert over(found, "line.max") >= everything[:, 0].max()
    assert over(found, "in_hall.max") >= everything[:, 1].max()
    if scenario.hall.seats is not None:
        standing = np.maximum(everything[:, 1] - scenario.hall.seats, 0)
        assert over(found, "standing.mean") == pytest.approx(standing.mean())


# One day by hand


def _by_hand() -> tuple[Scenario, Log]:
    """One counter from 08:00 to 10:00; A 08:00 + 30, B 08:10 + 30, C 08:20 leaves at 08:50."""
    services = {"s": {"promise": {"wait": "20 min", "for": "90 %"}}}
    scenario = mall({"a": {"counters": 1, "services": services}, "b": 1}, hours="08:00-10:00")
    rows = [
        {"journey": "all", "due": us(OPENS + due), "service": "a.s", "time": us(30),
         "patience": us(30)}
        for due in (0, 10, 20)
    ]  # fmt: skip
    rows.append({**rows[0], "due": us(OPENS + 115), "patience": us(30)})
    return scenario, simulate(scenario, workload_of(scenario, rows))


def test_one_day_by_hand() -> None:
    """A and D are called at once, B after 20 minutes; D is served until 10:25."""
    scenario, log = _by_hand()
    found = measure(log, scenario)
    assert over(found, "wait.mean", "agency", "a") == pytest.approx(20 / 3)
    assert over(found, "wait.median", "agency", "a") == 0
    assert over(found, "wait.p90", "agency", "a") == 20
    assert over(found, "called_in_time", "agency", "a") == 3 / 4
    assert over(found, "left", "agency", "a") == 1 / 4
    assert over(found, "line.mean") == pytest.approx((20 + 30) / 120)
    assert over(found, "line.mean", interval="08:00") == pytest.approx(50 / 60)
    assert over(found, "line.mean", interval="09:00") == 0
    assert over(found, "line.max") == over(found, "line.max", "agency", "a") == 2
    assert over(found, "overtime") == 25
    assert over(found, "in_hall.max") == 3
    assert over(found, "busy.mean", "agency", "a") == pytest.approx(65 / 120)
    assert over(found, "staffed.mean", "agency", "a") == 1
    assert over(found, "fulfilled") == 3 / 4
    assert over(found, "time_in_mall.mean") == pytest.approx((30 + 50 + 30) / 3)


def test_utilisation_counts_the_overtime() -> None:
    """a.1 serves 90 of the 145 minutes for which it was staffed."""
    scenario, log = _by_hand()
    assert over(measure(log, scenario), "utilisation", "agency", "a") == pytest.approx(90 / 145)


def test_who_is_turned_away_is_counted_by_reason() -> None:
    """Two tickets; the third is refused for the quota, the fourth comes after the last ticket."""
    calendar = {"last_ticket": "09:00"}
    scenario = mall({"a": {"counters": 1, "services": ["s"], "quota": 2}}, calendar=calendar)
    rows = [{"journey": "all", "due": us(OPENS + due), "service": "a.s", "time": us(1)}
            for due in (0, 5, 10, 60)]  # fmt: skip
    found = measure(simulate(scenario, workload_of(scenario, rows)), scenario)
    assert over(found, "turned_away") == 2
    assert over(found, "turned_away.quota") == over(found, "turned_away.closed") == 1
    assert over(found, "turned_away.quota", "agency", "a") == 1
    assert over(found, "turned_away.hall_full") == 0


def test_what_nobody_experienced_is_absent_and_not_zero() -> None:
    scenario, log = _by_hand()
    found = measure(log, scenario)
    for what in ("wait.mean", "wait.p95", "wait.max", "left", "refused"):
        assert np.isnan(over(found, what, "agency", "b"))
    assert over(found, "tickets", "agency", "b") == 0
    assert over(found, "wait.mean", "agency", "a", interval="09:00") == 0  # D's


def test_the_line_does_not_count_who_is_being_called() -> None:
    scenario = mall({"a": 1}, hours="08:00-09:00")
    row = {"journey": "all", "due": us(OPENS), "service": "a.s", "time": us(60)}
    found = measure(simulate(scenario, workload_of(scenario, [row])), scenario)
    assert over(found, "line.mean") == 0
    assert over(found, "busy.mean", "agency", "a") == 1


def test_who_is_sent_home_leaves_the_line_then() -> None:
    """Friday closes at 09:00, Monday at 12:00: the line of Friday ends with Friday."""
    calendar = {"at_close": "send_home",
                "hours": {"mon": "08:00-12:00", "fri": "08:00-09:00"}}  # fmt: skip
    scenario = mall({"a": 1}, days="mon, fri", calendar=calendar)
    rows = [
        {"day": "fri", "journey": "all", "due": us(OPENS), "service": "a.s", "time": us(60)},
        {"day": "fri", "journey": "all", "due": us(OPENS + 30), "service": "a.s", "time": us(60)},
    ]
    found = measure(simulate(scenario, workload_of(scenario, rows)), scenario)
    assert over(found, "line.mean") == pytest.approx(30 / (240 + 60))
    assert over(found, "line.mean", weekday="fri") == pytest.approx(30 / 60)
    assert over(found, "line.mean", weekday="mon") == 0


def test_a_booked_time_holds_for_the_first_try_alone() -> None:
    """She is called early, comes back at 08:05 with a new ticket, and waits until 08:20 for B."""
    booking = {"every": "1 h", "hours": "09:00-11:00", "call_early": "yes"}
    service = {"incomplete": {"share": "10 %", "fetch": {"always": "3 min"}, "tries": 2}}
    scenario = mall(
        {"a": {"counters": 1, "services": {"s": service}}},
        journeys={"all": {"per_day": 4, "stops": ["a.s"], "booking": booking}},
    )
    her = {"journey": "all", "index": 0, "due": us(OPENS), "booked": us(OPENS + 60),
           "service": "a.s", "stop": 1}  # fmt: skip
    rows = [
        {**her, "tries": 1, "time": us(2), "ends": "incomplete", "walk": 0},
        {**her, "tries": 2, "time": us(5), "ends": "served", "walk": us(3)},
        {"journey": "all", "index": 1, "due": us(OPENS + 1), "booked": None, "service": "a.s",
         "stop": 1, "tries": 1, "time": us(18), "ends": "served", "walk": 0},
    ]  # fmt: skip
    log = simulate(scenario, workload_of(scenario, rows))
    waits = (log.stop_rows.called - wait_begins(log, scenario)) / us(1)
    assert log.stop_rows.tries.tolist() == [1, 2, 1]
    assert np.maximum(waits, 0).tolist() == [0, 15, 1]


def test_a_quantile_is_a_wait_that_somebody_had() -> None:
    """Of ten waits 0, 1, ..., 9 nine do not exceed 8: that is the 90 % quantile."""
    scenario = mall({"a": 1, "b": 1}, calendar={"doors": "07:00"})
    rows = [
        {"journey": "all", "due": us(OPENS - k), "service": "a.s", "time": 0} for k in range(10)
    ]
    found = measure(simulate(scenario, workload_of(scenario, rows)), scenario)
    wanted = {"wait.median": 4, "wait.p90": 8, "wait.p95": 9, "wait.max": 9}
    for what, value in wanted.items():
        assert over(found, what, "agency", "a") == value


def test_counts_are_per_day_also_where_weekdays_are_pooled() -> None:
    scenario = mall({"a": 1}, days="mon-fri")
    rows = [
        {"day": day, "journey": "all", "due": us(OPENS), "service": "a.s", "time": 0}
        for day in ("mon", "mon", "mon", "wed", "fri")
    ]
    found = measure(simulate(scenario, workload_of(scenario, rows)), scenario)
    assert over(found, "visits") == 1
    assert over(found, "visits", weekday="mon") == 3
    assert over(found, "visits", weekday="tue") == 0


def test_the_warm_up_counts_for_nothing() -> None:
    data = {"name": "x", "calendar": {"continuous": "48 h", "warm_up": "24 h"},
            "agencies": {"a": {"counters": 1, "services": {"s": {"time": {"always": "1 min"}}}}},
            "journeys": {"all": {"per_day": 1, "stops": ["a.s"]}}}  # fmt: skip
    scenario = scenario_of(data)
    rows = [
        {"journey": "all", "due": us(60 * hour), "service": "a.s", "time": us(60)}
        for hour in (1, 1, 1, 25, 25)
    ]
    found = measure(simulate(scenario, workload_of(scenario, rows)), scenario)
    assert over(found, "visits") == 2
    assert over(found, "wait.mean", "agency", "a") == 30
    assert over(found, "utilisation", "agency", "a") == pytest.approx(2 / 24)
    assert over(found, "line.mean") == pytest.approx(1 / 24)


# Results


@law(3)
@given(plain_malls(continuous=False))
def test_results_pool_sums_and_never_average_means(data: dict[str, Any]) -> None:
    scenario = scenario_of(data)
    results = replicate(scenario, 3, seed=5, workers=1)
    logs = [simulate(scenario, sample(scenario, 5, r)) for r in range(3)]
    tickets = pd.concat([tickets_of(log, scenario) for log in logs])
    for agency in scenario.agencies:
        called = tickets[tickets["was_called"] & (tickets["agency"] == agency)]
        value = results.estimate("wait.mean", "agency", agency).value
        assert value == pytest.approx(called["wait"].mean(), nan_ok=True)
    assert results.estimate("visits").value == pytest.approx(
        sum(came(log) for log in logs) / 3 / len(scenario.days)
    )


def came(log: Log) -> int:
    """Return how many of a log's citizens came to the mall."""
    stayed_away = [VISIT_OUTCOMES.index(name) for name in ("no_show", "cancelled", "moved")]
    return int((~np.isin(log.visit_rows.outcome, stayed_away)).sum())


def test_own_measures_and_transforms_are_run() -> None:
    scenario = mall({"a": 1}, demand={"scale": 3})
    results = replicate(
        scenario, 4, seed=1, workers=1,
        measures=lambda log: {"visitors": float(len(log.visit_rows))},
        transform=_later,
    )  # fmt: skip
    counts = [len(sample(scenario, 1, r)) for r in range(4)]
    assert results.per_replication("visitors", scope="own").tolist() == counts
    assert (results.per_replication("refused") == 1).all()


def _later(workload: Any) -> Any:
    from dataclasses import replace

    return replace(workload, due=workload.due + us(24 * 60))


# The kernels


def equal_but_for_rounding(measures: Measures, plain: tuple[Any, Any]) -> None:
    """Compare with the plain definitions, which add up minutes and not whole µs."""
    assert measures.total == pytest.approx(plain[0], rel=1e-12, abs=1e-9)
    assert measures.n == pytest.approx(plain[1], rel=1e-12, abs=1e-9)
    of = measures.measures
    counted = np.array([m.kind in ("count", "quantile", "maximum") for m in of])
    counted &= np.array([m.unit != "min" or m.kind != "count" for m in of])
    assert np.array_equal(measures.total[counted], plain[0][counted])
    assert np.array_equal(measures.n[counted], plain[1][counted])


@law(40)
@given(days(), st.randoms(use_true_random=False))
def test_kernels_find_what_plain_columns_do(day: Day, random: Any) -> None:
    """Over all features, of everybody and of some; counts, quantiles and maxima to the last bit."""
    scenario, workload = day
    log = simulate(scenario, workload)
    some = np.array([random.random() < 0.5 for _ in log.visit_rows.day], dtype=bool)
    for only in (None, some):
        equal_but_for_rounding(measure(log, scenario, only), plainly_measured(log, scenario, only))


@pytest.mark.parametrize("name", ["lhokseumawe", "lhokseumawe-ramadan", "join/imigrasi"])
def test_kernels_find_what_plain_columns_do_in_a_whole_mall(name: str) -> None:
    scenario = load(f"scenarios/{name}.yaml")
    log = simulate(scenario, sample(scenario, 3, 1))
    equal_but_for_rounding(measure(log, scenario), plainly_measured(log, scenario))


FEATURES = sorted((Path(__file__).parent.parent / "scenarios" / "features").glob("*.yaml"))


@pytest.mark.parametrize("path", FEATURES, ids=lambda path: path.stem)
def test_measured_together_each_replication_has_the_numbers_of_its_own(path: Path) -> None:
    """To the last bit, and in their order: nothing of one counts in another."""
    scenario = load(path)
    logs = [simulate(scenario, sample(scenario, 8, r)) for r in (2, 0, 1)]
    for log, found in zip(logs, measure_together(logs, scenario), strict=True):
        alone = measure(log, scenario)
        equal_but_for_rounding(alone, plainly_measured(log, scenario))
        assert found.replication == log.replication
        assert found.measures == alone.measures
        assert np.array_equal(found.total, alone.total)
        assert np.array_equal(found.n, alone.n)
