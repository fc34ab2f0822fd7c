"""The rules by which tickets are given, called and lost: quotas, balking, the call, the order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from sim.scenario import quantities as q
from sim.scenario.clock_tables import clock_table, is_clock, write_clock_table
from sim.scenario.faults import Finding, nearest, refuse
from sim.scenario.fields import Frozen
from sim.scenario.gathering import Gathering

REST = "rest"
"""The pool of all visitor classes that have none of their own."""
Releases = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Quota:
    """How many tickets there are a day.

    pools : by visitor class, or `rest` for the classes without one; each is a table of tickets
        released at clock times (µs). A class without a pool, where there is no `rest`, has no
        quota. Tickets that were not taken stay in the pool.
    """

    pools: tuple[tuple[str, Releases], ...]

    def pool_of(self, visitor_class: str) -> str | None:
        """The pool that a visitor class draws from, or None if it has no quota."""
        names = [name for name, _ in self.pools]
        if visitor_class in names:
            return visitor_class
        return REST if REST in names else None


def _read_releases(raw: object) -> Releases:
    if isinstance(raw, dict):
        return clock_table(raw, q.read_count, "quota")
    return ((0, q.read_count(raw)),)


def _read_quota(raw: object) -> Quota:
    """Read `120`, `{08:00: 60, 13:00: 60}` or `{priority: 50, rest: {08:00: 60, 13:00: 60}}`."""
    if not isinstance(raw, dict) or not raw or any(is_clock(str(key)) for key in raw):
        return Quota(((REST, _read_releases(raw)),))
    gathering = Gathering()
    pools = {str(name): gathering.read((name,), _read_releases, item) for name, item in raw.items()}
    gathering.refuse_any()
    return Quota(tuple(sorted((name, table) for name, table in pools.items() if table)))


def _write_quota(quota: Quota | None) -> Any:
    def releases(table: Releases) -> Any:
        return table[0][1] if table[0][0] == 0 and len(table) == 1 else write_clock_table(table)

    if quota is None:
        return None
    pools = {name: releases(table) for name, table in quota.pools}
    return pools[REST] if list(pools) == [REST] else pools


QuotaField = Annotated[
    Quota,
    BeforeValidator(_read_quota),
    PlainSerializer(_write_quota),
    WithJsonSchema({"type": ["string", "integer", "object"]}),
]


@dataclass(frozen=True)
class Balking:
    """Which share of citizens does not join, by what they find.

    by : `length`, people waiting in the line, or `wait`, the announced wait in µs
    table : (from so many on, share), sorted; before the first entry everybody joins
    """

    by: Literal["length", "wait"]
    table: tuple[tuple[int, float], ...]


def _read_balking(raw: object) -> Balking:
    """Read `{5: 10 %, 10: 50 %}` by people waiting, or `{20 min: 30 %}` by announced wait."""
    if raw == {}:
        refuse(Finding("balking", {"value": "nothing"}))
    if not isinstance(raw, dict):
        refuse(Finding("balking", {"value": q.text_of(raw, "balking")}))
    by_wait = [str(key).strip()[-1:].isalpha() for key in raw]
    if any(by_wait) and not all(by_wait):
        refuse(Finding("balking_mixed", {}))
    read = q.read_duration if all(by_wait) else q.read_count
    gathering = Gathering()
    table: dict[int, tuple[float, str]] = {}
    for key, item in raw.items():
        before = len(gathering.found)
        start = gathering.read((key,), read, key)
        if len(gathering.found) > before:
            gathering.found[before:] = [replace(f, at_key=True) for f in gathering.found[before:]]
        share = gathering.read((key,), q.read_share, item)
        if start in table:
            gathering.add("balking_twice", key, at_key=True, value=key)
        if start is not None and share is not None:
            table[start] = share, key
    _rising(table, gathering)
    gathering.refuse_any()
    rows = tuple((start, share) for start, (share, _) in sorted(table.items()))
    return Balking("wait" if all(by_wait) else "length", rows)


def _rising(table: dict[int, tuple[float, str]], gathering: Gathering) -> None:
    """Note shares that fall, and one that turns everybody away from an empty line.

    Who would not join a short line does not join a longer one: she has one uniform for both.
    """
    rows = sorted(table.items())
    for (_, (before, _)), (_, (share, key)) in pairwise(rows):
        if share < before:
            gathering.add("balking_falls", key, value=q.share(share), before=q.share(before))
    if rows and rows[0][0] == 0 and rows[0][1][0] == 1:
        gathering.add("balking_all", rows[0][1][1], value=rows[0][1][1])


def _write_balking(balking: Balking | None) -> Any:
    if balking is None:
        return None
    write = q.duration if balking.by == "wait" else str
    return {write(start): q.share(share) for start, share in balking.table}


BalkingField = Annotated[
    Balking,
    BeforeValidator(_read_balking),
    PlainSerializer(_write_balking),
    WithJsonSchema({"type": "object"}),
]


@dataclass(frozen=True)
class Order:
    """Who is called next.

    by_priority : the higher priority first, then booked before walk-in; else first come first
    in_turn : so many booked, then so many walk-ins, and again; (0, 0) if not in turn
    longest_wait : a counter calls who has waited longest of all its services, whatever their tier
    """

    by_priority: bool = True
    in_turn: tuple[int, int] = (0, 0)
    longest_wait: bool = False


_ORDERS = {
    "priority": Order(),
    "first_come": Order(by_priority=False),
    "longest_wait": Order(by_priority=False, longest_wait=True),
}


def _read_order(raw: object) -> Order:
    """Read `priority`, `first_come`, `longest_wait` or `{booked: 2, walk_in: 1}`."""
    if not isinstance(raw, dict):
        text = q.text_of(raw, "order")
        if text not in _ORDERS:
            refuse(Finding("order", {"value": text, "near": nearest(text, [*_ORDERS])}))
        return _ORDERS[text]
    gathering = Gathering()
    numbers = {key: gathering.read((key,), q.read_count, item) for key, item in raw.items()}
    gathering.refuse_any()
    booked, walk_in = numbers.get("booked"), numbers.get("walk_in")
    if set(numbers) != {"booked", "walk_in"} or not booked or not walk_in:
        refuse(Finding("order_turn", {"value": ", ".join(map(str, raw))}))
    if booked + walk_in > 100:
        refuse(Finding("too_large", {"value": str(booked + walk_in), "limit": "100"}))
    return Order(True, (booked, walk_in))


def _write_order(order: Order) -> Any:
    if order.in_turn != (0, 0):
        return {"booked": order.in_turn[0], "walk_in": order.in_turn[1]}
    return next(name for name, of in _ORDERS.items() if of == order)


OrderField = Annotated[
    Order,
    BeforeValidator(_read_order),
    PlainSerializer(_write_order),
    WithJsonSchema({"type": ["string", "object"]}),
]


AFTER_MISSED = ("tries", "every", "again_after")
"""Keys that say what follows a missed call."""


class Call(Frozen):
    """How a ticket is called: the way to the counter, and what happens if nobody comes.

    walk_up : the counter is occupied from the call on, the service starts so much later
    tries, every : a missed ticket is called so often, and each call waits so long
    missed : share of calls at which nobody comes
    again_after : a missed ticket is called again after so many others; if left out it is dropped
    """

    walk_up: q.Duration = 0
    tries: q.Count = 1
    every: q.Duration = 0
    missed: q.Share = 0.0
    again_after: q.Count | None = None
