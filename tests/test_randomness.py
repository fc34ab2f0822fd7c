"""Draws: the generator bit by bit, and that what is drawn has the law that it should have.

Statistical checks have a fixed seed and a limit of p = 1e-4, so they cannot flicker.
"""

from __future__ import annotations

import json
from hashlib import blake2b
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from malls import mall, scenario_of, us
from scipy import stats
from strategies import OPENS, at

from sim import Scenario, WorkloadError, load, randomness, sample
from sim.jit.words import high_by_halves
from sim.randomness import _DROPPED, Draws, philox_key, uniform
from sim.sampling import samples
from sim.sampling.counts import poisson_quantile
from sim.scenario.profile import arrival_profile

UNLIKELY = 1e-4
FEATURES = sorted((Path(__file__).parent.parent / "scenarios" / "features").glob("*.yaml"))
MASK = (1 << 64) - 1


# The generator


def uniforms(
    key: np.ndarray, replication: int, day: int, count: int, occurrence: int = 0
) -> np.ndarray:
    """Return the uniforms of the first `count` indices at an address, one by one from NumPy."""
    first = ((occurrence * 2**64 + day) * 2**64 + replication) * 2**64
    # NumPy's generator increments its counter before the first block, hence one less.
    raw = np.random.Philox(counter=(first - 1) % 2**256, key=key).random_raw(4 * count)[::4]
    return ((raw >> np.uint64(12)) + 0.5) * 2.0**-52


def drawn(
    seed: int, purpose: str, name: str, replication: int, day: int, count: int, occurrence: int = 0
) -> np.ndarray:
    """Return the uniforms of the first `count` indices at an address, as they are drawn."""
    draws = Draws(seed, range(replication, replication + 1), (day,))
    return draws(purpose, name, np.array([count]), occurrence)


def philox(counter: list[int], key: list[int]) -> list[int]:
    """Philox 4x64-10 in plain integers (Salmon et al. 2011, section 3.3)."""
    x, k = list(counter), list(key)
    for _ in range(10):
        a, b = 0xD2E7470EE14C6C93 * x[0], 0xCA5A826395121157 * x[2]
        x = [(b >> 64) ^ x[1] ^ k[0], b & MASK, (a >> 64) ^ x[3] ^ k[1], a & MASK]
        k = [(k[0] + 0x9E3779B97F4A7C15) & MASK, (k[1] + 0xBB67AE8584CAA73B) & MASK]
    return x


def test_the_oracle_meets_the_published_answers() -> None:
    """Known answers of the authors' Random123 (kat_vectors, philox4x64 10)."""
    zeros = [0x16554D9ECA36314C, 0xDB20FE9D672D0FDC, 0xD7E772CEE186176B, 0x7E68B68AEC7BA23B]
    ones = [0x87B092C3013FE90B, 0x438C3C67BE8D0224, 0x9CC7D7C69CD777B6, 0xA09CAEBF594F0BA0]
    assert philox([0] * 4, [0] * 2) == zeros
    assert philox([MASK] * 4, [MASK] * 2) == ones


@pytest.mark.parametrize(
    ("seed", "purpose", "name", "replication", "day", "occurrence"),
    [(0, "count", "ktp", 0, 0, 0), (1, "time", "a/b.c/1", 9_999, 6, 0),
     (-5, "patience", "ä/b.c/2", 3, 20_160, 2), (2**80, "", "", 2**40, 0, 1)],
)  # fmt: skip
def test_a_draw_is_philox_at_its_address(
    seed: int, purpose: str, name: str, replication: int, day: int, occurrence: int
) -> None:
    address = json.dumps([seed, purpose, name], separators=(",", ":")).encode()
    digest = blake2b(address, digest_size=16).digest()
    key = [int.from_bytes(digest[k : k + 8], "little") for k in (0, 8)]
    u = drawn(seed, purpose, name, replication, day, 40, occurrence)
    for index in (0, 1, 2, 39):
        word = philox([index, replication, day, occurrence], key)[0]
        assert u[index] == ((word >> 12) + 0.5) / 2**52


def test_uniforms_lie_strictly_between_0_and_1() -> None:
    """Even the extreme words of the generator would give none of them."""
    for word in (0, MASK):
        assert 0 < ((np.uint64(word) >> _DROPPED) + 0.5) * 2.0**-52 < 1


