"""Sheets as a PDF, each one A4. Matplotlib writes it: it is here anyway, and needs no browser.

The letters are as large as the page allows; the text can be searched and copied.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from sim.report.sheet import Sheet
from sim.report.style import INK, MUTED, style

WIDTH, HEIGHT, MARGIN = 595.0, 842.0, 45.0
"""Points of an A4 page."""
SIZES = (10.5, 10.0, 9.5, 9.0, 8.5, 8.0, 7.5, 7.0, 6.5, 6.0)
LEADING = 1.32


@dataclass(frozen=True)
class _Line:
    """A line as it is drawn; scale : of its letters; above : white space, in lines."""

    text: str
    scale: float = 1.0
    bold: bool = False
    colour: str = INK
    above: float = 0.0
    indent: float = 0.0


def sheets_pdf(sheets: Sequence[Sheet], footer: str) -> bytes:
    """Return a PDF with a page for each sheet; footer : where it comes from, on each page."""
    from matplotlib import rcParams
    from matplotlib.backends.backend_pdf import PdfPages
    from matplotlib.figure import Figure

    buffer = io.BytesIO()
    about = {"CreationDate": None, "Creator": None, "Producer": None}
    with style(), PdfPages(buffer, metadata=about) as pages:
        rcParams["pdf.fonttype"] = 42  # letters that can be searched, not drawings of them
        for sheet in sheets:
            figure = Figure(figsize=(WIDTH / 72, HEIGHT / 72))
            for x, y, line, size in _placed(sheet, footer):
                figure.text(
                    x / WIDTH, y / HEIGHT, line.text, size=size, color=line.colour, va="baseline",
                    weight="bold" if line.bold else "normal",
                )  # fmt: skip
            pages.savefig(figure)
    return buffer.getvalue()


def _placed(sheet: Sheet, footer: str) -> Iterator[tuple[float, float, _Line, float]]:
    """Yield where each line begins, and its size: the largest with which all fit."""
    for size in SIZES:
        lines = list(_lines(sheet, size))
        heights = [size * LEADING * (line.scale + line.above) for line in lines]
        if sum(heights) <= HEIGHT - 2 * MARGIN - 2 * size:
            break
    y = HEIGHT - MARGIN
    for line, height in zip(lines, heights, strict=True):
        y -= height
        yield MARGIN + line.indent, y, line, size * line.scale
    yield MARGIN, MARGIN - 12, _Line(footer, colour=MUTED), 6.5


def _lines(sheet: Sheet, size: float) -> Iterator[_Line]:
    yield from _wrapped(_Line(sheet.title, 1.1, colour=MUTED), size)
    for sentence in sheet.verdict:
        yield from _wrapped(_Line(sentence, 1.45, bold=True, above=0.2), size)
    for section in sheet.sections:
        yield from _wrapped(_Line(section.title, 1.1, bold=True, above=0.5), size)
        for text in section.lines:
            yield from _wrapped(_Line(text, indent=8), size)


def _wrapped(line: _Line, size: float) -> Iterator[_Line]:
    """Cut a line where the page ends; only the first piece has white space above."""
    space, words, above = WIDTH - 2 * MARGIN - line.indent, line.text.split(), line.above
    row: list[str] = []
    used = 0.0
    for word in words:
        width = _width(word + " ", line.bold) * size * line.scale
        if row and used + width > space:
            yield _Line(" ".join(row), line.scale, line.bold, line.colour, above, line.indent)
            row, used, above = [], 0.0, 0.0
        row.append(word)
        used += width
    yield _Line(" ".join(row), line.scale, line.bold, line.colour, above, line.indent)


@lru_cache(maxsize=4096)
def _width(word: str, bold: bool) -> float:
    """Return how wide a word is, in letters' sizes."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    font = FontProperties(family="DejaVu Sans", weight="bold" if bold else "normal")
    path = TextPath((0, 0), word.replace(" ", "n"), size=100, prop=font)
    return float(path.get_extents().width) / 100
