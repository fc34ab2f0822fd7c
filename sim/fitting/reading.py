"""Rows of text out of CSV, Excel and Parquet, a piece at a time, whatever the file is like.

Nothing in a file is ever evaluated: a formula is the text that its program last showed, or
nothing. What would not fit into memory is refused before it is unpacked.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from sim.errors import LogError, why

LARGEST_FILE = 4_000_000_000
"""Bytes of a CSV or Parquet file."""
LARGEST_WORKBOOK = 1_500_000_000
"""Bytes of a workbook unpacked: a full sheet of a million rows has about a third of it."""
MOST_UNPACKING = 200
"""How many times as large a part of a workbook may become; honest ones stay below 50."""
MOST_ROWS = 20_000_000
MOST_COLUMNS = 500
MOST_SHEETS = 200
PIECE = 50_000
"""Rows that are held as text at a time."""

Row = list[str]
_SAMPLE = 65_536
_EXCEL_OLD = b"\xd0\xcf\x11\xe0"
_ZIP = b"PK\x03\x04"
_PARQUET = b"PAR1"


def read_tables(path: Path) -> Iterator[tuple[str, Iterator[Row]]]:
    """Yield each table of a file: its name, and its rows from the top, as text.

    What kind of file it is says its first bytes, not its name.

    Raises LogError for a file that cannot be read, is too large, or is no table.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(_SAMPLE)
    except OSError as error:
        raise LogError("not_readable", file=path, why=why(error)) from error
    if size > LARGEST_FILE:
        raise LogError("too_large", file=path, limit=f"{LARGEST_FILE // 10**9} GB")
    if not head.strip(b"\x00\r\n\t ;,\xef\xbb\xbf\xff\xfe"):
        raise LogError("empty", file=path)
    if head.startswith(_EXCEL_OLD):
        raise LogError("old_excel", file=path)
    if head.startswith(_PARQUET):
        yield path.name, _parquet(path)
    elif head.startswith(_ZIP):
        yield from _workbook(path)
    else:
        yield path.name, _csv(path, head)


# CSV


def encoding_of(head: bytes) -> str:
    """Return the encoding of a text from its first bytes: its mark, UTF-8, else Windows-1252."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):  # fmt: skip
        if head.startswith(mark):
            return name
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) > len(head) / 8:  # Latin letters are half zeros in UTF-16
        return "utf-16-be" if even > odd else "utf-16-le"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def delimiter_of(text: str) -> str:
    """Return what parts the cells of a table: that which gives most rows the same width."""
    best = (0.0, 0, ",")
    for mark in (",", ";", "\t", "|"):
        try:
            rows = list(islice(csv.reader(io.StringIO(text), delimiter=mark), 200))
        except csv.Error:
            continue
        widths = [len(row) for row in rows[:-1] or rows if row]
        wide = [width for width in widths if width > 1]
        if not wide:
            continue
        usual = max(set(wide), key=wide.count)
        best = max(best, (round(wide.count(usual) / len(widths), 1), usual, mark))
    return best[2]


def _csv(path: Path, head: bytes) -> Iterator[Row]:
    encoding = encoding_of(head)
    sample = codecs.getincrementaldecoder(encoding)("replace").decode(head)
    rule = sample.splitlines()[0].strip().lower() if sample.strip() else ""
    told = rule[4:] if re.fullmatch(r"sep=[^\w\s\"']", rule) else ""  # Excel's note to itself
    delimiter = told or delimiter_of(sample)
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        if told:
            file.readline()
        reader = csv.reader(_without_nul(file), delimiter=delimiter)
        try:
            yield from reader
        except csv.Error as error:
            raise LogError("csv", file=path, line=reader.line_num) from error


def _without_nul(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        yield line.replace("\x00", "") if "\x00" in line else line


# Excel


def _workbook(path: Path) -> Iterator[tuple[str, Iterator[Row]]]:
    import openpyxl

    _check_workbook(path)
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
    except Exception as error:  # openpyxl has no error of its own for broken files
        raise LogError("workbook", file=path) from error
    try:
        for sheet in book.worksheets[:MOST_SHEETS]:
            yield f"{path.name}, {sheet.title}", _sheet(sheet, path)
    finally:
        book.close()


def _check_workbook(path: Path) -> None:
    """Refuse an archive that is no workbook, or that would unpack to more than is sensible."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            total = sum(part.file_size for part in parts)
            if total > LARGEST_WORKBOOK or any(map(_explodes, parts)) or len(parts) > 10_000:
                raise LogError("bomb", file=path, limit=f"{LARGEST_WORKBOOK // 10**6} MB")
            if "xl/workbook.xml" not in names:
                raise LogError("archive", file=path)
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    with archive.open(part) as opened:
                        if b"<!" in opened.read(4096).replace(b"<!--", b""):
                            raise LogError("bomb", file=path, limit="DTD")
    except LogError:
        raise
    except Exception as error:  # of zipfile, zlib, struct, ...: what is packed may be anything
        raise LogError("workbook", file=path) from error


def _explodes(part: zipfile.ZipInfo) -> bool:
    return part.file_size > 20_000_000 and part.file_size > MOST_UNPACKING * part.compress_size


def _sheet(sheet: Any, path: Path) -> Iterator[Row]:
    if not hasattr(sheet, "reset_dimensions"):  # a sheet of pictures
        return
    sheet.reset_dimensions()  # some programs claim a million columns, and all would be filled in
    try:
        for row in sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS):
            yield [_cell(value) for value in row]
    except Exception as error:
        raise LogError("workbook", file=path) from error


def _cell(value: Any) -> str:
    """Write a cell of Excel or Parquet as the text that a CSV file would hold."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(" ", "seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.replace(tzinfo=None).isoformat("seconds")
    if isinstance(value, timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


# Parquet


def _parquet(path: Path) -> Iterator[Row]:
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(path)
        about = file.metadata
        unpacked = sum(about.row_group(k).total_byte_size for k in range(about.num_row_groups))
        if unpacked > LARGEST_FILE or about.num_rows > MOST_ROWS:
            raise LogError("too_large", file=path, limit=f"{LARGEST_FILE // 10**9} GB")
        names = list(file.schema_arrow.names)[:MOST_COLUMNS]
        yield names
        for batch in file.iter_batches(PIECE, columns=names):
            columns = [[_cell(value) for value in _plain(column)] for column in batch.columns]
            yield from map(list, zip(*columns, strict=True))
    except LogError:
        raise
    except Exception as error:  # of Arrow, or of Python where a name or a time is none
        raise LogError("parquet", file=path) from error


def _plain(column: Any) -> list[Any]:
    """Return the values of a column; nanoseconds, which Python has not, as microseconds."""
    import pyarrow as pa

    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("us"), safe=False)
    elif pa.types.is_duration(column.type):
        column = column.cast(pa.duration("us"), safe=False)
    elif pa.types.is_time64(column.type):
        column = column.cast(pa.time64("us"), safe=False)
    values: list[Any] = column.to_pylist()
    return values
