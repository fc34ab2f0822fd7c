"""The installed program proves itself: traces, engines, laws, exact answers, intervals.

All estimates together are wrong about a right program in at most 1 of 100 runs: each may lie as
many standard errors from its exact value as a normal number exceeds once in `FAMILY` / number of
estimates (Bonferroni). Rows are compared by equality, which is never wrong by chance.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

import numpy as np

from sim.engine import Engine, check_engine, engine_name, simulate
from sim.errors import MallError
from sim.verification.agreement import agreement
from sim.verification.coverage import coverage
from sim.verification.exact.distance import Check, compare
from sim.verification.exact.families import QUICK, express
from sim.verification.laws import LAWS
from sim.verification.malls import workload_of
from sim.verification.proof import PARTS, Part, Proof
from sim.verification.traces import TRACES, as_records, citizens, published, recorded

Level = Literal["quick", "full"]
Progress = Callable[[int, int], None]
FAMILY = 0.01
"""The chance that a right program is called wrong."""
REPLICATIONS = 20
MORE = {"first n customers": 80, "transient": 60, "appointments": 60, "arrival generator": 60}
"""Replications of families of cases in which one replication says little."""
CITIZENS = {"quick": 500, "full": 10_000}
EXPERIMENTS = {"quick": 100, "full": 1_000}
PRECISION = {"quick": 0.3, "full": 0.05}
"""Half of a case's 95 % intervals are at most so wide, as a share of the exact value."""
MOST = 20_000
"""The most replications of a case in a full run."""


@dataclass(frozen=True)
class Verification:
    """All that was tried, and the limit that the estimates share.

    engine, level, seed : as asked for; proofs : one a trace, engine, law, case or interval
    limit : how many standard errors an estimate may lie from its exact value
    weak : the cases whose intervals are too wide to say much
    """

    engine: str
    level: Level
    seed: int
    proofs: tuple[Proof, ...]
    limit: float
    weak: tuple[str, ...]

    @property
    def wrong(self) -> tuple[Proof, ...]:
        """What did not come out as it must."""
        return tuple(proof for proof in self.proofs if not proof.holds(self.limit))

    @property
    def holds(self) -> bool:
        """Whether everything came out as it must, with the power that was asked for."""
        return not self.wrong and not self.weak

    def of(self, part: Part) -> tuple[Proof, ...]:
        """Return the proofs of one part."""
        return tuple(proof for proof in self.proofs if proof.part == part)


def verify(
    engine: Engine = "compiled",
    level: Level = "quick",
    *,
    seed: int = 1,
    parts: Sequence[Part] = PARTS,
    progress: Progress | None = None,
) -> Verification:
    """Hold an engine against published days, the other engine, laws and exact answers.

    engine : "compiled" (its rows are held against those of "simpy": this tries both), "simpy", or
        a function (scenario, workload) -> Log of your own
    level : "quick" takes under a minute, once the compiled engine is compiled; "full" adds citizens
        and replications until every case is within 5 %, which takes many minutes
    seed : of everything that is drawn
    parts : which of traces, engines, laws, exact and intervals
    progress : called with how many proofs are done, of how many steps

    Raises EngineError for an engine that does not exist, MallError for a level or part that does
    not.
    """
    check_engine(engine)
    _check(level, parts)
    steps = [step for part in parts for step in _steps(part, engine, level, seed)]
    proofs: list[Proof] = []
    for done, step in enumerate(steps):
        if progress:
            progress(done, len(steps))
        proofs += step()
    estimates = sum(proof.right is None for proof in proofs)
    return Verification(
        engine=engine_name(engine), level=level, seed=seed, proofs=tuple(proofs),
        limit=limit_of(estimates), weak=_weak(proofs, PRECISION[level]),
    )  # fmt: skip


def limit_of(estimates: int) -> float:
    """Return how many standard errors each of so many estimates may be off (Bonferroni)."""
    from scipy.special import ndtri

    return float(ndtri(1 - FAMILY / (2 * max(estimates, 1))))


