"""What an answer says, in sentences: the words of `page.toml` filled with its numbers.

Bounds are rounded outwards, and shares get as many decimals as it takes that what is printed
still shows the verdict: `between 84.2 and 89.7` where 90 is promised, not `between 84 and 90`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sim.engine.loads import Load
from sim.report import locale
from sim.report.answer import Answer, Slice, Standing
from sim.scenario import quantities as q
from sim.statistics.intervals import Estimate
from sim.words import say

MOST_TIMES = 4
"""So many times are named in a sentence; the tables hold all."""


@dataclass(frozen=True)
class Shown:
    """An estimate as text: `86`, and its bounds `84` and `88` ("" where absent)."""

    value: str
    low: str
    high: str

    @property
    def brackets(self) -> str:
        """Write `86 (84–88)`, or the value alone where there are no bounds to speak of."""
        return f"{self.value} ({self.low}–{self.high})" if self.has_width else self.value

    @property
    def has_width(self) -> bool:
        """Whether there are bounds, and they are not the value itself (as where nothing varies)."""
        return bool(self.low) and not self.low == self.value == self.high


def shown(estimate: Estimate, lang: str, digits: int = 0, scale: float = 1) -> Shown:
    """Write an estimate times `scale` with its bounds rounded outwards."""

    def bound(value: float, outwards: float) -> str:
        if math.isnan(value):
            return ""
        step = 10**digits
        whole = math.floor(value * scale * step * outwards + 1e-9) * outwards
        return locale.number(whole / step, lang, digits)

    value = locale.number(estimate.value * scale, lang, digits)
    # An interval of Student's t may reach below what cannot be negative.
    low = max(estimate.low, 0.0) if estimate.value >= 0 else estimate.low
    return Shown(value, bound(low, 1), bound(estimate.high, -1))


def share(estimate: Estimate, lang: str, required: float = math.nan) -> Shown:
    """Write a share per hundred; decimals where rounding would hide its side of `required`."""
    return shown(estimate, lang, digits_for(estimate, required), 100)


def people(estimate: Estimate, lang: str) -> Shown:
    """Write people per day: whole numbers, one decimal where they are fewer than ten."""
    return shown(estimate, lang, 0 if estimate.value == 0 or estimate.value >= 9.95 else 1)


def between(text: Shown, lang: str) -> str:
    """Write `between 84 and 88`, or that one run gives no range."""
    if not text.low:
        return say("page.no_range", lang)
    return say("page.range", lang, low=text.low, high=text.high)


def digits_for(estimate: Estimate, required: float) -> int:
    """Return how many decimals it takes to see on which side of `required` a share surely is."""
    if math.isnan(estimate.low) or math.isnan(required):
        return 0
    for digits in (0, 1, 2):
        step = 100 * 10**digits
        low = math.floor(estimate.low * step + 1e-9) / step
        high = math.ceil(estimate.high * step - 1e-9) / step
        same_low = (low >= required) == (estimate.low >= required)
        if same_low and (high < required) == (estimate.high < required):
            return digits
    return 2


def runs(answer: Answer, lang: str, count: int | None = None) -> str:
    """Write how many weeks, days or runs were simulated."""
    number = answer.replications if count is None else count
    return runs_of(number, len(answer.days), answer.dates, lang)


def runs_of(number: int, weekdays: int, dates: int, lang: str) -> str:
    """Write so many runs: weeks, days, or runs of so many dates."""
    kind = {0: "run", 1: "day"}.get(weekdays, "week")
    if dates > 1:
        kind = "dates"
    key = f"page.runs.{kind}_one" if number == 1 else f"page.runs.{kind}"
    days = locale.number(dates, lang)
    return say(key, lang, count=locale.number(number, lang), days=days)


def yes_or_no(answer: Answer, lang: str) -> str:
    """Answer in a word whether the promises are kept; "" where there are none."""
    words = {"kept": "yes", "broken": "no", "cannot_tell": "unclear"}
    if answer.verdict == "kept" and answer.broken_services:
        return say("page.mostly", lang)
    return say(f"page.{words[answer.verdict]}", lang) if answer.verdict in words else ""


def verdict(answer: Answer, lang: str, most: int = 99) -> list[str]:
    """Say in sentences which agencies keep their promise.

    All that break it are named; of those of which it cannot be told, at most so many.
    """
    if answer.verdict in ("nobody", "no_promise"):
        return [say(f"page.verdict_{answer.verdict}", lang)]
    sentences = []
    for found in ("broken", "services", "cannot_tell", "kept"):
        agencies = [a for a in answer.promised if a.verdict == found]
        names = [a.title for a in agencies]
        if found == "services":
            names = [service_of(a, s, lang) for a, s in answer.broken_services]
        if names:
            values = {
                "count": locale.number(len(names), lang),
                "all": locale.number(len(answer.promised), lang),
                "names": _listed(names, lang, most if found == "cannot_tell" else len(names)),
                "agencies": say(_AGENCIES[answer.has_desks], lang),
            }
            key = _verdict_key(found, len(names), answer)
            sentences.append(say(f"page.verdict_{key}", lang, **values))
    return sentences


_AGENCIES = {False: "page.agencies", True: "page.agencies_and_desks"}
"""What the verdict counts; a desk at the entrance is no agency."""


def _verdict_key(found: str, count: int, answer: Answer) -> str:
    """Return the words for so many agencies with one verdict, or for services."""
    if found == "services":
        return "service" if count == 1 else "services"
    if found != answer.verdict:
        return f"rest_{found}"
    if len(answer.promised) == 1:
        return f"{found}_one"
    return "broken_single" if found == "broken" and count == 1 else found


def service_of(agency: Standing, service: Standing, lang: str) -> str:
    """Name a service with its agency: `Disdukcapil: Kartu keluarga`."""
    return say("page.service_of", lang, agency=agency.title, service=service.title)


def broken_services(agency: Standing, lang: str) -> str:
    """Name the services of an agency, of several, that do not keep their promise."""
    if len(agency.services) < 2:
        return ""
    names = []
    for service in agency.services:
        if service.verdict == "broken":
            text = share(service.called_in_time, lang, service.required)
            outcome = say("locale.of", lang, part=text.value, whole="100")
            named = say("page.broken.service_share", lang, service=service.title, share=outcome)
            names.append(named)
    return say("page.broken.services", lang, names=locale.join(names, lang)) if names else ""


def _listed(names: list[str], lang: str, most: int) -> str:
    if len(names) <= most:
        return locale.join(names, lang)
    more = locale.number(len(names) - most, lang)
    return locale.join([*names[:most], say("page.others", lang, count=more)], lang)


def promise(standing: Standing, lang: str) -> str:
    """Say what is promised and what becomes of it."""
    text = share(standing.called_in_time, lang, standing.required)
    outcome = say("locale.of", lang, part=text.value, whole="100")
    if math.isnan(standing.wait) or math.isnan(standing.required):
        return say("page.broken.promise_mixed", lang, share=outcome, range=between(text, lang))
    return say(
        "page.broken.promise",
        lang,
        wait=locale.duration(standing.wait * q.MINUTE, lang),
        required=locale.of_hundred(standing.required, lang, _decimals(standing.required)),
        share=outcome,
        range=between(text, lang),
    )


def required(standing: Standing, lang: str) -> str:
    """Write the promised share per hundred, with decimals only where it has some."""
    if math.isnan(standing.required):
        return locale.ABSENT
    return locale.short(100 * standing.required, lang, 2)


def _decimals(value: float) -> int:
    return 0 if abs(100 * value - round(100 * value)) < 1e-9 else 1


def times(standing: Standing, lang: str, most: int = MOST_TIMES) -> str:
    """Name when the promise is not kept, the worst first: hours by weekday, else whole days."""
    spans = _spans(standing, lang)
    if not spans and standing.bad_weekdays:
        return _days(standing, lang)
    if not spans:
        broken = [s for s in standing.hours if s.verdict == "broken"]
        every = say("page.every_day", lang)
        for s in broken:
            clock = _clock(s.interval, s.interval, lang)
            span = say("page.span", lang, weekday=every, hours=clock)
            spans.append(_with_rest(s.resting, span, lang))
    if len(spans) > most:
        return say("page.and_other_times", lang, list="; ".join(spans[:most]))
    return "; ".join(spans)


def _days(standing: Standing, lang: str) -> str:
    bad = standing.bad_weekdays
    if len(bad) == len(standing.weekdays) > 1:
        return say("page.every_day_most", lang, weekday=locale.weekday(bad[0], lang))
    return locale.weekdays(bad, lang)


def _spans(standing: Standing, lang: str) -> list[str]:
    """Name spans of hours, those that several weekdays share once, in the order of trouble."""
    days: dict[tuple[str, str, str], list[str]] = {}
    for span in _joined(standing.trouble):
        rest = next((s.resting for s in span if s.resting), "")
        days.setdefault((span[0].interval, span[-1].interval, rest), []).append(span[0].weekday)
    texts = []
    for (first, last, rest), weekdays in days.items():
        whole = int(last[:2]) - int(first[:2]) + 1 == len(standing.hours)
        day = locale.weekdays(weekdays, lang)
        if len(weekdays) == len(standing.weekdays) > 1:
            day = say("page.every_day", lang)
        key = "page.span_all_day" if whole else "page.span"
        text = say(key, lang, weekday=day, hours=_clock(first, last, lang))
        texts.append(_with_rest(rest, text, lang))
    return texts


def _joined(trouble: Sequence[Slice]) -> list[list[Slice]]:
    """Join neighbouring hours of a weekday; the span with the worst hour comes first."""
    found: list[list[Slice]] = []
    for one in sorted(trouble, key=lambda s: (s.weekday, s.interval)):
        last = found[-1][-1] if found else None
        if last and last.weekday == one.weekday and _follows(last.interval, one.interval):
            found[-1].append(one)
        else:
            found.append([one])
    return sorted(found, key=lambda span: min(s.called_in_time.value for s in span))


def _with_rest(resting: str, text: str, lang: str) -> str:
    return say(f"page.resting_{resting}", lang, span=text) if resting else text


def _clock(first: str, last: str, lang: str) -> str:
    return locale.hours(first, f"{int(last[:2]) + 1:02d}:00", lang)


def when(answer: Answer, lang: str) -> str:
    """Write `on a Monday`, or that it is an average over all days."""
    if not answer.busiest:
        return say("page.on_a_day", lang)
    return say("page.on_weekday", lang, weekday=locale.weekday(answer.busiest, lang))


def overloads(loads: Sequence[Load], lang: str, titles_of: dict[str, str]) -> list[str]:
    """Say which counters are given more work than they can do, by the scenario alone.

    A day that is overloaded as a whole is said so; else its hours are, those of as many counters
    together.
    """
    days = {(x.agency, x.services, x.weekday) for x in loads if not x.interval}
    grouped: dict[tuple[str, tuple[str, ...], str, float], list[Load]] = {}
    for load in loads:
        of = (load.agency, load.services, load.weekday)
        grouped.setdefault((*of, 0.0 if of in days else load.counters), []).append(load)
    texts = []
    for (agency, services, weekday, _), found in grouped.items():
        name = titles_of[agency]
        if services:
            names = ", ".join(titles_of[s] for s in services)
            name = say("page.overload.line", lang, agency=name, services=names)
        whole = [x for x in found if not x.interval]
        worst = whole[0] if whole else found[0]
        digits = next((d for d in (1, 2) if round(worst.offered, d) > round(worst.counters, d)), 3)
        values = {
            "agency": name,
            "weekday": locale.weekday(weekday, lang),
            "load": locale.number(worst.offered, lang, digits),
            "open": locale.short(worst.counters, lang, digits),
        }
        spans = [_clock(first, last, lang) for first, last in _runs_of(x.interval for x in found)]
        hours = locale.join(spans, lang)
        key = "day" if whole else "hours"
        texts.append(say(f"page.overload.{key}", lang, hours=hours, **values))
    return texts


def _follows(interval: str, later: str) -> bool:
    return int(interval[:2]) + 1 == int(later[:2])


def _runs_of(intervals: Iterable[str]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for interval in sorted(i for i in intervals if i):
        if found and _follows(found[-1][1], interval):
            found[-1] = (found[-1][0], interval)
        else:
            found.append((interval, interval))
    return found


def compared(answer: Answer, lang: str) -> str:
    """Say whether the model was held against counts, and how it fared."""
    if not answer.counted:
        return say("page.counted.never", lang)
    rows = [row for row in answer.counted if row.place != "unknown"]
    if not rows:
        return say("page.counted.no_range", lang)
    within = sum(row.place == "within" for row in rows)
    same = "disagree_same" if within < len(rows) else "agree_same"
    numbers = {"within": within, "outside": len(rows) - within, "all": len(rows)}
    return say(
        f"page.counted.{same if answer.counts_made_it else 'agree'}", lang,
        **{key: locale.number(n, lang) for key, n in numbers.items()},
    )  # fmt: skip


def assumed(answer: Answer, lang: str) -> str:
    """Say how many of the figures are assumptions: `31 of 74`."""
    counts = locale.number(len(answer.assumed), lang), locale.number(len(answer.figures), lang)
    key = "sentence" if answer.assumed else "none"
    return say(f"page.assumed.{key}", lang, assumed=counts[0], all=counts[1])


def done(answer: Answer) -> str:
    """Return which words say that visits are done: where nothing is promised, nothing is kept."""
    return "_plain" if answer.verdict == "no_promise" else ""
