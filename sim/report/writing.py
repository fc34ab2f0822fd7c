"""All outputs of a run into a folder, by `sim.report.replacing`: whole, or not at all."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.log import Log
from sim.report.answer import Answer
from sim.report.provenance import provenance
from sim.report.replacing import RUN, files_in, replace_files
from sim.report.tables import jsonable, sheets, summary, workbook
from sim.statistics.results import Results

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PAGE = "report.html"


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
    files = sorted([*files_in(aside), RUN])
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
