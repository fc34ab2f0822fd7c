"""What a fit says of dates: months, trend, closures, days that stand out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from sim.fitting.fit import Fitted
from sim.fitting.opening import Opening
from sim.fitting.times import as_date
from sim.fitting.year import FEWEST_AFTER, FEWEST_IN_MONTH, FEWEST_MONTHS, RAMADAN_NAME, Apart, Year
from sim.report import locale
from sim.scenario import quantities as q
from sim.statistics.intervals import Estimate
from sim.words import say


def month_title(key: str, lang: str) -> str:
    """Return `March 2025` for `2025-03`, and what Ramadan is called."""
    if key == RAMADAN_NAME:
        return say("fit.dates.ramadan", lang)
    year, _, month = key.partition("-")
    return f"{say(f'locale.month.{int(month)}', lang)} {year}"


def sentences(found: Fitted, lang: str) -> Iterator[str]:
    """Yield what the log says of dates, and what it is too short to say."""
    year = found.arrivals.year
    weeks = max(1, round((found.history.days[-1] - found.history.days[0] + 1) / 7))
    if year.fitted is None:
        yield say("fit.dates.nothing", lang, weeks=weeks, fewest=FEWEST_IN_MONTH)
        return
    yield _months(year, weeks, lang)
    yield _trend(year, weeks, lang)
    yield _after(year, lang)
    if found.ramadan is not None:
        yield say("fit.dates.ramadan_hours", lang, hours=_hours(found.ramadan, lang),
                  usual=_hours(found.opening, lang))  # fmt: skip
    if not year.standing:
        yield say("fit.dates.none_apart", lang)
    for one in year.standing:
        yield question(one, found, lang)


def question(one: Apart, found: Fitted, lang: str) -> str:
    """Ask the mall what there was on a day that stands out."""
    known = found.arrivals.holidays.get(one.day, "")
    return say(
        "fit.dates.busy" if one.factor.value > 1 else "fit.dates.quiet", lang,
        day=locale.weekday_of(as_date(one.day), lang) + (f" ({known})" if known else ""),
        n=locale.number(one.counted, lang), **_factor(one.factor, lang),
    )  # fmt: skip


def _factor(one: Estimate, lang: str, digits: int = 2) -> dict[str, str]:
    return {name: locale.number(getattr(one, name), lang, digits)
            for name in ("value", "low", "high")}  # fmt: skip


def _hours(opening: Opening, lang: str) -> str:
    """Write hours by weekday, those of days that are alike together."""
    alike: dict[tuple[str, str], list[str]] = {}
    for day, of in opening.hours.items():
        alike.setdefault((q.clock(of.opens), q.clock(of.closes)), []).append(day)
    every = [f"{locale.weekdays(days, lang)} {locale.hours(*span, lang)}"
             for span, days in alike.items()]  # fmt: skip
    return locale.join(every, lang)


def _months(year: Year, weeks: int, lang: str) -> str:
    if len(year.months) < 2:
        return say("fit.dates.few_months", lang, weeks=weeks, fewest=FEWEST_IN_MONTH)
    key = "months_differ" if year.differ else "months_alike"
    return say(f"fit.dates.{key}", lang, p=locale.chance(year.months_p, lang))


def _trend(year: Year, weeks: int, lang: str) -> str:
    if year.trend is None:
        return say("fit.dates.few_trend", lang, weeks=weeks, fewest=FEWEST_MONTHS)
    share = {name: f"{100 * (getattr(year.trend, name) - 1):+.1f}".replace("-", "−")
             for name in ("value", "low", "high")}  # fmt: skip
    if lang == "id":
        share = {name: text.replace(".", ",") for name, text in share.items()}
    key = "trend" if year.apart_of_season else "trend_or_season"
    return say(f"fit.dates.{key}", lang, n=year.trend.n, **share)


def _after(year: Year, lang: str) -> str:
    if year.after is None:
        return say("fit.dates.few_after", lang, fewest=FEWEST_AFTER)
    key = "after" if year.after_matters else "after_alike"
    return say(f"fit.dates.{key}", lang, n=year.after.n, **_factor(year.after, lang))


def plain(year: Year) -> dict[str, Any]:
    """Return what dates make of demand as plain data."""
    return {
        "months": {key: asdict(one) for key, one in year.months.items()},
        "months_p": year.months_p,
        "trend": None if year.trend is None else asdict(year.trend),
        "trend_apart_from_season": year.apart_of_season,
        "after_closure": None if year.after is None else asdict(year.after),
        "after_closure_p": year.after_p,
        "days_apart": [
            {"day": str(as_date(one.day)), "visits": one.counted, "factor": asdict(one.factor)}
            for one in year.standing
        ],
    }  # fmt: skip
