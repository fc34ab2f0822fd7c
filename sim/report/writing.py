"""All outputs of a run into a folder: the new result whole, or the old one untouched.

Everything is written into a hidden folder inside the target first, which is on the same disk and
as writable as the target itself. Then the files of the earlier result are set aside and the new
ones take their place; if any of that fails, or is interrupted, all of it is taken back. Files
that are not ours stay where they are.
"""

from __future__ import annotations

import errno
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import OutputError
from sim.log import Log
from sim.report.answer import Answer
from sim.report.provenance import provenance
from sim.report.tables import jsonable, sheets, summary, workbook
from sim.statistics.results import Results
from sim.words import say

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PAGE = "report.html"
RUN = "run.json"
_OURS = frozenset(
    (PAGE, RUN, "summary.json", "summary.csv", "summary.xlsx", "replications.parquet",
     "log/visit_rows.parquet", "log/stop_rows.parquet", "log/counter_rows.parquet")
)  # fmt: skip
_FOLDERS = ("plots", "log")
_FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))  # Windows has no quota error


@dataclass(frozen=True)
class Wanted:
    """What to write besides the page, its pictures, summary.json and run.json.

    tables : summary.csv and summary.xlsx
    replications : replications.parquet, every measure of every replication
    log : the visits, stops and counters of one replication, as Parquet
    """

    tables: bool = False
    replications: bool = False
    log: bool = False


def write_run(
    results: Results,
    log: Log,
    folder: str | Path,
    lang: str = "id",
    *,
    tables: bool = False,
    replications: bool = False,
    keep_log: bool = False,
    command: Sequence[str] = (),
) -> list[Path]:
    """Write the outputs of a run and return their paths, the page first.

    Always report.html, plots/*.svg and *.png, summary.json and run.json; on request summary.csv
    and summary.xlsx (`tables`), replications.parquet, and the log in log/ (`keep_log`). What an
    earlier run wrote into the folder and this one does not is removed; other files stay.

    command : the words of the command line, for run.json

    Raises OutputError, with the earlier result kept, where the folder cannot be written, the
    disk is full, or another program holds a file open.
    """
    wanted = Wanted(tables, replications, keep_log)
    target = Path(folder).expanduser().resolve()

    def write(aside: Path) -> None:
        _write_all(results, log, aside, lang, wanted, command)

    names = replace_files(target, write, lang)
    return [target / name for name in sorted(names, key=lambda name: (name != PAGE, name))]


def _write_all(
    results: Results, log: Log, aside: Path, lang: str, wanted: Wanted, command: Sequence[str]
) -> None:
    from sim.report.page import render_page
    from sim.report.plots import draw_all

    answer = Answer.of(results)
    plots: dict[str, str] = {}
    (aside / "plots").mkdir()
    for name, figure in draw_all(results, log, lang, answer).items():
        plots[name] = write_picture(aside / "plots", name, figure)
    write_text(aside / PAGE, render_page(results, log, lang, plots, answer=answer))
    write_json(aside / "summary.json", summary(results, answer), compact=True)
    if wanted.tables:
        write_text(
            aside / "summary.csv", results.intervals().to_csv(index=False, lineterminator="\n")
        )
        workbook(sheets(results, answer, lang)).save(aside / "summary.xlsx")
    if wanted.replications:
        results.to_frame().to_parquet(aside / "replications.parquet", index=False)
    if wanted.log:
        log.save(aside / "log")
    files = sorted([*_files(aside), RUN])
    write_json(aside / RUN, {**provenance(results, command), "files": files})


def write_picture(folder: Path, name: str, figure: Figure) -> str:
    """Write a figure as SVG and PNG; return the SVG."""
    from sim.report.plots import to_png, to_svg

    svg = to_svg(figure, name)
    (folder / f"{name}.svg").write_text(svg, encoding="utf-8")
    (folder / f"{name}.png").write_bytes(to_png(figure))
    return svg


def write_text(path: Path, text: str) -> None:
    """Write text as UTF-8, with the same line ends on every system."""
    path.write_text(text, encoding="utf-8", newline="\n")


