"""From a ticket log to all that it says of a mall: `fit`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.errors import LogError
from sim.fitting.arrivals import Arrivals, arrivals
from sim.fitting.bookings import Booked, bookings
from sim.fitting.counters import Open, counters
from sim.fitting.effects import Effects, effects
from sim.fitting.history import History, history
from sim.fitting.ledger import PARTS, Ledger, audit, left_the_line, outcomes
from sim.fitting.likelihood import Floats
from sim.fitting.opening import Opening, openings
from sim.fitting.paces import pace
from sim.fitting.patience import Patience, patience
from sim.fitting.resolution import resolution, snapshots
from sim.fitting.routes import Routes, routes
from sim.fitting.rules import Told
from sim.fitting.services import ServiceTime, lengths_of, service_times
from sim.fitting.tickets import Tickets, read_tickets
from sim.scenario import quantities as q
from sim.words import say

if TYPE_CHECKING:
    from sim.scenario.model import Scenario


@dataclass(frozen=True, eq=False)
class Fitted:
    """All that a log says of a mall, part by part, each with how well it is known.

    tickets : the rows; ledger : what each was used for; history : those used, as arrays
    routes, arrivals, opening, services, counters, patience, bookings : the parts; counters by
        agency, bookings by journey, patience None where no call is known
    effects : upon what service times depend; those of `services` are without them where the
        scenario says them by itself
    ramadan : the hours in it, where they differ
    step : in which the log's times are written, µs; snapshots : how far apart the snapshots are
        that it was made of, µs, 0 if of none
    like : a scenario that lends what the log does not say
    """

    tickets: Tickets
    ledger: Ledger
    history: History
    routes: Routes
    arrivals: Arrivals
    opening: Opening
    ramadan: Opening | None
    services: tuple[ServiceTime, ...]
    effects: Effects
    counters: dict[str, Open]
    patience: Patience | None
    bookings: dict[str, Booked]
    step: int
    snapshots: int
    like: Scenario | None

    @property
    def period(self) -> tuple[str, str]:
        """The first and the last day that is used, as ISO dates."""
        days = self.history.days.astype("datetime64[D]")
        return str(days[0]), str(days[-1])

    def waits(self, agency: int | None = None) -> Floats:
        """Return the waits that are used, in minutes: all, or those of an agency."""
        h = self.history
        which = h.waits if agency is None else h.waits & (h.agency == agency)
        found: Floats = (h.called[which] - h.since[which]) / q.MINUTE
        return found


def fit(
    logs: Sequence[str | Path], *, like: Scenario | None = None, told: Told | None = None
) -> Fitted:
    """Read ticket logs and estimate every part of a scenario that they say something of.

    logs : CSV, Excel or Parquet; told : which column is which, and the rules of the ledger
    like : a scenario that lends what the logs do not say

    Raises LogError where a log cannot be read, or none of its rows can be used.
    """
    told = told or Told()
    tickets = read_tickets(logs, told)
    rules = told.rules
    if rules.today is None:
        rules = replace(rules, today=date.today().toordinal() - date(1970, 1, 1).toordinal())
    return estimate(tickets, audit(tickets, rules), like)


def estimate(tickets: Tickets, ledger: Ledger, like: Scenario | None = None) -> Fitted:
    """Estimate every part from the rows that a ledger uses.

    Raises LogError where it uses none.
    """
    if not ledger.used("arrivals").any():
        raise _nothing_used(tickets, ledger)
    found = history(tickets, ledger)
    used = ledger.used("arrivals")
    step = max((resolution(getattr(tickets, name)[used]) for name in ("arrival", "called", "end")),
               default=0)  # fmt: skip
    apart = snapshots(tickets, used)
    ways = routes(found)
    counted = arrivals(ways, found, ledger.days(tickets, "half_day"))
    (hours, ramadan), coarse = openings(found, counted.year.fasting), max(step, apart)
    open_ = counters(found, hours, tickets.names["counter"])
    lengths, basis = lengths_of(found, hours, ledger.rules.forgotten_open)
    seen = effects(found, hours, coarse, lengths) if basis == "measured" else Effects((), 0)
    return Fitted(
        tickets=tickets, ledger=ledger, history=found, routes=ways,
        arrivals=counted, opening=hours, ramadan=ramadan,
        services=service_times(found, lengths / pace(found, seen, open_), basis, coarse),
        effects=seen, counters=open_, patience=_patience(tickets, ledger),
        bookings=bookings(found, ways, hours), step=step, snapshots=apart, like=like,
    )  # fmt: skip


def _nothing_used(tickets: Tickets, ledger: Ledger) -> LogError:
    counts = ledger.counts("arrivals")
    reasons = ", ".join(
        f"{say(f'fit.reason.{reason}', 'en')}: {n}" for reason, n in counts.items() if n
    )
    return LogError("no_used", file=", ".join(tickets.files), n=len(tickets), reasons=reasons)


def _patience(tickets: Tickets, ledger: Ledger) -> Patience | None:
    """Return what is known of patience; None where the log has no times of call."""
    used = ledger.used("waits")
    if not used.any():
        return None
    missed, left = outcomes(tickets)
    since = tickets.since
    waits = np.where(used, tickets.called - since, 0) / q.MINUTE
    came = used & ~missed & ~left
    gone = ledger.used("arrivals") & left_the_line(tickets, ledger.rules)
    until = np.where(gone, tickets.end - since, 0) / q.MINUTE
    absent = used & (missed | (left & ~gone))
    return patience(waits[came], until[gone], waits[absent])


__all__ = ["PARTS", "Fitted", "fit"]
