"""What a command says on stderr before it begins: what is hardly meant, and what cannot be done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from sim.scenario.model import Scenario


def say_before(malls: Sequence[Scenario], lang: str) -> None:
    """Say before a run what is hardly meant, and which counters have too much work."""
    from sim.report.beforehand import overload_notes

    say_doubts(malls, lang)
    for note in overload_notes(malls, lang):
        typer.echo(note, err=True)


def say_doubts(malls: Sequence[Scenario], lang: str) -> None:
    """Say which figures are hardly meant: a study of them would take long and answer nothing."""
    from sim.report.beforehand import doubt_notes

    for note in doubt_notes(malls, lang):
        typer.echo(note, err=True)
