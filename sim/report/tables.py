"""The tables behind the page: one workbook to read, and plain files for programs.

A workbook holds real numbers, shares and times, each column with its unit, and no formula: a
text that begins like one, such as an agency named `=1+1`, stays text. A number that nobody
experienced is an empty cell, in JSON null.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import time
from typing import TYPE_CHECKING, Any, Literal

from sim.report import inputs, locale
from sim.report.answer import Answer, Group, Standing
from sim.report.figure_text import source_text
from sim.statistics.intervals import Estimate
from sim.statistics.results import Results
from sim.words import say

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell import Cell as ExcelCell
    from openpyxl.worksheet.worksheet import Worksheet

Kind = Literal["text", "number", "share", "time"]
Cell = str | float | time | None
Row = tuple[Cell, ...]

_FORMATS = {"number": "#,##0.0", "share": "0.0%", "time": "hh:mm"}
_WIDTHS = {"text": 26.0, "number": 13.0, "share": 13.0, "time": 9.0}
_WIDEST = 60
_LONGEST_TEXT = 32_000
"""Characters; Excel refuses a file with a cell of more than 32,767."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LIKE_A_FORMULA = ("=", "+", "-", "@", "'", "\t", "\r")


@dataclass(frozen=True)
class Column:
    """A column: its header, with the unit, and what kind of cells it holds."""

    header: str
    kind: Kind


@dataclass(frozen=True)
class Sheet:
    """One table of the workbook."""

    name: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


# What stands in each sheet


def sheets(results: Results, answer: Answer, lang: str) -> tuple[Sheet, ...]:
    """Return the tables of the workbook, in order."""
    return (
        _answer(answer, lang),
        _agencies(answer, lang),
        _services(answer, lang),
        _hours(results, answer, lang),
        _weekdays(results, answer, lang),
        _groups("classes", answer.classes, lang),
        _groups("journeys", answer.journeys, lang),
        _assumptions(answer, lang),
    )


def _sheet(name: str, columns: str, rows: Iterable[Row], lang: str) -> Sheet:
    """Make a sheet; columns as `key:kind`, and `key:kind*` for a value with its two bounds."""
    made: list[Column] = []
    for column in columns.split():
        key, _, kind = column.partition(":")
        header = say(f"tables.column.{key}", lang)
        made.append(Column(header, kind.rstrip("*")))  # type: ignore[arg-type]
        if kind.endswith("*"):
            for bound in ("low", "high"):
                text = say(f"tables.{bound}", lang, what=header)
                made.append(Column(text, kind.rstrip("*")))  # type: ignore[arg-type]
    return Sheet(say(f"tables.sheet.{name}", lang), tuple(made), tuple(rows))


def _bounds(*estimates: Estimate | None) -> Iterator[float | None]:
    for e in estimates:
        yield from (e.value, e.low, e.high) if e else (None, None, None)


def _verdict(verdict: str, lang: str) -> str:
    return say(f"page.verdict.{verdict}", lang)


_MALL_SHARES = ("fulfilled", "called_in_time", "left", "refused", "several_days")
_MALL_NUMBERS = (
    "visits", "completed", "gave_up", "turned_away", "sent_home", "wait_in_visit",
    "time_in_mall", "in_hall_max", "overtime", "incomplete", "returned",
)  # fmt: skip


def _answer(answer: Answer, lang: str) -> Sheet:
    """Return the mall as a whole; shares and numbers apart, so that each column has its unit."""
    verdict = say("tables.mall.verdict", lang), *_bounds(None, None), _verdict(answer.verdict, lang)
    rows: list[Row] = [verdict]
    for measure in (*_MALL_SHARES, *_MALL_NUMBERS):
        what = say(f"tables.mall.{measure}", lang)
        estimate = getattr(answer.mall, measure)
        if estimate is None:  # the scenario has nothing of the kind
            continue
        rows.append((what, *_in_its_column(estimate, measure in _MALL_SHARES), None))
    for row in answer.counted:
        is_share = row.kind == "share"
        value = (locale.percent if is_share else locale.short)(row.counted, lang, 2)
        counted = say("tables.counted", lang, value=value)
        rows.append((row.path, *_in_its_column(row.modelled, is_share), counted))
    return _sheet("answer", "what:text share:share* number:number* remark:text", rows, lang)


