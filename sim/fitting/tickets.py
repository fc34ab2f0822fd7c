"""The tickets of a log as arrays: times, codes of names, and no identity.

Who a citizen is, and the text of a ticket, are hashed with a key that is forgotten, only to find
the rows that belong together.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.errors import LogError
from sim.fitting import reading
from sim.fitting.columns import Columns, find_columns
from sim.fitting.reading import Row
from sim.fitting.rules import Told
from sim.fitting.times import (
    DAY,
    either_way,
    month_first,
    no_date,
    read_date,
    read_length,
    split_moment,
)
from sim.workload import ABSENT

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

SOUND, UNREADABLE, RAGGED = 0, 1, 2
CODES = ("agency", "service", "counter", "visitor_class", "outcome", "channel")
TIMES = ("arrival", "called", "start", "end", "booked")
MOST_NAMES = 2_000
"""Different names of agencies, services or counters; a column with more is something else."""
_ONLINE = re.compile(r"online|daring|web|mobile|aplikasi|\bapp\b|internet|whatsapp|\bwa\b", re.I)
_KEPT_EXAMPLES = 5


@dataclass(frozen=True, eq=False)
class Tickets:
    """N rows of a log in their order.

    files : names of the tables; file, line : (N,) where each row stands
    day : (N,) days since 1970, ABSENT where unreadable
    arrival, called, start, end, booked : (N,) µs since midnight of `day`, ABSENT where missing
    agency, service, counter, visitor_class, outcome, channel : (N,) positions in `names`, -1
        where nothing is said
    visit, ticket : (N,) hashes, 0 where nothing is said; number : (N,) that of the ticket, or -1
    damage : (N,) SOUND, UNREADABLE or RAGGED (more cells than columns)
    has : the fields that the log states; columns : what they are called there
    kinds : columns nothing was made of that hold recurring words, as names of agencies would
    guessed : whether the day was taken as first, where dates can be read either way
    examples : what unreadable cells look like, every letter an `a`
    """

    files: tuple[str, ...]
    file: Ints
    line: Ints
    day: Ints
    arrival: Ints
    called: Ints
    start: Ints
    end: Ints
    booked: Ints
    agency: Ints
    service: Ints
    counter: Ints
    visitor_class: Ints
    outcome: Ints
    channel: Ints
    visit: Ints
    ticket: Ints
    number: Ints
    damage: Ints
    names: Mapping[str, tuple[str, ...]]
    has: frozenset[str]
    columns: Mapping[str, str]
    unused: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    guessed: bool = False
    examples: Mapping[int, str] = field(default_factory=dict)
    filled_dates: int = 0

    def __len__(self) -> int:
        return len(self.file)

    @property
    def unseen(self) -> Bools:
        """(N,) whether somebody booked, and nothing is written of her having come."""
        found: Bools = (self.damage == SOUND) & (self.arrival == ABSENT)
        return found

    @property
    def since(self) -> Ints:
        """(N,) since when she waits: from her ticket, or her booked time if that is later.

        Who is called before her time has not waited at all.
        """
        called = np.where(self.called == ABSENT, np.iinfo(np.int64).max, self.called)
        booked = np.where(abs(self.booked - self.arrival) < DAY, self.booked, ABSENT)
        return np.maximum(self.arrival, np.minimum(booked, called))

    @property
    def online(self) -> Bools:
        """(N,) whether a ticket was taken on-line, where the log says so."""
        names = self.names["channel"]
        is_online = np.array([bool(_ONLINE.search(name)) for name in names] + [False])
        return is_online[self.channel]


def read_tickets(paths: Sequence[str | Path], told: Told | None = None) -> Tickets:
    """Read the tickets of one log or more.

    Raises LogError where a file cannot be read, no column of arrivals is found, or no row is
    a ticket.
    """
    told = told or Told()
    builder = _Builder(told)
    for path in map(Path, paths):
        refused: LogError | None = None
        before = len(builder.parts)
        for name, rows in reading.read_tables(path):
            try:
                builder.add(name, rows)
            except LogError as error:  # a workbook may have sheets that are no logs
                if error.code not in ("no_arrival", "empty"):
                    raise
                if refused is None or refused.code == "empty":
                    refused = error
        if refused is not None and len(builder.parts) == before:
            raise refused
    if not builder.parts:
        raise LogError("empty", file=", ".join(map(str, paths)))
    return builder.tickets()


class _Builder:
    """Gathers rows as arrays, piece by piece."""

    def __init__(self, told: Told) -> None:
        self.told = told
        self.key = secrets.token_bytes(16)
        self.files: list[str] = []
        self.parts: list[dict[str, Ints]] = []
        self.codes: dict[str, dict[str, int]] = {name: {} for name in CODES}
        self.dates: dict[str, int] = {"": 0}
        self.columns: dict[str, str] = {}
        self.unused: dict[str, None] = {}
        self.kinds: dict[str, None] = {}
        self.examples: dict[int, str] = {}
        self.rows = 0

    def add(self, name: str, rows: Iterator[Row]) -> None:
        top = list(islice(rows, 60))
        if not top:
            raise LogError("empty", file=name)
        columns = find_columns(top, name, self.told.columns)
        self.files.append(name)
        self.columns |= columns.names
        self.unused |= dict.fromkeys(columns.unused)
        self.kinds |= dict.fromkeys(columns.kinds)
        numbered = enumerate(chain(top, rows), start=1)
        tickets = (pair for pair in islice(numbered, columns.skip, None) if any(pair[1]))
        while piece := list(islice(tickets, reading.PIECE)):
            self.rows += len(piece)
            if self.rows > reading.MOST_ROWS:
                raise LogError("too_many_rows", file=name, limit=reading.MOST_ROWS)
            self.parts.append(self._piece(piece, columns))

    def _piece(self, piece: list[tuple[int, Row]], columns: Columns) -> dict[str, Ints]:
        n, width = len(piece), columns.width
        ragged = np.zeros(n, dtype=np.int64)
        for k, (_, row) in enumerate(piece):
            if len(row) != width:
                ragged[k] = any(cell.strip() for cell in row[width:])
                row[width:] = []
                row.extend([""] * (width - len(row)))
        cells = {f: [row[k] for _, row in piece] for f, k in columns.at.items()}
        part = {
            "file": np.full(n, len(self.files) - 1),
            "line": np.array([line for line, _ in piece], dtype=np.int64),
            "damage": np.where(ragged, RAGGED, SOUND),
        }
        for name in TIMES:
            part[f"{name}_date"], part[name] = self._moments(cells.get(name), n)
        part["date"], _ = self._moments(cells.get("date"), n)
        for name in CODES:
            part[name] = self._coded(name, cells.get(name), n)
        part["visit"] = self._hashed(cells.get("visit"), n)
        part["ticket"] = self._hashed(cells.get("ticket"), n)
        part["number"] = _numbers(cells.get("ticket"), n)
        for name in ("waiting_time", "service_time"):
            part[name] = _lengths(cells.get(name), columns.unit.get(name, 0), n)
        self._keep_examples(part, cells.get("arrival", []))
        return part

    def _moments(self, texts: list[str] | None, n: int) -> tuple[Ints, Ints]:
        """Return codes of the dates (0 for none) and times of moments."""
        if texts is None:
            return np.zeros(n, dtype=np.int64), np.full(n, ABSENT)
        dates = self.dates
        codes, times = np.zeros(n, dtype=np.int64), np.full(n, ABSENT)
        seen: dict[str, tuple[int, int]] = {"": (0, ABSENT)}  # dates, and times alone, recur
        for k, text in enumerate(texts):
            found = seen.get(text)
            if found is None:
                day, time = split_moment(text)
                found = dates.setdefault(day, len(dates)), time
                if len(text) < 16:
                    seen[text] = found
            codes[k], times[k] = found
        return codes, times

    def _coded(self, name: str, texts: list[str] | None, n: int) -> Ints:
        if texts is None:
            return np.full(n, -1)
        known = self.codes[name]
        cleaned = {text: " ".join(text.split())[:120] for text in sorted(set(texts))}
        code = {
            text: known.setdefault(name, len(known)) if name else -1
            for text, name in cleaned.items()
        }
        codes = np.fromiter(map(code.__getitem__, texts), np.int64, n)
        if len(known) > MOST_NAMES:
            raise LogError(
                "too_many_names", field=name, column=self.columns.get(name, name), n=MOST_NAMES
            )
        return codes

    def _hashed(self, texts: list[str] | None, n: int) -> Ints:
        if texts is None:
            return np.zeros(n, dtype=np.int64)

        key, cleaned = self.key, (" ".join(text.split()).lower() for text in texts)
        # SipHash with a key of this process, over one of this log: nobody can look it up
        return np.fromiter((hash((key, text)) if text else 0 for text in cleaned), np.int64, n)

    def _keep_examples(self, part: dict[str, Ints], texts: list[str]) -> None:
        first = self.rows - len(part["line"])
        for k in np.flatnonzero(part["arrival"] == ABSENT):
            if len(self.examples) >= _KEPT_EXAMPLES:
                return
            self.examples[first + int(k)] = masked(texts[k]) if texts else ""

    # The whole

    def tickets(self) -> Tickets:
        """Return all rows together; now the dates can be read as one log writes them."""
        whole = {key: np.concatenate([p[key] for p in self.parts]) for key in self.parts[0]}
        texts = list(self.dates)
        american, guessed = self._order(texts)
        read = np.array([read_date(text, american) for text in texts], dtype=np.int64)
        empty = np.array([no_date(text) for text in texts])  # "" and "-" alike
        whole["date"] = np.where(empty[whole["date"]], 0, whole["date"])
        words = np.array([not re.search(r"\d", text) for text in texts])  # "tidak datang"
        for name in (f"{time}_date" for time in TIMES):
            whole[name] = np.where(words[whole[name]], 0, whole[name])
        of_arrival = read[whole["arrival_date"]]
        day = np.where(whole["arrival_date"] > 0, of_arrival, read[whole["date"]])
        for name in ("called", "start", "end", "booked"):
            missing = (day == ABSENT) & (whole["arrival_date"] == 0) & (whole["date"] == 0)
            day = np.where(missing, read[whole[f"{name}_date"]], day)
        filled = 0
        if self.told.date is not None:
            day = np.where(day == ABSENT, self.told.date, day)
        elif (day == ABSENT).all():
            if (whole["arrival"] != ABSENT).any():
                raise LogError("no_date", file=self.files[0])
            raise LogError("no_ticket", file=self.files[0], column=self.columns["arrival"])
        else:
            day, filled = _filled_down(day, whole)
        times = {name: _relative(whole, name, read, day) for name in TIMES}
        self._derive(times, whole)
        unseen = _unseen(times, whole)
        sound = ((times["arrival"] != ABSENT) | unseen) & (day != ABSENT)
        damage = np.where(sound, whole["damage"], np.maximum(whole["damage"], UNREADABLE))
        return Tickets(
            files=tuple(self.files), day=day, **times, damage=damage,
            **{key: whole[key] for key in ("file", "line", *CODES, "visit", "ticket", "number")},
            names={name: tuple(known) for name, known in self.codes.items()},
            has=self._has(times, whole), columns=dict(self.columns),
            unused=tuple(name for name in self.unused if name not in self.columns.values()),
            kinds=tuple(name for name in self.kinds if name not in self.columns.values()),
            guessed=guessed, examples=self.examples, filled_dates=filled,
        )  # fmt: skip

    def _order(self, texts: list[str]) -> tuple[bool, bool]:
        """Return whether the month is first, and whether that is a guess."""
        if self.told.order:
            return self.told.order == "month_first", False
        return month_first(texts), either_way(texts)

    def _derive(self, times: dict[str, Ints], whole: dict[str, Ints]) -> None:
        """Work out the call from the wait, and the end from the length of the service."""
        wait, length = whole["waiting_time"], whole["service_time"]
        from_wait = _sum(times["arrival"], wait)
        times["called"] = _first(times["called"], times["start"], from_wait)
        begun = _first(times["start"], times["called"])
        times["end"] = _first(times["end"], _sum(begun, length))

    def _has(self, times: dict[str, Ints], whole: dict[str, Ints]) -> frozenset[str]:
        has = {name for name, column in times.items() if (column != ABSENT).any()}
        has |= {name for name in CODES if (whole[name] >= 0).any()}
        has |= {name for name in ("visit", "ticket") if (whole[name] != 0).any()}
        return frozenset(has)


def masked(text: str) -> str:
    """Return what a cell looks like, without what it says: nobody's name gets out."""
    text = "".join("a" if c.isalpha() else c for c in " ".join(text.split())[:40])
    return re.sub(r"\d{7,}", lambda found: "9" * len(found[0]), text)


