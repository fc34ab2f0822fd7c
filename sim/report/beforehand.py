"""What to know before a run: which counters are given more work than they can do."""

from __future__ import annotations

from collections.abc import Sequence

from sim.engine.loads import overloads
from sim.report import sentences
from sim.report.titles import titles
from sim.scenario.model import Scenario
from sim.words import say


def overload_notes(malls: Sequence[Scenario], lang: str) -> list[str]:
    """Return a note for each overload; what several malls share is said of the first."""
    notes: dict[str, str] = {}
    for mall in malls:
        of = "" if len(malls) == 1 else f" ({mall.name})"
        for text in sentences.overloads(overloads(mall), lang, titles(mall)):
            notes.setdefault(text, say("cli.overload", lang, of=of, text=text))
    return list(notes.values())
