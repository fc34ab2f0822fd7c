"""Measured times in a table (CSV): the column of durations that an empirical law is made of."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence

from pydantic_core import PydanticCustomError

from sim.scenario.faults import Finding, nearest, refuse
from sim.scenario.quantities import read_duration, read_span

_BARE_NUMBER = re.compile(r"[+-]?[\d.,]+")


def column_of_times(
    lines: Sequence[str], file: str, column: str = "", unit: str = "", *, signed: bool = False
) -> tuple[int, ...]:
    """Return the times of one column in µs, in the order of the table.

    lines : the lines of the file; cells are parted by comma, semicolon or tab
    column : its name in the first row; may be left out where the table has one column only,
        and then a first row without any digit is taken for the name
    unit : of cells that are plain numbers (`min`); a cell may have its own (`4 min`)

    Raises findings at `file`, `column` or `unit`.
    """
    delimiter = _delimiter(lines)
    reader = csv.reader(lines, delimiter=delimiter)
    rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    if not rows:
        refuse(Finding("dist_few_values", {}, ("file",)))
    header = [cell.strip().lstrip("\ufeff") for cell in rows[0][1]]
    position = _position(header, file, column)
    if column or not re.search(r"\d", header[position]):
        rows = rows[1:]
    cells = [(line, row[position].strip() if position < len(row) else "") for line, row in rows]
    if delimiter == ";":  # spreadsheets that part cells by semicolons write decimal commas
        cells = [(line, re.sub(r"^(-?\d+),(\d+)", r"\1.\2", cell)) for line, cell in cells]
    return _times(cells, file, unit, signed)


def _delimiter(lines: Sequence[str]) -> str:
    first = next((line for line in lines if line.strip()), "")
    return next((mark for mark in ";\t" if mark in first), ",")


def _position(header: list[str], file: str, column: str) -> int:
    if column in header:
        return header.index(column)
    params = {"file": file, "accepted": ", ".join(header)}
    if column:
        near = nearest(column, header)
        refuse(Finding("dist_column", {**params, "value": column, "near": near}, ("column",)))
    if len(header) > 1:
        refuse(Finding("dist_columns", params, ("file",)))
    return 0


def _times(cells: list[tuple[int, str]], file: str, unit: str, signed: bool) -> tuple[int, ...]:
    if not unit and any(_BARE_NUMBER.fullmatch(cell) for _, cell in cells):
        refuse(Finding("dist_unit", {"file": file}, ("file",)))
    read = read_span if signed else read_duration
    times: list[int] = []
    bad: list[tuple[int, str]] = []
    for line, cell in cells:
        try:
            times.append(read(f"{cell} {unit}" if _BARE_NUMBER.fullmatch(cell) else cell))
        except PydanticCustomError:
            bad.append((line, cell))
    if bad:  # one fault for the whole table: a wrong column would otherwise bury all others
        line, cell = bad[0]
        params = {"file": file, "row": line, "value": cell, "count": len(bad)}
        refuse(Finding("dist_cell", params, ("file",)))
    return tuple(times)
