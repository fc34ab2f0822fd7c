"""The answer in numbers and verdicts, without words: is each promise kept, where and when not?

A promise is kept if the lower confidence bound of the share called in time is at or above the
share promised, broken if the upper bound lies below it; else it cannot be told. The mall's verdict
rests on those of its agencies, whose intervals are therefore 95 % together (Bonferroni), as are
those of all services, and those of the weekdays or hours into which one agency is cut: looking at
many finds no trouble by chance.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.engine.loads import Load, overloads
from sim.report.observed import Counted, counted, made_of_them
from sim.scenario import quantities as q
from sim.scenario.figures import Figure, figures
from sim.scenario.model import Journey, Promise, Scenario, VisitorClass
from sim.statistics.intervals import Estimate, ratio_interval, ratio_intervals
from sim.statistics.results import Results
from sim.statistics.slices import hours_of, weekdays_of
from sim.statistics.verdict import promise_of, state, together

Floats = NDArray[np.float64]
Verdict = Literal["kept", "broken", "cannot_tell", "nobody", "no_promise"]
"""`nobody`: no ticket was taken in any replication."""
_TROUBLE: tuple[Verdict, ...] = ("broken", "cannot_tell", "kept", "nobody", "no_promise")
FEWEST_TICKETS = 30
"""Tickets over all replications below which a weekday or an hour gets no verdict of its own."""
BAD = 0.05
"""A bad day is one in twenty."""


@dataclass(frozen=True)
class Slice:
    """One weekday, one hour of the clock, or one hour of one weekday ("" where not cut).

    tickets : on such a day (or in such an hour of a day), on average
    resting : why people wait there whatever the staff does: `break` where the mall's break falls
        into the hour, `opening` where the hour begins before the mall opens
    called_in_time : its interval is simultaneous with those of the agency's other slices
    """

    weekday: str
    interval: str
    verdict: Verdict
    called_in_time: Estimate
    tickets: float
    resting: Literal["", "break", "opening"] = ""


@dataclass(frozen=True)
class Standing:
    """How an agency, or a service, stands to its promise.

    name : `dukcapil` or `dukcapil.ktp`; title : its name in the scenario
    wait, required : the promise, minutes and share; NaN where services promise differently,
        or nothing
    called_in_time, margin : their intervals hold together with those of the other agencies, or
        of the other services
    tickets, gave_up, turned_away, sent_home : people per day; left, refused : shares; waits in
        minutes
    utilisation : share of the staffed time that is spent serving; None for a service
    weekdays, hours : every slice in order; trouble : the hours of single weekdays in which the
        promise is broken, the worst first
    """

    name: str
    title: str
    verdict: Verdict
    wait: float
    required: float
    called_in_time: Estimate
    margin: Estimate
    tickets: Estimate
    wait_mean: Estimate
    wait_p90: Estimate
    gave_up: Estimate
    left: Estimate
    turned_away: Estimate
    refused: Estimate
    sent_home: Estimate
    utilisation: Estimate | None
    weekdays: tuple[Slice, ...] = ()
    hours: tuple[Slice, ...] = ()
    trouble: tuple[Slice, ...] = ()
    services: tuple[Standing, ...] = ()

    @property
    def bad_weekdays(self) -> tuple[str, ...]:
        """The weekdays on which the promise is broken, the worst first."""
        return tuple(s.weekday for s in _worst_first(self.weekdays))

    @property
    def bad_hours(self) -> tuple[str, ...]:
        """The hours of the clock in which the promise is broken over the week, worst first."""
        return tuple(s.interval for s in _worst_first(self.hours))


@dataclass(frozen=True)
class Spread:
    """What an ordinary day brings (the median), and what one day in twenty brings or worse."""

    ordinary: Estimate
    bad: Estimate


@dataclass(frozen=True)
class DayAnswer:
    """One weekday, over its days in all replications; people per day, shares of visits."""

    weekday: str
    visits: Estimate
    fulfilled: Estimate
    called_in_time: Estimate
    gave_up: Estimate
    left: Estimate
    turned_away: Estimate
    refused: Estimate
    sent_home: Estimate
    in_hall_max: Estimate
    spread_visits: Spread
    spread_fulfilled: Spread
    spread_in_hall_max: Spread


@dataclass(frozen=True)
class Group:
    """The citizens of one journey or one class: visits a day, shares of visits, minutes."""

    name: str
    title: str
    visits: Estimate
    fulfilled: Estimate
    left: Estimate
    refused: Estimate
    wait_in_visit: Estimate
    time_in_mall: Estimate


@dataclass(frozen=True)
class MallAnswer:
    """The mall as a whole: people per day, shares of visits, times in minutes.

    called_at_counters : called in time, of the tickets at agencies with counters: who takes a
        number at a machine is called at once, and would hide the others
    incomplete, returned, several_days : None where the scenario has nothing of the kind
    """

    visits: Estimate
    completed: Estimate
    fulfilled: Estimate
    called_in_time: Estimate
    called_at_counters: Estimate
    gave_up: Estimate
    left: Estimate
    turned_away: Estimate
    refused: Estimate
    sent_home: Estimate
    wait_in_visit: Estimate
    time_in_mall: Estimate
    in_hall_max: Estimate
    overtime: Estimate
    incomplete: Estimate | None = None
    returned: Estimate | None = None
    several_days: Estimate | None = None


@dataclass(frozen=True)
class Answer:
    """What a run says about a scenario.

    verdict : kept if every agency with a promise keeps it, broken if one breaks it
    agencies : ordered by trouble, the worst first
    days : weekdays in order, empty for a continuous run; busiest : the one with most visits
    seats, capacity : of the hall, None where the scenario states none
    overloads : offered load above what the counters can take, from the scenario alone
    saturated : agencies that served during 95 % of their staffed time or more on some weekday
    dates : days of one replication, where these are dates; else 0
    has_desks : whether some that promise are desks or machines that visits begin with
    counted : what was counted beside what the model gives; counts_made_it : `made_of_them`
    figures : every figure of the scenario with its source
    """

    scenario: str
    replications: int
    seed: int
    verdict: Verdict
    agencies: tuple[Standing, ...]
    mall: MallAnswer
    journeys: tuple[Group, ...]
    classes: tuple[Group, ...]
    days: tuple[DayAnswer, ...]
    busiest: str
    seats: int | None
    capacity: int | None
    overloads: tuple[Load, ...]
    saturated: tuple[tuple[str, str, Estimate], ...]
    dates: int
    has_desks: bool
    counted: tuple[Counted, ...]
    counts_made_it: bool
    figures: tuple[Figure, ...]

    @classmethod
    def of(cls, results: Results) -> Answer:
        """Return the answer of the results of all replications."""
        scenario = results.scenario
        agencies = sorted(_agencies(results), key=_trouble)
        days = tuple(_day(results, weekday) for weekday in _weekdays(scenario))
        busiest = max(days, key=lambda day: _or(day.visits.value, 0.0), default=None)
        return cls(
            scenario=scenario.name,
            replications=results.replications,
            seed=results.run.seed,
            verdict=_together(a.verdict for a in agencies),
            agencies=tuple(agencies),
            mall=_mall(results),
            journeys=_groups(results, "journey", scenario.journeys),
            classes=_groups(results, "visitor_class", scenario.visitors),
            days=days,
            busiest=busiest.weekday if busiest else "",
            seats=scenario.hall.seats,
            capacity=scenario.hall.capacity,
            overloads=overloads(scenario),
            saturated=tuple(_saturated(results)),
            dates=sum(1 for day in scenario.days if day.date),
            has_desks=any(
                _is_desk(scenario, a.name) for a in agencies if a.verdict != "no_promise"
            ),
            counted=counted(results),
            counts_made_it=made_of_them(scenario),
            figures=figures(scenario),
        )

    @property
    def promised(self) -> tuple[Standing, ...]:
        """The agencies that promise something, in the order of trouble."""
        return tuple(a for a in self.agencies if a.verdict != "no_promise")

    def with_verdict(self, verdict: Verdict) -> tuple[Standing, ...]:
        """Return the agencies with a verdict, in the order of trouble."""
        return tuple(a for a in self.agencies if a.verdict == verdict)

    @property
    def broken_services(self) -> tuple[tuple[Standing, Standing], ...]:
        """The services that break their promise in agencies that do not: (agency, service)."""
        return tuple(
            (agency, service)
            for agency in self.promised
            if agency.verdict != "broken"
            for service in agency.services
            if service.verdict == "broken"
        )

    @property
    def busiest_day(self) -> DayAnswer | None:
        """The weekday with most visits; None for a continuous run."""
        return next((day for day in self.days if day.weekday == self.busiest), None)

    @property
    def worst_day(self) -> DayAnswer | None:
        """The weekday with fewest visits fulfilled; the busiest unless another is surely worse."""
        busiest = self.busiest_day
        if busiest is None:
            return None
        worst = min(self.days, key=lambda day: _or(day.fulfilled.value, 2.0))
        return worst if worst.fulfilled.high < busiest.fulfilled.low else busiest

    @property
    def assumed(self) -> tuple[Figure, ...]:
        """The figures that are assumptions, stated or by default, or that have no source."""
        return tuple(f for f in self.figures if f.kind != "source")


def _is_desk(scenario: Scenario, agency: str) -> bool:
    """Whether nobody comes for this agency: it is a machine, or visits only begin there."""
    stops = {
        stop.agency
        for journey in scenario.journeys.values()
        for step in journey.stops
        for stop in step.stops
    }
    return scenario.agencies[agency].machines is not None or agency not in stops


def _together(verdicts: Iterable[Verdict]) -> Verdict:
    found = set(verdicts)
    return next((verdict for verdict in _TROUBLE if verdict in found), "no_promise")


def _agencies(results: Results) -> Iterator[Standing]:
    scenario = results.scenario
    promising = [name for name in scenario.services if scenario.promise_of(name)]
    each = together(len({name.partition(".")[0] for name in promising}))
    each_service = together(len(promising))
    for name, agency in scenario.agencies.items():
        own = [f"{name}.{service}" for service in agency.services]
        services = [
            _standing(
                results, "service", full, agency.services[full.partition(".")[2]].name or full,
                [scenario.promise_of(full)], each_service,
            )
            for full in own
        ]  # fmt: skip
        promises = [scenario.promise_of(full) for full in own]
        yield _standing(results, "agency", name, agency.name or name, promises, each, services)


def _standing(
    results: Results, scope: str, name: str, title: str, promises: list[Promise | None],
    confidence: float, services: Iterable[Standing] = (),
) -> Standing:  # fmt: skip
    def of(measure: str) -> Estimate:
        return results.estimate(measure, scope, name)

    stated = [p for p in promises if p is not None]
    wait = _same(p.wait / q.MINUTE for p in stated)
    required = _same(p.for_ for p in stated)
    called_in_time, margin, kept = promise_of(results, scope, name, confidence)
    verdict: Verdict = kept
    if not stated:
        verdict = "no_promise"
    elif math.isnan(called_in_time.value):
        verdict = "nobody"
    cuts = _Cuts(results, scope, name)
    return Standing(
        name=name,
        title=title,
        verdict=verdict,
        wait=wait,
        required=required,
        called_in_time=called_in_time,
        margin=margin,
        tickets=of("tickets"),
        wait_mean=of("wait.mean"),
        wait_p90=of("wait.p90"),
        gave_up=of("gave_up"),
        left=of("left"),
        turned_away=of("turned_away"),
        refused=of("refused"),
        sent_home=of("sent_home"),
        utilisation=of("utilisation") if scope == "agency" else None,
        weekdays=cuts.weekdays() if stated else (),
        hours=cuts.hours() if stated else (),
        trouble=cuts.trouble() if stated and scope == "agency" else (),
        services=tuple(sorted(services, key=_trouble)),
    )


@dataclass(frozen=True)
class _Cuts:
    """The slices of one agency or service against the share that each requires.

    Where services ask for different shares, that of a slice is their mean over its tickets: at
    ten o'clock others come than at eight.
    """

    results: Results
    scope: str
    name: str

    def weekdays(self) -> tuple[Slice, ...]:
        return self._slices([(day, "") for day in _weekdays(self.results.scenario)])

    def hours(self) -> tuple[Slice, ...]:
        return self._slices([("", hour) for hour in _hours(self.results.scenario)])

    def trouble(self) -> tuple[Slice, ...]:
        days, hours = _weekdays(self.results.scenario), _hours(self.results.scenario)
        return _worst_first(self._slices([(day, hour) for day in days for hour in hours]))

    def _slices(self, labels: list[tuple[str, str]]) -> tuple[Slice, ...]:
        if not labels:
            return ()
        total, n = self._columns("called_in_time", labels)
        shares = ratio_intervals(total, n, together(len(labels)), share=True)
        margin, _ = self._columns("promise_margin", labels)
        tickets, days = self._columns("tickets", labels)
        asked, per_day = n.sum(axis=0), tickets.sum(axis=0) / days.sum(axis=0)
        required = (total - margin).sum(axis=0) / np.maximum(asked, 1)
        return tuple(
            self._slice(label, share, *(float(x[k]) for x in (required, asked, per_day)))
            for k, (label, share) in enumerate(zip(labels, shares, strict=True))
        )

    def _columns(self, measure: str, labels: list[tuple[str, str]]) -> tuple[Floats, Floats]:
        columns = [
            self.results.position(measure, self.scope, self.name, interval, weekday)
            for weekday, interval in labels
        ]
        return self.results.total[:, columns], self.results.n[:, columns]

    def _slice(
        self, label: tuple[str, str], share: Estimate, required: float, asked: float,
        per_day: float,
    ) -> Slice:  # fmt: skip
        verdict: Verdict = "nobody" if asked == 0 else "cannot_tell"
        if asked >= FEWEST_TICKETS:
            verdict = state(share.low - required, share.high - required)
        resting = _resting(self.results.scenario, self.name, *label)
        return Slice(*label, verdict, share, per_day, resting)


def _resting(
    scenario: Scenario, name: str, weekday: str, interval: str
) -> Literal["", "break", "opening"]:
    """Return whether a break or the opening falls into an hour, on all days or on one.

    Of dates, on most of them: in a season the break is another.
    """
    if not interval or scenario.agencies[name.partition(".")[0]].machines is not None:
        return ""
    begin = int(interval[:2]) * q.HOUR
    days = [day for day in scenario.days if weekday in ("", day.weekday)]
    share = 0.5 if days[0].date else 1.0
    breaks = [any(f < begin + q.HOUR and begin < t for f, t in day.breaks) for day in days]
    if sum(breaks) >= share * len(days):
        return "break"
    return "opening" if sum(begin < day.opens for day in days) >= share * len(days) else ""


def _mall(results: Results) -> MallAnswer:
    def of(measure: str) -> Estimate:
        return results.estimate(measure)

    there = {m.measure for m in results.measures if m.scope == "mall"}
    sometimes = ("incomplete", "returned", "several_days")

    return MallAnswer(
        visits=of("visits"),
        completed=of("completed"),
        fulfilled=of("fulfilled"),
        called_in_time=of("called_in_time"),
        called_at_counters=ratio_interval(*results.at_counters("called_in_time"), share=True),
        gave_up=of("gave_up"),
        left=of("left"),
        turned_away=of("turned_away"),
        refused=of("refused"),
        sent_home=of("sent_home"),
        wait_in_visit=of("wait_in_visit.mean"),
        time_in_mall=of("time_in_mall.mean"),
        in_hall_max=of("in_hall.max"),
        overtime=of("overtime"),
        **{name: of(name) for name in sometimes if name in there},
    )


def _groups(
    results: Results, scope: str, named: Mapping[str, Journey] | Mapping[str, VisitorClass]
) -> tuple[Group, ...]:
    def group(name: str) -> Group:
        def of(measure: str) -> Estimate:
            return results.estimate(measure, scope, name)

        return Group(
            name=name,
            title=named[name].name or name,
            visits=of("visits"),
            fulfilled=of("fulfilled"),
            left=of("left"),
            refused=of("refused"),
            wait_in_visit=of("wait_in_visit.mean"),
            time_in_mall=of("time_in_mall.mean"),
        )

    groups = [group(name) for name in sorted(named)]
    return tuple(sorted(groups, key=lambda g: _or(g.fulfilled.value, 2.0)))


def _day(results: Results, weekday: str) -> DayAnswer:
    def of(measure: str) -> Estimate:
        return results.estimate(measure, weekday=weekday)

    def spread(measure: str, share: float) -> Spread:
        ordinary = results.bad_day(measure, 0.5, weekday=weekday)
        bad = results.bad_day(measure, share, weekday=weekday)
        if bad.n < 1 / BAD:  # of fewer than twenty days, none is one in twenty
            bad = replace(bad, value=math.nan, low=math.nan, high=math.nan)
        return Spread(ordinary, bad)

    return DayAnswer(
        weekday=weekday,
        visits=of("visits"),
        fulfilled=of("fulfilled"),
        called_in_time=of("called_in_time"),
        gave_up=of("gave_up"),
        left=of("left"),
        turned_away=of("turned_away"),
        refused=of("refused"),
        sent_home=of("sent_home"),
        in_hall_max=of("in_hall.max"),
        spread_visits=spread("visits", 1 - BAD),
        spread_fulfilled=spread("fulfilled", BAD),
        spread_in_hall_max=spread("in_hall.max", 1 - BAD),
    )


def _saturated(results: Results) -> Iterator[tuple[str, str, Estimate]]:
    """Return (agency, weekday, utilisation) where there is hardly any time left to catch up."""
    for name in sorted(results.scenario.agencies):
        for weekday in _weekdays(results.scenario) or ("",):
            busy = results.estimate("utilisation", "agency", name, "", weekday)
            if busy.value >= 0.95:
                yield name, weekday, busy


def _trouble(standing: Standing) -> tuple[int, float, str]:
    return _TROUBLE.index(standing.verdict), _or(standing.margin.value, 1.0), standing.name


def _worst_first(slices: Iterable[Slice]) -> tuple[Slice, ...]:
    broken = [s for s in slices if s.verdict == "broken"]
    return tuple(sorted(broken, key=lambda s: s.called_in_time.value))


def _weekdays(scenario: Scenario) -> tuple[str, ...]:
    return weekdays_of(scenario)


def _hours(scenario: Scenario) -> tuple[str, ...]:
    return tuple(f"{hour:02d}:00" for hour in hours_of(scenario))


def _same(values: Iterable[float]) -> float:
    """Return the one value that all share, else NaN."""
    found = set(values)
    return found.pop() if len(found) == 1 else math.nan


def _or(value: float, other: float) -> float:
    return other if math.isnan(value) else value
