"""The command that begins a join: new-join."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.commands import Lang, Language, Out, app, plainly, say_written


@app.command()
@plainly
def new_join(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A short name, such as samsat.")],
    base: Annotated[Path, typer.Option("--base", metavar="FILE", help="The mall as it is.")],
    out: Out = None,
    lang: Language = Lang.id,
) -> None:
    """Write an overlay that asks what has to be known of a newcomer, and a form for the agency."""
    from sim.report.new_join import write_new_join
    from sim.scenario.loading import load

    folder = out or base.parent / "join"
    say_written(write_new_join(name, load(base), base, folder, lang.value), lang.value)
