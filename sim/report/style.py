"""How pictures look: one style, kept to itself, and the colours with their meaning.

Nothing here touches matplotlib's global settings for longer than the `with style():` that
asks for it. Colours are those of Okabe & Ito (2008), Color Universal Design, which people with
any kind of colour vision can tell apart; what a colour says is always said by shape or text too.
"""

from __future__ import annotations

import warnings
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from sim.report import locale

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK = "#1a1a1a"
MUTED = "#595959"
FAINT = "#e3e3e3"
DATA = "#0072b2"
"""Blue: what is measured, without a judgement."""
GOOD = "#009e73"
"""Bluish green: within the promise, kept."""
BAD = "#d55e00"
"""Vermilion: beyond the promise, broken."""
UNSURE = DATA
"""Cannot tell: the page writes it in blue, too."""
LIMIT = "#a8326e"
"""Dark purple: a limit, such as a promise or the number of seats."""

WIDTH = 5.6
"""Inches. Drawn this narrow, letters of 9 points stay readable on a telephone of 360 px."""
DPI = 150
_SIZE = 9.5
_TITLE_SIZE, _NOTE_SIZE = 11, 8.5
_KEY_SIZE = 8.5
_LEADING = 1.2
_MARGIN = 5
"""Points; so are the sizes."""

_SETTINGS: Any = {
    "font.family": ["sans-serif"],
    # Verdana is drawn to the same widths as DejaVu Sans, which not every reader has.
    "font.sans-serif": ["DejaVu Sans", "Verdana", "sans-serif"],
    "font.size": _SIZE,
    "axes.labelsize": _SIZE,
    "axes.titlesize": _SIZE,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "legend.frameon": False,
    "legend.handlelength": 1.6,
    "text.color": INK,
    "text.parse_math": False,  # a price in a name, "$5", is no formula
    "axes.labelcolor": INK,
    "axes.edgecolor": MUTED,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.facecolor": "white",
    "axes.unicode_minus": True,
    "figure.facecolor": "white",
    "figure.dpi": DPI,
    "savefig.dpi": DPI,
    "savefig.bbox": None,
    "grid.color": FAINT,
    "grid.linewidth": 0.8,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "lines.linewidth": 1.8,
    "lines.solid_capstyle": "round",
    "hatch.linewidth": 0.7,
    "svg.fonttype": "none",  # text stays text: it can be searched, copied and read aloud
    "svg.hashsalt": "mppsim",
    "path.simplify": False,
}


@contextmanager
def style() -> Iterator[None]:
    """Draw and save in mppsim's style, from matplotlib's defaults; what was set before returns."""
    import matplotlib as mpl

    with mpl.rc_context(), warnings.catch_warnings():
        # A name in a script that the font lacks is drawn as boxes in the PNG; that is no error.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        mpl.rcParams.update(_defaults())
        mpl.rcParams.update(_SETTINGS)
        yield


def _defaults() -> Any:
    """Return matplotlib's defaults, so that a reader's matplotlibrc changes no picture."""
    import matplotlib as mpl

    kept = {"backend", "backend_fallback", "interactive", "toolbar", "timezone"}
    return {key: value for key, value in mpl.rcParamsDefault.items() if key not in kept}


def new_figure(
    lang: str, height: float, rows: int = 1, columns: int = 1
) -> tuple[Figure, list[Axes]]:
    """Return a figure of the house's width with its axes, row by row.

    lang : in which numbers stand along the axes
    height : inches for the axes with their labels; `finish` adds room for the words around them
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    axes = list(figure.subplots(rows, columns, squeeze=False).flat)
    for axis in (axis for ax in axes for axis in (ax.xaxis, ax.yaxis)):
        axis.set_major_formatter(lambda x, _: locale.short(x, lang, 4).replace("-", "−"))
    return figure, axes


def finish(
    figure: Figure, title: str, note: str = "", keys: Sequence[Artist] = (), columns: int = 2
) -> Figure:
    """Put the message above a figure, what its marks mean below, and how to read it last.

    The figure grows by what these take, so that its axes keep their height.

    keys : what the legend shows; columns : how many of them stand side by side
    """
    above, below = _wrapped(title, _TITLE_SIZE, "bold"), _wrapped(note, _NOTE_SIZE)
    head = len(above) * _TITLE_SIZE * _LEADING + 10
    foot = len(below) * _NOTE_SIZE * _LEADING + (8 if below else 2)
    legend = -(-len(keys) // columns) * _KEY_SIZE * 1.45 + (8 if keys else 0)
    axes_height = figure.get_figheight() * 72
    height = axes_height + head + foot + legend
    figure.set_figheight(height / 72)
    left = _MARGIN / 72 / WIDTH
    figure.suptitle(
        "\n".join(above), x=left, y=1 - _MARGIN / height, ha="left", va="top",
        fontsize=_TITLE_SIZE, weight="bold", linespacing=_LEADING,
    ).set_in_layout(False)  # fmt: skip
    figure.text(
        left, _MARGIN / height, "\n".join(below), ha="left", va="bottom", fontsize=_NOTE_SIZE,
        color=MUTED, linespacing=_LEADING,
    ).set_in_layout(False)  # fmt: skip
    if keys:
        figure.legend(
            handles=list(keys), loc="lower left", bbox_to_anchor=(left, foot / height),
            ncols=columns, fontsize=_KEY_SIZE, borderaxespad=0, borderpad=0.2,
        ).set_in_layout(False)  # fmt: skip
    _lay_out(figure, (0, (foot + legend) / height, 1, axes_height / height))
    return figure


def _lay_out(figure: Figure, room: tuple[float, float, float, float]) -> None:
    """Lay the axes out in their room, once and for all: every format then shows the same."""
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    engine = ConstrainedLayoutEngine(rect=room, w_pad=_MARGIN / 72, h_pad=3 / 72)
    figure.set_layout_engine(engine)
    engine.execute(figure)
    figure.set_layout_engine("none")


def clipped(text: str, points: float = 150, size: float = _SIZE, weight: str = "normal") -> str:
    """Shorten a name to so many points; 150 are what fits beside an axes, or above a small one."""
    if _width(text, size, weight) <= points:
        return text
    lengths = range(len(text))
    length = bisect_right(lengths, points, key=lambda k: _width(f"{text[:k]}…", size, weight)) - 1
    return f"{text[: max(length, 1)].rstrip()}…"


def _wrapped(text: str, size: float, weight: str = "normal") -> list[str]:
    """Break a text into lines as wide as the picture."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and _width(longer, size, weight) <= WIDTH * 72 - 2 * _MARGIN:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _width(text: str, size: float, weight: str) -> float:
    """Return how wide a text is in points: capitals take twice the room of small letters."""
    font = _font(weight)
    font.set_size(size, 72)
    font.set_text(text, 0)
    return float(font.get_width_height()[0]) / 64


@cache
def _font(weight: str) -> Any:
    from matplotlib.font_manager import FontProperties, findfont, get_font

    return get_font(findfont(FontProperties(family=["DejaVu Sans"], weight=weight)))
