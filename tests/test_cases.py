"""Exact answers of queueing theory, met by simulation.

Cases are chosen by family (`sim/verification/exact`); what cannot be expressed yet is listed there
and the list is held to be exactly the rest. The quick set is what `mppsim verify --quick` tries
(`test_verify.py`): a wrong rule shows, a small bias need not. The long set (`make test-long`) has
every measure of every case within 2 %.
"""

from __future__ import annotations

import pytest

from sim.verification.exact.cases import CASES, LENGTHY, NOT_ESTIMATED, NOT_YET, expected
from sim.verification.exact.distance import Check, compare
from sim.verification.exact.families import EXPRESSIBLE, SIMULATED, express

LIMIT = 4.0
"""Standard errors. Of 500 checks, one beyond 4 is expected in 30 such suites."""
REPLICATIONS = 20
LONG_PRECISION = 0.02
MOST = 400_000
"""The most replications of a long case."""


def wrong(checks: list[Check]) -> list[str]:
    """Return the checks that are too far from their exact values."""
    return [str(check) for check in checks if not abs(check.z) <= LIMIT]


@pytest.mark.long
@pytest.mark.parametrize("name", EXPRESSIBLE)
def test_a_case_is_met_at_two_percent_precision(name: str) -> None:
    """Replications are added until each interval is narrow, blind to where it lies.

    The compiled engine plays them: its rows are those of the other, which `test_compiled.py` holds,
    and it is in time.
    """
    of = express(name, citizens=400_000 if name in LENGTHY else 20_000)
    runs = [of.run(seed=2, replication=k, engine="compiled") for k in range(REPLICATIONS)]
    while (wanted := _wanted(checks := compare(of.case, runs), len(runs))) > len(runs):
        assert wanted <= MOST, [str(c) for c in checks]
        more = range(len(runs), wanted)
        runs += [of.run(seed=2, replication=k, engine="compiled") for k in more]
    assert not wrong(checks)


def _wanted(checks: list[Check], replications: int) -> int:
    """Return how many replications the widest interval needs; values below 0.001 are let off."""
    widest = max(c.half_width for c in checks if abs(c.exact) >= 1e-3)
    if widest <= LONG_PRECISION:
        return replications
    # At most four times as many at once: the first few tell the error badly.
    factor = min(4.0, 1.1 * (widest / LONG_PRECISION) ** 2)
    return int(replications * factor) + 1


def test_every_case_is_expressible_or_listed_with_its_reason() -> None:
    assert set(EXPRESSIBLE) | set(NOT_YET) == set(SIMULATED)
    assert not set(EXPRESSIBLE) & set(NOT_YET)
    assert all(NOT_YET.values())


def test_the_list_of_what_is_not_expressible_only_shrinks() -> None:
    """Raise neither number; lower the second with each case that becomes expressible."""
    assert len(SIMULATED) == 60
    assert len(NOT_YET) <= 7


@pytest.mark.parametrize("name", EXPRESSIBLE)
def test_every_measure_of_a_case_is_estimated(name: str) -> None:
    """A measure that no estimate answers would pass unseen."""
    of = express(name, citizens=50)
    assert expected(of.case).keys() <= of.run(seed=1, replication=0).keys()
    left_out = NOT_ESTIMATED.get(name, set())
    assert left_out <= {e["measure"] for e in CASES[name]["expected"]}


def test_a_wrong_answer_is_noticed() -> None:
    """The check of M/M/1 at load 0.5 fails where the counter is 20 % slower than it says."""
    of = express("SS-MM1-050", citizens=500)
    slower = of.scenario.agencies["a"].services["s"].model_dump(exclude_defaults=True) | {
        "time": {"dist": "exponential", "mean": "6 min"}
    }
    agency = of.scenario.agencies["a"].model_copy(
        update={"services": {"s": type(of.scenario.agencies["a"].services["s"])(**slower)}}
    )
    scenario = of.scenario.model_copy(update={"agencies": {"a": agency}})
    off = type(of)(of.case, scenario, of.estimate, of.draw)
    checks = compare(of.case, [off.run(seed=1, replication=k) for k in range(REPLICATIONS)])
    assert any("mean_wait" in line for line in wrong(checks))
