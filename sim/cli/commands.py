"""The command `mppsim`: parse, call, print. Heavy imports wait until a command needs them.

Exit status: 0 done, 1 ran but something is not as wanted, 2 bad input, 130 interrupted; 141 where
the reader of a pipe left before the end, as any other command would have.
"""

from __future__ import annotations

import functools
import io
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, ParamSpec

import typer

from sim.cli.beforehand import say_before
from sim.errors import MallError, ScenarioError, refusal
from sim.words import LANGUAGES, say

if TYPE_CHECKING:
    from sim.report.studies import Study
    from sim.scenario.faults import Fault
    from sim.statistics.results import Results

P = ParamSpec("P")
app = typer.Typer(
    name="mppsim",
    help="A capacity simulator for public service malls (Mal Pelayanan Publik).",
    epilog=" ".join(say("cli.help_language", lang) for lang in LANGUAGES),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


class Lang(StrEnum):
    """Languages that people can read results in."""

    id = "id"
    en = "en"


File = Annotated[Path, typer.Argument(metavar="FILE", help="A scenario in YAML.")]
Language = Annotated[
    Lang, typer.Option("--lang", envvar="MPPSIM_LANG", help="Language of results and messages.")
]
Overlays = Annotated[
    list[Path], typer.Option("--with", metavar="FILE", help="An overlay; may be repeated.")
]
Replications = Annotated[
    int | None, typer.Option(min=1, help="How many replications (100; to a precision: at most).")
]
Precision = Annotated[
    float | None,
    typer.Option(help="Stop when shares are within so many points of 100 (and waits in turn)."),
]
Seed = Annotated[int, typer.Option(help="The same seed gives the same numbers.")]
Workers = Annotated[int | None, typer.Option(min=1, help="Processes; all cores by default.")]
EngineName = Annotated[
    str, typer.Option("--engine", help="The engine: compiled, or simpy (the same rows, slowly).")
]
DrawnInputs = Annotated[
    Path | None,
    typer.Option(
        "--input-uncertainty", metavar="FILE",
        help="mall.inputs.json of fit, or calibrate.json: how well the figures are known.",
    ),
]  # fmt: skip
Out = Annotated[
    Path | None, typer.Option(help="Folder for the outputs; results/<scenario> by default.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
FindRepair = Annotated[
    bool, typer.Option("--find-repair/--no-find-repair", help="Look for officers that would help.")
]
WithBreakEven = Annotated[
    bool, typer.Option("--break-even/--no-break-even", help="Also say up to where it holds.")
]
OpenPage = Annotated[bool, typer.Option("--open", help="Open the page in the browser.")]


def plainly(command: Callable[P, int | None]) -> Callable[P, None]:
    """Turn what a person can mend into a plain message, and Ctrl-C into status 130."""

    @functools.wraps(command)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> None:
        lang = str(getattr(kwargs.get("lang"), "value", "en"))

        def begun() -> int | None:
            if isinstance(out := kwargs.get("out"), Path):
                _refuse_early(out, lang)
            return command(*args, **kwargs)

        try:
            status = _told_plainly(lambda: _continued(begun), lang)
        except KeyboardInterrupt as stopped:
            _end_workers()  # what they have under way would only make the answer late
            _tell_what_is_known(getattr(stopped, "known", None), lang)
            typer.echo(say("cli.interrupted", lang), err=True)
            _leave_at_once(130)
        except BrokenPipeError:
            _leave_at_once(141)  # the reader, such as `head`, has seen enough
        raise typer.Exit(status)

    return guarded


def _refuse_early(out: Path, lang: str) -> None:
    """Raise OutputError where results cannot go, before the work that would be lost."""
    from sim.report.replacing import check_place

    check_place(out, lang)


def _continued(command: Callable[[], int | None]) -> int | None:
    """Run a command that keeps its finished blocks, and goes on from those that are kept."""
    from sim.experiments.pool import sharing
    from sim.experiments.saved import saving

    with saving(Path("results") / ".unfinished"), sharing():
        return command()


def _tell_what_is_known(known: object, lang: str) -> None:
    """Say what the replications before Ctrl-C have shown; on stderr, since it is no result."""
    if known is None:
        return
    from sim.report.studies import so_far

    typer.echo(so_far(known, lang), err=True)


def _told_plainly(command: Callable[[], int | None], lang: str) -> int:
    """Return the exit status of a command; print faults and what the system refuses."""
    try:
        return command() or 0
    except ScenarioError as error:
        for fault in error.faults:
            typer.echo(fault.say(lang), err=True)
        typer.echo(say("cli.faults", lang, n=len(error.faults)), err=True)
    except BrokenPipeError:
        raise
    except (MallError, OSError) as error:
        typer.echo(f"mppsim: {refusal(error, lang)}", err=True)
    return 2


def _leave_at_once(status: int) -> NoReturn:
    """End without Python's own way out, which waits for what the workers have under way."""
    _end_workers()
    os._exit(status)


def _end_workers(patience: float = 3) -> None:
    """Kill the worker processes, and let the threads behind them tidy up for some seconds."""
    import multiprocessing
    import threading

    for process in multiprocessing.active_children():
        process.kill()
    for thread in threading.enumerate():
        if thread is not threading.current_thread():
            thread.join(patience)


@app.callback(invoke_without_command=True)
def top(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Print the version, or go on to a command."""
    if version:
        from importlib.metadata import version as version_of

        typer.echo(f"mppsim {version_of('mppsim')}")
        raise typer.Exit


@app.command()
@plainly
def run(
    file: File,
    overlays: Overlays = [],  # noqa: B006
    replications: Replications = None,
    precision: Precision = None,
    days: Annotated[
        str | None,
        typer.Option(metavar="DATES", help="Only these dates: 2025-03-01..2025-03-31."),
    ] = None,
    seed: Seed = 0,
    engine: EngineName = "compiled",
    workers: Workers = None,
    out: Out = None,
    lang: Language = Lang.id,
    as_json: AsJson = False,
    tables: Annotated[bool, typer.Option("--tables", help="Also summary.xlsx and .csv.")] = False,
    parquet: Annotated[
        bool, typer.Option("--replications-table", help="Also replications.parquet.")
    ] = False,
    log: Annotated[bool, typer.Option("--log", help="Also the log of one replication.")] = False,
    input_uncertainty: DrawnInputs = None,
    open_: OpenPage = False,
) -> None:
    """Run a scenario and write a page that says how the mall keeps its promise."""
    from sim.engine import check_engine, simulate
    from sim.experiments.replicate import replicate
    from sim.experiments.stopping import most_replications
    from sim.sampling import sample
    from sim.scenario.loading import load

    check_engine(engine)
    most_replications(replications, precision)  # what is wrong with a call is said first
    scenario = load(file, overlays, None if days is None else {"calendar.only": days})
    say_before([scenario], lang.value)
    with progress_bar(lang.value) as progress:
        results = replicate(
            scenario, replications, precision=precision, seed=seed, engine=engine,
            workers=workers, progress=progress,
        )  # fmt: skip
    if input_uncertainty is not None:
        results = with_drawn(results, input_uncertainty, lang.value, engine, workers)
    from sim.report.answer import Answer
    from sim.report.five_lines import five_lines
    from sim.report.inputs import lines as input_lines
    from sim.report.outside import outside
    from sim.report.result_folder import folder_of, replaced
    from sim.report.tables import summary
    from sim.report.writing import write_run

    say_precision(results.run, lang.value)
    one = simulate(scenario, sample(scenario, seed, 0), engine)
    folder = out or folder_of((file, *overlays))
    if other := replaced(folder, scenario.name):
        typer.echo(say("cli.replaces", lang.value, path=shown_path(folder), name=other), err=True)
    written = write_run(
        results, one, folder, lang.value, tables=tables, replications=parquet, keep_log=log,
        command=sys.argv,
    )  # fmt: skip
    answer = Answer.of(results)
    included, *surer = input_lines(results, lang.value)
    lines = [f"{five_lines(answer, lang.value)} {included}", *outside(scenario, lang.value), *surer]
    tell(summary(results, answer) if as_json else "\n".join(lines))
    typer.echo(say("cli.page", lang.value, path=shown_path(written[0])), err=as_json)
    if open_:
        typer.launch(written[0].as_uri())


def with_drawn(
    results: Results, file: Path, lang: str, engine: str, workers: int | None
) -> Results:  # fmt: skip
    """Return results with the inputs drawn, as a file of draws says."""
    from sim.experiments.inputs import read_inputs, with_inputs

    drawn = read_inputs(file)
    with progress_bar(lang) as progress:
        return with_inputs(results, drawn, engine=engine, workers=workers, progress=progress)


@app.command()
@plainly
def validate(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Scenarios to check.")],
    overlays: Overlays = [],  # noqa: B006
    lang: Language = Lang.id,
    as_json: AsJson = False,
) -> int:
    """Check scenarios and name every fault with its place and its remedy."""
    from sim.report.beforehand import doubt_notes
    from sim.scenario.loading import load

    found: list[Fault] = []
    for file in files:
        try:
            scenario = load(file, overlays)
            if not as_json:
                typer.echo(say("cli.sound", lang.value, file=file))
                for note in doubt_notes([scenario], lang.value):
                    typer.echo(note)
        except ScenarioError as error:
            found += error.faults
    if as_json:
        rows = [
            {"file": f.place.file, "line": f.place.line, "column": f.place.column,
             "path": f.path, "code": f.code, "message": f.say(lang.value)}
            for f in found
        ]  # fmt: skip
        tell(rows)
    elif found:
        raise ScenarioError(found)
    return 2 if found else 0


@app.command()
@plainly
def show(
    file: File,
    overlays: Overlays = [],  # noqa: B006
    lang: Language = Lang.id,  # noqa: ARG001
    as_json: AsJson = False,
) -> None:
    """Print a scenario as resolved: bases, overlays and defaults put together, as YAML."""
    from sim.scenario.loading import load
    from sim.scenario.writing import resolved
    from sim.scenario.writing import show as shown

    scenario = load(file, overlays)
    tell(resolved(scenario) if as_json else shown(scenario).rstrip("\n"))


@app.command()
@plainly
def schema(lang: Language = Lang.en) -> None:
    """Print the JSON Schema with which an editor checks and completes scenarios."""
    from sim.scenario.schema import json_schema

    tell(json_schema(lang.value))


def tell(what: Any) -> None:
    """Print text as it is, and data as JSON."""
    if not isinstance(what, str):
        what = json.dumps(what, ensure_ascii=False, allow_nan=False, indent=2)
    typer.echo(what)


def say_written(path: Path, lang: str) -> None:
    """Say on stderr where the result is."""
    typer.echo(say("cli.written", lang, path=shown_path(path)), err=True)


def finish(study: Study, folder: Path, lang: str, as_json: bool) -> None:
    """Write a study, print what it says, and say where it is."""
    path = study.write(folder, lang)
    tell(study.data if as_json else study.text)
    say_written(path, lang)
    say_sheets(study, path, lang)


def say_sheets(study: Study, shown: Path, lang: str) -> None:
    """Say on stderr where the one page for the mayor is, where there is one."""
    if study.sheets:
        path = shown_path(shown.with_name("verdict.pdf"))
        typer.echo(say("cli.sheets", lang, path=path), err=True)


def shown_path(path: Path) -> str:
    """Return a path as a person finds it: from the present folder where it is below that."""
    path = path.resolve()
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def say_precision(run: Any, lang: str) -> None:
    """Say on stderr whether a stated precision was reached."""
    if run.precise is not None:
        key = "precise" if run.precise else "not_precise"
        typer.echo(say(f"cli.{key}", lang, measure=run.last_to_settle), err=True)


@contextmanager
def progress_bar(lang: str) -> Iterator[Callable[[int, int], None]]:
    """Show on stderr how far the replications are, and how long the rest takes."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    console = Console(stderr=True)
    bar = Progress(
        "{task.description}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        console=console, transient=True, disable=not console.is_terminal,
    )  # fmt: skip
    task = bar.add_task(say("cli.replications", lang), total=None)
    try:
        with bar:
            yield lambda done, most: bar.update(task, completed=done, total=most)
    except KeyboardInterrupt:
        done, most = int(bar.tasks[0].completed), bar.tasks[0].total
        if most is not None:
            key = "stopped" if most else "stopped_searching"
            typer.echo(say(f"cli.{key}", lang, done=done, most=int(most)), err=True)
        raise


def main(arguments: Sequence[str] | None = None) -> None:
    """Start the command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # Files and pipes get UTF-8 on Windows too; an old terminal gets "?" for what it lacks.
            encoding = None if stream.isatty() else "utf-8"
            stream.reconfigure(encoding=encoding, errors="replace")
    try:
        app(args=list(arguments) if arguments is not None else None)
    except KeyboardInterrupt:
        sys.exit(130)
