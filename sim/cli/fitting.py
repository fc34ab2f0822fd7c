"""The commands that go from what a mall has counted to a scenario."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.beforehand import say_doubts
from sim.cli.commands import (
    AsJson,
    EngineName,
    File,
    Lang,
    Language,
    Out,
    Overlays,
    Seed,
    Workers,
    app,
    finish,
    plainly,
    progress_bar,
    say_written,
    shown_path,
    tell,
)
from sim.errors import MallError
from sim.words import say


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
    out_file: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="The scenario to write; fit.html goes beside."),
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
    from sim.fitting.validation import validate
    from sim.report.replacing import check_place
    from sim.report.result_folder import folder_of, replaced_fit
    from sim.report.studies import of_fit
    from sim.scenario.loading import load

    target = out_file or folder_of(logs) / "mall.yaml"
    check_place(target.parent, lang.value)
    lent = None if like is None else load(like)
    told = None if columns is None else read_mapping(columns)
    found = fitted(logs, like=lent, told=told)
    study = of_fit(found, lang.value, target.name, sys.argv, validate(found))
    if other := replaced_fit(target, study.data["files"]):
        place = shown_path(target.parent)
        typer.echo(say("cli.replaces_fit", lang.value, path=place, name=other), err=True)
    page = study.write(target.parent, lang.value)
    tell(study.data if as_json else study.text)
    say_written(target, lang.value)
    say_written(page, lang.value)


@app.command()
@plainly
def calibrate(
    file: File,
    overlays: Overlays = [],  # noqa: B006
    points: Annotated[
        int, typer.Option(min=10, help="How many malls are tried at once, four times at most.")
    ] = 100,
    replications: Annotated[int, typer.Option(help="How many replications of each.")] = 10,
    tolerance: Annotated[
        float,
        typer.Option(min=0.001, max=1, help="How far count and model may be off: 0.05 is 5 %."),
    ] = 0.05,
    tolerance_of: Annotated[
        list[str], typer.Option(metavar="COUNT=SHARE", help="That of one count; may be repeated.")
    ] = [],  # noqa: B006
    seed: Seed = 0,
    engine: EngineName = "compiled",
    workers: Workers = None,
    out: Out = None,
    lang: Language = Lang.id,
    as_json: AsJson = False,
) -> None:
    """Find the figures within `plausible` that reproduce what `observed` counts."""
    from sim.engine import check_engine
    from sim.fitting.calibration import calibrate as calibrated
    from sim.report.result_folder import folder_of
    from sim.report.studies import of_calibration
    from sim.scenario.loading import load

    check_engine(engine)
    scenario = load(file, overlays)
    say_doubts([scenario], lang.value)
    with progress_bar(lang.value) as progress:
        found = calibrated(
            scenario, points, replications, tolerance=tolerance,
            tolerances=_tolerances(tolerance_of), seed=seed, engine=engine, workers=workers,
            progress=progress,
        )  # fmt: skip
    folder = out or folder_of((file, *overlays))
    study = of_calibration(found, lang.value, (file, *overlays), folder, sys.argv)
    finish(study, folder, lang.value, as_json)


def _tolerances(texts: list[str]) -> dict[str, float]:
    """Read `dukcapil.wait.mean=0.02` and the like."""
    from sim.scenario import quantities as q

    found = {}
    for text in texts:
        path, _, value = text.partition("=")
        try:
            found[path.strip()] = q.read_share(value.strip())
        except ValueError:
            raise MallError.of("error.tolerance_of", text=text) from None
    return found
