"""Floating officers: one who serves two agencies, in place of one at each.

Two quiet agencies each keep an officer who is mostly idle; one who calls whoever came first at
either may do for both (pooling: Gross, Shortle, Thompson and Harris, sec. 3.3.1). Pairs are tried
on the citizens of the search, the best disjoint ones certified together on fresh ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, groupby

from sim.experiments.slots import Plan, Table
from sim.experiments.staffing_search import ATTEMPTS, FRESH, Search
from sim.scenario import quantities as q
from sim.scenario.weekdays import Span
from sim.statistics.intervals import Estimate
from sim.statistics.results import Results
from sim.statistics.verdict import margin_of, promise_of

LABEL = "bersama"
"""The counter of an officer whom two agencies share."""
MOST_PAIRS = 40
"""So many pairs are tried, those with the least work for the officer they would share first."""
BUSIEST = 0.9
"""Erlangs that one officer may be left in any hour, at most, for a pair to be worth a try."""
Pair = tuple[str, str]


@dataclass(frozen=True)
class Float:
    """An officer whom two agencies share.

    agencies : the first one has the counter; shares : called in time at each, on fresh replications
    hours : counter-hours that are saved on a mean day
    figures : what changes, by path
    """

    agencies: Pair
    shares: tuple[Estimate, Estimate]
    hours: float
    figures: Mapping[str, object]


def floats(search: Search, plan: Plan, replications: int) -> tuple[Float, ...]:
    """Return the pairs that may share an officer, as far as fresh replications are sure of it.

    search : which found the plan; replications : of each certification
    """
    quiet = _quiet(search, plan)
    if not quiet:
        return ()
    changes = {pair: figures(search, plan, pair) for pair in quiet}
    runs = search.run_figures(
        [search.figures(plan) | changes[pair] for pair in quiet], search.replications, 0
    )
    margin = {
        pair: min(margin_of(results, name).value for name in pair)
        for pair, results in zip(quiet, runs, strict=True)
    }
    chosen = _disjoint(sorted((p for p in quiet if margin[p] >= 0), key=lambda p: -margin[p]))
    for attempt in range(ATTEMPTS):
        if not chosen:
            break
        first = FRESH + (ATTEMPTS + attempt) * replications
        these = {path: value for pair in chosen for path, value in changes[pair].items()}
        (results,) = search.run_figures([search.figures(plan) | these], replications, first)
        unsure = _unsure(search, results)
        if not unsure:
            return tuple(_told(search, pair, results, changes[pair]) for pair in chosen)
        fewer = [pair for pair in chosen if not unsure & set(pair)]
        chosen = fewer if len(fewer) < len(chosen) else chosen[:-1]
    return ()


def _unsure(search: Search, results: Results) -> set[str]:
    """Return the agencies whose promise is not certainly kept, of those that can keep it."""
    return {
        name
        for name in search.agencies
        if name not in search.impossible
        and promise_of(results, "agency", name, search.confidence)[2] != "kept"
    }


def _told(search: Search, pair: Pair, results: Results, changed: Mapping[str, object]) -> Float:
    first, second = (promise_of(results, "agency", name, search.confidence)[0] for name in pair)
    everywhere = tuple(1 for _ in search.slots.begins)
    return Float(pair, (first, second), search.hours(pair[1], everywhere), changed)


def _quiet(search: Search, plan: Plan) -> list[Pair]:
    """Return pairs by the work that would be left for an officer whom they share."""
    able = [
        name
        for name in search.agencies
        if name not in search.impossible and name not in search.staggered
    ]
    left = {
        name: [
            max(0.0, load - (n - 1))
            for load, n in zip(search.offered[name], plan[name], strict=True)
        ]
        for name in able
    }
    work = {
        pair: max(a + b for a, b in zip(left[pair[0]], left[pair[1]], strict=True))
        for pair in combinations(able, 2)
    }
    worth = [pair for pair in work if work[pair] <= BUSIEST]
    return sorted(worth, key=lambda pair: (work[pair], pair))[:MOST_PAIRS]


def _disjoint(pairs: Iterable[Pair]) -> list[Pair]:
    taken: set[str] = set()
    found = []
    for pair in pairs:
        if not taken & set(pair):
            found.append(pair)
            taken |= set(pair)
    return found


def figures(search: Search, plan: Plan, pair: Pair) -> dict[str, object]:
    """Return what changes where two agencies share an officer in place of one each, by path."""
    host, guest = pair
    of = search.scenario.agencies
    spans = list(zip(search.slots.begins, search.slots.ends, strict=True))
    both = [*of[host].services, *(f"{guest}.{service}" for service in of[guest].services)]
    shared = {LABEL: {"serves": both}}
    return {
        f"agencies.{host}.counters": _named(spans, plan[host]) | shared,
        f"agencies.{guest}.counters": _named(spans, plan[guest]) or None,
    }


def _named(spans: Sequence[Span], counters: Table) -> dict[str, object]:
    """Return a table with one counter less as counters with names, each with its hours.

    spans : from when until when (µs) each number of the table holds
    """
    return {
        str(k): {} if min(counters) > k else {"hours": list(_open(spans, counters, k))}
        for k in range(1, max(counters))
    }


def _open(spans: Sequence[Span], counters: Table, k: int) -> Iterator[str]:
    """Yield when the k-th counter of those that are left is open."""
    marked = zip(spans, counters, strict=True)
    for there, group in groupby(marked, key=lambda pair: pair[1] > k):
        of = [span for span, _ in group]
        if there:
            yield q.interval((of[0][0], of[-1][1]))
