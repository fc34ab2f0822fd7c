"""The scenario that a log gives: each figure with its source, each gap with its question."""

from __future__ import annotations

import math
from typing import Any

from sim.fitting.bookings import Booked
from sim.fitting.counters import Open
from sim.fitting.effects import Effect
from sim.fitting.fit import Fitted
from sim.fitting.opening import Opening
from sim.fitting.paces import speeds
from sim.fitting.services import ServiceTime
from sim.scenario import quantities as q
from sim.scenario.questions import MARK
from sim.scenario.weekdays import WEEKDAYS, by_days, write_intervals
from sim.scenario.writing import Lines, resolved, yaml_text
from sim.statistics.intervals import Estimate
from sim.words import say

Data = dict[str, Any]


def draft(found: Fitted, lang: str, name: str = "") -> str:
    """Return the scenario as YAML text. With gaps in it, it loads only once they are answered.

    found : by `fit`; lang : of its notes and questions, "id" or "en"
    name : of the mall; that of the files by default
    """
    scenario = Draft(found, lang)
    return scenario.text(name)


class Draft:
    """A scenario in the making.

    gaps : questions by path
    """

    def __init__(self, found: Fitted, lang: str) -> None:
        self.found = found
        self.lang = lang
        self.gaps: dict[str, str] = {}
        self.sources: dict[str, str] = {}
        self.plausible: dict[str, str] = {}
        self._lent: Data = {} if found.like is None else resolved(found.like)
        agencies = self._agencies()
        self.parts: Data = {
            "calendar": self._calendar(), "visitors": self._visitors(), "demand": self._demand(),
            "agencies": agencies, "journeys": self._journeys(), "observed": Lines(self._observed()),
            "sources": Lines(self.sources), "plausible": Lines(self.plausible),
        }  # fmt: skip

    def text(self, name: str = "") -> str:
        """Return the whole as YAML."""
        first, last = self.found.period
        named = name or ", ".join(self.found.tickets.files)[:80]
        head = {
            "name": self._say("name", of=named),
            "description": self._say(
                "description", first=first, last=last, days=self.found.arrivals.days,
                n=len(self.found.history.row), rows=len(self.found.tickets),
            ),
        }  # fmt: skip
        data = head | {key: part for key, part in self.parts.items() if part}
        note = self._say("gaps" if self.gaps else "whole", n=len(self.gaps))
        return f"# {note}\n" + yaml_text(data)

    def _say(self, key: str, **values: object) -> str:
        return say(f"fit.draft.{key}", self.lang, **values)

    def _log(self) -> str:
        first, last = self.found.period
        return self._say("log", file=", ".join(self.found.tickets.files), first=first,
                         last=last)  # fmt: skip

    def _sourced(self, path: str, key: str, **values: object) -> None:
        self.sources[path] = f"{self._log()}; {self._say(key, **values)}"

    def _gap(self, path: str, key: str, **values: object) -> str:
        question = self._say(key, **values)
        self.gaps[path] = question
        return f"{MARK} {question}"

    # Parts

    def _calendar(self) -> Data:
        opening = self.found.opening
        self._sourced("calendar", "calendar_calls" if opening.called else "calendar_tickets")
        self.sources["calendar.at_close"] = self._say("at_close")
        days = ", ".join(day for day in WEEKDAYS if day in opening.hours)
        return {"days": days, **hours_of(opening), "at_close": "serve_all"}

    def _demand(self) -> Data:
        found = self.found.arrivals
        self._sourced("demand", "demand", days=found.whole)
        slots = [q.clock(int(slot)) for slot in found.slots]

        def weights(shares: Any) -> Data:
            return {slot: round(1000 * float(v), 1) for slot, v in zip(slots, shares, strict=True)}

        common = weights(one.value for one in found.profile)
        own = {day: weights(shares) for day, shares in found.own_profile.items()}
        by_day = {day: own.get(day, common) for day in found.weekday}
        part: Data = {
            "profile": by_days(lambda table: table)(by_day) if own else common,
            "weekday": {day: round(one.value, 3) for day, one in found.weekday.items()},
        }
        if found.day_to_day is not None:
            part["day_to_day"] = percent(found.day_to_day.value)
            self._range("demand.day_to_day", found.day_to_day, percent)
        return part

    def _journeys(self) -> Data:
        history, part = self.found.history, {}
        for key, stops in zip(self.found.routes.keys, self.found.routes.stops, strict=True):
            per_day = self.found.arrivals.per_day[key]
            path = f"journeys.{key}.per_day"
            self._sourced(path, "per_day", n=per_day.n, low=f"{per_day.low:.1f}",
                          high=f"{per_day.high:.1f}")  # fmt: skip
            self._range(path, per_day, lambda v: f"{v:.1f}")
            journey: Data = {
                "per_day": f"{max(per_day.value, 0.1):.1f}",
                "stops": [history.full_name(stop) for stop in stops],
            }
            if key in self.found.bookings:
                journey["booking"] = self._booking(f"journeys.{key}.booking", key)
            part[key] = journey
        return part

    def _booking(self, path: str, key: str) -> Data:
        found = self.found.bookings[key]
        first = "unseen" if found.no_show is not None else "seen"
        self._sourced(path, f"booking_{first}", n=found.n)
        written: Data = {"share": percent(found.share.value), "every": q.duration(found.every),
                         "seats": found.seats}  # fmt: skip
        spans = [q.interval(span) for span in found.spans]
        written["hours"] = spans[0] if len(spans) == 1 else spans
        self._range(f"{path}.share", found.share, percent)
        for name, one in (("no_show", found.no_show), ("cancelled", found.cancelled)):
            if one is not None and one.value > 0:
                written[name] = percent(one.value)
                self._range(f"{path}.{name}", one, percent)
        if found.cancelled is not None:
            self.sources[f"{path}.rebooked"] = self._say("rebooked")
            written["rebooked"] = "yes"
        written["punctuality"] = self._punctuality(f"{path}.punctuality", found)
        if found.call_early:
            written["call_early"] = "yes"
        self.sources[f"{path}.beyond"] = self._say("beyond")
        return written | {"beyond": "walk_in"}

    def _punctuality(self, path: str, found: Booked) -> Data:
        self._sourced(path, "punctuality", n=found.mean.n, mean=signed(found.mean.value),
                      low=signed(found.mean.low), high=signed(found.mean.high))  # fmt: skip
        if not found.normal:
            return {"dist": "empirical", "values": [signed(v) for v in found.values]}
        self._range(f"{path}.mean", found.mean, signed)
        self._range(f"{path}.sd", found.sd, minutes)
        return {"dist": "normal", "mean": signed(found.mean.value), "sd": minutes(found.sd.value)}

    def _visitors(self) -> Data:
        found = self.found.patience
        if found is None or found.fit is None:
            return {}
        law = found.fit.law
        self._sourced("visitors.general.patience", "patience", n=found.waited, left=found.left,
                      missed=found.missed)  # fmt: skip
        written: Data = {"dist": law.family, "mean": minutes(law.mean)}
        if law.family == "weibull":
            written["shape"] = f"{math.exp(law.theta[0]):.4f}"
        return {"general": {"patience": written}}

    def _agencies(self) -> Data:
        history = self.found.history
        part: Data = {}
        for a, key in enumerate(history.agencies):
            services = {
                history.services[s]: self._service(s)
                for s in range(len(history.services))
                if history.agency_of[s] == a
            }
            name = history.agency_names[a]
            part[key] = {"name": name} if name else {}
            part[key] |= {"counters": self._counters(key), "services": services}
        return part

    def _counters(self, agency: str) -> Any:
        open_, path = self.found.counters[agency], f"agencies.{agency}.counters"
        if of := speeds(self.found.effects, agency, open_):
            return self._posts(path, open_, of)
        if open_.source != "unknown":
            self._sourced(path, f"counters_{open_.source}", low=open_.low, high=open_.high)
            if len(open_.table) == 1:
                if open_.low < open_.high:
                    self.plausible[path] = f"{open_.low} .. {open_.high}"
                return open_.table[0][1]
            return {q.clock(time): number for time, number in open_.table}
        lent = self._lent.get("agencies", {}).get(agency, {}).get("counters")
        if lent is not None:
            self.sources[path] = self._say("lent")
            return lent
        named = self.found.history
        a = named.agencies.index(agency)
        return self._gap(path, "ask_counters", agency=named.agency_title(a))

    def _posts(self, path: str, open_: Open, found: tuple[Effect, ...]) -> Data:
        """Return counters with names, hours and speeds."""
        levels = {level.key: level for effect in found for level in effect.levels}
        self._sourced(path, "speeds", n=sum(level.n for level in levels.values()))
        part: Data = {}
        for post in open_.posts:
            of: Data = {"hours": q.interval(post.hours)} if post.hours else {}
            if level := levels.get(post.code):
                of["speed"] = factor(1 / level.factor.value)
                self._range(f"{path}.{post.label}.speed", level.speed, factor)
            part[post.label] = of
        return part

    def _by_hour(self, path: str, found: Effect) -> Data:
        self._sourced(path, "by_hour", n=sum(level.n for level in found.levels))
        for level in found.levels:
            self._range(f"{path}.{q.clock(level.key)}", level.factor, factor)
        return {q.clock(level.key): factor(level.factor.value) for level in found.levels}

    def _service(self, s: int) -> Data:
        history, found = self.found.history, self.found.services[s]
        agency, key = history.agencies[history.agency_of[s]], history.services[s]
        path = f"agencies.{agency}.services.{key}.time"
        name = history.service_names[s]
        part: Data = {"name": name} if name else {}
        if found.mean is not None:
            part["time"] = self._law(path, found)
            for effect in self.found.effects.of("hour", f"{agency}.{key}"):
                part["by_hour"] = self._by_hour(path.removesuffix("time") + "by_hour", effect)
            return part
        lent = self._lent.get("agencies", {}).get(agency, {}).get("services", {}).get(key)
        if lent is not None:
            self.sources[path] = self._say("lent")
            part["time"] = lent["time"]
            return part
        part["time"] = self._gap(
            path, "ask_time", service=history.title(s),
            agency=history.agency_title(int(history.agency_of[s])),
        )  # fmt: skip
        return part

    def _law(self, path: str, found: ServiceTime) -> Data:
        assert found.mean is not None and found.sd is not None
        self._sourced(
            path, f"time_{found.basis}", n=found.mean.n, lender=found.lender, own=found.n,
            mean=minutes(found.mean.value), low=minutes(found.mean.low),
            high=minutes(found.mean.high),
        )  # fmt: skip
        if found.values:
            return {"dist": "empirical", "values": [minutes(v) for v in found.values]}
        self._range(f"{path}.mean", found.mean, minutes)
        law = found.law
        written: Data = {"dist": law.family, "mean": minutes(law.mean)}
        if law.family == "weibull":
            return written | {"shape": f"{math.exp(law.theta[0]):.4f}"}
        if law.family != "exponential":
            self._range(f"{path}.sd", found.sd, minutes)
            written["sd"] = minutes(law.sd)
        return written

    def _range(self, path: str, one: Estimate, write: Any) -> None:
        low, high = write(one.low), write(one.high)
        if low != high:
            self.plausible[path] = f"{low} .. {high}"

    def _observed(self) -> Data:
        found, history = self.found, self.found.history
        self._sourced("observed", "observed")
        part: Data = {"visits_per_day": f"{_total(found):.1f}"}
        for a, key in enumerate(history.agencies):
            waits = found.waits(a)
            if len(waits):
                part[f"{key}.wait.mean"] = minutes(float(waits.mean()))
        return part


