"""What was counted narrows what may be true, says what it cannot, and keeps the truth."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from malls import mall
from scipy import stats

from sim import MallError, Scenario, replicate
from sim.experiments.varying import varied
from sim.fitting.calibration import BEYOND, Calibration, _Counts, calibrate
from sim.fitting.emulator import Emulator
from sim.report.calibration import described, plain, render, table
from sim.report.studies import of_calibration
from sim.scenario.loading import load
from sim.scenario.noted import read_quantity
from sim.scenario.writing import show

MEAN, OTHER = "agencies.a.services.s.time.mean", "agencies.b.services.s.time.mean"
COUNTERS, DEMAND = "agencies.a.counters", "journeys.all.per_day"
RANGES = {MEAN: "4 min .. 14 min", COUNTERS: "1 .. 3", OTHER: "30 s .. 60 s", DEMAND: "20 .. 60"}
TRUE = {MEAN: 7 * 60e6, COUNTERS: 2, OTHER: 45e6, DEMAND: 40}


def small(**more: Any) -> Scenario:
    """Return a mall whose true figures are known: one service with a line, and one without."""
    agencies = {
        "a": {"counters": 2, "services": {"s": {"time": {"mean": "7 min", "cv": 0.5}}}},
        "b": {"counters": 3, "services": {"s": {"time": {"mean": "45 s", "cv": 0.5}}}},
    }
    journeys = {"all": {"per_day": 40, "stops": ["a.s", "b.s"]}}
    return mall(agencies, "08:00-11:00", journeys=journeys, **({"plausible": RANGES} | more))


@pytest.fixture(scope="module")
def found() -> Calibration:
    """Other citizens were counted than those that the search plays."""
    true = replicate(small(), 60, seed=5, workers=1)
    wait = f"{true.estimate('wait.mean', 'agency', 'a').value:.4f} min"
    observed = {"a.wait.mean": wait, "visits_per_day": "40"}
    return calibrate(small(observed=observed), 40, 20, seed=3, workers=1)


def test_the_truth_stays_and_what_is_left_is_less(found: Calibration) -> None:
    learned = {one.path: one for one in found.learned}
    assert found.kept.sum() >= 10
    for path, true in TRUE.items():
        assert learned[path].low <= true <= learned[path].high, path
    assert learned[DEMAND].found_out and learned[DEMAND].left < 0.6


def test_what_cannot_be_found_out_is_called_so(found: Calibration) -> None:
    learned = {one.path: one for one in found.learned}
    assert not learned[OTHER].found_out and learned[OTHER].tied_to == ""
    assert learned[MEAN].tied_to == COUNTERS and learned[COUNTERS].tied_to == MEAN
    text = described(found, "en")
    assert text.count("cannot be found out") == 1 and text.count("known only together") == 2


def test_a_mall_is_kept_if_and_only_if_it_meets_every_count(found: Calibration) -> None:
    assert (np.abs(found.misses[found.kept]) <= BEYOND).all()
    assert (np.abs(found.misses[~found.kept]) > BEYOND).any(axis=1).all()
    assert len(table(found).splitlines()) == 1 + found.kept.sum() == 1 + len(plain(found)["set"])
    assert found.waves > 1 and len(found.kept) <= 40 * found.waves


def test_what_is_kept_is_a_mall_that_can_be_run(found: Calibration, tmp_path: Path) -> None:
    study = of_calibration(found, "id", (Path("mal.yaml"), Path("lagi.yaml")), tmp_path)
    assert study.write(tmp_path, "id").name == "calibrate.html"
    (tmp_path / "mal.yaml").write_text(show(found.scenario), encoding="utf-8")
    middle = load(tmp_path / "mal.yaml", [tmp_path / "calibrate.yaml"])
    kept = varied(found.scenario, plain(found)["set"][0])
    for mine in (middle, kept):
        assert mine.agencies["b"].counters == small().agencies["b"].counters
        assert 25 < mine.journeys["all"].per_day < 55
    the_set = (tmp_path / "calibrate.json").as_posix()
    command = f"mppsim run mal.yaml --with lagi.yaml --input-uncertainty {the_set}"
    assert study.text.splitlines()[-1].strip() == command
    assert command in (tmp_path / "calibrate.html").read_text(encoding="utf-8")
    page = render(found, "id")
    assert "tidak dapat diketahui" in page and "http" not in page


def test_counts_that_no_mall_within_the_ranges_gives_are_named() -> None:
    observed = {"a.wait.mean": "900 min", "a.utilisation": "60 %", "visits.mon": "80"}
    result = calibrate(small(observed=observed), 4, 5, workers=1)
    assert not result.kept.any()
    assert result.in_the_way() == ("a.wait.mean",)
    assert result.ignored == ("visits.mon",)
    text = described(result, "en")
    assert "Out of reach: " in text.splitlines()[0] and "counted 900.0 min" in text
    assert "in 4 rounds." in text or "in 1 round." in text
    assert "no mall comes near" in render(result, "en")


def test_counts_that_tell_nothing_are_said_to_tell_nothing() -> None:
    """And no range becomes wider than it was, to whatever digits it is written."""
    scenario = small(observed={"visits_per_day": "40"}, plausible={MEAN: "6.99 min .. 7.01 min"})
    result = calibrate(scenario, 40, 3, tolerance=0.5, workers=1)
    assert result.kept.all() and result.waves == 1
    text = described(result, "en")
    assert text.startswith("These counts add nothing") and "in 1 round." in text
    assert 'class="verdict cannot_tell"' in render(result, "id")
    (one,) = plain(result)["figures"]
    low, high = (read_quantity(one[end]).value for end in ("low", "high"))
    assert read_quantity("6.99 min").value <= low <= high <= read_quantity("7.01 min").value


def test_without_ranges_or_counts_it_says_what_to_add() -> None:
    with pytest.raises(MallError, match="add plausible"):
        calibrate(small(plausible={}), workers=1)
    with pytest.raises(MallError, match="add observed"):
        calibrate(small(), workers=1)
    with pytest.raises(MallError, match="next to none is ruled out; take 3 at least"):
        calibrate(small(observed={"a.wait": "5 min"}), 4, 2, workers=1)


@pytest.mark.long
@pytest.mark.parametrize(
    ("study", "path", "low", "high", "points"),
    [("bpjs-bandung", "agencies.bpjs.services.layanan.time.mean", 7.25, 7.35, 8),
     ("imigrasi-bandung", "agencies.imigrasi.services.paspor.time.mean", 7.465, 7.475, 8),
     ("bca-bandung", "journeys.teller.per_day", 931.2, 940.8, 12),
     ("disdukcapil-bandung", "agencies.dukcapil.services.akta.time.mean", 4.124, 4.152, 8),
     ("disdukcapil-sigi", "journeys.empat.per_day", 429.1, 434.9, 24)],
)  # fmt: skip
def test_what_a_published_study_knows_is_recovered_within_its_rounding(
    study: str, path: str, low: float, high: float, points: int
) -> None:
    """From what it prints of waits, lines and use, which may be 1 in 100 off.

    low, high : what its own figures round to; points : more where six counts have to agree at once
    """
    office = load(Path(__file__).parent.parent / "scenarios" / "studies" / f"{study}.yaml")
    found = calibrate(office, points, 10, tolerance=0.01 / BEYOND, workers=1)
    (one,) = found.learned
    scale = 60e6 if path.endswith("time.mean") else 1.0
    assert one.path == path and one.found_out and one.left < 0.5
    assert one.low <= high * scale and one.high >= low * scale


def test_few_replications_rule_out_as_little_as_they_know() -> None:
    """Three sigmas of four replications are as many standard errors as Student's t has there.

    With 4 replications and exact counts, 100 calibrations with the normal law's three, the error
    that all malls share left out, held the truth 69 times; so, 99 times.
    """
    results = replicate(small(observed={"visits": "40"}), 4, seed=1, workers=1)
    counts = _Counts(dict(results.scenario.observed), 0.05, {})
    value, sigma = counts.read(results)
    error = results.estimate("visits").half_width / stats.t.ppf(0.975, 3)
    beyond = 2 * stats.norm.sf(BEYOND)
    assert 2 * stats.t.sf(BEYOND * sigma[0] / error, 3) == pytest.approx(beyond)
    (bend,) = counts.scaled_errors([(value, sigma)])[0]
    up, down = (counts.scaled([(value + off, sigma)])[0, 0] for off in (1e-4, -1e-4))
    assert bend / sigma[0] == pytest.approx((up - down) / 2e-4, rel=1e-4)


def test_a_surface_through_malls_that_share_an_error_is_not_trusted_beyond_it() -> None:
    unit = np.linspace(0, 1, 9)[:, np.newaxis]
    low, high = np.array([0.45]), np.array([0.55])
    exact, unsure = (Emulator(unit, unit, np.full_like(unit, of)) for of in (0.0, 0.1))
    at = np.array([[0.2], [0.3], [0.5], [0.9]])
    assert exact.believes(at, low, high).tolist() == [False, False, True, False]
    assert unsure.believes(at, low, high).tolist() == [True, True, True, False]


IN_HALL = "in_hall.09:00"


def test_the_four_counts_that_most_malls_have_find_a_figure_out() -> None:
    """Visits of a year, a wait from a survey, use, and people in the hall of an hour."""
    true = replicate(small(), 200, seed=5, workers=1)
    measured = {
        "visits": f"{245 * true.estimate('visits').value:.0f} in 245 days",
        "a.wait.mean": f"{true.estimate('wait.mean', 'agency', 'a').value:.4f} min",
        "a.utilisation": f"{100 * true.estimate('utilisation', 'agency', 'a').value:.2f} %",
        IN_HALL: f"{true.estimate('in_hall.mean', interval='09:00').value:.2f}",
    }
    about = {"visits": DEMAND, "a.wait.mean": MEAN, "a.utilisation": MEAN, IN_HALL: MEAN}
    for name, text in measured.items():
        unknown = about[name]
        office = small(observed={name: text}, plausible={unknown: RANGES[unknown]})
        result = calibrate(office, 12, 30, tolerance=0.02, workers=1)
        (one,) = result.learned
        assert result.counts == (name,) and not result.ignored
        assert one.found_out and one.low <= TRUE[unknown] <= one.high, name
    text = described(result, "id")
    assert "orang di ruang mal, rata-rata, 09.00–10.00" in text


def test_one_count_may_be_surer_than_the_others() -> None:
    observed = {"a.wait.mean": "900 min", "a.utilisation": "60 %"}
    wide = calibrate(
        small(observed=observed), 4, 3, tolerances={"a.wait.mean": 1.0, "a.utilisation": 1.0},
        workers=1,
    )  # fmt: skip
    assert wide.kept.all()
    with pytest.raises(MallError, match="no count"):
        calibrate(small(observed=observed), 4, 3, tolerances={"a.wait": 0.1}, workers=1)


def test_a_figure_in_a_list_is_said_and_not_lost() -> None:
    """An overlay would replace the whole list: the figure stands in a comment, and is told."""
    agencies = {"a": {"counters": 2, "services": {"s": {"time": {"mean": "7 min", "cv": 0.5}}}}}
    share = "journeys.all.stops[2].a.s"
    office = mall(
        agencies, "08:00-11:00",
        journeys={"all": {"per_day": 20, "stops": ["a.s", {"a.s": "50 %"}]}},
        plausible={share: "20 % .. 80 %", MEAN: "5 min .. 9 min"},
        observed={"visits_per_day": "20"},
    )  # fmt: skip
    result = calibrate(office, 6, 3, tolerance=0.3, workers=1)
    assert result.kept.any()
    first, *rest = result.overlay().splitlines()
    assert first.startswith(f"# {share}: ") and any("mean:" in line for line in rest)
    assert "put it in by hand" in described(result, "en")