def _check(level: str, parts: Sequence[str]) -> None:
    if level not in CITIZENS:
        raise MallError.of("error.no_level", level=level, known=", ".join(CITIZENS))
    for part in parts:
        if part not in PARTS:
            raise MallError.of("error.no_part", part=part, known=", ".join(PARTS))


def _steps(
    part: Part, engine: Engine, level: Level, seed: int
) -> Iterator[Callable[[], list[Proof]]]:
    """Yield the pieces of work of a part."""
    if part == "traces":
        yield from (lambda name=name: [_trace(name, engine)] for name in TRACES)
    elif part == "engines":
        yield lambda: list(agreement(engine))
    elif part == "laws":
        yield lambda: [_law(law, engine) for law in LAWS]
    elif part == "intervals":
        yield lambda: list(coverage(EXPERIMENTS[level], seed))
    else:
        yield from (lambda name=name: _exact(name, engine, level, seed) for name in QUICK)


def _trace(name: str, engine: Engine) -> Proof:
    """Return whether a published day comes out row by row."""
    case = TRACES[name]

    def wrong() -> str:
        scenario = published(case)
        found = as_records(simulate(scenario, workload_of(scenario, citizens(case)), engine))
        wanted = recorded(case)
        unlike = [key for key in wanted.keys() | found.keys() if found.get(key) != wanted.get(key)]
        who = min(unlike, default=None)
        return "" if who is None else f"{who}: {found.get(who)} where {wanted.get(who)} is right"

    return _of_rows("traces", name, case["title"], wrong, case["method"], case.get("textbook", ""))


def _law(law: Callable[[Engine], str], engine: Engine) -> Proof:
    name = law.__name__.replace("_", " ")
    said = " ".join((law.__doc__ or "").split())
    return _of_rows("laws", name, "", lambda: law(engine), said, "docs/rules.md")


def _of_rows(
    part: Part, name: str, what: str, wrong: Callable[[], str], formula: str, source: str
) -> Proof:
    try:
        detail = wrong()
    except Exception as error:  # whatever a stranger's engine raises is the finding
        detail = f"{type(error).__name__}: {error}"
    return Proof(part, name, what, right=not detail, detail=detail, formula=formula, source=source)


def _exact(name: str, engine: Engine, level: Level, seed: int) -> list[Proof]:
    """Return the estimates of a case beside its exact answers."""
    of = express(name, CITIZENS[level])
    number = MORE.get(of.case["family"], REPLICATIONS)
    formula, source = of.case["method"], of.case.get("textbook", "")
    try:
        runs = [of.run(seed, k, engine) for k in range(number)]
        checks = compare(of.case, runs)
        while level == "full" and len(runs) < (wanted := _wanted(checks, len(runs))):
            runs += [of.run(seed, k, engine) for k in range(len(runs), wanted)]
            checks = compare(of.case, runs)
    except Exception as error:  # whatever a stranger's engine raises is the finding
        detail = f"{type(error).__name__}: {error}"
        return [
            Proof("exact", name, "", right=False, detail=detail, formula=formula, source=source)
        ]
    return [
        Proof("exact", name, c.measure, c.exact, c.value, c.error, c.z, c.half_width,
              formula=formula, source=source)
        for c in checks
    ]  # fmt: skip


def _wanted(checks: Sequence[Check], replications: int) -> int:
    """Return how many replications half of the intervals need; blind to where they lie."""
    middle = median(check.half_width for check in checks)
    if middle <= PRECISION["full"]:
        return replications
    factor = min(4.0, 1.1 * (middle / PRECISION["full"]) ** 2)  # the first few tell it badly
    return min(MOST, int(replications * factor) + 1)


def _weak(proofs: Sequence[Proof], precision: float) -> tuple[str, ...]:
    """Return the cases half of whose intervals are wider than they should be."""
    widths: dict[str, list[float]] = {}
    for proof in proofs:
        if proof.part == "exact" and np.isfinite(proof.half_width):
            widths.setdefault(proof.name, []).append(proof.half_width)
    return tuple(name for name, of in widths.items() if median(of) > precision)
