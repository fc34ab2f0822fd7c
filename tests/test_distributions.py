"""Laws of durations: their inverses, their moments, the way they are written, their faults."""

from __future__ import annotations

import math
import pickle
import subprocess
import sys
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError
from scipy import special, stats

from sim.scenario import quantities as q
from sim.scenario.distributions import (
    FAMILIES,
    NAMES,
    Distribution,
    Patience,
    read_distribution,
    read_patience,
)
from sim.scenario.faults import Fault, Finding, Place
from sim.scenario.laws import FIRST, LAST, Normal
from sim.scenario.scipy_law import ScipyLaw
from sim.words import catalogue

MIN = q.MINUTE
LN = {"mean": "9 min", "sd": "5 min"}
SIGMA = math.sqrt(math.log1p((5 / 9) ** 2))
U = np.concatenate(
    [[FIRST, 1e-12, 1e-6], np.linspace(0.001, 0.999, 999), [1 - 1e-6, 1 - 1e-12, LAST]]
)

CONTINUOUS: list[tuple[dict[str, Any], Any]] = [
    (LN, stats.lognorm(SIGMA, scale=9 * MIN * math.exp(-(SIGMA**2) / 2))),
    (
        {"median": "6 min", "p90": "20 min"},
        stats.lognorm(math.log(20 / 6) / stats.norm.ppf(0.9), scale=6 * MIN),
    ),
    ({"dist": "lognormal", "median": "6 min", "sigma": "0.7"}, stats.lognorm(0.7, scale=6 * MIN)),
    ({"dist": "uniform", "low": "20 s", "high": "90 s"}, stats.uniform(MIN / 3, MIN * 7 / 6)),
    (
        {"dist": "triangular", "low": "2 min", "mode": "3 min", "high": "10 min"},
        stats.triang(1 / 8, 2 * MIN, 8 * MIN),
    ),
    (
        {"dist": "triangular", "low": "2 min", "mode": "2 min", "high": "10 min"},
        stats.triang(0, 2 * MIN, 8 * MIN),
    ),
    (
        {"dist": "triangular", "low": "2 min", "mode": "10 min", "high": "10 min"},
        stats.triang(1, 2 * MIN, 8 * MIN),
    ),
    ({"dist": "exponential", "mean": "9 min"}, stats.expon(scale=9 * MIN)),
    ({"dist": "gamma", "mean": "9 min", "sd": "6 min"}, stats.gamma(2.25, scale=4 * MIN)),
    ({"dist": "gamma", "mean": "9 min", "cv": "2"}, stats.gamma(0.25, scale=36 * MIN)),
    ({"dist": "gamma", "mean": "9 min", "shape": "3"}, stats.gamma(3, scale=3 * MIN)),
    ({"dist": "erlang", "mean": "9 min", "stages": "2"}, stats.erlang(2, scale=4.5 * MIN)),
    (
        {"dist": "weibull", "shape": "1.5", "scale": "110 min"},
        stats.weibull_min(1.5, scale=110 * MIN),
    ),
    (
        {"dist": "weibull", "shape": "0.8", "mean": "11 min"},
        stats.weibull_min(0.8, scale=11 * MIN / math.gamma(2.25)),
    ),
    (
        {"dist": "beta", "low": "2 min", "high": "12 min", "a": "2", "b": "5"},
        stats.beta(2, 5, 2 * MIN, 10 * MIN),
    ),
    (
        {"dist": "beta", "low": "0 min", "high": "10 min", "mean": "5 min", "sd": "2 min"},
        stats.beta(2.625, 2.625, 0, 10 * MIN),
    ),
    (
        {"dist": "normal", "mean": "9 min", "sd": "4 min", "low": "0 min"},
        stats.truncnorm(-2.25, np.inf, 9 * MIN, 4 * MIN),
    ),
    (
        {"dist": "normal", "mean": "9 min", "sd": "1 min", "low": "12 min", "high": "14 min"},
        stats.truncnorm(3, 5, 9 * MIN, MIN),
    ),
    (
        {"dist": "normal", "mean": "9 min", "sd": "1 min", "low": "0 min", "high": "7 min"},
        stats.truncnorm(-9, -2, 9 * MIN, MIN),
    ),
    (
        {
            "dist": "scipy",
            "family": "invgauss",
            "args": {"mu": "0.5"},
            "scale": "5 min",
            "loc": "1 min",
        },
        stats.invgauss(0.5, MIN, 5 * MIN),
    ),
    ({"dist": "scipy", "family": "rayleigh", "scale": "5 min"}, stats.rayleigh(0, 5 * MIN)),
]
STEPPED: list[dict[str, Any]] = [
    {"always": "9 min"},
    {"dist": "discrete", "values": {"12 min": "30 %", "4 min": "70 %"}},
    {"dist": "empirical", "values": ["4 min", "3 min", "8 min", "4 min"]},
    {"dist": "mixture", "of": [{"share": "70 %", **LN}, {"share": "30 %", "always": "20 min"}]},
]
ALL = [spec for spec, _ in CONTINUOUS] + STEPPED


