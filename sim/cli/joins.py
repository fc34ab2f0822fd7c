"""The commands about an agency that wants to join: compare, plan, new-join."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from sim.cli.beforehand import say_before, say_doubts
from sim.cli.commands import (
    AsJson,
    DrawnInputs,
    EngineName,
    FindRepair,
    Lang,
    Language,
    OpenPage,
    Out,
    Precision,
    Replications,
    Seed,
    WithBreakEven,
    Workers,
    app,
    finish,
    plainly,
    progress_bar,
    say_precision,
    say_sheets,
    say_written,
    shown_path,
    tell,
)
from sim.words import say

Found = TypeVar("Found")


@app.command()
@plainly
def compare(
    base: Annotated[Path, typer.Argument(metavar="BASE", help="The mall as it is.")],
    alternatives: Annotated[
        list[Path], typer.Argument(metavar="ALTERNATIVE...", help="The mall as it may become.")
    ],
    repair: Annotated[
        list[Path],
        typer.Option(metavar="OVERLAY", help="What could be mended, laid over each alternative."),
    ] = [],  # noqa: B006
    find_repair: FindRepair = True,
    break_even: WithBreakEven = True,
    replications: Replications = None,
    precision: Precision = None,
    delta: Annotated[
        float, typer.Option(help="Points of 100 that matter in choosing the best of several.")
    ] = 1,
    seed: Seed = 0,
    engine: EngineName = "compiled",
    workers: Workers = None,
    out: Out = None,
    lang: Language = Lang.id,
    as_json: AsJson = False,
    input_uncertainty: DrawnInputs = None,
    open_: OpenPage = False,
) -> None:
    """Run the same citizens through two malls and say whether the agency may join."""
    from sim.engine import check_engine
    from sim.experiments import compare as comparing
    from sim.experiments.break_even import with_break_evens
    from sim.experiments.inputs import read_inputs, with_inputs_compared
    from sim.experiments.mending import with_repairs
    from sim.report.comparison import answers
    from sim.report.result_folder import folder_of
    from sim.report.studies import of_comparison
    from sim.scenario.loading import load

    check_engine(engine)
    first = load(base)
    others = [load(path) for path in alternatives]
    repairs = [load(path, repair) for path in alternatives] if repair else []
    comparing.check_comparable(first, [*others, *repairs], replications, precision)
    say_before([first, *others], lang.value)
    with progress_bar(lang.value) as progress:
        found = comparing.compare(
            first, others, replications, repairs=repairs, precision=precision,
            delta=delta / 100, seed=seed, engine=engine, workers=workers, progress=progress,
        )  # fmt: skip
    run: Any = {"engine": engine, "workers": workers}
    searches = {
        "repair": with_repairs if find_repair and not repair else None,
        "break_even": with_break_evens if break_even else None,
    }
    found = _looked_into(found, searches, answers, lang.value, **run)
    if input_uncertainty is not None:
        drawn = read_inputs(input_uncertainty)
        with progress_bar(lang.value) as progress:
            found = with_inputs_compared(found, drawn, progress=progress, **run)
    say_precision(found.base.run, lang.value)
    study = of_comparison(found, lang.value, sys.argv)
    page = study.write(out or folder_of((base, *alternatives), "-vs-"), lang.value)
    tell(study.data if as_json else study.text)
    typer.echo(say("cli.page", lang.value, path=shown_path(page)), err=True)
    say_sheets(study, page, lang.value)
    if open_:
        typer.launch(page.as_uri())


@app.command()
@plainly
def plan(
    base: Annotated[Path, typer.Argument(metavar="BASE", help="The mall as it is.")],
    joins: Annotated[
        list[Path], typer.Argument(metavar="JOIN...", help="An overlay for each newcomer.")
    ],
    repair: Annotated[
        list[Path],
        typer.Option(metavar="OVERLAY", help="What could be mended, laid over each combination."),
    ] = [],  # noqa: B006
    find_repair: FindRepair = True,
    break_even: WithBreakEven = True,
    replications: Replications = None,
    precision: Precision = None,
    seed: Seed = 0,
    engine: EngineName = "compiled",
    workers: Workers = None,
    out: Out = None,
    lang: Language = Lang.id,
    as_json: AsJson = False,
    input_uncertainty: DrawnInputs = None,
) -> None:
    """Say which newcomers may join: each alone, each pair, all, and in which order."""
    from sim.engine import check_engine
    from sim.experiments import joining
    from sim.experiments.inputs import read_inputs, with_inputs_compared
    from sim.report.joining import verdicts
    from sim.report.result_folder import folder_of
    from sim.report.studies import of_plan
    from sim.scenario.loading import load

    check_engine(engine)
    drawn = None if input_uncertainty is None else read_inputs(input_uncertainty)
    say_doubts([load(base, [join]) for join in joins], lang.value)
    with progress_bar(lang.value) as progress:
        found = joining.plan(
            base, joins, replications, repairs=repair, precision=precision, seed=seed,
            engine=engine, workers=workers, progress=progress,
        )  # fmt: skip
    searches = {
        "repair": joining.with_repairs_of if find_repair and not repair else None,
        "break_even": joining.with_break_evens_of if break_even else None,
    }
    run: Any = {"engine": engine, "workers": workers}
    found = _looked_into(found, searches, verdicts, lang.value, **run)
    if drawn is not None:
        with progress_bar(lang.value) as progress:
            whole = with_inputs_compared(found.comparison, drawn, progress=progress, **run)
        found = found.with_comparison(whole)
    study = of_plan(found, lang.value, sys.argv)
    finish(study, out or folder_of((base, *joins), "-plan-"), lang.value, as_json)


def _looked_into(
    found: Found, searches: Mapping[str, Callable[..., Found] | None],
    told: Callable[[Found, str], list[str]], lang: str, **run: Any,
) -> Found:  # fmt: skip
    """Return what further searches find; what is known already is said before each."""
    for name, search in searches.items():
        if search is not None:
            for line in (
                say("cli.so_far", lang),
                *told(found, lang),
                say(f"cli.next_{name}", lang),
            ):
                typer.echo(line, err=True)
            with progress_bar(lang) as progress:
                found = search(found, progress=progress, **run)
    return found


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
