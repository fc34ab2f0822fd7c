"""Small malls over what drawing alone decides: which way, how often, on which date, when again.

They are the malls of `strategies` with these words in them; their days are drawn, not made up.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from strategies import WORDS, Data, at, plain_malls

OFTEN = st.sampled_from([True, True, False])
SELDOM = st.sampled_from([True, False, False])


@st.composite
def rich_malls(draw: st.DrawFn, continuous: bool | None = None) -> Data:
    """Generate the plain data of a scenario that has no faults, with words of all kinds."""
    data = draw(plain_malls(continuous))
    endless = "continuous" in data["calendar"]
    if not endless:
        draw(_dates(data))
        draw(_demand(data))
    draw(_ways(data))
    for agency in data["agencies"].values():
        if _visited(data, agency) and draw(SELDOM):
            agency["day_to_day"] = "40 %"
        draw(_papers(data, agency, endless))
    if not endless:
        draw(_returns(data))
        draw(_numbers(data))
    journey = data["journeys"]["all"]
    if draw(SELDOM):
        journey["day_to_day"] = "30 %"
    if draw(SELDOM):
        journey["moved_from"] = {"office": "old", "per_day": 90, "share": "1 %"}
    return data


@st.composite
def _dates(draw: st.DrawFn, data: Data) -> None:
    """Let the days have dates: a Monday and a Tuesday, or a week of them with a holiday between."""
    calendar = data["calendar"]
    if draw(SELDOM):
        if draw(st.booleans()):
            data["demand"]["weekday"] = {day: k + 1 for k, day in enumerate(calendar["hours"])}
        return
    calendar.pop("days")
    long = draw(st.booleans())
    calendar["days"] = "2025-01-06 .. 2025-01-14" if long else "2025-01-06 .. 2025-01-07"
    calendar["open"] = "mon-tue" if "tue" in calendar["hours"] else "mon"
    if long and draw(st.booleans()):
        calendar["holidays"] = {"2025-01-13": "a holiday"}
    season = {"dates": "2025-01-06 .. 2025-01-06", "demand": draw(st.sampled_from(["0.5", "2"]))}
    kind = draw(st.sampled_from(["season", "special", "ordinary"]))
    if kind == "season":
        calendar["seasons"] = {"ramadan": season}
    elif kind == "special":
        calendar["special"] = {"2025-01-06": {"demand": "3"}}
    demand = data["demand"]
    demand |= draw(_one_of({"month": {"jan": 2}}, {"day_of_month": {"7": "0.5", "6": 2}}))
    demand |= draw(_one_of({"growth": "50 % per year"}))


@st.composite
def _demand(draw: st.DrawFn, data: Data) -> None:
    """Let many come at once, on the first day."""
    calendar = data["calendar"]
    if draw(SELDOM):
        of = {"journey": "all", "visits": 4, "from": at(0), "to": at(10)}
        dated = "2025" in str(calendar["days"])
        on = {"date": "2025-01-06"} if dated else {"day": "mon"}
        data["demand"]["surges"] = {"rush": of | on}


@st.composite
def _ways(draw: st.DrawFn, data: Data) -> None:
    """Let the way through the mall be left to chance, to the lines, or to what is needed."""
    journey = data["journeys"]["all"]
    stops = journey["stops"]
    if len(stops) < 2:
        if draw(SELDOM):
            journey["stops"] = [{"repeat": stops, "share": "40 %", "at_most": 3}]
        return
    first, last = stops[:2], stops[2:]
    kinds: list[Callable[[], list[Any]]] = [
        lambda: stops,
        lambda: [{"choose": {first[0]: "30 %", first[1]: "70 %"}}, *last],
        lambda: [first[0], {"choose": first, "by": "not_visited"}, *last],
        lambda: [{"choose": first, "by": "shortest_line"}, *last],
        lambda: [{"any_order": first}, *last],
        lambda: [{"repeat": first, "share": "40 %", "at_most": 2}, *last],
    ]
    kind = draw(st.integers(0, len(kinds) - 1))
    journey["stops"] = kinds[kind]()
    if kind == 0 and draw(SELDOM):
        journey["needs"] = {first[1]: first[0]}
    if kind in (3, 4) or "needs" in journey:
        data.pop("tickets", None)
        journey.pop("tickets", None)
    if kind in (1, 3) and "booking" in journey:
        journey["booking"]["at"] = (last or first)[-1]


@st.composite
def _papers(draw: st.DrawFn, data: Data, agency: Data, endless: bool) -> None:
    """Let papers lack something, let a form be filled in elsewhere, and work be left behind."""
    at_once = "tickets" in str(data)
    for service in agency["services"].values():
        found = draw(_one_of(
            {"share": "40 %", "after": "30 %"}, {"share": "40 %", "found": "before_ticket"},
            {"share": "40 %", "fetch": {"always": "4 min"}, "back_to": "head"},
            {"share": "40 %", "fetch": {"always": "4 min"}, "tries": 2},
        ))  # fmt: skip
        if found and not (at_once and "fetch" in found):
            service["incomplete"] = found
        if not at_once and draw(SELDOM):
            of = {"after": "50 %", "for": {"always": "3 min"}, "share": "40 %"}
            service["park"] = of
        if not endless and "machines" not in agency and draw(SELDOM):
            service["back_office"] = "1 min"


@st.composite
def _returns(draw: st.DrawFn, data: Data) -> None:
    """Let those who could not do their business come again."""
    back = {"refused": "90 %", "left": "90 %", "sent_home": "90 %", "incomplete": "90 %"}
    more = draw(_one_of({"at_most": 2}, {"after": {1: "50 %", 2: "50 %"}}))
    if draw(SELDOM):
        data["demand"]["come_back"] = back | more
    elif draw(SELDOM):
        data["journeys"]["all"]["come_back"] = back | more


@st.composite
def _numbers(draw: st.DrawFn, data: Data) -> None:
    """Let numbers be taken from home, where it is known for which stop."""
    journey = data["journeys"]["all"]
    free = "any_order" in str(journey) or "shortest_line" in str(journey) or "needs" in journey
    lost = journey.get("booking", {}).get("beyond") == "lost"
    if not free and not lost and "tickets" not in str(data) and draw(OFTEN):
        law = {"dist": "uniform", "low": "0 min", "high": "5 min"}
        of = draw(_one_of({"earlier": law}, {"lead": law}, {"earlier": law, "lead": law}))
        journey["online_number"] = {"share": "50 %", **of}


def _one_of(*found: Data) -> st.SearchStrategy[Data]:
    """Generate one of these, or nothing."""
    return st.sampled_from([{}, *found])


def _visited(data: Data, agency: Data) -> bool:
    """Whether somebody comes for the agency: it is the first that a journey stops at."""
    names = [name for name, of in data["agencies"].items() if of is agency]
    return any(
        str(of["stops"][0] if isinstance(of["stops"][0], str) else next(iter(of["stops"][0])))
        .startswith(f"{name}.")
        for name in names for of in data["journeys"].values()
    )  # fmt: skip


RICH_WORDS = (
    *WORDS, "any_order", "back_office", "by", "choose", "come_back", "day_of_month", "day_to_day",
    "fetch", "growth", "holidays", "incomplete", "month", "moved_from", "needs", "online_number",
    "park", "repeat", "seasons", "special", "surges", "weekday",
)  # fmt: skip
"""What these malls may say."""