def refusals(raw: object, read: Any = read_distribution, **how: Any) -> tuple[Finding, ...]:
    """Return what is found wrong; fail where nothing is."""
    with pytest.raises(PydanticCustomError) as caught:
        read(raw, **how)
    assert caught.value.context is not None
    found: tuple[Finding, ...] = caught.value.context["found"]
    return found


def moments(law: Distribution | Patience) -> tuple[float, float]:
    """Integrate the quantile function over u = Phi(z), where its tails are smooth."""
    z, dz = np.linspace(-8.2, 8.2, 50_001, retstep=True)
    weights = stats.norm.pdf(z) * dz
    draws = law.quantile(special.ndtr(z))
    mean = float(np.sum(weights * draws))
    return mean, math.sqrt(np.sum(weights * (draws - mean) ** 2))


# ------------------------------------------------------------------ the laws


@pytest.mark.parametrize(("spec", "truth"), CONTINUOUS)
def test_quantile_inverts_the_distribution_function(spec: dict[str, Any], truth: Any) -> None:
    draws = read_distribution(spec).quantile(U)
    assert truth.cdf(draws[3:-3]) == pytest.approx(U[3:-3], rel=1e-9)
    assert truth.sf(draws[-2]) == pytest.approx(1e-12, rel=1e-3)
    assert truth.cdf(draws[1:3]) == pytest.approx(U[1:3], rel=1e-3)


@pytest.mark.parametrize(("spec", "truth"), CONTINUOUS)
def test_mean_sd_and_support_are_those_of_the_law(spec: dict[str, Any], truth: Any) -> None:
    law = read_distribution(spec)
    assert (law.mean, law.sd) == pytest.approx((truth.mean(), truth.std()), rel=1e-6)
    assert law.lowest == pytest.approx(truth.support()[0])


@pytest.mark.parametrize("spec", ALL[:-1])
def test_mean_and_sd_are_the_integrals_of_the_quantile_function(spec: dict[str, Any]) -> None:
    law = read_distribution(spec)
    assert (law.mean, law.sd) == pytest.approx(moments(law), rel=3e-4, abs=1e-3)


@pytest.mark.parametrize("spec", ALL[:-1])
def test_quantile_rises_with_the_uniform(spec: dict[str, Any]) -> None:
    assert (np.diff(read_distribution(spec).quantile(U)) >= 0).all()


@pytest.mark.parametrize("spec", ALL)
def test_every_draw_is_a_duration_that_a_scenario_may_hold(spec: dict[str, Any]) -> None:
    law = read_distribution(spec)
    draws = law.quantile(U)
    assert np.isfinite(draws).all()
    assert law.lowest <= draws.min()
    assert draws.max() <= q.LONGEST


@pytest.mark.parametrize("spec", ALL)
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3)])
def test_draws_have_the_shape_of_the_uniforms(spec: dict[str, Any], shape: tuple[int, ...]) -> None:
    draws = read_distribution(spec).quantile(np.full(shape, 0.3))
    assert (draws.shape, draws.dtype) == (shape, np.float64)


def test_all_names_are_tried_here() -> None:
    assert {spec["dist"] for spec in ALL if "dist" in spec} == set(NAMES)


@pytest.mark.parametrize("dist", ["lognormal", "gamma"])
def test_mean_and_sd_are_met_as_given(dist: str) -> None:
    for spread in ({"sd": "5 min"}, {"cv": "0.5555555555555556"}):
        law = read_distribution({"dist": dist, "mean": "9 min", **spread})
        assert (law.mean, law.sd) == pytest.approx((9 * MIN, 5 * MIN), rel=1e-12)


def test_median_and_p90_are_met_as_given() -> None:
    law = read_distribution({"median": "6 min", "p90": "20 min"})
    assert law.quantile(np.array([0.5, 0.9])) == pytest.approx([6 * MIN, 20 * MIN], rel=1e-12)


def test_mean_and_sd_of_a_beta_law_are_met_as_given() -> None:
    spec = {"dist": "beta", "low": "2 min", "high": "30 min", "mean": "9 min", "sd": "4 min"}
    law = read_distribution(spec)
    assert (law.mean, law.sd) == pytest.approx((9 * MIN, 4 * MIN), rel=1e-12)


def test_a_mean_given_for_a_normal_law_is_that_before_the_cut() -> None:
    spec = {"dist": "normal", "mean": "5 min", "sd": "5 min", "low": "0 min"}
    assert read_distribution(spec).mean > 6 * MIN  # 5 + 5 phi(1)/Phi(1) = 6.44


def test_a_narrow_window_of_a_normal_law_keeps_its_moments() -> None:
    spec = {"dist": "normal", "mean": "9 min", "sd": "5 min", "low": "12 min", "high": "720.3 s"}
    law = read_distribution(spec)  # as good as uniform
    assert law.sd == pytest.approx(0.3 * q.SECOND / math.sqrt(12), rel=1e-6)


