"""The outputs of sweeps, capacities and the like, each written whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.experiments.capacity import Capacity
from sim.experiments.joining import JoinPlan
from sim.experiments.sensitivity import Sensitivity
from sim.experiments.shifts import Shift
from sim.experiments.staffing import StaffingPlan
from sim.experiments.sweep import Sweep
from sim.report import capacity, joining, sensitivity, staffing, sweep
from sim.report.style import style
from sim.report.tables import jsonable
from sim.report.writing import replace_files
from sim.words import say

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def write_capacity(
    found: Capacity, folder: str | Path, lang: str = "id", *, command: Sequence[str] = ()
) -> Path:
    """Write capacity.txt, .json, .svg and .png; return the path of the picture.

    Raises OutputError, with all that stood there kept.
    """
    from sim.report.plots.capacity import picture

    def write(aside: Path) -> None:
        _text(aside / "capacity.txt", capacity.described(found, lang))
        _json(aside / "capacity.json", capacity.plain(found, command))
        with style():
            _picture(aside, "capacity", picture(found, lang))

    return _written(folder, write, lang) / "capacity.png"


def write_sweep(
    found: Sweep, folder: str | Path, lang: str = "id", *, command: Sequence[str] = ()
) -> Path:
    """Write sweep.csv (a row per point, replication and measure), .txt, .json and pictures.

    Return the path of the table. Raises OutputError, with all that stood there kept.
    """
    from sim.report.plots.sweep import picture

    def write(aside: Path) -> None:
        every = sorted({m.measure for p in found.points for m in p.results.measures})
        table = found.to_frame(every).to_csv(index=False, lineterminator="\n")
        (aside / "sweep.csv").write_text(table, encoding="utf-8", newline="")
        _text(aside / "sweep.txt", sweep.described(found, lang))
        _json(aside / "sweep.json", sweep.plain(found, command))
        with style():
            for measure in sweep.HEADLINES:
                figure = picture(found, measure, lang)
                if figure is not None:
                    _picture(
                        aside, "sweep-" + measure.translate({ord("."): "-", ord("_"): "-"}), figure
                    )

    return _written(folder, write, lang) / "sweep.csv"


def write_plan(
    found: JoinPlan, folder: str | Path, lang: str = "id", *, command: Sequence[str] = ()
) -> Path:
    """Write plan.txt, plan.json, and the page of the comparison; return the path of the page.

    Raises OutputError, with all that stood there kept.
    """
    from sim.report.comparison_page import render_comparison

    def write(aside: Path) -> None:
        _text(aside / "plan.txt", joining.described(found, lang))
        _json(aside / "plan.json", joining.plain(found, command))
        _text(aside / "compare.html", render_comparison(found.comparison, lang))

    return _written(folder, write, lang) / "compare.html"


def write_sensitivity(
    found: Sensitivity, folder: str | Path, lang: str = "id", *, command: Sequence[str] = ()
) -> Path:
    """Write sensitivity.txt, .json, .svg and .png; return the path of the picture.

    Raises OutputError, with all that stood there kept.
    """
    from sim.report.plots.sensitivity import picture

    def write(aside: Path) -> None:
        _text(aside / "sensitivity.txt", sensitivity.described(found, lang))
        _json(aside / "sensitivity.json", sensitivity.plain(found, command))
        with style():
            _picture(aside, "sensitivity", picture(found, lang))

    return _written(folder, write, lang) / "sensitivity.png"


def write_staffing(
    found: StaffingPlan, folder: str | Path, lang: str, base: Path,
    shifts: Mapping[str, tuple[Shift, ...]], *, command: Sequence[str] = (),
) -> Path:  # fmt: skip
    """Write staffing.txt, .json and staffing.yaml, the overlay that can be run.

    The overlay is to be laid over the base with `--with`. Return its path. Raises OutputError,
    with all that stood there kept.
    """
    place = (Path(folder) / "staffing.yaml").as_posix()

    def write(aside: Path) -> None:
        _text(aside / "staffing.txt", staffing.described(found, lang, shifts))
        _json(aside / "staffing.json", staffing.plain(found, command, shifts))
        comment = say("study.staff.overlay", lang, base=base.as_posix(), overlay=place)
        _text(aside / "staffing.yaml", f"# {comment}\n{found.overlay()}".rstrip())

    return _written(folder, write, lang) / "staffing.yaml"


def _written(folder: str | Path, write: Any, lang: str) -> Path:
    target = Path(folder).expanduser().resolve()
    replace_files(target, write, lang)
    return target


def _picture(aside: Path, name: str, figure: Figure) -> None:
    from sim.report.plots.saving import to_png, to_svg

    (aside / f"{name}.svg").write_text(to_svg(figure, name), encoding="utf-8")
    (aside / f"{name}.png").write_bytes(to_png(figure))


def _text(path: Path, text: str) -> None:
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def _json(path: Path, data: Any) -> None:
    whole = json.dumps(jsonable(data), ensure_ascii=False, indent=2, allow_nan=False)
    path.write_text(whole + "\n", encoding="utf-8", newline="\n")
