"""What an object shows of itself in a notebook: one small table as HTML, every text escaped.

In the language that `MPPSIM_LANG` names, English without it. No style and no script: the notebook
has its own.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from html import escape

from sim.words import LANGUAGES, say

MOST_ROWS = 40
"""What is longer says how many more rows there are."""


def table(title: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table with a caption.

    heads : keys of `glance.head` in the catalogues, one a column
    rows : of texts and numbers; floats are rounded to two places, NaN is left empty
    """
    language = lang()
    all_rows = [*rows]
    head = "".join(f"<th>{escape(say(f'glance.head.{key}', language))}</th>" for key in heads)
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in all_rows[:MOST_ROWS])
    if (more := len(all_rows) - MOST_ROWS) > 0:
        note = escape(say("glance.more", language, n=more))
        body += f'<tr><td colspan="{len(heads)}">{note}</td></tr>'
    return (
        f"<table><caption>{escape(title)}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def lang() -> str:
    """Return the language in which objects show themselves."""
    wanted = os.environ.get("MPPSIM_LANG", "en")
    return wanted if wanted in LANGUAGES else "en"


def _cell(value: object) -> str:
    if isinstance(value, float):
        text = "" if value != value else f"{value:,.2f}"
        return f'<td style="text-align: right">{text}</td>'
    if isinstance(value, int):
        return f'<td style="text-align: right">{value:,}</td>'
    return f'<td style="text-align: left">{escape(str(value))}</td>'
