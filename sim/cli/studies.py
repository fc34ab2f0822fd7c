"""The commands that ask a question of many runs: sweep, capacity, staff, and more."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.beforehand import say_before, say_doubts
from sim.cli.commands import (
    AsJson,
    DrawnInputs,
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
    tell,
    with_drawn,
)
from sim.errors import MallError
from sim.words import say

if TYPE_CHECKING:
    from sim.experiments.staffing import StaffingPlan

EachReplications = Annotated[
    int, typer.Option("--replications", min=2, help="How many replications of each.")
]


class Design(StrEnum):
    """Designs of a sweep."""

    full = "full"
    latin_hypercube = "latin_hypercube"
    sobol = "sobol"


@app.command()
@plainly
def sweep(
    file: File,
    axes: Annotated[
        list[str],
        typer.Option(
            "--set", metavar="PATH=VALUES",
            help="agencies.x.counters=1..5, demand.scale=0.8,1,1.2, or LOW..HIGH by STEP.",
        ),
    ],
    overlays: Overlays = [],  # noqa: B006
    design: Annotated[Design, typer.Option(help="Every combination, or points spread over ranges.")]
    = Design.full,
    points: Annotated[
        int | None, typer.Option(min=1, help="How many points, for designs that spread them.")
    ] = None,
    replications: EachReplications = 20,
    seed: Seed = 0,
    engine: EngineName = "compiled",
    workers: Workers = None,
    out: Out = None,
    lang: Language = Lang.id,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Run a scenario at every point of a design over figures of its file."""
    from sim.engine import check_engine
    from sim.experiments.sweep import sweep as swept
    from sim.report.result_folder import folder_of
    from sim.report.studies import of_sweep
    from sim.scenario.loading import load

    check_engine(engine)
    scenario = load(file, overlays)
    say_doubts([scenario], lang.value)
    with progress_bar(lang.value) as progress:
        found = swept(
            scenario, axes, replications, design=design.value, points=points, seed=seed,
            engine=engine, workers=workers, progress=progress,
        )  # fmt: skip
    study = of_sweep(found, lang.value, sys.argv)
    finish(study, out or folder_of((file, *overlays)), lang.value, as_json)


@app.command()
@plainly
def capacity(
    file: File,
    overlays: Overlays = [],  # noqa: B006
    of: Annotated[
        str, typer.Option(help="Whose demand is raised: a journey, an agency, or all.")
    ] = "all",
    low: Annotated[float, typer.Option(help="The lowest demand, as a factor of today's.")] = 0.5,
    high: Annotated[float, typer.Option(help="The highest demand, as a factor.")] = 2.5,
    replications: EachReplications = 20,
    input_uncertainty: DrawnInputs = None,
    seed: Seed = 0,
    engine: EngineName = "compiled",
    workers: Workers = None,
    out: Out = None,
    lang: Language = Lang.id,
    as_json: AsJson = False,
) -> None:
    """Say how much more demand each agency's promise bears, and which breaks first."""
    from sim.engine import check_engine
    from sim.experiments.capacity import capacity as capacity_of
    from sim.experiments.inputs import read_inputs
    from sim.report.result_folder import folder_of
    from sim.report.studies import of_capacity
    from sim.scenario.loading import load

    check_engine(engine)
    scenario = load(file, overlays)
    say_doubts([scenario], lang.value)
    inputs = None if input_uncertainty is None else read_inputs(input_uncertainty)
    with progress_bar(lang.value) as progress:
        found = capacity_of(
            scenario, of, low=low, high=high, replications=replications, inputs=inputs, seed=seed,
            engine=engine, workers=workers, progress=progress,
        )  # fmt: skip
    study = of_capacity(found, lang.value, sys.argv)
    finish(study, out or folder_of((file, *overlays)), lang.value, as_json)


@app.command()
@plainly
def sensitivity(
    file: File,
    overlays: Overlays = [],  # noqa: B006
    measure: Annotated[str, typer.Option(help="A measure of the mall.")] = "fulfilled",
    replications: EachReplications = 20,
    seed: Seed = 0,
    engine: EngineName = "compiled",
    workers: Workers = None,
    out: Out = None,
    lang: Language = Lang.id,
    as_json: AsJson = False,
) -> None:
    """Say which assumption matters most, each over its plausible range."""
    from sim.engine import check_engine
    from sim.experiments.sensitivity import sensitivity as sensitivity_of
    from sim.report.result_folder import folder_of
    from sim.report.studies import of_sensitivity
    from sim.scenario.loading import load

    check_engine(engine)
    scenario = load(file, overlays)
    say_doubts([scenario], lang.value)
    with progress_bar(lang.value) as progress:
        found = sensitivity_of(
            scenario, measure, replications, seed=seed, engine=engine, workers=workers,
            progress=progress,
        )  # fmt: skip
    study = of_sensitivity(found, lang.value, sys.argv)
    finish(study, out or folder_of((file, *overlays)), lang.value, as_json)


Stagger = Annotated[
    bool, typer.Option("--stagger", help="Try breaks in two shifts too, except on Fridays.")
]


Floating = Annotated[
    bool,
    typer.Option("--floating", help="Try officers whom two agencies share, in place of one each."),
]


