"""What `mppsim check` says: what moved and why, with the proof; and whether bounds are kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sim.experiments.expecting import Expected
from sim.report import locale
from sim.report.differences import differences
from sim.report.titles import titles
from sim.scenario.model import Scenario
from sim.statistics.intervals import Estimate
from sim.verification.check import Checked, Shift
from sim.verification.what_moved import FirstRow, Moved, WaitChange
from sim.words import say

MOST_ROWS = 40


def described(found: Sequence[Checked], lang: str) -> str:
    """Return the outcome of each reference, what happened, and a table of what moved."""
    return "\n".join(line for each in found for line in _lines(each, lang))


def _lines(checked: Checked, lang: str) -> list[str]:
    moved = sorted(checked.moved, key=lambda shift: shift.measure)
    bits = len(checked.shifts) - len(moved)
    key = "moved" if moved else "last_bit" if bits else "same"
    values = {"moved": len(moved), "bits": bits, "measures": checked.measures}
    lines = [say(f"check.{key}", lang, scenario=checked.scenario, **values)]
    if checked.scenario_changed:
        lines.append("  " + say("check.scenario_changed", lang))
    if not moved:
        return lines
    if checked.proof:
        lines += [f"  {line}" for line in proved(checked.proof, lang)]
    rows = [tuple(say(f"check.column_{c}", lang) for c in ("measure", "before", "now"))]
    rows += [_row(shift, lang) for shift in moved[:MOST_ROWS]]
    widths = [max(len(row[k]) for row in rows) for k in range(3)]
    for name, before, now in rows:
        lines.append(f"  {name:<{widths[0]}}  {before:>{widths[1]}}  {now:>{widths[2]}}")
    if len(moved) > MOST_ROWS:
        lines.append("  " + say("check.more", lang, n=len(moved) - MOST_ROWS))
    return lines


def _row(shift: Shift, lang: str) -> tuple[str, str, str]:
    def shown(value: float | None, missing: str) -> str:
        return say(missing, lang) if value is None else locale.number(value, lang, 6)

    absent = {"gone": "check.gone", "new": "check.new"}.get(shift.kind, "check.absent")
    return shift.measure, shown(shift.before, absent), shown(shift.now, absent)


def proved(proof: Moved, lang: str) -> Iterator[str]:
    """Yield what happened, each kind with its proof."""
    for kind in ("structural", "numerical", "statistical"):
        if kind in proof.happened:
            yield say(f"check.happened.{kind}", lang)
        if kind == "structural":
            yield from _structure(proof, lang)
        elif kind == "numerical" and proof.first_row:
            yield from _first_row(proof.first_row, lang)
    yield from (_wait(wait, proof.now, lang) for wait in proof.waits)


def _structure(proof: Moved, lang: str) -> Iterator[str]:
    """In a planner's words where the scenario of the reference can still be read."""
    if not proof.structure:
        return
    said = differences(proof.before, proof.now, lang) if proof.before else list(proof.structure)
    for line in said[:MOST_ROWS]:
        yield f"  {line}"
    if len(said) > MOST_ROWS:
        yield "  " + say("check.more", lang, n=len(said) - MOST_ROWS)


def _first_row(row: FirstRow, lang: str) -> Iterator[str]:
    if not row.before and not row.now:
        yield "  " + say("check.row.hour", lang, hour=row.hour)
        return
    yield "  " + say("check.row.first", lang)
    nobody = say("check.row.nobody", lang)
    yield "    " + say("check.row.same", lang, row=row.same or nobody)
    yield "    " + say("check.row.before", lang, row=row.before or nobody)
    yield "    " + say("check.row.now", lang, row=row.now or nobody)


def _wait(wait: WaitChange, scenario: Scenario, lang: str) -> str:
    scope, _, rest = wait.measure.partition(" ")
    name = rest.removesuffix(" wait.mean") if scope == "agency" else ""
    whose = titles(scenario)[name] if name else say("check.wait.mall", lang)
    change = wait.change
    numbers = {
        key: ("+" if value > 0 and key == "change" else "") + locale.number(value, lang, 2)
        for key, value in (("change", change.value), ("low", change.low), ("high", change.high))
    }
    tolerance = locale.short(wait.tolerance, lang, 2)
    state = say(f"check.wait.{wait.state}", lang, tolerance=tolerance)
    return say("check.wait.line", lang, whose=whose, n=change.n, state=state, **numbers)


def expectations(scenario: str, found: Sequence[Expected], lang: str) -> str:
    """Return one line for each bound: what is expected, whether it holds, and what was found."""
    return "\n".join(
        say(
            f"check.expected.{each.state}",
            lang,
            scenario=scenario,
            what=f"{each.path} {each.expectation}",
            found=_found(each, lang),
            n=each.replications,
        )
        for each in found
    )


def _found(each: Expected, lang: str) -> str:
    estimate, kind = each.estimate, each.expectation.limit.kind
    scale, unit = (100, "%") if kind == "share" else (1, "")

    def shown(value: float) -> str:
        return locale.number(scale * value, lang, 1) + unit

    value, low, high = (shown(v) for v in (estimate.value, estimate.low, estimate.high))
    if kind == "duration":
        value = locale.minutes(estimate.value, lang)
    return say("check.expected.found", lang, value=value, low=low, high=high)


def plain_expected(scenario: str, each: Expected) -> dict[str, Any]:
    """Return one bound as plain data; durations in minutes."""
    estimate: Estimate = each.estimate
    return {
        "scenario": scenario,
        "expected": f"{each.path} {each.expectation}",
        "state": each.state,
        "value": estimate.value,
        "low": estimate.low,
        "high": estimate.high,
        "replications": each.replications,
    }
