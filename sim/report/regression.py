"""What `mppsim check` says: a table of what moved."""

from __future__ import annotations

from collections.abc import Sequence

from sim.report import locale
from sim.verification.check import Checked, Shift
from sim.words import say

MOST_ROWS = 40


def described(found: Sequence[Checked], lang: str) -> str:
    """Return the outcome of each reference, and a table of the measures that moved."""
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