def _in_its_column(estimate: Estimate | None, is_share: bool) -> Iterator[float | None]:
    return _bounds(estimate, None) if is_share else _bounds(None, estimate)


_OF_STANDING = (
    "verdict:text promise_wait:number promise_share:share in_time:share* tickets:number* "
    "wait_mean:number* wait_p90:number* gave_up:number* left:share* turned_away:number* "
    "refused:share* sent_home:number*"
)


def _standing(of: Standing, lang: str) -> Row:
    return (
        _verdict(of.verdict, lang), of.wait, of.required,
        *_bounds(
            of.called_in_time, of.tickets, of.wait_mean, of.wait_p90, of.gave_up, of.left,
            of.turned_away, of.refused, of.sent_home,
        ),
    )  # fmt: skip


def _agencies(answer: Answer, lang: str) -> Sheet:
    rows = [(a.title, a.name, *_standing(a, lang), *_bounds(a.utilisation))
            for a in answer.agencies]  # fmt: skip
    columns = f"agency:text key:text {_OF_STANDING} utilisation:share*"
    return _sheet("agencies", columns, rows, lang)


def _services(answer: Answer, lang: str) -> Sheet:
    rows = [(a.title, s.title, s.name, *_standing(s, lang))
            for a in answer.agencies for s in a.services]  # fmt: skip
    return _sheet("services", f"agency:text service:text key:text {_OF_STANDING}", rows, lang)


_AT_HOUR = ("tickets", "called_in_time", "wait.mean")
_AT_AGENCY_HOUR = (*_AT_HOUR, "left", "line.mean", "busy.mean", "staffed.mean")
_ON_DAY = ("tickets", "called_in_time", "wait.mean")
_ON_AGENCY_DAY = (*_ON_DAY, "left", "refused")
# Of the mall, `left` and `refused` are shares of visits, not of tickets: no column for them here.


def _hours(results: Results, answer: Answer, lang: str) -> Sheet:
    rows: list[Row] = []
    hours = tuple(dict.fromkeys(m.interval for m in results.measures if m.interval))
    for hour in hours:
        at = [results.estimate(measure, interval=hour) for measure in _AT_HOUR]
        whole = say("tables.whole_mall", lang)
        rows.append((whole, "", time.fromisoformat(hour), None, *_bounds(*at, *[None] * 4)))
    for agency in answer.agencies:
        verdicts = {part.interval: _verdict(part.verdict, lang) for part in agency.hours}
        for hour in hours:
            at = [results.estimate(m, "agency", agency.name, hour) for m in _AT_AGENCY_HOUR]
            clock = time.fromisoformat(hour)
            rows.append((agency.title, agency.name, clock, verdicts.get(hour), *_bounds(*at)))
    columns = (
        "agency:text key:text hour:time verdict:text tickets:number* in_time:share* "
        "wait_mean:number* left:share* line:number* busy:number* staffed:number*"
    )
    return _sheet("hours", columns, rows, lang)


def _weekdays(results: Results, answer: Answer, lang: str) -> Sheet:
    rows: list[Row] = []
    for day in answer.days:
        at = [results.estimate(measure, weekday=day.weekday) for measure in _ON_DAY]
        of_visits = (day.visits, day.fulfilled, day.in_hall_max)
        whole, name = say("tables.whole_mall", lang), locale.weekday(day.weekday, lang)
        rows.append((whole, "", name, None, *_bounds(*at, None, None, *of_visits)))
    for agency in answer.agencies:
        verdicts = {part.weekday: _verdict(part.verdict, lang) for part in agency.weekdays}
        for weekday in (day.weekday for day in answer.days):
            at = [results.estimate(m, "agency", agency.name, "", weekday) for m in _ON_AGENCY_DAY]
            name = locale.weekday(weekday, lang)
            cells = _bounds(*at, None, None, None)
            rows.append((agency.title, agency.name, name, verdicts.get(weekday), *cells))
    columns = (
        "agency:text key:text weekday:text verdict:text tickets:number* in_time:share* "
        "wait_mean:number* left:share* refused:share* visits:number* fulfilled:share* "
        "in_hall_max:number*"
    )
    return _sheet("weekdays", columns, rows, lang)