def hours_of(opening: Opening) -> Data:
    """Return hours, breaks, doors and last ticket as a calendar or a season says them."""
    hours = {day: of for day in WEEKDAYS if (of := opening.hours.get(day))}
    pauses = {day: (of.pause,) if of.pause else () for day, of in hours.items()}
    clocks = by_days(q.clock)
    part: Data = {
        "hours": by_days(q.interval)({d: (of.opens, of.closes) for d, of in hours.items()}),
        "breaks": by_days(write_intervals)(pauses) if any(pauses.values()) else "none",
        "doors": clocks({day: of.doors for day, of in hours.items()}),
        "last_ticket": clocks({day: of.last_ticket for day, of in hours.items()}),
    }
    return part


def _total(found: Fitted) -> float:
    """Return the visits a day: those who booked and did not come are none."""
    came, unseen = len(found.routes.journey), len(found.routes.unseen)
    return sum(one.value for one in found.arrivals.per_day.values()) * came / (came + unseen)


def percent(value: float) -> str:
    """Write a share as a file does."""
    return f"{min(100 * value, 100):.1f} %"


def factor(value: float) -> str:
    """Write a factor as a file does."""
    return f"{value:.2f}"


def signed(value: float) -> str:
    """Write minutes that may be negative, as before a booked time."""
    return f"{value:.1f} min"


def minutes(value: float) -> str:
    """Write minutes to less than a second, as a planner would."""
    return f"{max(value, 0.01):.2f}".rstrip("0").rstrip(".") + " min"