def test_every_draw_is_bit_for_bit_that_of_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Over random addresses, whoever is drawn together, compiled and not."""
    rng = np.random.default_rng(3)
    uncompiled = getattr(uniform, "py_func", uniform)
    monkeypatch.setattr(randomness, "high", high_by_halves)
    for _ in range(300):
        seed, day, first = (int(rng.integers(1 << bits)) for bits in (60, 50, 44))
        days, occurrence = (day, day + 1, int(rng.integers(9))), int(rng.integers(4))
        draws = Draws(seed, range(first, first + 2), days)
        counts = rng.integers(0, 6, 6)
        at, key = draws.addresses(counts), philox_key(seed, "p", f"n{seed}")
        one_by_one = [
            uniforms(key, r, d, n, occurrence)
            for (r, d), n in zip(product((first, first + 1), days), counts, strict=True)
        ]
        every = at("p", f"n{seed}", occurrence)
        assert (every == np.concatenate(one_by_one)).all()
        some = rng.random(len(at)) < 0.5
        assert (at.of(some)("p", f"n{seed}", occurrence) == every[some]).all()
        rest = np.array([[occurrence], key[:1], key[1:]], dtype=np.uint64)
        assert (uncompiled(at.index, at.replication, at.day, *rest) == every).all()


@pytest.mark.parametrize("path", FEATURES, ids=lambda path: path.stem)
def test_replications_drawn_together_are_those_drawn_alone(path: Path) -> None:
    scenario = load(path)
    together = samples(scenario, 4, range(2, 5))
    assert together == [sample(scenario, 4, r) for r in range(2, 5)]
    assert all(len(workload) for workload in together)


def test_draws_are_uniform_and_no_part_of_the_address_is_idle() -> None:
    base: dict[str, Any] = {"seed": 1, "purpose": "p", "name": "n", "replication": 0, "day": 0,
                            "occurrence": 0}  # fmt: skip
    streams = [base] + [{**base, key: "q" if isinstance(value, str) else 1 + value}
                        for key, value in base.items()]  # fmt: skip
    drawn = np.array([
        uniforms(philox_key(s["seed"], s["purpose"], s["name"]), s["replication"], s["day"],
                 20_000, s["occurrence"])
        for s in streams
    ])  # fmt: skip
    for u in drawn:
        assert stats.kstest(u, "uniform").pvalue > UNLIKELY
        assert abs(np.corrcoef(u[1:], u[:-1])[0, 1]) < 4 / np.sqrt(u.size)
    across = np.corrcoef(drawn) - np.eye(len(drawn))
    assert np.abs(across).max() < 4.5 / np.sqrt(drawn.shape[1])
    over_replications = [uniforms(philox_key(1, "p", "n"), r, 0, 1)[0] for r in range(5000)]
    assert stats.kstest(over_replications, "uniform").pvalue > UNLIKELY


# Counts


def test_counts_are_poisson_quantiles() -> None:
    rng = np.random.default_rng(1)
    for mean in (1e-9, 0.01, 0.7, 3.0, 40.0, 280.0, 5e4):
        u = np.concatenate((rng.random(500), [1e-12, 2.0**-53, 1 - 2.0**-53]))
        n = poisson_quantile(u, np.array(mean))
        assert (n[:-1] == stats.poisson.ppf(u[:-1], mean)).all()
        assert (stats.poisson.cdf(n, mean) >= u).all()
        assert (stats.poisson.cdf(n - 1, mean) < u).all()  # of 50,000 scipy's last is 10 above
    assert (poisson_quantile(np.array([0.5, 1 - 2.0**-53]), np.array(0.0)) == 0).all()


def test_a_count_is_the_smallest_that_is_likely_enough() -> None:
    """Also where u is exactly a step of the distribution."""
    steps = stats.poisson.cdf(np.arange(20), 6.0)
    assert (poisson_quantile(steps, np.array(6.0)) == np.arange(20)).all()


def _many_days(scenario: Scenario, replications: int, seed: int = 11) -> np.ndarray:
    workloads = [sample(scenario, seed, r) for r in range(replications)]
    return np.array([np.bincount(w.day, minlength=len(w.days)) for w in workloads])


def test_a_days_citizens_are_poisson_and_days_are_independent() -> None:
    counts = _many_days(_open_all_day(per_day=30, days="mon-fri"), 600)
    assert abs(counts.mean() - 30) < 4 * np.sqrt(30 / counts.size)
    ratio = counts.var(ddof=1) / 30
    assert abs(ratio - 1) < 4 * np.sqrt(2 / counts.size)
    across = np.corrcoef(counts.T) - np.eye(5)
    assert np.abs(across).max() < 4.5 / np.sqrt(len(counts))


def test_weekday_factors_are_normalised_over_the_ordinary_days() -> None:
    scenario = _open_all_day(per_day=40, days="mon-wed", demand={"weekday": {"mon": 3}})
    mean = _many_days(scenario, 400).mean(axis=0)
    wanted = 40 * np.array([3, 1, 1]) / (5 / 3)
    assert (np.abs(mean - wanted) < 4 * np.sqrt(wanted / 400)).all()


def test_a_busy_day_is_busy_for_every_journey() -> None:
    """day_to_day is the coefficient of variation of the day's factor, one for all journeys.

    Var(N) = mean + (cv mean)^2; between journeys the covariance is cv^2 mean mean.
    """
    data = {"name": "x", "calendar": {"days": "mon", "hours": "08:00-16:00"},
            "agencies": {"a": {"counters": 1, "services": {"s": {"time": {"always": "1 min"}}}}},
            "journeys": {n: {"per_day": 100, "stops": ["a.s"]} for n in ("x", "y")},
            "demand": {"day_to_day": "20 %"}}  # fmt: skip
    scenario = scenario_of(data)
    workloads = [sample(scenario, 5, r) for r in range(3000)]
    counts = np.array([np.bincount(w.journey, minlength=2) for w in workloads])
    total = counts.sum(axis=1)
    error = stats.gamma(25).std() / 25 * 200 / np.sqrt(3000)
    assert abs(total.mean() - 200) < 4.5 * error
    assert total.var() / (200 + (0.2 * 200) ** 2) == pytest.approx(1, abs=0.12)
    assert np.corrcoef(counts.T)[0, 1] == pytest.approx(400 / 500, abs=0.04)


# Times of arrival


def _open_all_day(per_day: float, days: str = "mon", **more: Any) -> Scenario:
    scenario = mall({"a": 1}, hours="08:00-12:00", days=days, **more)
    journey = scenario.journeys["all"].model_copy(update={"per_day": float(per_day)})
    return scenario.model_copy(update={"journeys": {"all": journey}})


@pytest.mark.parametrize(
    ("profile", "shares"),
    [
        ({0: 1, 60: 5, 120: 0, 180: 2}, [1, 5, 0, 2]),
        ({0: 0, 60: 1, 120: 9, 180: 1}, [0, 1, 9, 1]),
        ({0: 3, 60: 1, 120: 1, 180: 0}, [3, 1, 1, 0]),  # it does not begin again after the 0
    ],
)
def test_arrivals_follow_the_profile_of_their_own_slot(
    profile: dict[int, int], shares: list[int]
) -> None:
    table = {at(minute): weight for minute, weight in profile.items()}
    scenario = _open_all_day(4000, demand={"profile": table})
    due = (sample(scenario, 3).due / us(1) - OPENS) / 240
    cumulated = np.concatenate(([0], np.cumsum(shares))) / sum(shares)

    def cdf(x: np.ndarray) -> np.ndarray:
        return np.interp(x, np.linspace(0, 1, 5), cumulated)

    assert stats.kstest(due, cdf).pvalue > UNLIKELY
    slots = np.histogram(due, bins=np.linspace(0, 1, 5))[0]
    assert (slots[np.array(shares) == 0] == 0).all()


def test_arrivals_of_one_slot_are_spread_evenly_over_doors_to_last_ticket() -> None:
    calendar = {"doors": "07:00", "last_ticket": "11:00"}
    due = sample(_open_all_day(4000, calendar=calendar), 3).due / us(60)
    assert stats.kstest(due, stats.uniform(7, 4).cdf).pvalue > UNLIKELY
    assert due.max() < 11


def test_the_profile_is_cut_to_doors_and_last_ticket() -> None:
    """Weights outside fall away; half of a slot keeps half of its weight."""
    table = {"06:00": 7, "08:00": 2, "09:00": 4, "10:00": 6, "11:00": 8}
    calendar = {"last_ticket": "10:30"}
    scenario = _open_all_day(10, calendar=calendar, demand={"profile": table})
    edges, cumulated = arrival_profile(scenario.demand, scenario.days[0])
    assert (edges / us(60)).tolist() == [8, 9, 10, 10.5]
    assert cumulated.tolist() == pytest.approx([0, 2 / 9, 6 / 9, 1])


def test_a_profile_that_lets_nobody_come_is_refused() -> None:
    scenario = _open_all_day(10)
    profile = {"mon": ((us(60), 1.0), (us(120), 1.0))}
    demand = scenario.demand.model_copy(update={"profile": profile})
    with pytest.raises(ValueError, match="lets nobody come on mon"):
        sample(scenario.model_copy(update={"demand": demand}))


def test_in_an_endless_run_gaps_are_exponential_across_midnights_and_end_with_it() -> None:
    data = {"name": "x", "calendar": {"continuous": "84 h"},
            "agencies": {"a": {"counters": 1, "services": {"s": {"time": {"always": "1 min"}}}}},
            "journeys": {"all": {"per_day": 1440, "stops": ["a.s"]}}}  # fmt: skip
    due = sample(scenario_of(data), 8).due / us(1)
    assert due.max() < 84 * 60
    assert abs(len(due) - 84 * 60) < 4 * np.sqrt(84 * 60)
    assert stats.kstest(np.diff(due), stats.expon(scale=1).cdf).pvalue > UNLIKELY


# What citizens bring


def test_classes_stops_times_and_patience_have_their_laws() -> None:
    service = {
        "time": {"dist": "exponential", "mean": "6 min"},
        "patience": {"share": "40 %", "dist": "uniform", "low": "0 min", "high": "20 min"},
    }
    scenario = mall(
        {"a": {"counters": 1, "services": {"s": service, "t": {}}}},
        visitors={"b": {"share": "30 %", "takes_longer": 2}, "a": {}},
        hall={"walk": {"dist": "uniform", "low": "1 min", "high": "3 min"}},
    )  # fmt: skip
    stops = [{"service": "a.s", "share": 1.0}, {"service": "a.t", "share": 0.25}]
    of = scenario.journeys["all"]
    journey = of.model_copy(update={
        "per_day": 8000.0, "stops": tuple(type(of.stops[0])(**s) for s in stops),
    })  # fmt: skip
    scenario = scenario.model_copy(update={"journeys": {"all": journey}})
    workload = sample(scenario, 21)
    n = len(workload)
    slow = workload.visitor_class == workload.classes.index("b")
    assert stats.binomtest(int(slow.sum()), n, 0.3).pvalue > UNLIKELY
    first = workload.stop == 1
    assert stats.binomtest(int((~first).sum()), n, 0.25).pvalue > UNLIKELY
    time = workload.time[first] / us(1)
    assert stats.kstest(time[~slow], stats.expon(scale=6).cdf).pvalue > UNLIKELY
    assert stats.kstest(time[slow], stats.expon(scale=12).cdf).pvalue > UNLIKELY
    ends = workload.patience[first] < np.iinfo(np.int64).max
    assert stats.binomtest(int(ends.sum()), n, 0.4).pvalue > UNLIKELY
    patience = workload.patience[first][ends] / us(1)
    assert stats.kstest(patience, stats.uniform(0, 20).cdf).pvalue > UNLIKELY
    assert (workload.walk[first] == 0).all()
    walk = workload.walk[~first] / us(1)
    assert stats.kstest(walk, stats.uniform(1, 2).cdf).pvalue > UNLIKELY
    due = workload.due.astype(float)
    for other in (slow, time, ends):
        assert abs(stats.spearmanr(due, other).statistic) < 4.5 / np.sqrt(n)


def test_a_services_patience_goes_before_that_of_a_class() -> None:
    services = {"s": {"patience": {"always": "3 min"}}, "t": {}}
    scenario = mall(
        {"a": {"counters": 1, "services": services}},
        visitors={"calm": {"share": "50 %"}, "hasty": {"patience": {"always": "8 min"}}},
    )  # fmt: skip
    workload = sample(scenario, 2)
    hasty = np.repeat(workload.visitor_class == 1, np.diff(workload.offset))
    at_s = workload.service == workload.services.index("a.s")
    assert (workload.patience[at_s] == us(3)).all()
    assert (workload.patience[~at_s & hasty] == us(8)).all()
    assert (workload.patience[~at_s & ~hasty] > us(10_000)).all()


def test_the_entrance_comes_first_unless_the_journey_says_otherwise() -> None:
    data = {"name": "x", "calendar": {"days": "mon", "hours": "08:00-12:00"},
            "agencies": {n: {"counters": 1, "services": {"s": {"time": {"always": "1 min"}}}}
                         for n in "abk"},
            "entrance": ["k.s"],
            "journeys": {"x": {"per_day": 20, "stops": ["a.s", "a.s"]},
                         "y": {"per_day": 20, "stops": ["b.s"], "entrance": "none"}}}  # fmt: skip
    frame = sample(scenario_of(data), 1).to_frame()
    of_x = frame[frame["journey"] == "x"].groupby("index")["service"].agg(list)
    of_y = frame[frame["journey"] == "y"].groupby("index")["service"].agg(list)
    assert of_x.map(lambda s: s == ["k.s", "a.s", "a.s"]).all()
    assert of_y.map(lambda s: s == ["b.s"]).all()


def test_the_same_service_twice_in_a_journey_is_drawn_twice() -> None:
    scenario = mall({"a": {"counters": 1, "services": {
        "s": {"time": {"dist": "exponential", "mean": "6 min"}}}}})  # fmt: skip
    of = scenario.journeys["all"]
    twice = of.model_copy(update={"stops": of.stops * 2, "per_day": 300.0})
    workload = sample(scenario.model_copy(update={"journeys": {"all": twice}}), 4)
    first, second = workload.time[workload.stop == 1], workload.time[workload.stop == 2]
    assert abs(stats.spearmanr(first, second).statistic) < 4.5 / np.sqrt(len(first))


def test_a_negative_replication_is_refused() -> None:
    with pytest.raises(WorkloadError, match="replication must be 0 or more"):
        sample(mall({"a": 1}), replication=-1)
