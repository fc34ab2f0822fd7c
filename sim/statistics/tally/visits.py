"""What visits add up to, and the measures made of it: how each ended, by when it was due."""

from __future__ import annotations

import numpy as np

from sim.jit import kernel
from sim.log import REASONS, VISIT_OUTCOMES
from sim.statistics.tally.columns import Visits
from sim.statistics.tally.mall import Mall
from sim.statistics.tally.sums import DAYS, Aside, Sums
from sim.workload import ABSENT

CAME, PEOPLE, CAME_IN, OUTSIDE, ENDED, LACKED, SENT_HOME, FULFILLED = range(8)
RETURNED, AGAIN, WAITED, STAYED, OUTCOME = range(8, 13)
REASON = OUTCOME + len(VISIT_OUTCOMES)
"""How often each outcome was, and each reason to be refused."""
SUMS = REASON + len(REASONS)
TIMES = (OUTSIDE, WAITED, STAYED)
_NO_SHOW, _CANCELLED, _MOVED, _COMPLETED, _LEFT, _REFUSED, _SENT_HOME, _IN_PROGRESS = (
    VISIT_OUTCOMES.index(name)
    for name in (
        "no_show", "cancelled", "moved", "completed", "left", "refused", "sent_home", "in_progress",
    )
)  # fmt: skip
_INCOMPLETE = REASONS.index("incomplete")

MEASURES = {
    "visits": (CAME, DAYS),
    "people": (PEOPLE, DAYS),
    "outside.mean": (OUTSIDE, CAME_IN),
    "no_show": (OUTCOME + _NO_SHOW, DAYS),
    "cancelled": (OUTCOME + _CANCELLED, DAYS),
    "moved": (OUTCOME + _MOVED, DAYS),
    "completed": (OUTCOME + _COMPLETED, DAYS),
    "sent_home": (SENT_HOME, DAYS),
    "incomplete": (LACKED, DAYS),
    "gave_up": (OUTCOME + _LEFT, DAYS),
    "turned_away": (OUTCOME + _REFUSED, DAYS),
    **{f"turned_away.{why}": (REASON + k, DAYS) for k, why in enumerate(REASONS)},
    "left": (OUTCOME + _LEFT, ENDED),
    "refused": (OUTCOME + _REFUSED, ENDED),
    "fulfilled": (FULFILLED, ENDED),
    "returned": (RETURNED, DAYS),
    "several_days": (AGAIN, OUTCOME + _COMPLETED),
    "wait_in_visit.mean": (WAITED, OUTCOME + _COMPLETED),
    "time_in_mall.mean": (STAYED, OUTCOME + _COMPLETED),
}
"""Each as one sum over another."""


@kernel
def add_visits(visits: Visits, mall: Mall, aside: Aside, sums: Sums) -> None:
    """Add each visit to its journey and to its class.

    Who has a number from home waited there until she came, and not outside.
    """
    day, journey, attempt, visitor_class, people, due, entered, left, outcome, reason, chosen = (
        visits
    )
    warm_up, doors, weekday_of = mall.warm_up, mall.doors, mall.weekday
    table, by_date = sums.visits, sums.visits_by_date
    waited, broken, from_home = aside.waited, aside.broken, aside.from_home
    one = np.empty(OUTCOME)
    for k in range(len(day)):
        if not chosen[k] or due[k] < warm_up[day[k]]:
            continue
        came = outcome[k] != _NO_SHOW and outcome[k] != _CANCELLED and outcome[k] != _MOVED
        came_in = came and entered[k] != ABSENT
        done, sent_home = outcome[k] == _COMPLETED, outcome[k] == _SENT_HOME
        lacked = sent_home and reason[k] == _INCOMPLETE
        one[CAME] = came
        one[PEOPLE] = people[k] if came else 0
        one[CAME_IN] = came_in
        one[OUTSIDE] = 0
        if came_in and not from_home[k]:
            one[OUTSIDE] = entered[k] - max(due[k], doors[day[k]])
        one[ENDED] = came and outcome[k] != _IN_PROGRESS
        one[LACKED] = lacked
        one[SENT_HOME] = sent_home and not lacked
        one[FULFILLED] = done and not broken[k]
        one[RETURNED] = came and attempt[k] > 1
        one[AGAIN] = done and attempt[k] > 1
        one[WAITED] = waited[k] if done else 0
        one[STAYED] = left[k] - entered[k] if done else 0
        weekday = weekday_of[day[k]]
        for entity in (journey[k], mall.journeys + visitor_class[k]):
            for what in range(OUTCOME):
                table[entity, weekday, what] += one[what]
            table[entity, weekday, OUTCOME + outcome[k]] += 1
            if outcome[k] == _REFUSED:
                table[entity, weekday, REASON + reason[k]] += 1
        if mall.dated:
            for what in range(OUTCOME):
                by_date[day[k], what] += one[what]
