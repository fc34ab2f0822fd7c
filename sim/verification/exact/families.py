"""How each family of cases is expressed."""

from __future__ import annotations

from collections.abc import Callable

from sim.verification.exact import arrivals
from sim.verification.exact.cases import CASES, LENGTHY, NOT_YET, Case
from sim.verification.exact.days import (
    ample,
    appointments,
    day_case,
    first_customers,
    generator,
    transient,
)
from sim.verification.exact.endless import (
    breakdowns,
    network,
    one_line,
    priority,
    separate_lines,
    skills,
)
from sim.verification.exact.expressed import Expressed
from sim.verification.exact.tasks import breaks, vacations

FAMILIES: dict[str, Callable[[Case, int], Expressed]] = {
    "M/M/c": one_line,
    "M/M/c/K": one_line,
    "Erlang-A": one_line,
    "M/M/c+G": one_line,
    "M/D/c": one_line,
    "M/G/1": one_line,
    "M/E2/c": one_line,
    "D/M/1": lambda case, n: one_line(case, n, arrivals.evenly(case)),
    "batch arrivals": lambda case, n: one_line(case, n, arrivals.groups(case)),
    "breakdowns": breakdowns,
    "breaks": breaks,
    "vacations": vacations,
    "priority": priority,
    "separate lines": separate_lines,
    "multi-skill": skills,
    "network": network,
    "transient": transient,
    "first n customers": first_customers,
    "terminating day": day_case,
    "Mt/M/s(t) day, named counters": day_case,
    "lunch closure": day_case,
    "Mt/M/s(t)+M day": day_case,
    "finite waiting room day": day_case,
    "daily maximum": day_case,
    "two-stop day": day_case,
    "appointments": appointments,
    "appointments + walk-ins": appointments,
    "Mt/G/infinity": ample,
    "arrival generator": generator,
}
"""How each family of cases is expressed."""

SIMULATED = {name: case for name, case in CASES.items() if name.startswith(("SS-", "TD-"))}
"""The cases that are for a simulation to meet."""
EXPRESSIBLE = tuple(
    name for name, case in SIMULATED.items() if case["family"] in FAMILIES and name not in NOT_YET
)

QUICK = tuple(name for name in EXPRESSIBLE if name not in LENGTHY)
"""Those that an installed program has the time to try."""


def express(name: str, citizens: int = 1000) -> Expressed:
    """Return a case in our words; `citizens` is the size of one replication of an endless run."""
    case = CASES[name]
    return FAMILIES[case["family"]](case, citizens)