def write_json(path: Path, data: dict[str, Any], compact: bool = False) -> None:
    """Write plain data as JSON."""
    layout: dict[str, Any] = {"separators": (",", ":")} if compact else {"indent": 2}
    text = json.dumps(jsonable(data), ensure_ascii=False, allow_nan=False, **layout)
    write_text(path, text + "\n")


# Files in place of files


def replace_files(target: Path, write: Callable[[Path], None], lang: str) -> list[str]:
    """Let `write` fill an empty folder, then put its files into `target`; return their names.

    A whole run (with run.json among its files) takes the place of an earlier one; what else is
    written leaves the other files of the folder alone. Names are relative to `target`, with `/`.

    Raises OutputError, with all that stood there kept.
    """
    with _aside(target, lang) as aside:
        new, old = aside / "new", aside / "old"
        new.mkdir()
        old.mkdir()
        with _told("not_writable", target, lang):
            write(new)
        names = _files(new)
        stale = sorted(_written_before(target) - set(names)) if RUN in names else []
        _refuse_folders(target, [*names, *stale], lang)
        with _told("held_open", target, lang):
            _swap(target, new, old, names, stale)
    for name in _FOLDERS:
        with suppress(OSError):
            (target / name).rmdir()  # only if this run left it empty
    return names


@contextmanager
def _aside(target: Path, lang: str) -> Iterator[Path]:
    """Yield an empty folder inside the target; it is gone afterwards, and so is a new target."""
    is_new = not target.exists()
    with _told("not_writable", target, lang):
        target.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=".mppsim-", dir=target))
    try:
        yield aside
    finally:
        shutil.rmtree(aside, ignore_errors=True)
        if is_new:
            with suppress(OSError):
                target.rmdir()  # only if nothing was put there


def _files(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def _written_before(target: Path) -> set[str]:
    """Return what the run.json in a folder says was written, as far as we could have done it."""
    try:
        listed = json.loads((target / RUN).read_text(encoding="utf-8"))["files"]
        names = {name for name in listed if isinstance(name, str)}
    except (OSError, ValueError, TypeError, KeyError):
        return set()
    return {name for name in names if _is_ours(name) and (target / name).is_file()}


def _is_ours(name: str) -> bool:
    """Whether a name is one that this program writes: nobody's run.json makes us delete others."""
    from sim.report.plots import PICTURES

    return name in _OURS or any(
        name == f"plots/{picture}.{suffix}" for picture in PICTURES for suffix in ("svg", "png")
    )


def _refuse_folders(target: Path, names: list[str], lang: str) -> None:
    for name in names:
        if (target / name).is_dir():
            raise OutputError(say("output.is_folder", lang, path=target / name))


def _swap(target: Path, new: Path, old: Path, names: list[str], stale: list[str]) -> None:
    """Set the old files aside and put the new ones in their place; on any trouble, go back."""
    done: list[tuple[Path, Path]] = []

    def move(source: Path, goal: Path) -> None:
        goal.parent.mkdir(parents=True, exist_ok=True)
        done.append((source, goal))  # first, so that no Ctrl-C falls between the two
        source.replace(goal)

    # run.json goes first and comes last: with it, a folder is complete.
    order = sorted([*names, *stale], key=lambda name: (name != RUN, name))
    try:
        for name in order:
            if (target / name).is_file() or (target / name).is_symlink():
                move(target / name, old / name)
        for name in reversed(order):
            if name not in stale:
                move(new / name, target / name)
    except BaseException:  # Ctrl-C too
        for source, goal in reversed(done):
            if not source.exists() and not source.is_symlink():
                goal.replace(source)
        raise


@contextmanager
def _told(what: str, target: Path, lang: str) -> Iterator[None]:
    """Turn what the system says into a plain message that names the remedy."""
    try:
        yield
    except OutputError:
        raise
    except OSError as error:
        path = error.filename2 or error.filename or target
        if isinstance(error, PermissionError):
            key = what
        elif error.errno in _FULL:
            key = "full"
        elif isinstance(error, (FileExistsError, NotADirectoryError)):
            key = "is_file"
        else:
            key = "failed"
        message = say(f"output.{key}", lang, path=path, folder=target, why=error.strerror or error)
        raise OutputError(message) from error
