"""`add_stops`: how an overlay puts stops into a journey without repeating all the others.

    add_stops: [{after: dukcapil.ktp, stop: imigrasi.info, share: 5 %}]

Stops that are added after one stop keep the order in which they were added.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.scenario.faults import Finding, nearest
from sim.scenario.tree import Entry, Items, Node, Table, Text

_KEYS = ("after", "before", "stop", "share")


@dataclass(frozen=True)
class Addition:
    """One stop that is added beside another: `side` is after or before the stop `anchor`."""

    anchor: str
    side: str
    stop: Node


def service_of(stop: Node) -> str:
    """Return the `agency.service` of a stop as written, with or without its share."""
    if isinstance(stop, Text):
        return (stop.text or "").strip()
    if isinstance(stop, Table) and len(stop.entries) == 1:
        return next(iter(stop.entries)).strip()
    return ""


def read_additions(node: Node) -> tuple[list[Addition], list[Finding]]:
    """Read the value of `add_stops`: a list of additions, or one of them."""
    items = node.items if isinstance(node, Items) else (node,)
    additions: list[Addition] = []
    findings: list[Finding] = []
    for number, item in enumerate(items):
        path = (number,) if isinstance(node, Items) else ()
        if not isinstance(item, Table):
            findings.append(Finding("add_stops_form", {}, path))
            continue
        unknown = [key for key in item.entries if key not in _KEYS]
        for key in unknown:
            params = {"value": key, "near": nearest(key, _KEYS)}
            findings.append(Finding("unknown_key", params, (*path, key), at_key=True))
        addition = _read(item)
        if addition is not None:
            additions.append(addition)
        elif not unknown:
            findings.append(Finding("add_stops_form", {}, path))
    return additions, findings


def _read(item: Table) -> Addition | None:
    sides = [side for side in ("after", "before") if side in item.entries]
    stop, share = (item.entries.get(key) for key in ("stop", "share"))
    if len(sides) != 1 or stop is None or not service_of(stop.node):
        return None
    anchor = item.entries[sides[0]].node
    if not isinstance(anchor, Text) or not service_of(anchor):
        return None
    if share is None:
        return Addition(service_of(anchor), sides[0], stop.node)
    if not isinstance(stop.node, Text):
        return None
    optional = Entry(stop.node.place, share.node)
    return Addition(
        service_of(anchor), sides[0], Table(stop.node.place, {service_of(stop.node): optional})
    )


def insert(stops: tuple[Node, ...], new: Addition, earlier: list[Addition]) -> tuple[Node, ...]:
    """Return the stops with one more. Raises LookupError if there is not just one such anchor."""
    names = [service_of(stop) for stop in stops]
    if names.count(new.anchor) != 1:
        raise LookupError(new.anchor)
    at = names.index(new.anchor)
    if new.side == "before":
        return (*stops[:at], new.stop, *stops[at:])
    mates = [a.stop for a in earlier if (a.anchor, a.side) == (new.anchor, "after")]
    at += 1
    while at < len(stops) and any(stops[at] is mate for mate in mates):
        at += 1
    return (*stops[:at], new.stop, *stops[at:])
