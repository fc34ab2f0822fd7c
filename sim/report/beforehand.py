"""What to know before a run: figures that are hardly meant, and counters with too much work."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sim.engine.loads import overloads
from sim.report import sentences
from sim.report.titles import titles
from sim.scenario.doubts import doubts
from sim.scenario.model import Scenario
from sim.words import say


def doubt_notes(malls: Sequence[Scenario], lang: str) -> list[str]:
    """Return a note for each figure to look at again; what malls share is said of the first."""
    found = ((mall, doubt.say(lang)) for mall in malls for doubt in doubts(mall))
    return _notes("cli.doubt", found, len(malls), lang)


def overload_notes(malls: Sequence[Scenario], lang: str) -> list[str]:
    """Return a note for each overload; what several malls share is said of the first."""
    found = (
        (mall, text)
        for mall in malls
        for text in sentences.overloads(overloads(mall), lang, titles(mall))
    )
    return _notes("cli.overload", found, len(malls), lang)


def _notes(key: str, found: Iterable[tuple[Scenario, str]], malls: int, lang: str) -> list[str]:
    notes: dict[str, str] = {}
    for mall, text in found:
        of = "" if malls == 1 else f" ({mall.name})"
        notes.setdefault(text, say(key, lang, of=of, text=text))
    return list(notes.values())
