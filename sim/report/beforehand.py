"""What to know before a run: figures that are hardly meant, and counters with too much work."""

from __future__ import annotations

from collections.abc import Sequence

from sim.engine.loads import overloads
from sim.report import sentences
from sim.report.titles import titles
from sim.scenario.doubts import doubts
from sim.scenario.model import Scenario
from sim.words import say


def notes_before(malls: Sequence[Scenario], lang: str) -> list[str]:
    """Return what to look at again, and each overload; what malls share is said of the first."""
    notes: dict[str, str] = {}
    for mall in malls:
        of = "" if len(malls) == 1 else f" ({mall.name})"
        for doubt in doubts(mall):
            text = doubt.say(lang)
            notes.setdefault(text, say("cli.doubt", lang, of=of, text=text))
        for text in sentences.overloads(overloads(mall), lang, titles(mall)):
            notes.setdefault(text, say("cli.overload", lang, of=of, text=text))
    return list(notes.values())
