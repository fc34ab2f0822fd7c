"""The command that makes a scenario of a ticket log."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.commands import AsJson, Lang, Language, app, plainly, say_written, tell


@app.command()
@plainly
def fit(
    logs: Annotated[
        list[Path], typer.Argument(metavar="LOG...", help="Ticket logs: CSV, Excel or Parquet.")
    ],
    like: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A scenario that lends what the log does not say."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The scenario to write; fit.html goes beside it."),
    ] = None,
    columns: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Which column is which, and the rules of the ledger."),
    ] = None,
    lang: Language = Lang.id,
    as_json: AsJson = False,
) -> None:
    """Turn ticket logs into a scenario and say how well each part of it is known."""
    from sim.fitting.fit import fit as fitted
    from sim.fitting.rules import read_mapping
    from sim.report.result_folder import folder_of
    from sim.report.studies import of_fit
    from sim.scenario.loading import load

    lent = None if like is None else load(like)
    told = None if columns is None else read_mapping(columns)
    found = fitted(logs, like=lent, told=told)
    target = out or folder_of(logs) / "mall.yaml"
    study = of_fit(found, lang.value, target.name, sys.argv)
    page = study.write(target.parent, lang.value)
    tell(study.data if as_json else study.text)
    say_written(target, lang.value)
    say_written(page, lang.value)
