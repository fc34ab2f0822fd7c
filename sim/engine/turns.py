"""When each counter of an agency opens and closes on a day."""

from __future__ import annotations

from sim.scenario.calendar import Day, Span, without
from sim.scenario.model import Agency, Counter, Staffing

OPEN, BREAK, CLOSED = range(3)


def posts_of(agency: Agency, day: Day) -> list[tuple[str, Counter, tuple[tuple[int, int], ...]]]:
    """Return the counters of an agency by number: label, what is said of it, its turns today."""
    hours: tuple[Span, ...]
    breaks: tuple[Span, ...]
    posts = []
    here = agency.open is None or day.continuous or day.weekday in agency.open
    for number, (label, counter) in enumerate(agency.posts):
        if not here:
            hours, breaks = (), ()
        elif agency.machines is not None:
            hours, breaks = ((min(day.doors, day.opens), day.closes),), ()
        elif isinstance(agency.counters, Staffing):
            hours, breaks = _staffed(agency.counters, number, day), agency.breaks_of(number, day)
        else:
            own = counter.hours or ((day.opens, day.closes),)
            hours = tuple(cut for span in own for cut in _within(span, (day.opens, day.closes)))
            breaks = agency.breaks_of(number, day) if counter.breaks is None else counter.breaks
        posts.append((label, counter, _turns(hours, breaks)))
    return posts


def _staffed(staffing: Staffing, number: int, day: Day) -> tuple[Span, ...]:
    """Return when counter `number` (from 0) is staffed; the first value holds before its time."""
    times = [day.opens, *(time for time, _ in staffing.table[1:]), day.closes]
    spans: list[Span] = []
    for k, (_, open_counters) in enumerate(staffing.table):
        for begin, end in _within((times[k], times[k + 1]), (day.opens, day.closes)):
            if number >= open_counters:
                continue
            if spans and spans[-1][1] == begin:
                begin = spans.pop()[0]
            spans.append((begin, end))
    return tuple(spans)


def _within(span: Span, hours: Span) -> list[Span]:
    begin, end = max(span[0], hours[0]), min(span[1], hours[1])
    return [(begin, end)] if begin < end else []


def _turns(hours: tuple[Span, ...], breaks: tuple[Span, ...]) -> tuple[tuple[int, int], ...]:
    """Return the counter's openings and closings; a stretch that a break begins is a BREAK."""
    turns: list[tuple[int, int]] = []
    open_spans = [span for of in sorted(hours) for span in without(of, breaks)]
    break_starts = {begin for begin, _ in breaks}
    for begin, end in open_spans:
        if turns and turns[-1][0] == begin:
            turns.pop()  # two stretches that touch are one
        else:
            turns.append((begin, OPEN))
        turns.append((end, BREAK if end in break_starts else CLOSED))
    if turns:
        turns[-1] = (turns[-1][0], CLOSED)
    return tuple(turns)
