"""What counters in reserve a mall needs, since its figures are not known exactly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sim.experiments.reserve import Reserve, Reserved
from sim.experiments.staffing import StaffingPlan, overlay_of
from sim.report import locale
from sim.report.staffing import table
from sim.report.studies import Study
from sim.report.titles import titles
from sim.words import say


def with_reserve(
    study: Study, plan: StaffingPlan, found: Reserve, lang: str, base: Path, folder: Path
) -> Study:  # fmt: skip
    """Return the study of a plan with its reserve, and the overlay reserve.yaml."""
    overlay = (folder / "reserve.yaml").as_posix()
    comment = say("reserve.overlay", lang, base=base.as_posix(), overlay=overlay)
    text = f"# {comment}\n{overlay_of(plan.kept_figures | found.figures)}"
    return study.with_line("\n".join(lines(plan, found, lang))).with_more(
        {"reserve": plain(found)}, {"reserve.yaml": text}
    )


def lines(plan: StaffingPlan, found: Reserve, lang: str) -> Iterator[str]:
    """Yield how much more it costs to keep each promise with most of the draws."""
    share = locale.of_hundred(found.share, lang)
    key = "head" if found.hours else "none"
    yield say(f"reserve.{key}", lang, share=share, hours=locale.short(found.hours, lang))
    for one in found.agencies:
        yield "  " + _agency(plan, one, share, lang)
    if plan.floats:
        yield "  " + say("reserve.floats", lang)
    yield say("reserve.method", lang, searched=found.searched, tried=found.tried,
              plans=found.plans, runs=found.runs)  # fmt: skip


def _agency(plan: StaffingPlan, one: Reserved, share: str, lang: str) -> str:
    found = one.found
    if found == "cannot_tell":
        found = "likely" if one.enough else "unlikely"  # type: ignore[assignment]
    name = titles(plan.scenario)[one.agency]
    first = locale.number(100 * one.at_first, lang)
    if not one.in_plenty:
        return say("reserve.hopeless", lang, agency=name, share=share, first=first)
    of_hundred = {key: locale.number(100 * value, lang) for key, value in (
        ("kept", one.kept.value), ("low", one.kept.low), ("high", one.kept.high))}  # fmt: skip
    return say(
        "reserve.agency", lang, agency=name, table=table(plan, one.after, lang), first=first,
        hours=locale.short(one.hours, lang), n=one.kept.n, **of_hundred,
        state=say(f"reserve.{found}", lang, share=share),
    )  # fmt: skip


def plain(found: Reserve) -> dict[str, Any]:
    """Return the reserve as plain data."""
    return {
        "share_of_draws": found.share, "hours": found.hours, "counters": found.figures,
        "agencies": [asdict(one) for one in found.agencies], "draws_searched": found.searched,
        "draws_tried": found.tried, "plans_tried": found.plans, "runs_each": found.runs,
    }  # fmt: skip
