"""The index of the reference: what a planner wants to say, and the keys that say it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from sim.scenario.keys import keys_of, models, places
from sim.words import say

STOPS = "journeys.NAME.stops"
WANTED: dict[str, tuple[str, ...]] = {
    "call": ("Agency.call",),
    "tickets": ("Scenario.tickets", "Journey.tickets"),
    "booking": ("Journey.booking",),
    "online_number": ("Journey.online_number",),
    "order": ("VisitorClass.priority", "Agency.order"),
    "quota": ("Agency.quota", "Service.quota"),
    "last_ticket": ("Calendar.last_ticket", "Agency.last_ticket"),
    "come_back": ("Demand.come_back", "Journey.come_back"),
    "full": ("Hall.capacity", "Hall.when_full", "Hall.seats", "Hall.standing_patience"),
    "balking": ("Service.balking", "Agency.balking"),
    "patience": ("VisitorClass.patience", "Service.patience", "VisitorClass.patience_in_mall"),
    "counters": ("Agency.counters", "Counter.hours", "Counter.speed", "Agency.officer_cost"),
    "skills": ("Counter.serves", "Counter.help_from", "Counter.classes", "Counter.only"),
    "breaks": ("Calendar.breaks", "Agency.breaks", "Counter.breaks", "Agency.at_break"),
    "open": ("Agency.open",),
    "absence": ("Agency.absence", "Agency.late", "Agency.away", "Agency.told_at"),
    "outage": ("Hall.outage", "Agency.outage", "Counter.outage"),
    "together": ("VisitorClass.people", "VisitorClass.documents"),
    "incomplete": ("Service.incomplete",),
    "park": ("Service.park",),
    "ways": ("Stop.share", "Choice.choose", "AnyOrder.any_order", "Repeat.repeat"),
    "needs": ("Journey.needs", "Journey.goes_on_after"),
    "dates": ("Calendar.days", "Calendar.holidays", "Calendar.open_on", "Calendar.special"),
    "seasons": ("Calendar.seasons", "Demand.month", "Demand.day_of_month", "Demand.growth"),
    "when": ("Demand.profile", "Journey.profile", "Demand.weekday", "Journey.weekday"),
    "day_to_day": ("Demand.day_to_day", "Agency.day_to_day", "Journey.day_to_day"),
    "surge": ("Demand.surges",),
    "moved_from": ("Journey.moved_from",),
    "costs": ("Service.set_up", "Service.wrap_up", "Service.by_hour"),
    "back_office": ("Service.back_office",),
    "promise": ("Agency.promise", "Service.promise"),
    "decision": ("Scenario.decision",),
    "observed": ("Scenario.observed", "Scenario.sources", "Scenario.plausible"),
}
"""What is said, by the name of its words, with the paths of the keys, `Model.key`."""


def index(parts: Iterable[str], lang: str) -> str:
    """Return the index of a page as a table; parts : of the page, with a heading at each key."""
    at = dict(zip(_keys(), _anchors("\n".join(parts)), strict=False))
    rows = [
        f"| {say(f'schema.reference.want.{name}', lang)} | "
        + ", ".join(_linked(place_of(path), at[path]) for path in paths)
        + " |"
        for name, paths in WANTED.items()
    ]
    columns = (say(f"schema.reference.want_{column}", lang) for column in ("say", "write"))
    return "\n".join((f"| {' | '.join(columns)} |", "|---|---|", *rows))


def _linked(place: str, anchor: str) -> str:
    return f"[`{place}`](#{anchor})" if anchor else f"`{place}`"


def place_of(path: str) -> str:
    """Return where a key stands in a file: `agencies.NAME.call` for `Agency.call`."""
    model, _, key = path.partition(".")
    found = places()[model]
    of = STOPS if STOPS in found else found[-1]  # of steps, not of the mall's entrance
    return f"{of}.{key}" if of else key


def _keys() -> Iterator[str]:
    return (key.path for model in models() for key in keys_of(model))


def _anchors(page: str) -> Iterator[str]:
    """Yield the anchors that Markdown gives the headings of keys, in the order of the page.

    Of equal ones only the first has one that is the same wherever the page is shown; "" for others.
    """
    seen: Counter[str] = Counter()
    for level, text in re.findall(r"^(##+) (.*)$", page, re.MULTILINE):
        anchor = re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
        seen[anchor] += 1
        if level == "###":
            yield anchor if seen[anchor] == 1 else ""