def test_a_normal_law_cut_far_out_keeps_all_digits_of_its_tail() -> None:
    spec = {"dist": "normal", "mean": "9 min", "sd": "1 min", "low": "822 s"}
    law = read_distribution(spec)
    assert isinstance(law, Normal)
    assert law.kept == pytest.approx(stats.norm.sf(4.7), rel=1e-13, abs=0)
    truth = stats.truncnorm(4.7, np.inf, 9 * MIN, MIN)
    assert truth.sf(law.quantile(np.array([1 - 1e-12]))) == pytest.approx([1e-12], rel=1e-3)


def test_erlang_is_gamma_with_a_whole_shape() -> None:
    gamma = read_distribution({"dist": "gamma", "mean": "9 min", "shape": "2"})
    assert read_distribution({"dist": "erlang", "mean": "9 min", "stages": "2"}) == gamma


@pytest.mark.parametrize("dist", ["gamma", "lognormal"])
@pytest.mark.parametrize("cv", ["0.0001", "0.01", "2", "4"])
def test_the_bounds_of_cv_can_be_drawn_from(dist: str, cv: str) -> None:
    law = read_distribution({"dist": dist, "mean": "2 min", "cv": cv})
    assert moments(law) == pytest.approx((2 * MIN, float(cv) * 2 * MIN), rel=0.02)


def test_empirical_draws_are_the_order_statistics() -> None:
    values = [4, 3, 8, 4, 11, 2, 2.5]
    law = read_distribution({"dist": "empirical", "values": [f"{v} min" for v in values]})
    u = np.random.default_rng(1).uniform(size=1000)
    expected = np.quantile(np.array(values) * MIN, u, method="inverted_cdf")
    assert (law.quantile(u) == expected).all()
    assert law.mean == pytest.approx(np.mean(values) * MIN)
    assert law.sd == pytest.approx(np.std(values) * MIN)


def test_discrete_values_come_with_their_shares_and_sorted() -> None:
    law = read_distribution({"dist": "discrete", "values": {"12 min": "30 %", "4 min": "70 %"}})
    draws = law.quantile(np.array([FIRST, 0.69, 0.71, LAST]))
    assert draws.tolist() == [4 * MIN, 4 * MIN, 12 * MIN, 12 * MIN]


def test_a_value_with_no_share_is_never_drawn() -> None:
    values = {"0 min": "0 %", "4 min": "1", "99 min": "0"}
    law = read_distribution({"dist": "discrete", "values": values})
    assert set(law.quantile(U)) == {4.0 * MIN}
    assert law.lowest == 4 * MIN
    assert law.spec()["values"].keys() == {"0 s", "4 min", "99 min"}


def test_a_mixture_draws_from_its_parts_by_their_shares() -> None:
    parts = [({"dist": "exponential", "mean": "3 min"}, "25 %"), (LN, "75 %")]
    law = read_distribution({"dist": "mixture", "of": [{"share": s, **p} for p, s in parts]})
    n = 100_000
    draws = law.quantile((np.arange(n) + 0.5) / n)
    assert (law.mean, law.sd) == pytest.approx((draws.mean(), draws.std()), rel=1e-3)
    for t in (1, 5, 9, 20):
        first = stats.expon(scale=3).cdf(t)
        second = CONTINUOUS[0][1].cdf(t * MIN)
        assert np.mean(draws <= t * MIN) == pytest.approx(0.25 * first + 0.75 * second, abs=2 / n)


def test_a_mixture_has_no_hole_where_two_parts_meet() -> None:
    parts = [{"share": "0.5", "dist": "exponential", "mean": "3 min"}] * 2
    draws = read_distribution({"dist": "mixture", "of": parts}).quantile(
        np.array([0.5 - 2**-53, 0.5, np.nextafter(0.5, 1)])
    )
    assert np.isfinite(draws).all()
    assert draws[1] > 60 * MIN > draws[2]


def test_a_part_with_no_share_is_never_drawn() -> None:
    parts = [{"share": "0 %", "always": "0 min"}, {"share": "100 %", "always": "9 min"}]
    drawn = read_distribution({"dist": "mixture", "of": parts})
    assert set(drawn.quantile(U)) == {9.0 * MIN}
    assert drawn.lowest == 9 * MIN


def test_parts_of_a_mixture_may_be_mixtures() -> None:
    parts = [{"share": "1 of 3", **LN}, {"share": "2 of 3", "always": "9 min"}]
    inner = {"dist": "mixture", "of": parts}
    spec = {
        "dist": "mixture",
        "of": [{"share": "0.1", "always": "9 min"}, {"share": "0.9", **inner}],
    }
    assert read_distribution(spec).mean == pytest.approx(9 * MIN)


def test_an_infinite_sd_is_said_to_be_infinite() -> None:
    # infinite variance needs a tail that no duration may have: made by hand, refused from text
    law = ScipyLaw(written={}, family="pareto", args=(("b", 1.5),), loc=0, scale=MIN)
    assert (law.mean, law.sd) == pytest.approx((3 * MIN, math.inf))
    pareto = {"dist": "scipy", "family": "pareto", "args": {"b": "1.5"}, "scale": "1 min"}
    assert [f.code for f in refusals(pareto)] == ["dist_too_long"]