def _numbers(texts: list[str] | None, n: int) -> Ints:
    if texts is None:
        return np.full(n, -1)
    found = {text: re.search(r"(\d{1,9})\D*$", text) for text in set(texts)}
    number = {text: int(f[1]) if f else -1 for text, f in found.items()}
    return np.fromiter(map(number.__getitem__, texts), np.int64, n)


def _lengths(texts: Iterable[str] | None, unit: int, n: int) -> Ints:
    if texts is None:
        return np.full(n, ABSENT)
    return np.fromiter((read_length(text, unit) for text in texts), np.int64, n)


def _filled_down(day: Ints, whole: dict[str, Ints]) -> tuple[Ints, int]:
    """Give a row without a date that of the row above: cells of a day are often merged."""
    blank = (whole["arrival_date"] == 0) & (whole["date"] == 0) & (day == ABSENT)
    blank &= (whole["arrival"] != ABSENT) | (whole["booked"] != ABSENT)
    known = np.where(blank, -1, np.arange(len(day)))
    above = np.maximum.accumulate(known)
    filled = blank & (above >= 0)
    filled[filled] &= whole["file"][above[filled]] == whole["file"][filled]
    day = np.where(filled, day[np.maximum(above, 0)], day)
    return day, int((filled & (day != ABSENT)).sum())