@app.command()
@plainly
def staff(
    file: File,
    overlays: Overlays = [],  # noqa: B006
    replications: EachReplications = 20,
    certify: Annotated[
        int, typer.Option(min=2, help="Fresh replications on which the plan is tried at last.")
    ] = 100,
    shift: Annotated[
        str | None,
        typer.Option(metavar="LENGTHS", help="Cover the counters by shifts: '4 h .. 7.5 h'."),
    ] = None,
    every: Annotated[str, typer.Option(help="How often a shift may begin.")] = "30 min",
    stagger: Stagger = False,
    floating: Floating = False,
    input_uncertainty: DrawnInputs = None,
    of_draws: Annotated[
        float,
        typer.Option(
            min=0.5,
            max=0.99,
            help="With --input-uncertainty: the share of draws with which each promise is kept.",
        ),
    ] = 0.9,
    seed: Seed = 0,
    engine: EngineName = "compiled",
    workers: Workers = None,
    out: Out = None,
    lang: Language = Lang.id,
    as_json: AsJson = False,
) -> None:
    """Find the fewest counter-hours with which each agency keeps its promise."""
    from sim.engine import check_engine
    from sim.experiments.inputs import read_inputs
    from sim.experiments.reserve import reserve
    from sim.experiments.staffing import staff as staffed
    from sim.report.reserve import with_reserve
    from sim.report.result_folder import folder_of
    from sim.report.studies import of_staffing
    from sim.scenario.loading import load

    check_engine(engine)
    lengths = _lengths(shift, every)
    inputs = None if input_uncertainty is None else read_inputs(input_uncertainty)
    scenario = load(file, overlays)
    say_before([scenario], lang.value)
    with progress_bar(lang.value) as progress:
        found = staffed(
            scenario, replications=replications, certify=certify, stagger=stagger,
            floating=floating, seed=seed, engine=engine, workers=workers, progress=progress,
        )  # fmt: skip
    folder = out or folder_of((file, *overlays))
    shifts = _shifts(found, lengths)
    study = of_staffing(found, lang.value, file, folder, shifts, sys.argv)
    if input_uncertainty is None or inputs is None:
        study = study.with_line(say("inputs.not_included_staff", lang.value))
    else:
        said = _plan_with_inputs(found, input_uncertainty, certify, lang.value, engine, workers)
        with progress_bar(lang.value) as progress:
            kept = reserve(
                found, inputs, share=of_draws, engine=engine, workers=workers, progress=progress
            )
        study = with_reserve(study.with_line(said), found, kept, lang.value, file, folder)
    finish(study, folder, lang.value, as_json)


def _plan_with_inputs(
    found: StaffingPlan, file: Path, runs: int, lang: str, engine: str, workers: int | None
) -> str:
    """Play the plan that was found with the inputs drawn; return what becomes of the promises."""
    from sim.experiments.replicate import replicate
    from sim.experiments.varying import varied
    from sim.report.inputs import promises

    mall = varied(found.scenario, found.figures)
    with progress_bar(lang) as progress:
        results = replicate(
            mall, runs, seed=found.results.run.seed + 1, engine=engine, workers=workers,
            progress=progress,
        )  # fmt: skip
    return "\n".join(promises(with_drawn(results, file, lang, engine, workers), lang))


def _lengths(shift: str | None, every: str) -> tuple[int, int, int] | None:
    from sim.scenario import quantities as q

    if shift is None:
        return None
    shortest, dots, longest = (part.strip() for part in shift.partition(".."))
    ends = shortest, longest if dots else shortest
    try:
        return q.read_duration(ends[0]), q.read_duration(ends[1]), q.read_duration(every)
    except ValueError:
        raise MallError.of("error.shift_durations", shift=shift, every=every) from None


def _shifts(found: Any, lengths: tuple[int, int, int] | None) -> dict[str, Any]:
    from sim.experiments.shifts import cover

    if lengths is None:
        return {}
    shortest, longest, every = lengths
    slots = found.slots
    return {
        one.agency: cover(
            slots.begins, slots.ends, one.after, shortest=shortest, longest=longest, every=every
        )
        for one in found.agencies
    }


@app.command()
@plainly
def explain(
    file: File,
    overlays: Overlays = [],  # noqa: B006
    visit: Annotated[
        int | None, typer.Option(min=1, help="The visit's number within its day.")
    ] = None,
    day: Annotated[str, typer.Option(help="Its day, such as tue or 2025-03-03.")] = "",
    worst: Annotated[int | None, typer.Option(min=1, help="So many of the longest waits.")] = None,
    agency: Annotated[str, typer.Option(help="Only waits at this agency.")] = "",
    replication: Annotated[int, typer.Option(min=0, help="Which replication.")] = 0,
    seed: Seed = 0,
    engine: EngineName = "compiled",
    out: Annotated[
        Path | None, typer.Option(help="Folder for the text and a picture of each line.")
    ] = None,
    lang: Language = Lang.id,
    as_json: AsJson = False,
) -> None:
    """Say why somebody waited: each instant of the wait charged to one cause."""
    from sim.engine import check_engine, simulate
    from sim.experiments.explain import Explanation
    from sim.report.explanation import described, plain, summed
    from sim.report.studies import of_explanation
    from sim.sampling import sample
    from sim.scenario.loading import load

    check_engine(engine)
    scenario = load(file, overlays)
    log = simulate(scenario, sample(scenario, seed, replication), engine)
    found = Explanation(log, scenario)
    if visit is not None:
        waits = found.of_visit(visit, day)
    else:
        rows = found.waits(agency)
        waits = [found.of_stop(int(row)) for row in (rows if worst is None else rows[:worst])]
    say_all = summed if visit is None and worst is None else described
    text = say_all(found, waits, lang.value)
    tell(plain(waits) if as_json else text)
    if out is not None:
        say_written(
            of_explanation(found, waits, text, lang.value).write(out, lang.value), lang.value
        )