def test_signed_laws_may_be_negative() -> None:
    law = read_distribution({"dist": "normal", "mean": "-5 min", "sd": "8 min"}, signed=True)
    assert (law.mean, law.sd, law.lowest) == (-5 * MIN, 8 * MIN, -math.inf)
    assert law.quantile(np.array([0.5])) == pytest.approx([-5 * MIN])
    assert read_distribution(law.spec(), signed=True) == law
    assert [f.code for f in refusals(law)] == ["dist_negative"]


def test_importing_the_readers_does_not_import_scipy() -> None:
    code = "import sys, sim.scenario.distributions; sys.exit('scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# ------------------------------------------------------------------ patience


def test_patience_of_a_share_is_infinite_for_the_rest() -> None:
    spec = {"share": "5 %", "dist": "weibull", "shape": "1.5", "mean": "110 min"}
    patience = read_patience(spec)
    u = np.array([FIRST, 0.025, np.nextafter(0.05, 0), 0.05, 0.5, LAST])
    times = patience.quantile(u)
    assert np.isfinite(times[:3]).all()
    assert np.isinf(times[3:]).all()
    assert times[1] == patience.law.quantile(np.array([0.5]))[0]
    assert patience.spec() == spec | {"share": "5 %"}
    assert read_patience(patience.spec()) == patience


def test_patience_without_a_share_is_everybodys() -> None:
    patience = read_patience(LN)
    assert (patience.quantile(U) == patience.law.quantile(U)).all()
    assert "share" not in patience.spec()
    assert read_patience(patience) is patience
    assert read_patience(patience.law) == patience


def test_patience_of_nobody_never_ends() -> None:
    assert np.isinf(read_patience({"share": "0", **LN}).quantile(U)).all()


def test_patience_reports_its_share_and_its_law_in_one_go() -> None:
    found = refusals({"share": "120 %", "mean": "9 min", "ds": "5 min"}, read_patience)
    assert [(f.code, f.path) for f in found] == [("share_range", ("share",)), ("dist_key", ("ds",))]


def test_a_law_has_no_share_of_its_own() -> None:
    assert [f.code for f in refusals({"share": "5 %", **LN})] == ["dist_key"]


# ------------------------------------------------------------------ the way they are written


def times(low: float = 1e-6, high: float = 600) -> st.SearchStrategy[str]:
    whole = st.integers(max(1, int(low * MIN)), int(high * MIN)).map(q.duration)
    return whole | st.integers(max(1, math.ceil(low)), int(high)).map(lambda n: f"{n} min")


def numbers(low: float, high: float) -> st.SearchStrategy[str]:
    return st.floats(low, high).map(repr)


def rising(*keys: str) -> st.SearchStrategy[dict[str, str]]:
    sets = st.lists(st.integers(0, 600 * MIN), min_size=len(keys), max_size=len(keys), unique=True)
    return sets.map(lambda v: dict(zip(keys, map(q.duration, sorted(v)), strict=True)))