def _relative(whole: dict[str, Ints], name: str, read: Ints, day: Ints) -> Ints:
    """Return times in µs since midnight of the row's day; those of other days lie outside it."""
    time, code = whole[name], whole[f"{name}_date"]
    own = read[code]
    shift = np.where((code > 0) & (own != ABSENT) & (day != ABSENT), own - day, 0)
    bad = (time == ABSENT) | ((code > 0) & (own == ABSENT)) | (abs(shift) > 10_000)
    return np.where(bad, ABSENT, np.where(bad, 0, time) + np.where(bad, 0, shift) * DAY)


def _unseen(times: dict[str, Ints], whole: dict[str, Ints]) -> Bools:
    """(N,) whether somebody has a booked time, and nothing is written of her having come."""
    nothing = np.ones(len(whole["line"]), dtype=bool)
    for name in ("arrival", "called", "start", "end"):
        nothing &= (times[name] == ABSENT) & (whole[f"{name}_date"] == 0)
    return np.asarray(nothing & (times["booked"] != ABSENT), dtype=bool)


def _sum(a: Ints, b: Ints) -> Ints:
    known = (a != ABSENT) & (b != ABSENT)
    return np.where(known, np.where(known, a, 0) + np.where(known, b, 0), ABSENT)


def _first(*columns: Ints) -> Ints:
    """Return the first of several columns that says something, row by row."""
    result = columns[0]
    for column in columns[1:]:
        result = np.where(result == ABSENT, column, result)
    return result
