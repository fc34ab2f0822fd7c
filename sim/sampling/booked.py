"""Giving the citizens who book their seats, and drawing who comes, and when."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from sim.sampling.stops import Floats, whole
from sim.scenario.booking import Booking
from sim.scenario.calendar import Day
from sim.workload import ABSENT, COMES, Ints

_BEYOND = {"moved": "moved", "lost": "lost", "walk_in": "comes"}


def book(
    booking: Booking | None,
    days: tuple[Day, ...],
    visits: dict[str, Any],
    drawn: Callable[[str], Floats],
) -> None:
    """Give the citizens who book their seats, in their order, and draw who comes, and when.

    days : those of one replication; visits : columns of the citizens, by day, which are completed
    """
    visits |= {"booked": ABSENT, "comes": COMES.index("comes")}
    if booking is None:
        return
    number = len(visits["due"])
    visits["booked"] = np.full(number, ABSENT, dtype=np.int64)
    visits["comes"] = np.zeros(number, dtype=np.int64)
    books = drawn("books") < booking.share
    cancels = books & (drawn("cancelled") < booking.cancelled)
    takes = books & ~cancels if booking.rebooked else books
    slots = [np.repeat(np.array(b, np.int64), booking.seats) for b in map(booking.slots, days)]
    seats = np.array([len(of_day) for of_day in slots])
    place = visits["day"] % len(days)
    # Whom a cancelled seat is given to has the seat of who cancelled: as if she never booked.
    seat: Ints = np.cumsum(takes) - takes
    seat -= seat[np.searchsorted(visits["day"], visits["day"])]
    sits = books & (seat < seats[place])
    at = (np.cumsum(seats) - seats)[place] + seat
    visits["booked"][sits] = np.concatenate(slots)[at[sits]]
    visits["comes"][books & ~sits] = COMES.index(_BEYOND[booking.beyond])
    visits["comes"][sits & (drawn("no_show") < booking.no_show)] = COMES.index("no_show")
    visits["comes"][sits & cancels] = COMES.index("cancelled")
    early = booking.punctuality.quantile(drawn("punctuality")) if booking.punctuality else 0.0
    due = visits["booked"] + whole(np.broadcast_to(early, number))
    visits["due"] = np.where(sits, np.maximum(due, 0), visits["due"])
