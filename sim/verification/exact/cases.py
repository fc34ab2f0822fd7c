"""The exact answers that stand in `cases.json`, and which of them a scenario cannot express.

Definitions of the measures stand at the top of that file. They were not computed by this program.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

Case = dict[str, Any]
Pairs = dict[str, tuple[float, float]]
"""(total, n) of one replication, by measure."""


_TEXT = (files("sim.verification.exact") / "cases.json").read_text(encoding="utf-8")
CASES: dict[str, Case] = {case["id"]: case for case in json.loads(_TEXT)["cases"]}


NOT_YET = {
    "SS-BALK-1": "balking that sees who is served: our table sees who waits, 0 with 0 or 1 inside",
    "SS-LCFS": "never: last come, first served",
    "SS-MGc-approx": "approximations that differ by 0.6 %: no exact value that a run could miss",
    "SS-PRIO-ACCUM": "never: priority that grows with the wait",
    "SS-PRIO-PREEMPT": "never: preemptive priority",
    "TD-VAR-EXH": "never: an unnamed pool; counters have numbers and the highest closes",
    "TD-VAR-PRE": "never: an unnamed pool; counters have numbers and the highest closes",
}
"""What no scenario can express yet, and what it waits for. This list only shrinks."""

LENGTHY = {
    "SS-MM20-098": "at a load of 0.98 a line forgets within 10,000 citizens, and 2 % takes 10^8",
}
"""What only `make test-long` has the time for, in long runs."""

NOT_ESTIMATED = {
    "TD-DAYFACTOR": {"q95_arrivals"},
    "TD-MTGINF": {"q95_N_at_180_lognormal"},
    "TD-FIRSTN-MM1": {"steady_state_mean_wait"},
    "TD-FIRSTN-MM1-law": {"steady_state_mean_wait"},
}
"""Quantiles of a count, which lie on a step, and a limit that no finite run reaches."""


def expected(case: Case) -> dict[str, float]:
    """Return the exact values by measure; entries of a vector are `name[k]`."""
    values: dict[str, float] = {}
    for entry in case["expected"]:
        name, value = entry["measure"], entry["value"]
        if name in NOT_ESTIMATED.get(case["id"], ()):
            continue
        if isinstance(value, list):
            values.update({f"{name}[{k}]": v for k, v in enumerate(value)})
        elif name.startswith("wait_quantile_"):
            values[name] = float(name.rpartition("_")[2])
        elif name.startswith("median_"):
            values[name] = 0.5  # the share up to the exact median
        else:
            values[name] = value
    return values


def entry_of(case: Case, measure: str) -> dict[str, Any]:
    """Return the entry of a measure in a case, with its exact value and arguments."""
    return next(e for e in case["expected"] if e["measure"] == measure)