def law(dist: str | None, **parts: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(({"dist": st.just(dist)} if dist else {}) | parts)


def merged(
    dist: str, *dicts: st.SearchStrategy[dict[str, Any]]
) -> st.SearchStrategy[dict[str, Any]]:
    return st.tuples(*dicts).map(
        lambda ds: {"dist": dist} | {k: v for d in ds for k, v in d.items()}
    )


def shares(n: int) -> st.SearchStrategy[list[str]]:
    def cut(weights: list[int]) -> list[str]:
        return [f"{w} of {sum(weights)}" for w in weights]

    return st.lists(st.integers(1, 50), min_size=n, max_size=n).map(cut)


LONG = times(1, 120)  # above ten years no draw may lie, not even the rarest
SPREAD_OF_A_MEDIAN = st.builds(
    lambda n, ratio: {"median": f"{n} min", "p90": q.duration(int(n * MIN * ratio))},
    st.integers(1, 120),
    st.floats(1.1, 4),
)
SIMPLE = st.one_of(
    law(None, always=times()),
    law(None, mean=LONG, cv=numbers(0.01, 1.5)),
    law("gamma", mean=LONG, shape=numbers(0.1, 100)),
    law("gamma", mean=st.just("9 min"), sd=times(0.1, 20)),
    law("lognormal", median=LONG, sigma=numbers(0.01, 1)),
    SPREAD_OF_A_MEDIAN,
    law("exponential", mean=times()),
    law("erlang", mean=LONG, stages=st.integers(1, 50).map(str)),
    law("weibull", shape=numbers(0.5, 10), mean=LONG),
    law("weibull", shape=numbers(0.5, 10), scale=LONG),
    merged("uniform", rising("low", "high")),
    merged("triangular", rising("low", "mode", "high")),
    merged("beta", rising("low", "high"), law(None, a=numbers(0.1, 50), b=numbers(0.1, 50))),
    merged("normal", law(None, mean=LONG, sd=times(100, 600), low=st.just("0 min"))),
    law("scipy", family=st.just("gompertz"), args=law(None, c=numbers(0.1, 5)), scale=LONG),
    st.lists(times(), min_size=2, max_size=9).map(lambda v: {"dist": "empirical", "values": v}),
    st.lists(times(), min_size=1, max_size=9, unique_by=q.read_duration).flatmap(
        lambda v: shares(len(v)).map(
            lambda s: {"dist": "discrete", "values": dict(zip(v, s, strict=True))}
        )
    ),
)


def _mix(parts: list[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return shares(len(parts)).map(
        lambda s: {
            "dist": "mixture",
            "of": [{"share": share, **part} for share, part in zip(s, parts, strict=True)],
        }
    )


WRITTEN = SIMPLE | st.lists(SIMPLE, min_size=2, max_size=4).flatmap(_mix)


def _texts_only(raw: Any) -> bool:
    if isinstance(raw, dict):
        return all(isinstance(k, str) and _texts_only(v) for k, v in raw.items())
    return all(map(_texts_only, raw)) if isinstance(raw, list) else isinstance(raw, str)


@settings(max_examples=200, deadline=None)
@given(WRITTEN)
def test_what_a_law_writes_reads_back_to_an_equal_law(spec: dict[str, Any]) -> None:
    before = read_distribution(spec)
    written = before.spec()
    after = read_distribution(written)
    assert _texts_only(written)
    assert (after, hash(after), after.spec()) == (before, hash(before), written)
    assert (after.quantile(U) == before.quantile(U)).all()
    assert pickle.loads(pickle.dumps(before)) == before


@settings(max_examples=50, deadline=None)
@given(WRITTEN)
def test_a_law_of_any_parameters_rises_within_its_support(spec: dict[str, Any]) -> None:
    drawn = read_distribution(spec)
    draws = drawn.quantile(U)
    assert draws.min() >= drawn.lowest >= 0
    assert draws.max() <= q.LONGEST
    if spec.get("dist") != "mixture":
        assert (np.diff(draws) >= -1e-9 * draws[:-1]).all()


def test_a_law_keeps_the_form_in_which_it_was_given() -> None:
    assert read_distribution(LN).spec() == LN
    assert read_distribution({"sd": "300 s", "mean": "0.15 h"}).spec() == LN
    by_cv = read_distribution({"mean": "10 min", "cv": "50 %"})
    assert by_cv.spec() == {"mean": "10 min", "cv": "0.5"}
    assert by_cv == read_distribution({"mean": "10 min", "sd": "5 min"})


def test_a_written_law_cannot_be_changed_from_outside() -> None:
    drawn = read_distribution(STEPPED[1])
    drawn.spec()["values"].clear()
    assert drawn.spec()["values"]


def test_laws_that_draw_differently_are_not_equal() -> None:
    read = [read_distribution(spec) for spec in ALL]
    assert len(set(read)) == len(read)
    assert all(fields(one) for one in read)


def test_a_law_that_is_read_already_passes_through() -> None:
    one = read_distribution(LN)
    assert read_distribution(one) is one


# ------------------------------------------------------------------ tables of measured times

TABLE = ["ticket,service,minutes\n", "1,ktp,4.5\n", '2,kk,"3"\n', "\n", "3,ktp,90 s\n"]


def table(lines: list[str], **keys: str) -> dict[str, Any]:
    return {
        "raw": {"dist": "empirical", "file": "times.csv", **keys},
        "read_table": lambda file: lines,
    }


def test_measured_times_come_from_a_column_with_its_unit() -> None:
    drawn = read_distribution(**table(TABLE, column="minutes", unit="min"))
    assert drawn == read_distribution({"dist": "empirical", "values": ["4.5 min", "3 min", "90 s"]})
    assert drawn.spec()["values"] == ["270 s", "3 min", "90 s"]


def test_a_table_of_one_column_needs_no_name() -> None:
    same = [["4", "3"], ["\ufeffminutes", "4", "3"], ["minutes\r\n", "4\r\n", "3\r\n", "\r\n"]]
    read = {read_distribution(**table(lines, unit="min")) for lines in same}
    assert read == {read_distribution({"dist": "empirical", "values": ["3 min", "4 min"]})}


def test_a_byte_order_mark_is_no_part_of_the_first_name() -> None:
    lines = ["\ufeffwaktu,nr", "4,1", "3,2"]
    drawn = read_distribution(**table(lines, column="waktu", unit="min"))
    assert drawn.spec()["values"] == ["4 min", "3 min"]


def test_semicolons_bring_decimal_commas() -> None:
    lines = ["nr;waktu", "1;4,5", "2;3"]
    drawn = read_distribution(**table(lines, column="waktu", unit="menit"))
    assert drawn.spec()["values"] == ["270 s", "3 min"]


def test_a_large_table_is_named_and_not_written_out() -> None:
    how = table([f"{n} s" for n in range(1, 5002)])
    drawn = read_distribution(**how)
    assert drawn.spec() == how["raw"]
    assert read_distribution(drawn.spec(), read_table=how["read_table"]) == drawn


def test_what_the_reader_of_tables_refuses_stands_at_the_file() -> None:
    def missing(file: str) -> list[str]:
        raise PydanticCustomError("findings", "1", {"found": (Finding("no_file"),)})

    found = refusals({"dist": "empirical", "file": "x.csv"}, read_table=missing)
    assert [(f.code, f.path) for f in found] == [("no_file", ("file",))]


TABLE_FAULTS: list[tuple[dict[str, Any], str, str]] = [
    (table(TABLE), "dist_columns", "file"),
    (table(TABLE, column="minuts", unit="min"), "dist_column", "column"),
    (table(TABLE, column="minutes"), "dist_unit", "file"),
    (table(TABLE, column="service", unit="min"), "dist_cell", "file"),
    (table(["4", "", "-3"], unit="min"), "dist_cell", "file"),
    (table(["4,5"], unit="min"), "dist_columns", "file"),
    (table(["a,b", "1,2", "3"], column="b", unit="min"), "dist_cell", "file"),
    (table(["4"], unit="min"), "dist_few_values", "file"),
    (table([], unit="min"), "dist_few_values", "file"),
    (table(["minutes"], unit="min"), "dist_few_values", "file"),
    (table(TABLE, unit="minuts"), "dist_unit_name", "unit"),
    ({"raw": {"dist": "empirical", "file": "x.csv"}}, "dist_file", "file"),
    (table(TABLE, colum="minutes"), "dist_key", "colum"),
]


@pytest.mark.parametrize(("how", "code", "key"), TABLE_FAULTS)
def test_a_table_that_gives_no_times_is_refused(how: dict[str, Any], code: str, key: str) -> None:
    assert [(f.code, f.path) for f in refusals(**how)] == [(code, (key,))]


def test_a_fault_in_a_table_names_its_row() -> None:
    (found,) = refusals(**table(TABLE, column="service", unit="min"))
    assert (found.params["row"], found.params["value"], found.params["count"]) == (2, "ktp", 3)


# ------------------------------------------------------------------ faults

MEAN = {"mean": "9 min"}
EXTREME: list[dict[str, Any]] = [
    {**MEAN, "cv": "1e9"},
    {**MEAN, "cv": "1e-9"},
    {"dist": "gamma", **MEAN, "shape": "1e-300"},
    {"dist": "gamma", **MEAN, "shape": "1e-999"},
    {"dist": "gamma", **MEAN, "shape": "1e9"},
    {"dist": "gamma", **MEAN, "sd": "0.000001 s"},
    {"mean": "0.000001 s", "sd": "3660 day"},
    {"median": "0.000001 s", "p90": "3660 day"},
    {"dist": "lognormal", "median": "9 min", "sigma": "400"},
    {"dist": "weibull", "shape": "1e-300", **MEAN},
    {"dist": "weibull", "shape": "0.01", **MEAN},
    {"dist": "erlang", **MEAN, "stages": "0"},
    {"dist": "erlang", **MEAN, "stages": "1000000"},
    {"dist": "beta", "low": "0", "high": "9 min", "a": "1e-300", "b": "1"},
    {"dist": "beta", "low": "0", "high": "9 min", "mean": "3 min", "sd": "0.000001 s"},
]
TOO_LONG: list[dict[str, Any]] = [
    {**MEAN, "cv": "20"},
    {"dist": "exponential", "mean": "3660 day"},
    {"dist": "weibull", "shape": "0.1", **MEAN},
    {"dist": "scipy", "family": "lomax", "args": {"c": "1"}, "scale": "1 min"},
]
BETA = {"dist": "beta", "low": "1 min", "high": "9 min"}
SCIPY: dict[str, Any] = {
    "dist": "scipy",
    "family": "invgauss",
    "args": {"mu": "0.5"},
    "scale": "5 min",
}
MIX: dict[str, Any] = {"dist": "mixture"}
HALF = {"share": "50 %", **LN}
FAULTS: list[tuple[Any, str, tuple[str | int, ...]]] = [
    ("9 min", "dist_bare", ()),
    ("9", "dist_bare", ()),
    (9, "dist_bare", ()),
    (None, "dist_shape", ()),
    (["9 min"], "dist_shape", ()),
    ({}, "dist_missing", ()),
    ({"low": "1 min", "high": "2 min"}, "dist_missing", ()),
    ({"values": ["1 min", "2 min"]}, "dist_missing", ()),
    ({"dist": "unifrom"}, "dist_unknown", ("dist",)),
    ({"dist": ["gamma"]}, "dist_name", ("dist",)),
    ({"dist": None}, "dist_name", ("dist",)),
    ({"mean": "9 min", "dsit": "gamma", "sd": "5 min"}, "dist_key", ("dsit",)),
    ({"maen": "9 min", "sd": "5 min"}, "dist_key", ("maen",)),
    ({"alway": "9 min"}, "dist_key", ("alway",)),
    ({"always": "9 min", "sd": "5 min"}, "dist_key", ("sd",)),
    (MEAN, "dist_parameters", ()),
    ({**MEAN, "p90": "20 min"}, "dist_parameters", ()),
    ({**LN, "cv": "0.5"}, "dist_parameters", ()),
    ({"dist": "gamma", **LN, "shape": "2"}, "dist_parameters", ()),
    ({"dist": "weibull", "shape": "2"}, "dist_parameters", ()),
    ({"dist": "weibull", "shape": "2", **MEAN, "scale": "9 min"}, "dist_parameters", ()),
    ({"dist": "uniform", "low": "1 min"}, "dist_parameters", ()),
    ({"dist": "normal", "low": "1 min"}, "dist_parameters", ()),
    ({"dist": "discrete"}, "dist_parameters", ()),
    ({"dist": "empirical"}, "dist_parameters", ()),
    (MIX, "dist_parameters", ()),
    ({**BETA, "a": "1", "b": "1", "mean": "5 min"}, "dist_parameters", ()),
    ({**MEAN, "sd": "0 min"}, "dist_no_spread", ("sd",)),
    ({**MEAN, "cv": "0"}, "dist_no_spread", ("cv",)),
    ({"dist": "normal", **MEAN, "sd": "0 s", "low": "0 s"}, "dist_no_spread", ("sd",)),
    ({"dist": "exponential", "mean": "0 min"}, "not_positive", ("mean",)),
    ({"dist": "exponential", "mean": "-9 min"}, "negative", ("mean",)),
    ({"dist": "exponential", "mean": "9"}, "duration_unit", ("mean",)),
    ({"dist": "exponential", "mean": ["9 min"]}, "duration", ("mean",)),
    ({"dist": "gamma", **MEAN, "shape": "0"}, "not_positive", ("shape",)),
    ({"dist": "gamma", **MEAN, "shape": "nan"}, "number", ("shape",)),
    ({"dist": "gamma", **MEAN, "shape": "0,5"}, "decimal_comma", ("shape",)),
    ({"dist": "erlang", **MEAN, "stages": "1.5"}, "integer", ("stages",)),
    ({"dist": "uniform", "low": "2 min", "high": "2 min"}, "dist_order", ("high",)),
    (
        {"dist": "triangular", "low": "2 min", "mode": "1 min", "high": "3 min"},
        "dist_order",
        ("mode",),
    ),
    (
        {"dist": "triangular", "low": "2 min", "mode": "2 min", "high": "2 min"},
        "dist_order",
        ("high",),
    ),
    ({"median": "9 min", "p90": "9 min"}, "dist_order", ("p90",)),
    ({**BETA, "mean": "9 min", "sd": "1 min"}, "dist_order", ("high",)),
    ({**BETA, "mean": "5 min", "sd": "4 min"}, "dist_beta_sd", ("sd",)),
    ({"dist": "normal", **LN}, "dist_negative", ()),
    ({"dist": "normal", **LN, "high": "20 min"}, "dist_negative", ()),
    ({"dist": "scipy", "family": "norm", "scale": "5 min"}, "dist_negative", ()),
    ({"dist": "normal", **MEAN, "sd": "1 s", "low": "10 min"}, "dist_window", ()),
    ({"dist": "normal", **MEAN, "sd": "1 s", "low": "0 s", "high": "1 s"}, "dist_window", ()),
    *((spec, "dist_too_long", ()) for spec in TOO_LONG),
    ({"dist": "discrete", "values": ["4 min"]}, "dist_values", ("values",)),
    ({"dist": "discrete", "values": {}}, "dist_values", ("values",)),
    ({"dist": "discrete", "values": {"4 min": "1", "4": "0"}}, "duration_unit", ("values", "4")),
    ({"dist": "discrete", "values": {"4 min": "x"}}, "share", ("values", "4 min")),
    (
        {"dist": "discrete", "values": {"4 min": "50 %", "240 s": "50 %"}},
        "dist_twice",
        ("values", "240 s"),
    ),
    (
        {"dist": "discrete", "values": {"4 min": "50 %", "5 min": "40 %"}},
        "dist_shares",
        ("values",),
    ),
    ({"dist": "empirical", "values": "4 min"}, "dist_list", ("values",)),
    ({"dist": "empirical", "values": []}, "dist_few_values", ("values",)),
    ({"dist": "empirical", "values": ["9 min"]}, "dist_few_values", ("values",)),
    ({"dist": "empirical", "values": ["9 min", "8"]}, "duration_unit", ("values", 1)),
    ({"dist": "empirical", "values": ["9 min", "8 min"], "unit": "min"}, "dist_key", ("unit",)),
    ({**MIX, "of": {}}, "dist_parts", ("of",)),
    ({**MIX, "of": [{"share": "1", **LN}]}, "dist_parts", ("of",)),
    ({**MIX, "of": [HALF, LN]}, "dist_part_share", ("of", 1)),
    ({**MIX, "of": [HALF, HALF, HALF]}, "dist_shares", ("of",)),
    ({**MIX, "of": [HALF, "9 min"]}, "dist_bare", ("of", 1)),
    ({**MIX, "of": [HALF, {"share": "50 %", "dist": "normal", **LN}]}, "dist_negative", ("of", 1)),
    ({**SCIPY, "family": "invgaus"}, "dist_family", ("family",)),
    ({**SCIPY, "family": "__class__"}, "dist_family", ("family",)),
    ({**SCIPY, "family": "poisson"}, "dist_family", ("family",)),
    ({**SCIPY, "family": "rv_continuous"}, "dist_family", ("family",)),
    ({**SCIPY, "args": ["0.5"]}, "dist_args_mapping", ("args",)),
    ({**SCIPY, "args": {"mu": "-0.5"}}, "dist_args", ("args",)),
    ({**SCIPY, "args": {}}, "dist_parameters", ("args",)),
    ({**SCIPY, "args": {"mu": "0.5", "dist": "1"}}, "dist_key", ("args", "dist")),
    ({**SCIPY, "args": {"mu": "x"}}, "number", ("args", "mu")),
    ({**SCIPY, "scale": "0 min"}, "not_positive", ("scale",)),
    ({**SCIPY, "loc": "-1 min"}, "negative", ("loc",)),
]


@pytest.mark.parametrize(("raw", "code", "path"), FAULTS)
def test_a_faulty_law_is_refused_at_its_place(raw: Any, code: str, path: tuple[Any, ...]) -> None:
    assert [(f.code, f.path) for f in refusals(raw)] == [(code, path)]


@pytest.mark.parametrize("raw", EXTREME)
def test_a_parameter_that_cannot_be_drawn_from_is_refused(raw: dict[str, Any]) -> None:
    assert {f.code for f in refusals(raw)} <= {"dist_extreme", "not_positive"}


def test_a_law_without_a_dist_and_one_more_key_has_one_fault_with_the_accepted_forms() -> None:
    (found,) = refusals({**LN, "cv": "0.5"})
    assert found.params["given"] == "{mean, sd, cv}"
    assert found.params["accepted"] == "{mean, sd} | {mean, cv} | {median, p90}"


@pytest.mark.parametrize(
    ("raw", "near"),
    [
        ({"dist": "unifrom", "low": "1 min"}, "uniform"),
        ({"maen": "9 min", "sd": "5 min"}, "mean"),
        ({"mean": "9 min", "dsit": "gamma", "sd": "5 min"}, "dist"),
        ({"alway": "9 min"}, "always"),
        ({**SCIPY, "family": "invgaus"}, "invgauss"),
        ({**SCIPY, "family": "Gamma"}, "gamma"),
        ({**SCIPY, "args": {"mu": "1", "muu": "1"}}, "mu"),
    ],
)
def test_a_misspelt_name_brings_the_nearest_right_one(raw: dict[str, Any], near: str) -> None:
    (found,) = refusals(raw)
    assert found.params["near"] == near


def test_an_unknown_key_is_a_fault_at_the_key() -> None:
    assert [f.at_key for f in refusals({"maen": "9 min", "sd": "5 min"})] == [True]
    assert [f.at_key for f in refusals({"dist": "discrete", "values": {"4": "1"}})] == [True]


def test_all_faults_of_a_law_come_in_one_go() -> None:
    raw = {**MIX, "of": [{"share": "x", "maen": "9 min", "sd": "5"}, {"always": "3"}, "9 min"]}
    assert [(f.code, f.path) for f in refusals(raw)] == [
        ("share", ("of", 0, "share")),
        ("dist_key", ("of", 0, "maen")),
        ("duration_unit", ("of", 0, "sd")),
        ("dist_part_share", ("of", 1)),
        ("duration_unit", ("of", 1, "always")),
        ("dist_bare", ("of", 2)),
    ]


def _of_this_file() -> list[Finding]:
    found = [f for raw, _, _ in FAULTS for f in refusals(raw)]
    found += [f for raw in EXTREME for f in refusals(raw)]
    found += [f for how, _, _ in TABLE_FAULTS for f in refusals(**how)]
    return [f for f in found if f.code.startswith("dist_")]


@pytest.mark.parametrize("lang", ["en", "id"])
def test_every_message_is_reached_and_can_be_said(lang: str) -> None:
    found = _of_this_file()
    ours = {k.removeprefix("fault.") for k in catalogue(lang) if k.startswith("fault.dist_")}
    assert {f.code for f in found} == ours
    for f in found:
        params = {k: v for k, v in f.params.items() if k != "near"}
        said = Fault(Place("x.yaml", 1, 1), "a.time", f.code, params).say(lang)
        assert "{{" not in said
        if f.code != "dist_name":  # what stands there instead of a text says nothing more
            assert all(str(value) in said for value in params.values())


KEYS = sorted({key for family in FAMILIES.values() for key in family.keys})


def _outcome(read: Any, raw: Any) -> Any:
    try:
        return read(raw)
    except PydanticCustomError as error:
        return (error.context or {})["found"]


@settings(max_examples=300, deadline=None)
@given(
    st.recursive(
        st.text(max_size=8) | st.sampled_from([*NAMES, "9 min", "-1 min", "0.5", "1e-300", "1e9"]),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["dist", "always", "of", "share", "values", "family", "args", *KEYS]
                )
                | st.text(max_size=4),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_whatever_is_written_gives_a_law_or_findings(raw: Any) -> None:
    assert _outcome(read_distribution, raw)
    assert _outcome(read_patience, raw)
