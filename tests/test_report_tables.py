"""Tables: real numbers under headers with units, no formula anywhere, nothing invented."""

from __future__ import annotations

import io
import json
import math
from datetime import time
from functools import cache
from typing import Any

import pandas as pd
import pytest
from malls import mall
from openpyxl import Workbook, load_workbook

from sim.engine import simulate
from sim.report.answer import Answer
from sim.report.tables import Column, Sheet, jsonable, sheets, summary, workbook
from sim.sampling import sample
from sim.statistics.measures import measure
from sim.statistics.results import Results, Run

LIKE_FORMULAS = ("=1+1", "+1", "-2+3", "@SUM(A1)", "\t=1", "#N/A", "'=1", "=cmd|' /C calc'!A0")


@cache
def results() -> Results:
    """An agency that serves many, and one that is open on Mondays only in name: nobody comes."""
    promise = {"wait": "10 min", "for": "90 %"}
    scenario = mall(
        {
            "busy": {"name": "=1+1", "counters": 1, "promise": promise, "services": ["s"]},
            "idle": {"name": "@idle", "counters": 1, "promise": promise, "services": ["s"]},
        },
        hours="08:30-12:00",
        days="mon,tue",
        journeys={
            "j": {"name": "-j", "per_day": 20, "stops": ["busy.s"]},
            "rare": {"per_day": 0, "stops": ["idle.s"]},
        },
        sources={"busy": "=HYPERLINK(1)"},
    )
    measures = [measure(simulate(scenario, sample(scenario, 1, r)), scenario) for r in range(3)]
    return Results.of(scenario, Run(1, "simpy", seconds=1.5), measures)


@cache
def answer() -> Answer:
    return Answer.of(results())


@pytest.fixture(params=["id", "en"])
def lang(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def saved(book: Workbook) -> Any:
    stream = io.BytesIO()
    book.save(stream)
    stream.seek(0)
    return load_workbook(stream)


def cells(book: Any) -> list[Any]:
    return [cell for sheet in book for row in sheet.iter_rows() for cell in row]


def test_no_cell_of_a_workbook_is_a_formula(lang: str) -> None:
    for cell in cells(saved(workbook(sheets(results(), answer(), lang)))):
        assert cell.data_type in ("s", "n", "d"), cell.coordinate


@pytest.mark.parametrize("text", LIKE_FORMULAS)
def test_a_text_like_a_formula_stays_the_text_it_is(text: str) -> None:
    book = saved(workbook([Sheet("x", (Column(text, "text"),), ((text,),))]))
    for cell in cells(book):
        assert cell.data_type == "s"
        assert cell.value == text
        assert bool(cell.quotePrefix) is (text[0] in "=+-@'\t\r")


def test_a_text_with_control_characters_or_without_end_can_be_saved() -> None:
    book = saved(workbook([Sheet("x", (Column("a", "text"),), (("a\x00\x1bb" + "c" * 40_000,),))]))
    value = str(book["x"]["A2"].value)
    assert value.startswith("abc")
    assert len(value) <= 32_767


def test_hours_are_times_and_numbers_are_numbers(lang: str) -> None:
    book = saved(workbook(sheets(results(), answer(), lang)))
    table = book.worksheets[3]
    header = [str(cell.value) for cell in table[1]]
    column = next(k for k, text in enumerate(header) if text in ("hour from", "mulai pukul"))
    hours = [row[column].value for row in table.iter_rows(min_row=2)]
    assert set(hours) == {time(hour) for hour in range(8, 12)}
    for table in book:
        for row in table.iter_rows(min_row=2):
            for cell in row:
                if cell.number_format in ("0.0%", "#,##0.0"):
                    assert isinstance(cell.value, int | float)


def test_each_column_of_numbers_names_its_unit(lang: str) -> None:
    for table in sheets(results(), answer(), lang):
        for column in table.columns:
            if column.kind == "share":
                assert "%" in column.header
            if column.kind == "number":
                words = ("min)", "menit", "orang", "people", "per", "loket", "counters")
                assert any(word in column.header for word in words), column


def test_every_row_fills_every_column(lang: str) -> None:
    for table in sheets(results(), answer(), lang):
        assert table.rows
        assert {len(row) for row in table.rows} == {len(table.columns)}, table.name


def test_a_workbook_holds_the_estimates_of_the_results() -> None:
    agencies = sheets(results(), answer(), "en")[1]
    headers = [column.header for column in agencies.columns]
    row = next(row for row in agencies.rows if row[1] == "busy")
    for header, of in (
        ("called in time (% of tickets)", "called_in_time"),
        ("average wait (min)", "wait.mean"),
        ("time serving (% of staffed time)", "utilisation"),
    ):
        k = headers.index(header)
        estimate = results().estimate(of, "agency", "busy")
        assert row[k : k + 3] == (estimate.value, estimate.low, estimate.high)


def test_what_nobody_experienced_is_an_empty_cell_never_0() -> None:
    book = saved(workbook(sheets(results(), answer(), "en")))
    table = book["Agencies"]
    header = [str(cell.value) for cell in table[1]]
    row = next(row for row in table.iter_rows(min_row=2) if row[1].value == "idle")
    assert row[header.index("average wait (min)")].value is None
    assert row[header.index("tickets (per day)")].value == 0


def test_a_summary_is_strict_json_with_null_for_what_is_absent() -> None:
    text = json.dumps(summary(results(), answer()), allow_nan=False)
    data = json.loads(text)
    table = pd.DataFrame(data["measures"]["rows"], columns=data["measures"]["columns"])
    assert len(table) == len(results().measures)
    nobody = table[(table["name"] == "idle") & (table["measure"] == "wait.mean")]
    assert nobody["mean"].isna().all()
    standing = next(a for a in data["answer"]["agencies"] if a["name"] == "idle")
    assert standing["verdict"] == "nobody"
    assert standing["called_in_time"]["value"] is None


def test_a_summary_keeps_every_digit() -> None:
    data = json.loads(json.dumps(summary(results(), answer())))
    frame = results().intervals()
    rows = [
        dict(zip(data["measures"]["columns"], r, strict=True)) for r in data["measures"]["rows"]
    ]
    for of, row in zip(frame.to_dict("records"), rows, strict=True):
        for key in ("mean", "low", "high"):
            assert row[key] == of[key] or (row[key] is None and math.isnan(float(of[key])))


def test_the_same_run_gives_the_same_summary_however_long_it_took() -> None:
    quick = results()
    slow = Results(
        quick.scenario, Run(1, "simpy", seconds=99), quick.measures, quick.total, quick.n
    )
    assert summary(slow, Answer.of(slow)) == summary(quick, answer())


def test_infinite_and_absent_numbers_become_null() -> None:
    data = {"a": (1.5, math.nan), "b": [math.inf, {"c": -math.inf}], "d": "NaN"}
    assert jsonable(data) == {"a": [1.5, None], "b": [None, {"c": None}], "d": "NaN"}
