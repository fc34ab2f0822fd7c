"""Laws as kernels draw them: the quantiles of the laws themselves, within a stated bound."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numba
import numpy as np
import pytest
from scipy import special

from sim.jit import OPTIONS
from sim.sampling.laws import Laws
from sim.sampling.quantile import normal, quantile
from sim.scenario.distributions import Distribution, Patience, read_distribution, read_patience
from sim.scenario.laws import FIRST
from sim.scenario.quantities import MINUTE

ROOT = Path(__file__).parent.parent
BOUND = 1e-9
"""How far a draw may lie beside the law: so great a share of it, or a thousandth of a µs."""


def uniforms() -> np.ndarray:
    """Return uniforms of every size of either tail: odd multiples of 2**-53, all that occur."""
    rng = np.random.default_rng(4)
    body = rng.integers(0, 1 << 52, 20_000)
    tails = np.floor(2.0 ** rng.uniform(0, 51, 20_000)).astype(np.int64)
    farthest = np.arange(300)
    of = np.concatenate((body, tails, (1 << 52) - 1 - tails, farthest, (1 << 52) - 1 - farthest))
    return (of + 0.5) * 2.0**-52


U = np.sort(uniforms())


@numba.njit(**OPTIONS)
def _every(laws: np.ndarray, at: int, u: np.ndarray, out: np.ndarray) -> None:
    for k in range(len(u)):
        out[k] = quantile(laws, at, u[k])


@numba.njit(**OPTIONS)
def _normal(u: np.ndarray, out: np.ndarray) -> None:
    for k in range(len(u)):
        out[k] = normal(u[k], 1 - u[k])


def drawn(law: Distribution | Patience) -> np.ndarray:
    """Return what kernels draw at `U`."""
    laws = Laws()
    laws.put(read_distribution({"always": "1 h"}))  # so that it does not stand at the beginning
    at, out = laws.put(law), np.empty(len(U))
    _every(laws.numbers(), at, U, out)
    return out


LAWS: list[dict[str, Any]] = [
    {"always": "3 min"},
    {"dist": "uniform", "low": "1 min", "high": "9 min"},
    {"dist": "triangular", "low": "1 min", "mode": "2 min", "high": "9 min"},
    {"dist": "exponential", "mean": "10 min"},
    {"mean": "10 min", "sd": "8 min"},
    {"dist": "weibull", "shape": "1.5", "mean": "10 min"},
    {"dist": "normal", "mean": "-5 min", "sd": "8 min"},
    {"dist": "normal", "mean": "10 min", "sd": "8 min", "low": "0 s", "high": "11 min"},
    {"dist": "normal", "mean": "10 min", "sd": "8 min", "low": "40 min"},
    {"dist": "discrete", "values": {"4 min": "70 %", "12 min": "30 %"}},
    {"dist": "empirical", "values": ["4 min", "5 min", "9 min"]},
    {"dist": "gamma", "mean": "12 min", "shape": "2"},
    {"dist": "gamma", "mean": "12 min", "shape": "0.1"},
    {"dist": "gamma", "mean": "12 min", "cv": "50"},
    {"dist": "gamma", "mean": "12 min", "shape": "100000000"},
    {"dist": "erlang", "mean": "12 min", "stages": "1000"},
    {"dist": "beta", "low": "0 s", "high": "10 min", "a": "0.5", "b": "0.5"},
    {"dist": "beta", "low": "5 min", "high": "10 min", "a": "0.001", "b": "0.001"},
    {"dist": "beta", "low": "5 min", "high": "10 min", "mean": "6 min", "sd": "30 s"},
    {"dist": "scipy", "family": "johnsonsu", "args": {"a": "-3", "b": "2"}, "scale": "5 min"},
    {"dist": "scipy", "family": "triang", "args": {"c": "0.3"}, "scale": "5 min"},
    {"dist": "mixture", "of": [
        {"share": "70 %", "mean": "10 min", "sd": "8 min"},
        {"share": "30 %", "dist": "mixture", "of": [
            {"share": "50 %", "always": "1 h"},
            {"share": "50 %", "dist": "gamma", "shape": "2", "mean": "12 min"}]}]},
]  # fmt: skip


@pytest.mark.parametrize("spec", LAWS, ids=str)
def test_a_kernel_draws_the_quantile_of_the_law(spec: dict[str, Any]) -> None:
    law = read_distribution(spec, signed=True)
    exact, found = law.quantile(U), drawn(law)
    assert (np.abs(found - exact) <= BOUND * np.abs(exact) + 1e-3).all()
    hour = np.abs(exact) < 60 * MINUTE
    assert (np.abs(np.rint(found) - np.rint(exact))[hour] <= 1).all()


@pytest.mark.parametrize("spec", LAWS[:-1], ids=str)
def test_what_is_drawn_rises_with_its_uniform(spec: dict[str, Any]) -> None:
    law = read_distribution(spec, signed=True)
    found = drawn(law)
    falls = np.minimum(np.diff(law.quantile(U)), 0)  # scipy's gamma of 10**8 stages does
    assert (np.diff(found) >= falls - BOUND * np.abs(found[1:]) - 1e-3).all()


@pytest.mark.parametrize("share", ["0", "5 %", "1"])
def test_a_share_has_patience_and_the_others_never_leave(share: str) -> None:
    patience = read_patience({"share": share, "dist": "exponential", "mean": "1 h"})
    exact, found = patience.quantile(U), drawn(patience)
    assert (np.isinf(found) == np.isinf(exact)).all()
    here = np.isfinite(exact)
    assert here.any() == (share != "0")
    assert found[here] == pytest.approx(exact[here], rel=1e-12)


def test_the_inverse_of_the_normal_law_has_fifteen_digits() -> None:
    """Beside scipy's, and beside Python's own where that reads the same numbers."""
    found = np.empty(len(U))
    _normal(U, found)
    assert found == pytest.approx(special.ndtri(U), rel=4e-15, abs=1e-16)
    python = [NormalDist().inv_cdf(u) for u in U[::97]]
    assert found[::97] == pytest.approx(python, rel=4e-15, abs=1e-16)
    assert found[0] == -found[-1] == pytest.approx(special.ndtri(FIRST))


SMALL = """
import hashlib, sys
import numpy as np
from dataclasses import fields
from sim import load, sample
digest = hashlib.sha256()
for path in sys.argv[1:]:
    workload = sample(load(path), 3, 1)
    for field in fields(workload):
        column = getattr(workload, field.name)
        if isinstance(column, np.ndarray):
            digest.update(column.tobytes())
print(digest.hexdigest())
"""


def test_kernels_draw_the_same_as_the_python_that_they_are_written_in() -> None:
    names = ("documents", "park", "incomplete", "missed-call", "balking", "booking")
    paths = [f"scenarios/features/{name}.yaml" for name in names]
    answers = {
        subprocess.run(
            [sys.executable, "-W", "error::RuntimeWarning", "-c", SMALL, *paths], cwd=ROOT,
            capture_output=True, text=True, check=True,
            env={**os.environ, "NUMBA_DISABLE_JIT": disabled},
        ).stdout
        for disabled in ("0", "1")
    }  # fmt: skip
    assert len(answers) == 1
