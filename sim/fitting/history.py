"""What the used rows of a log are about: days, services, visits, as positions in sorted lists."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.fitting.ledger import Ledger, begins, outcomes
from sim.fitting.naming import keys_of, safe
from sim.fitting.tickets import Tickets
from sim.fitting.times import weekday_of
from sim.scenario import quantities as q
from sim.workload import ABSENT

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Unseen:
    """M citizens who booked and did not come.

    day, service : (M,) places; booked : (M,) µs since midnight; cancelled : (M,) called off
    """

    day: Ints
    service: Ints
    booked: Ints
    cancelled: Bools


@dataclass(frozen=True, eq=False)
class History:
    """The rows that are used as arrivals, R of them, sorted by day and time.

    days : (D,) days since 1970 on which anybody came; weekday : (D,) 0 is Monday
    agencies, services : keys; names : what the log calls them; agency_of : (S,) of each service
    row : (R,) places in the log; day : (R,) places in `days`; service : (R,) in `services`
    arrival, called, begin, end : (R,) µs since midnight, ABSENT where unknown or not to be trusted
    booked : (R,) µs since midnight, ABSENT for walk-ins; since : (R,) from when she waits
    unseen : who booked and did not come
    visit : (R,) number of the visit; waits, served : (R,) whether wait and service time are used
    gone : (R,) whether she left or was not there when called; joined : whether visits are known
    """

    days: Ints
    agencies: tuple[str, ...]
    agency_names: tuple[str, ...]
    services: tuple[str, ...]
    service_names: tuple[str, ...]
    agency_of: Ints
    row: Ints
    day: Ints
    service: Ints
    arrival: Ints
    called: Ints
    begin: Ints
    end: Ints
    counter: Ints
    booked: Ints
    since: Ints
    unseen: Unseen
    visit: Ints
    waits: Bools
    served: Bools
    gone: Bools
    joined: bool

    @property
    def weekday(self) -> Ints:
        """(D,) 0 is Monday."""
        return weekday_of(self.days)

    @property
    def agency(self) -> Ints:
        """(R,) places in `agencies`."""
        return self.agency_of[self.service]

    def full_name(self, service: int) -> str:
        """Return `agency.service`."""
        return f"{self.agencies[self.agency_of[service]]}.{self.services[service]}"

    def agency_title(self, agency: int) -> str:
        """Return what the log calls an agency, its key where it has no name."""
        return self.agency_names[agency] or self.agencies[agency]

    def title(self, service: int) -> str:
        """Return what the log calls a service."""
        return self.service_names[service] or self.services[service]


def history(tickets: Tickets, ledger: Ledger) -> History:
    """Return the used rows of a log."""
    rows = np.flatnonzero(ledger.used("arrivals"))
    rows = rows[np.lexsort((rows, tickets.arrival[rows], tickets.day[rows]))]
    days, day = np.unique(tickets.day[rows], return_inverse=True)
    pairs = np.stack([tickets.agency[rows], tickets.service[rows]], axis=1)
    found, service = np.unique(pairs, axis=0, return_inverse=True)
    agencies, agency_of = np.unique(found[:, 0], return_inverse=True)
    agency_names = tuple(_name(tickets, "agency", int(a)) for a in agencies)
    service_names = tuple(_name(tickets, "service", int(s)) for s in found[:, 1])
    keys = [""] * len(found)
    for a in range(len(agencies)):
        inside = np.flatnonzero(agency_of == a)
        own = keys_of([service_names[s] for s in inside], "layanan")
        for s, key in zip(inside, own, strict=True):
            keys[s] = key
    service = service.reshape(-1)
    missed, left = outcomes(tickets)
    identity = tickets.visit[rows]
    joined = bool((identity != 0).any())
    who = np.where(identity != 0, identity, -1 - np.arange(len(rows)))
    _, visit = np.unique(np.stack([day, who], axis=1), axis=0, return_inverse=True)
    return History(
        days=days, agencies=keys_of(agency_names, "instansi"), agency_names=agency_names,
        services=tuple(keys), service_names=service_names, agency_of=agency_of, row=rows, day=day,
        service=service, arrival=tickets.arrival[rows], called=tickets.called[rows],
        begin=begins(tickets)[rows], end=tickets.end[rows], counter=tickets.counter[rows],
        booked=_of_the_day(tickets.booked[rows]), since=tickets.since[rows],
        unseen=_unseen(tickets, ledger, days, found), visit=visit.reshape(-1),
        waits=ledger.used("waits")[rows],
        served=ledger.used("services")[rows], gone=(missed | left)[rows], joined=joined,
    )  # fmt: skip


def _of_the_day(booked: Ints) -> Ints:
    """Return booked times, ABSENT where they are none of the ticket's own day."""
    return np.where((booked >= 0) & (booked < q.DAY), booked, ABSENT)


def _unseen(tickets: Tickets, ledger: Ledger, days: Ints, pairs: Ints) -> Unseen:
    """Return who booked and did not come, on days and for services that others came for."""
    off = ledger.because("booked_cancelled")
    rows = np.flatnonzero(off | ledger.because("booked_absent"))
    who = np.where(tickets.ticket[rows] != 0, tickets.ticket[rows], rows)
    keys = [key[rows] for key in (tickets.day, tickets.agency, tickets.service, tickets.booked)]
    _, first = np.unique(np.stack([*keys, who], axis=1), axis=0, return_index=True)
    rows = np.sort(rows[first])  # exported twice, counted once
    place = {tuple(pair): k for k, pair in enumerate(pairs.tolist())}
    booked_at = np.stack([tickets.agency[rows], tickets.service[rows]], axis=1).tolist()
    service = np.array([place.get(tuple(pair), -1) for pair in booked_at], dtype=np.int64)
    kept = np.isin(tickets.day[rows], days) & (service >= 0)
    rows = rows[kept]
    return Unseen(np.searchsorted(days, tickets.day[rows]), service[kept],
                  _of_the_day(tickets.booked[rows]), off[rows])  # fmt: skip


def _name(tickets: Tickets, kind: str, code: int) -> str:
    return safe(tickets.names[kind][code]) if code >= 0 else ""
