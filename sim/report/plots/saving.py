"""Figures as SVG and PNG, the same bytes for the same figure."""

from __future__ import annotations

import io
import re
from html import escape
from typing import TYPE_CHECKING

from sim.report.style import DPI, style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SIZE = "max-width: 44rem"
"""On a wide screen the letters of a picture shall not outgrow those of the page."""
_ID = re.compile(r'(\bid="|\bhref="#|url\(#)([^")]+)')
_LONG = re.compile(r"-?\d+\.\d{3,}")
_DRAWN = re.compile(r'(?<=\sd=")[^"]*|(?<=points=")[^"]*')


def to_svg(figure: Figure, name: str) -> str:
    """Return a figure as an `<svg>` element that can stand in a page beside others.

    name : of the picture; every id begins with it, so that pictures do not mix up their parts
    """
    buffer = io.StringIO()
    with style():
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"\s*<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = _ID.sub(rf"\g<1>{name}-\g<2>", text)
    # Hundredths of a point are finer than any screen, and halve the file.
    text = _DRAWN.sub(lambda d: _LONG.sub(lambda n: f"{float(n[0]):.2f}", d[0]), text)
    text = text.replace('<style type="text/css">*{', '<style type="text/css">.plot *{')
    return _described(text, name, _title(figure))


def to_png(figure: Figure) -> bytes:
    """Return a figure as PNG, 150 dots per inch."""
    buffer = io.BytesIO()
    with style():
        figure.savefig(buffer, format="png", dpi=DPI, metadata={"Software": None})
    return buffer.getvalue()


def _title(figure: Figure) -> str:
    return " ".join(figure.get_suptitle().split())


def _described(text: str, name: str, title: str) -> str:
    """Let a screen reader read the message of the picture, and the page set its size."""
    head, rest = text.split(">", 1)
    head = re.sub(r'\s(width|height)="[^"]*"', "", head)
    attributes = f' role="img" aria-labelledby="{name}-title" class="plot" style="{_SIZE}"'
    return f'{head}{attributes}>\n <title id="{name}-title">{escape(title)}</title>{rest}'