def _groups(name: str, groups: Sequence[Group], lang: str) -> Sheet:
    rows = [
        (
            g.title, g.name,
            *_bounds(
                g.visits, g.fulfilled, g.left, g.refused, g.wait_in_visit, g.time_in_mall
            ),
        )
        for g in groups
    ]  # fmt: skip
    columns = (
        f"{name}:text key:text visits:number* fulfilled:share* left_visit:share* "
        "refused_visit:share* wait_in_visit:number* time_in_mall:number*"
    )
    return _sheet(name, columns, rows, lang)


def _assumptions(answer: Answer, lang: str) -> Sheet:
    order = ("none", "assumption", "default", "source")
    rows = [
        (f.path, f.text, say(f"tables.kind.{f.kind}", lang), source_text(f, lang))
        for f in sorted(answer.figures, key=lambda f: order.index(f.kind))
    ]
    return _sheet("assumptions", "path:text value:text basis:text source:text", rows, lang)


# The workbook


def workbook(tables: Iterable[Sheet]) -> Workbook:
    """Return the tables as an Excel workbook, without formulas."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    for table in tables:
        _fill(book.create_sheet(table.name[:31]), table)
    return book


def _fill(sheet: Worksheet, table: Sheet) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    for k, column in enumerate(table.columns, 1):
        cell = sheet.cell(1, k)
        _write(cell, column.header, "text")
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="E3E3E3")
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.column_dimensions[get_column_letter(k)].width = _width(table, k - 1)
    for r, row in enumerate(table.rows, 2):
        for k, (column, value) in enumerate(zip(table.columns, row, strict=True), 1):
            if value is not None:
                _write(sheet.cell(r, k), value, column.kind)
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = sheet.dimensions
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "1:1"


def _width(table: Sheet, k: int) -> float:
    column = table.columns[k]
    if column.kind != "text":
        return _WIDTHS[column.kind]
    longest = max((len(str(row[k] or "")) for row in table.rows), default=0)
    return min(max(longest + 2, 10.0), _WIDEST)


def _write(cell: ExcelCell, value: Cell, kind: Kind) -> None:
    """Write one cell; a text is told to be one, whatever it looks like."""
    if isinstance(value, str):
        text = _CONTROL.sub("", value)[:_LONGEST_TEXT]
        if text:
            cell.value = text
            cell.data_type = "s"
            cell.quotePrefix = text.startswith(_LIKE_A_FORMULA)
        return
    if isinstance(value, float) and not math.isfinite(value):
        return
    cell.value = value
    if kind != "text":
        cell.number_format = _FORMATS[kind]


# Files for programs


def summary(results: Results, answer: Answer) -> dict[str, Any]:
    """Return all that a run says, ready for JSON: run, answer, and every measure.

    `measures` holds `columns` and `rows`, as `Results.intervals()`; waits are in minutes, shares
    of 1, NaN is null.
    """
    frame = results.intervals()
    run = asdict(results.run)
    del run["seconds"]  # the same run gives the same file
    return {
        "scenario": results.scenario.name,
        "run": {**run, "replications": results.replications},
        "answer": jsonable(asdict(answer)),
        "input_uncertainty": jsonable(inputs.plain(results)),
        "measures": {
            "columns": list(frame.columns),
            "rows": jsonable(frame.astype(object).to_numpy().tolist()),
        },
    }


def jsonable(value: Any) -> Any:
    """Return nested data with tuples as lists and null for what is not a finite number."""
    if isinstance(value, dict):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [jsonable(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
