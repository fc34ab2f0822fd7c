"""The outputs of comparisons, sweeps and the like, each written whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.experiments.capacity import Capacity
from sim.experiments.compare import Comparison
from sim.experiments.explain import Explanation, Wait
from sim.experiments.joining import JoinPlan
from sim.experiments.sensitivity import Sensitivity
from sim.experiments.shifts import Shift
from sim.experiments.staffing import StaffingPlan
from sim.experiments.sweep import Sweep
from sim.fitting.calibration import Calibration
from sim.fitting.draft import Draft
from sim.fitting.fit import Fitted
from sim.fitting.validation import Validation
from sim.report import (
    calibration,
    capacity,
    comparison,
    fitted,
    joining,
    sensitivity,
    staffing,
    sweep,
    verification,
)
from sim.report.answer import Answer
from sim.report.replacing import replace_files
from sim.report.sheet import Sheet
from sim.report.style import style
from sim.report.tables import jsonable
from sim.report.writing import write_json, write_picture, write_text
from sim.scenario.model import Scenario
from sim.statistics.results import Results
from sim.verification.verify import Verification
from sim.words import say

if TYPE_CHECKING:
    from matplotlib.figure import Figure


MOST_LINES = 20
"""So many lines are drawn, of as many waits."""


@dataclass(frozen=True)
class Study:
    """What is said of a study, ready to be printed and written.

    name : of its files; text : for people; data : for machines, as JSON holds it
    shown : the file that a person opens first
    texts : further files, by name; pictures : drawn when they are written, by name; none by default
    sheets : the pages of verdict.pdf, with their footer
    """

    name: str
    text: str
    data: dict[str, Any]
    shown: str
    texts: Mapping[str, str] = field(default_factory=dict)
    pictures: Mapping[str, Callable[[], Figure | None]] = field(default_factory=dict)
    sheets: tuple[Sheet, ...] = ()
    footer: str = ""

    def write(self, folder: str | Path, lang: str) -> Path:
        """Write NAME.txt, NAME.json and all others; return the path of the file to open first.

        Raises OutputError, with all that stood there kept.
        """
        target = Path(folder).expanduser().resolve()
        replace_files(target, self._fill, lang)
        return target / self.shown

    def with_line(self, text: str) -> Study:
        """Return the study with something more to say at its end."""
        return replace(self, text=f"{self.text}\n{text}")

    def with_more(self, data: Mapping[str, Any], texts: Mapping[str, str]) -> Study:
        """Return the study with further data and files."""
        return replace(self, data={**self.data, **jsonable(data)}, texts={**self.texts, **texts})

    def _fill(self, aside: Path) -> None:
        write_text(aside / f"{self.name}.txt", self.text + "\n")
        write_json(aside / f"{self.name}.json", self.data)
        for name, text in self.texts.items():
            write_text(aside / name, text)
        if self.sheets:
            from sim.report.sheet_pdf import sheets_pdf

            (aside / "verdict.pdf").write_bytes(sheets_pdf(self.sheets, self.footer))
        for name, draw in self.pictures.items():
            with style():
                figure = draw()
                if figure is not None:
                    write_picture(aside, name, figure)


def of_comparison(found: Comparison, lang: str, command: Sequence[str] = ()) -> Study:
    """Return what is said of a comparison, with its page and its sheets for the mayor."""
    from sim.report.comparison_page import origin_line, render_comparison, sheets

    return Study(
        name="comparison",
        text=comparison.described(found, lang),
        data=jsonable(comparison.plain(found, command)),
        shown="compare.html",
        texts={"compare.html": render_comparison(found, lang)},
        sheets=sheets(found, lang),
        footer=origin_line(found, lang),
    )


def so_far(known: object, lang: str) -> str:
    """Return what an experiment that was broken off has shown: `Interrupted.known`."""
    from sim.report.five_lines import five_lines

    if isinstance(known, Comparison):
        number, text = known.base.replications, comparison.described(known, lang)
    elif isinstance(known, JoinPlan):
        number, text = known.comparison.base.replications, joining.described(known, lang)
    elif isinstance(known, Results):
        number, text = known.replications, five_lines(Answer.of(known), lang)
    else:
        described = next(of for kind, of in _UNFINISHED.items() if isinstance(known, kind))
        return say("study.so_far_unfinished", lang) + "\n" + described(known, lang)
    return say("study.so_far", lang, n=number) + "\n" + text


_UNFINISHED: dict[type, Callable[[Any, str], str]] = {
    Capacity: capacity.described, StaffingPlan: staffing.described, Sweep: sweep.so_far,
}  # fmt: skip
"""What says for itself how far it came."""


def of_explanation(
    found: Explanation, waits: Sequence[Wait], text: str, lang: str
) -> Study:  # fmt: skip
    """Return why some citizens waited, with a picture of the line of each while she stood in it."""
    from sim.report.explanation import plain
    from sim.report.plots.her_line import picture

    name = "explanation"
    return Study(
        name=name,
        text=text,
        data={"waits": jsonable(plain(waits))},
        shown=f"{name}.txt",
        pictures={
            f"line-{number}": partial(picture, found, wait, lang)
            for number, wait in enumerate(waits[:MOST_LINES], start=1)
        },
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
    from sim.report.comparison_page import origin_line, render_comparison, sheets

    joins = joining.verdicts(found, lang)
    return Study(
        name="plan",
        text=joining.described(found, lang),
        data=jsonable(joining.plain(found, command)),
        shown="compare.html",
        texts={"compare.html": render_comparison(found.comparison, lang, joins)},
        sheets=sheets(found.comparison, lang, joins),
        footer=origin_line(found.comparison, lang),
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


def of_verification(found: Verification, lang: str, command: Sequence[str] = ()) -> Study:
    """Return what is said of a verification, with a page that holds every proof."""
    return Study(
        name="verification",
        text=verification.described(found, lang),
        data=verification.plain(found, command),
        shown="verification.html",
        texts={"verification.html": verification.render(found, lang)},
    )


def of_description(scenario: Scenario, lang: str) -> Study:
    """Return a scenario written out in words, as Markdown and as a page with the map."""
    from sim.report.description import markdown, render
    from sim.report.flows import flows

    text = markdown(scenario, lang)
    return Study(
        name="description",
        text=text,
        data={
            "scenario_name": scenario.name,
            "flows": [{"from": a, "to": b, "a_day": n} for (a, b), n in flows(scenario).items()],
        },
        shown="description.html",
        texts={"description.md": text + "\n", "description.html": render(scenario, lang)},
    )


def of_fit(
    found: Fitted, lang: str, name: str, command: Sequence[str] = (),
    checked: Validation | None = None,
) -> Study:  # fmt: skip
    """Return what is said of a fit, with its page.

    name : of the scenario's file, which is written beside the page
    checked : how the scenario does on days that were held out
    """
    from sim.fitting.dated import dated
    from sim.report.fit_page import render_fit

    made = Draft(found, lang)
    return Study(
        name="fit",
        text=fitted.described(found, made, lang, checked),
        data=jsonable(fitted.plain(found, made, command, checked)),
        shown="fit.html",
        texts={
            "fit.html": render_fit(found, made, lang, checked),
            name: made.text(),
            f"{Path(name).stem}.dates.yaml": dated(found, lang, name),
            f"{Path(name).stem}.inputs.json": _drawn(found),
        },
    )


def _drawn(found: Fitted) -> str:
    from sim.fitting.inputs import inputs, plain

    return json.dumps(jsonable(plain(found, inputs(found)))) + "\n"


def of_calibration(
    found: Calibration, lang: str, files: Sequence[Path], folder: Path, command: Sequence[str] = ()
) -> Study:
    """Return what is said of a calibration, with its page.

    files : the mall's, and what was laid over it
    calibrate.csv holds the set; calibrate.yaml, one mall of it, is laid over `files` with `--with`.
    """
    overlay = (folder / "calibrate.yaml").as_posix()
    base = " --with ".join(file.as_posix() for file in files)
    words = {"base": base, "overlay": overlay}
    nearest = say("calibrate.overlay_nearest", lang, **words)
    comment = say("calibrate.overlay", lang, **words) if found.kept.any() else nearest
    drawn = {"base": base, "set": (folder / "calibrate.json").as_posix()}
    use = say("calibrate.run_command", lang, **drawn) if calibration.usable(found) else ""
    return Study(
        name="calibrate",
        text=calibration.described(found, lang, use),
        data=jsonable(calibration.plain(found, command)),
        shown="calibrate.html",
        texts={
            "calibrate.html": calibration.render(found, lang, use),
            "calibrate.csv": calibration.table(found),
            "calibrate.yaml": f"# {comment}\n{found.overlay()}",
        },
    )
