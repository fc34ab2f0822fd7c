"""The command that readies the machine: warm."""

from __future__ import annotations

from sim.cli.commands import Lang, Language, app, plainly


@app.command()
@plainly
def warm(lang: Language = Lang.en) -> None:
    """Compile the fast engine beforehand; afterwards it answers at once."""
    from sim.engine.compiled import run

    run.warm(lang.value)
