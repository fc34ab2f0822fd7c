"""The commands about program and papers: warm, verify, check, example, describe."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.commands import (
    AsJson,
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
from sim.words import say


class Engines(StrEnum):
    """Engines that can be verified from the command line."""

    simpy = "simpy"
    compiled = "compiled"


@app.command()
@plainly
def warm(lang: Language = Lang.en) -> None:
    """Compile the engine, drawing and measuring beforehand; afterwards they answer at once."""
    from sim.engine.compiled import run
    from sim.experiments.replicate import replicate
    from sim.scenario.loading import load
    from sim.scenario.shipped import shipped

    run.warm(lang.value)
    replicate(load(shipped()["tutorial"]), 2, workers=1)


@app.command()
@plainly
def verify(
    full: Annotated[
        bool, typer.Option("--full/--quick", help="Every case within 5 %, or under a minute.")
    ] = False,
    engine: Annotated[Engines, typer.Option(help="The engine that is tried.")] = Engines.compiled,
    seed: Seed = 1,
    out: Out = None,
    lang: Language = Lang.id,
    as_json: AsJson = False,
) -> int:
    """Let the installed program prove itself: days, engines, laws, exact answers, intervals."""
    from sim.report.studies import of_verification
    from sim.verification.verify import verify as verified

    with progress_bar(lang.value) as progress:
        found = verified(
            engine.value, "full" if full else "quick", seed=seed, progress=progress
        )  # fmt: skip
    study = of_verification(found, lang.value, sys.argv)
    finish(study, out or Path("results/verification"), lang.value, as_json)
    return 0 if found.holds else 1


@app.command()
@plainly
def check(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE...", help="Scenarios; all shipped ones by default."),
    ] = None,
    update: Annotated[
        bool, typer.Option("--update", help="Rewrite the references instead.")
    ] = False,
    reason: Annotated[
        str, typer.Option(help="With --update: why numbers move; it goes into the references.")
    ] = "",
    replications: Annotated[
        int | None, typer.Option(help="The most to run until what is expected can be judged.")
    ] = None,
    workers: Workers = None,
    lang: Language = Lang.id,
    as_json: AsJson = False,
) -> int:
    """Rerun the scenarios that have a reference: say what moved and why, and judge `expect`."""
    from sim.report.regression import described, expectations, plain_expected
    from sim.report.tables import jsonable
    from sim.verification.check import Loaded, expected_of, references, without_reference
    from sim.verification.check import check as checked

    if update:
        return _update(files, workers, reason, lang.value, as_json)
    loaded: Loaded = {}
    expected = expected_of(files, replications, workers, loaded)
    found = [checked(path, workers, loaded) for path in references(files, expected)]
    missing = [] if files else without_reference()
    for file in missing:
        typer.echo(say("error.no_reference", lang.value, file=file.as_posix()), err=True)
    if as_json:
        judged = [plain_expected(file, one) for file, of in expected.items() for one in of]
        tell(jsonable([*(each.plain() for each in found), *judged]))
    else:
        said = [expectations(file, of, lang.value) for file, of in expected.items()]
        tell("\n".join(filter(None, [described(found, lang.value), *said])))
    broken = any(one.state == "broken" for of in expected.values() for one in of)
    return 1 if missing or broken or any(each.moved for each in found) else 0


def _update(
    files: list[Path] | None, workers: int | None, reason: str, lang: str, as_json: bool
) -> int:
    """Rewrite references, and say of each at once that it was written."""
    from sim.verification.check import renew

    written = []
    for path in renew(files, workers=workers, reason=reason):
        written.append(path.as_posix())
        typer.echo(say("cli.written", lang, path=shown_path(path)), err=as_json)
    if as_json:
        tell(written)
    return 0


@app.command()
@plainly
def example(
    name: Annotated[str, typer.Argument(help="Such as tutorial; without it, all are listed.")] = "",
    into: Annotated[Path, typer.Option(help="Where scenarios/ is made.")] = Path(),
    lang: Language = Lang.id,
) -> None:
    """Copy a shipped scenario here, with what it extends, or a ticket log, to begin from."""
    from sim.scenario.shipped import copy_example, shipped, shipped_logs

    if not name:
        tell("\n".join([*shipped(), *shipped_logs()]))
        return
    copies = copy_example(name, into)
    for path in copies:
        say_written(path, lang.value)
    key = "example" if copies[0].suffix == ".yaml" else "example_log"
    tell(say(f"cli.{key}", lang.value, file=copies[0]))


@app.command()
@plainly
def describe(
    file: File,
    overlays: Overlays = [],  # noqa: B006
    out: Out = None,
    lang: Language = Lang.id,
) -> None:
    """Write the model out in words after STRESS-DES, from the scenario alone; nothing is run."""
    from sim.report.result_folder import folder_of
    from sim.report.studies import of_description
    from sim.scenario.loading import load

    study = of_description(load(file, overlays), lang.value)
    finish(study, out or folder_of((file, *overlays)), lang.value, as_json=False)
