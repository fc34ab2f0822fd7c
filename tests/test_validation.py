"""A fit is tried on days that it has not seen: what is as in the mall passes, what is not fails."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from ticket_logs import rounded, simulated

from sim import fit
from sim.fitting.validation import FEWEST_HELD, Band, Checked, Validation, validate
from sim.report.studies import of_fit
from sim.statistics.equivalence import equivalence
from sim.statistics.intervals import Estimate, welch_difference

LOGS = Path(__file__).parent / "logs"
CASES = Path(__file__).parent.parent / "sim" / "verification" / "exact" / "cases.json"
ROOMY = """
name: Roomy
calendar: {days: 2025-01-06 .. 2025-03-28, open: mon-fri, hours: 08:00-12:00, at_close: serve_all}
demand: {profile: {08:00: 3, 09:00: 5, 10:00: 4, 11:00: 2}}
agencies:
  dukcapil: {counters: 5, services: {ktp: {time: {mean: 9 min, sd: 4 min}}}}
  samsat: {counters: 2, services: {pajak: {time: {dist: exponential, mean: 4 min}}}}
journeys:
  ktp: {per_day: 60, stops: [dukcapil.ktp]}
  both: {per_day: 30, stops: [dukcapil.ktp, samsat.pajak]}
"""


@pytest.fixture(scope="module")
def log() -> pd.DataFrame:
    return rounded(simulated(ROOMY)[1], "s")


def checked(log: pd.DataFrame, folder: Path, trials: int = 20) -> Validation:
    path = folder / "log.parquet"
    log.to_parquet(path)
    return validate(fit([path]), trials)


def test_case_equivalence_of_days() -> None:
    cases = json.loads(CASES.read_text(encoding="utf-8"))["cases"]
    case = next(one for one in cases if one["id"] == "ME-VALID")
    model, margin = case["model"], case["model"]["margin"]
    days = model["simulated_days"], model["observed_days"]
    difference = welch_difference(*days, confidence=0.90)
    expected = {row["measure"]: row["value"] for row in case["expected"]}
    assert (difference.low, difference.high) == pytest.approx(
        (expected["ci90_low"], expected["ci90_high"]), rel=1e-6
    )
    assert equivalence(difference, margin) == "equivalent"
    assert equivalence(difference, 1.2) == "undecided"


@pytest.mark.parametrize(
    ("low", "high", "answer"),
    [(-1, 1, "equivalent"), (-2, 2, "equivalent"), (-1, 2.1, "undecided"), (-9, 9, "undecided"),
     (2, 3, "undecided"), (-3, -2, "undecided"),
     (2.1, 3, "different"), (-9, -2.1, "different"), (np.nan, np.nan, "undecided")],
)  # fmt: skip
def test_only_what_is_surely_within_the_margin_is_equivalent(
    low: float, high: float, answer: str
) -> None:
    one = Estimate((low + high) / 2, low, high, 9, "t", 0.9)
    assert equivalence(one, 2.0) == answer


@pytest.mark.parametrize(
    ("ends", "why"),
    [((0.3, 2.3), "longer"), ((-2.3, -0.3), "shorter"), ((-1.0, 2.5), "undecided")],
)
@pytest.mark.parametrize("which", ["again", "drawn"])
def test_a_difference_that_is_surely_there_is_told_from_one_that_may_be_none(
    ends: tuple[float, float], why: str, which: str
) -> None:
    close = Estimate(0.0, -1.0, 1.0, 9, "t", 0.9)
    apart = Estimate(sum(ends) / 2, *ends, 9, "t", 0.9)
    none = Band(*[np.array([])] * 4)
    both = {"again": close, "drawn": close} | {which: apart}
    says = {key: equivalence(one, 2.0) for key, one in both.items()}
    one = Checked("a", 99, 3.9, 9.0, **both, margin=2.0, as_again=says["again"],
                  as_drawn=says["drawn"], throughput=0.0, waits=none, line=none,
                  spread=none)  # fmt: skip
    assert (one.use, one.why) == ("with_care", f"{which}_{why}")


def test_a_log_of_the_simulator_is_like_the_scenario_fitted_to_it(
    log: pd.DataFrame, tmp_path: Path
) -> None:
    found = checked(log, tmp_path)
    assert (found.skipped, found.days, found.fitted, found.missing) == ("", 15, 45, 0)
    assert {one.agency: one.use for one in found.agencies} == {
        "dukcapil": "usable", "samsat": "usable",
    }  # fmt: skip
    for one in found.agencies:
        assert abs(one.throughput) < 0.15
        for band in (one.waits, one.line, one.spread):
            inside, points = band.inside()
            assert inside >= 0.7 * points > 4
    again = checked(log, tmp_path)
    assert [one.again for one in again.agencies] == [one.again for one in found.agencies]


def test_another_mall_on_the_days_held_out_is_noticed(log: pd.DataFrame, tmp_path: Path) -> None:
    """Everybody is called later, with the same citizens; or a third of them come, and no line."""
    late = log["Waktu Ambil"] >= "2025-03-10"
    slow = log.copy()
    slow.loc[late, ["Waktu Panggil", "Waktu Selesai"]] += pd.Timedelta("12min")
    uses = {one.agency: (one.use, one.why) for one in checked(slow, tmp_path).agencies}
    assert uses["dukcapil"] == ("not_usable", "rules_differ")
    few = log[~late | (np.arange(len(log)) % 3 == 0)].copy()
    few["Waktu Panggil"] = few["Waktu Ambil"].where(
        few["Waktu Ambil"] >= "2025-03-10", few["Waktu Panggil"]
    )
    found = {one.agency: one for one in checked(few, tmp_path).agencies}
    assert found["dukcapil"].throughput > 1
    assert found["dukcapil"].as_again == "equivalent"


def test_what_cannot_be_tried_is_said(log: pd.DataFrame, tmp_path: Path) -> None:
    short = log[log["Waktu Ambil"] < "2025-01-20"]
    assert checked(short, tmp_path).skipped == "few_days"
    arrivals = log.drop(columns=["Waktu Panggil", "Waktu Selesai"])
    assert checked(arrivals, tmp_path).skipped == "no_calls"
    open_ = log.drop(columns=["Waktu Selesai", "Loket"])
    assert checked(open_, tmp_path).skipped == "gaps"
    assert FEWEST_HELD == 5


@pytest.mark.parametrize("lang", ["id", "en"])
def test_the_page_shows_the_verdicts(log: pd.DataFrame, tmp_path: Path, lang: str) -> None:
    path = tmp_path / "log.parquet"
    log.to_parquet(path)
    found = fit([path])
    study = of_fit(found, lang, "mall.yaml", checked=validate(found, 20))
    page = study.write(tmp_path, lang).read_text(encoding="utf-8")
    assert page.count("<svg") == 3
    data: Any = json.loads((tmp_path / "fit.json").read_text(encoding="utf-8"))["validation"]
    assert [one["use"] for one in data["agencies"]] == ["usable", "usable"]
    assert page.count("chip kept") >= 2
