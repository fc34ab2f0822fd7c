"""Hand-made days: a table of citizens and of what must become of them, beside the engine's rows.

The table stands in a test's docstring. Left of `|` is what a citizen brings, right of it what
happens to her; a row named `"` is the next stop of the citizen above, one named `=` the next
try at the same stop. The last columns,
`visit` and `left`, are filled where her visit ends. `-` is nothing, `.` a stop never reached.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from engines import both
from malls import us, workload_of

from sim.log import Log
from sim.scenario.model import Scenario
from sim.workload import ABSENT

_DEFAULTS = {
    "service": "a.s", "walk": "0", "patience": "-", "class": "", "booked": "-", "misses": "0",
    "balk": "1", "stay": "-", "comes": "comes", "ends": "served", "keeps": "0",
    "group": "0", "pick": "next", "people": "1", "lead": "-",
}  # fmt: skip


def time_of(text: str) -> int:
    """Read `08:00`, `08:00:30` or `-` as µs."""
    if text == "-":
        return ABSENT
    hour, minute, second = [*text.split(":"), "0"][:3]
    return us(60 * int(hour) + int(minute)) + us(1) // 60 * int(second)


def written(time: int) -> str:
    """Write µs as a clock time, seconds where there are any."""
    if time == ABSENT:
        return "-"
    seconds, rest = divmod(time, 1_000_000)
    assert rest == 0, time
    text = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}"
    return text + (f":{seconds % 60:02d}" if seconds % 60 else "")


def table_in(doc: str) -> list[dict[str, str]]:
    """Return the rows of the table in a docstring, one dict a row, keyed by the header."""
    lines = [line.split() for line in doc.splitlines() if "|" in line]
    header = [name for name in lines[0] if name != "|"]
    at = lines[0].index("|")
    assert all(line[at] == "|" for line in lines), doc
    rows = [[cell for cell in line if cell != "|"] for line in lines[1:]]
    return [dict(zip(header, row, strict=True)) for row in rows]


def citizens_in(table: list[dict[str, str]]) -> list[dict[str, Any]]:
    """Return a table's citizens as rows of a workload; a later stop has `"` as its name."""
    rows: list[dict[str, Any]] = []
    index, stop = -1, 0
    for line in table:
        of = {**_DEFAULTS, **line}
        if of["who"] in _SAME:
            stop += of["who"] == '"'
            due = rows[-1]["due"]
            of["class"], booked = rows[-1]["visitor_class"], rows[-1]["booked"]
            of["comes"] = rows[-1]["comes"]
            of["people"] = rows[-1]["people"]
            of["lead"] = "-"
        else:
            index, stop, due = index + 1, 1, time_of(of["due"])
            booked = None if of["booked"] == "-" else time_of(of["booked"])
        row = {"journey": "all", "index": index, "stop": stop, "due": due}
        row |= {"service": of["service"], "walk": us(of["walk"]), "time": us(of["time"])}
        row["patience"] = None if of["patience"] == "-" else us(of["patience"])
        row |= {"visitor_class": of["class"], "booked": booked, "people": int(of["people"])}
        row |= {"misses": int(of["misses"]), "balk": float(of["balk"]), "comes": of["comes"]}
        row |= {"ends": of["ends"], "keeps": int(of["keeps"])}
        row |= {"group": int(of["group"]), "pick": of["pick"]}
        row["stay"] = None if of["stay"] == "-" else us(of["stay"])
        row["lead"] = None if of["lead"] == "-" else us(of["lead"])
        if of["who"] == '"':
            row["stay"], row["lead"] = rows[-1]["stay"], rows[-1]["lead"]
        rows.append(row)
    if not any(row["visitor_class"] for row in rows):
        for row in rows:
            del row["visitor_class"]
    return rows


def outages_in(scenario: Scenario, down: dict[str, list[str]]) -> Any:
    """Return outages on the first day as a workload holds them."""
    names = [f"{agency}__{label}" if label else agency for agency, label, _ in scenario.outages]
    rows = [
        (0, names.index("" if name == "mall" else name), *map(time_of, span.split("-")))
        for name, spans in down.items()
        for span in spans
    ]
    return np.array(sorted(rows), dtype=np.int64).reshape(-1, 4)


def happened(table: list[dict[str, str]], log: Log) -> list[dict[str, str]]:
    """Return the table as it should read by a log."""
    visits = log.visits.sort_values("index", kind="stable").reset_index(drop=True)
    stops = log.stops
    result: list[dict[str, str]] = []
    who, stop, tries = -1, 0, 0
    for line in table:
        tries = tries + 1 if line["who"] == "=" else 1
        who, stop = (who, stop + (line["who"] == '"')) if line["who"] in _SAME else (who + 1, 1)
        visit = visits.loc[who]
        mine = stops[stops["visit"] == visit["visit"]]
        of = mine[(mine["stop"] == stop) & (mine["try"] == tries)]
        last = (stop, tries) == (1, 1) if mine.empty else mine.index[-1] in of.index
        found = dict(line)
        cells = (
            _stop_cells(of.iloc[0], "start" in line) if len(of) else dict.fromkeys(_STOP_CELLS, ".")
        )
        found |= {name: value for name, value in cells.items() if name in line}
        ended = {"entered": written(_us(visit["entered"])), "left": written(_us(visit["left"]))}
        ended["visit"] = _outcome(visit)
        for name, value in ended.items():
            if name in line:
                shown = (stop, tries) == (1, 1) if name == "entered" else last
                found[name] = value if shown else "-"
        result.append(found)
    return result


_SAME = ('"', "=")
_STOP_CELLS = ("ticket", "called", "start", "end", "at", "stop")


def _stop_cells(stop: Any, with_start: bool) -> dict[str, str]:
    assert with_start or _us(stop["called"]) == _us(stop["start"])
    cells = {name: written(_us(stop[name])) for name in ("ticket", "called", "start", "end")}
    cells["at"] = stop["counter"] or "-"
    cells["stop"] = _outcome(stop)
    return cells


def _outcome(row: Any) -> str:
    return "/".join(filter(None, (row["outcome"], row["reason"])))


def _us(time: Any) -> int:
    if time is pd.NaT:
        return ABSENT
    return int(time // pd.Timedelta(1, "us"))


def shifts(log: Log) -> list[str]:
    """Return what the counters did, a line each: `a.1 08:00-08:10 serving`."""
    rows = log.counter_rows
    states = log.counters["state"]
    return [
        f"{'.'.join(log.names.counters[c])} {written(b)}-{written(e)} {state}"
        for c, b, e, state in zip(
            rows.counter.tolist(), rows.begin.tolist(), rows.end.tolist(), states, strict=True
        )
    ]


def check(test: Any, scenario: Scenario, **down: list[str]) -> Log:
    """Play the day in a test's docstring and hold the log against it; return the log.

    down : outages by agency, counter (`a__1`), or `mall`, each as `08:00-08:10`
    """
    table = table_in(test.__doc__)
    workload = workload_of(scenario, citizens_in(table))
    log = both(scenario, replace(workload, outages=outages_in(scenario, down)))
    found = [" ".join(line.values()) for line in happened(table, log)]
    assert found == [" ".join(line.values()) for line in table]
    return log
