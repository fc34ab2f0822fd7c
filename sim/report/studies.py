"""The outputs of comparisons, sweeps and the like, each written whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.experiments.capacity import Capacity
from sim.experiments.compare import Comparison
from sim.experiments.joining import JoinPlan
from sim.experiments.sensitivity import Sensitivity
from sim.experiments.shifts import Shift
from sim.experiments.staffing import StaffingPlan
from sim.experiments.sweep import Sweep
from sim.report import capacity, comparison, joining, sensitivity, staffing, sweep
from sim.report.style import style
from sim.report.tables import jsonable
from sim.report.writing import replace_files, write_json, write_picture, write_text
from sim.words import say

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Study:
    """What is said of a study, ready to be printed and written.

    name : of its files; text : for people; data : for machines, as JSON holds it
    shown : the file that a person opens first
    texts : further files, by name; pictures : drawn when they are written, by name; none by default
    """

    name: str
    text: str
    data: dict[str, Any]
    shown: str
    texts: Mapping[str, str] = field(default_factory=dict)
    pictures: Mapping[str, Callable[[], Figure | None]] = field(default_factory=dict)

    def write(self, folder: str | Path, lang: str) -> Path:
        """Write NAME.txt, NAME.json and all others; return the path of the file to open first.

        Raises OutputError, with all that stood there kept.
        """
        target = Path(folder).expanduser().resolve()
        replace_files(target, self._fill, lang)
        return target / self.shown

    def _fill(self, aside: Path) -> None:
        write_text(aside / f"{self.name}.txt", self.text + "\n")
        write_json(aside / f"{self.name}.json", self.data)
        for name, text in self.texts.items():
            write_text(aside / name, text)
        for name, draw in self.pictures.items():
            with style():
                figure = draw()
                if figure is not None:
                    write_picture(aside, name, figure)


def of_comparison(found: Comparison, lang: str, command: Sequence[str] = ()) -> Study:
    """Return what is said of a comparison, with its page."""
    from sim.report.comparison_page import render_comparison

    return Study(
        name="comparison",
        text=comparison.described(found, lang),
        data=jsonable(comparison.plain(found, command)),
        shown="compare.html",
        texts={"compare.html": render_comparison(found, lang)},
    )


def of_capacity(found: Capacity, lang: str, command: Sequence[str] = ()) -> Study:
    """Return what is said of a capacity, with its picture."""
    from sim.report.plots.capacity import picture

    return Study(
        name="capacity",
        text=capacity.described(found, lang),
        data=jsonable(capacity.plain(found, command)),
        shown="capacity.png",
        pictures={"capacity": partial(picture, found, lang)},
    )


def of_sweep(found: Sweep, lang: str, command: Sequence[str] = ()) -> Study:
    """Return what is said of a sweep: sweep.csv has a row per point, replication and measure."""
    from sim.report.plots.sweep import picture

    every = sorted({m.measure for p in found.points for m in p.results.measures})
    return Study(
        name="sweep",
        text=sweep.described(found, lang),
        data=jsonable(sweep.plain(found, command)),
        shown="sweep.csv",
        texts={"sweep.csv": found.to_frame(every).to_csv(index=False, lineterminator="\n")},
        pictures={
            f"sweep-{measure.replace('.', '-').replace('_', '-')}": partial(
                picture, found, measure, lang
            )
            for measure in sweep.HEADLINES
        },
    )


def of_plan(found: JoinPlan, lang: str, command: Sequence[str] = ()) -> Study:
    """Return what is said of a plan of joins, with the page of the comparison."""
    from sim.report.comparison_page import render_comparison

    return Study(
        name="plan",
        text=joining.described(found, lang),
        data=jsonable(joining.plain(found, command)),
        shown="compare.html",
        texts={"compare.html": render_comparison(found.comparison, lang)},
    )


def of_sensitivity(found: Sensitivity, lang: str, command: Sequence[str] = ()) -> Study:
    """Return what is said of a sensitivity, with its picture."""
    from sim.report.plots.sensitivity import picture

    return Study(
        name="sensitivity",
        text=sensitivity.described(found, lang),
        data=jsonable(sensitivity.plain(found, command)),
        shown="sensitivity.png",
        pictures={"sensitivity": partial(picture, found, lang)},
    )


def of_staffing(
    found: StaffingPlan, lang: str, base: Path, folder: Path,
    shifts: Mapping[str, tuple[Shift, ...]], command: Sequence[str] = (),
) -> Study:  # fmt: skip
    """Return what is said of a staffing: staffing.yaml is laid over the base with `--with`."""
    overlay = (folder / "staffing.yaml").as_posix()
    comment = say("study.staff.overlay", lang, base=base.as_posix(), overlay=overlay)
    return Study(
        name="staffing",
        text=staffing.described(found, lang, shifts),
        data=jsonable(staffing.plain(found, command, shifts)),
        shown="staffing.yaml",
        texts={"staffing.yaml": f"# {comment}\n{found.overlay()}"},
    )
