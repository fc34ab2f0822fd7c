"""A ticket log becomes a scenario: nothing is lost, nothing invented, and the truth comes back."""

from __future__ import annotations

import json
import os
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from ticket_logs import EXAMPLE, MALL, example, rounded, simulated

from sim import LogError, ScenarioError, draft, fit, replicate
from sim.cli import main
from sim.fitting.columns import FIELDS
from sim.fitting.doubts import doubts
from sim.fitting.draft import Draft
from sim.fitting.ledger import PARTS
from sim.fitting.likelihood import Sample, fit_law, fit_laws
from sim.fitting.patience import survival
from sim.fitting.rules import Rules, Told, read_mapping
from sim.report import locale
from sim.report.answer import Answer
from sim.report.fitted import described
from sim.report.observed import made_of_them
from sim.report.sentences import compared
from sim.report.studies import of_fit
from sim.scenario.loading import load, load_text
from sim.statistics.intervals import Estimate
from sim.words import say

HERE = Path(__file__).parent
ROOT = HERE.parent
LOGS = HERE / "logs"
CASES = {
    case["id"]: case
    for case in json.loads(
        (ROOT / "sim" / "verification" / "exact" / "cases.json").read_text(encoding="utf-8")
    )["cases"]
}
WARSAW = Path(os.environ.get("MPPSIM_WARSAW", HERE.parent / "warsaw" / "tickets.csv"))


def expected(case: str) -> dict[str, Any]:
    return {row["measure"]: row["value"] for row in CASES[case]["expected"]}


# Laws


def test_case_patience_from_censored_waits() -> None:
    model, answer = CASES["ME-KM"]["model"], expected("ME-KM")
    found = survival(model["wait"], model["abandoned"])
    assert found.times.tolist() == answer["km_times"]
    assert found.share == pytest.approx(answer["km_survival"], rel=1e-6)
    assert found.restricted_mean(25.5) == pytest.approx(answer["restricted_mean_to_25.5"])
    wait, left = np.array(model["wait"]), np.array(model["abandoned"], bool)
    served = wait[~left]
    sample = Sample.bounded(wait[left], served, np.full(len(served), np.inf))
    mean = fit_law(sample, "exponential").law.mean
    assert mean == pytest.approx(answer["exponential_mean_patience_mle"], rel=1e-6)


def test_case_laws_of_twenty_service_times() -> None:
    from sim.fitting.goodness import goodness

    data, answer = CASES["ME-FIT"]["model"]["data"], expected("ME-FIT")
    fits = fit_laws(Sample.of(data))
    by_name = {one.law.family: one for one in fits}
    assert fits[0].law.family == "lognormal"
    mu, log_sigma = by_name["lognormal"].law.theta
    assert (mu, np.exp(log_sigma)) == pytest.approx(answer["lognormal_mu_sigma"], rel=1e-6)
    gamma = np.exp(by_name["gamma"].law.theta)
    assert gamma == pytest.approx(answer["gamma_shape_scale"], rel=1e-4)
    aic = [by_name[name].aic for name in ("lognormal", "gamma", "exponential")]
    assert aic == pytest.approx(answer["aic_logn_gamma_exp"], rel=1e-6)
    found = goodness(Sample.of(data), by_name["lognormal"], "case")
    assert found.ks == pytest.approx(answer["ks_lognormal"], rel=1e-5)
    assert found.ks_p > 0.5


@pytest.mark.parametrize("family", ["weibull", "gamma", "lognormal", "exponential"])
def test_fits_of_censored_times_are_those_of_scipy(family: str) -> None:
    data = np.array(CASES["ME-FIT"]["model"]["data"])
    seen, beyond = data[:14], data[14:]
    ours = fit_law(Sample.bounded(seen, beyond, np.full(6, np.inf)), family).law
    name = {"weibull": "weibull_min", "lognormal": "lognorm", "exponential": "expon"}
    law = getattr(stats, name.get(family, family))
    theirs = law(*law.fit(stats.CensoredData(uncensored=seen, right=beyond), floc=0))
    assert (ours.mean, ours.sd) == pytest.approx((theirs.mean(), theirs.std()), rel=2e-3)


@pytest.mark.parametrize("family", ["weibull", "gamma", "lognormal", "exponential"])
@pytest.mark.parametrize("known", ["exactly", "to a limit", "between bounds"])
def test_fits_of_many_times_are_as_likely_as_those_of_scipy(family: str, known: str) -> None:
    """Whole, cut short by a limit of each, or as intervals: the same law, and no less likely."""
    rng = np.random.default_rng(20250106)
    times = rng.gamma(2.5, 3.0, 400)
    limit = rng.exponential(12.0, 400) if known == "to a limit" else np.full(400, np.inf)
    unseen = times > limit
    if known == "between bounds":
        low = 5 * np.floor(times / 5)
        ours = Sample.bounded([], low, low + 5)
        theirs = stats.CensoredData.interval_censored(low, low + 5)
    else:
        cut = limit[unseen]
        ours = Sample.bounded(times[~unseen], cut, np.full(len(cut), np.inf))
        theirs = stats.CensoredData(uncensored=times[~unseen], right=cut)
    name = {"weibull": "weibull_min", "lognormal": "lognorm", "exponential": "expon"}
    law = getattr(stats, name.get(family, family))
    other, found = law(*law.fit(theirs, floc=0)), fit_law(ours, family)
    assert (found.law.mean, found.law.sd) == pytest.approx((other.mean(), other.std()), rel=2e-3)
    seen = other.logpdf(ours.x) @ ours.weight
    bounds = other.cdf(ours.high) - other.cdf(ours.low)
    assert found.log_likelihood >= seen + np.log(bounds) @ ours.between - 1e-6


@pytest.mark.parametrize("left", [0.0, 0.3, 1.0])
def test_the_curve_of_patience_is_that_of_scipy(left: float) -> None:
    """Kaplan-Meier, with ties, from nobody who left to everybody."""
    rng = np.random.default_rng(7)
    waits = rng.integers(1, 40, 300).astype(float)
    gone = rng.random(300) < left
    found = survival(waits, gone)
    theirs = stats.ecdf(stats.CensoredData(uncensored=waits[gone], right=waits[~gone])).sf
    if left:
        assert found.share == pytest.approx(theirs.evaluate(found.times), abs=1e-12)
        assert set(found.times) == set(theirs.quantiles[np.isin(theirs.quantiles, waits[gone])])
    else:
        assert not len(found.times)


def test_times_written_to_five_minutes_give_the_law_that_exact_ones_give() -> None:
    ranks = (np.arange(4000) + 0.5) / 4000
    times = stats.lognorm(0.55, scale=8).ppf(ranks)
    phase = (np.arange(4000) * 0.6180339887) % 1
    coarse = 5 * np.floor(phase + times / 5)
    law = fit_law(Sample.of(coarse, 5.0), "lognormal").law
    assert law.theta[0] == pytest.approx(np.log(8), abs=0.03)
    assert np.exp(law.theta[1]) == pytest.approx(0.55, abs=0.03)
    naive = np.std(coarse) / np.mean(coarse)
    assert abs(law.sd / law.mean - 0.593) < abs(naive - 0.593)


# The way there and back


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A log of ten weeks, cut to the minute, with some faults, and what was fitted to it."""
    path = tmp_path_factory.mktemp("log") / "log.csv"
    _, log = simulated()
    log = rounded(log, "min")
    log.loc[log.index % 33 == 5, "Waktu Selesai"] = pd.NaT
    forgotten = log.index % 101 == 7
    log.loc[forgotten, "Waktu Selesai"] += pd.Timedelta("9h")
    log = pd.concat([log, log.iloc[:60]])
    log.to_csv(path, index=False, sep=";")
    return path, log, fit([path])


def test_every_row_is_used_or_counted(small: Any) -> None:
    _, log, found = small
    for part in PARTS:
        counts = found.ledger.counts(part)
        assert sum(counts.values()) == len(log)
    counts = found.ledger.counts("services")
    assert counts["duplicate"] == 60
    assert counts["forgotten_open"] > 50 and counts["no_end"] > 150


def holds(estimate: Estimate, truth: float) -> bool:
    """Whether the truth lies in an interval made wider for ten of them at once (Bonferroni)."""
    half = estimate.high - estimate.value if truth > estimate.value else (
        estimate.value - estimate.low)  # fmt: skip
    return bool(abs(truth - estimate.value) <= 2.81 / 1.96 * half)


def test_the_truth_lies_in_the_intervals(small: Any) -> None:
    _, _, found = small
    truth = {"dukcapil.ktp": (9, 5), "dukcapil.kk": (6, 3), "samsat.pajak": (4, 4)}
    for s, one in enumerate(found.services):
        mean, sd = truth[found.history.full_name(s)]
        assert holds(one.mean, mean) and holds(one.sd, sd)
    week = {"ktp": 60, "kk-pajak": 40, "pajak": 50}
    assert set(found.arrivals.per_day) == set(week)
    for key, per_day in week.items():
        assert holds(found.arrivals.per_day[key], per_day)
    assert holds(found.arrivals.day_to_day, 0.12)
    assert found.arrivals.within_p > 0.01
    assert found.patience.fit.law.mean == pytest.approx(60, rel=0.15)
    assert {key: of.table[0][1] for key, of in found.counters.items()} == {
        "dukcapil": 3, "samsat": 2,
    }  # fmt: skip


def test_the_scenario_loads_with_a_source_behind_every_figure(small: Any) -> None:
    from sim.scenario.figures import figures

    _, _, found = small
    scenario = load_text(draft(found, "en"))
    assert [f.path for f in figures(scenario) if f.kind == "none"] == []
    assert scenario.calendar.breaks["fri"] == load_text(MALL).calendar.breaks["fri"]
    low, high = scenario.plausible["agencies.dukcapil.services.ktp.time.mean"]
    assert low.value < scenario.service("dukcapil.ktp").time.mean < high.value


def test_nobody_is_named_in_what_is_written(small: Any, tmp_path: Path) -> None:
    _, log, found = small
    of_fit(found, "en", "mall.yaml").write(tmp_path, "en")
    written = {
        "mall.yaml",
        "mall.dates.yaml",
        "mall.inputs.json",
        "fit.html",
        "fit.json",
        "fit.txt",
    }
    assert {p.name for p in tmp_path.iterdir()} == written
    for file in tmp_path.iterdir():
        text = file.read_text(encoding="utf-8")
        assert "11730" not in text, file.name
    assert load(tmp_path / "mall.yaml").agencies
    data = json.loads((tmp_path / "fit.json").read_text(encoding="utf-8"))
    assert sum(data["ledger"]["arrivals"].values()) == data["rows"] == len(log)


def test_without_ends_the_gaps_between_calls_bound_the_service(tmp_path: Path) -> None:
    _, log = simulated()
    path = tmp_path / "log.parquet"
    log.drop(columns=["Waktu Selesai", "Status"]).to_parquet(path)
    found = fit([path])
    ktp = next(t for s, t in enumerate(found.services) if found.history.services[s] == "ktp")
    assert ktp.basis == "between_calls"
    assert 8.5 < ktp.mean.value < 11
    assert "upper bound" in draft(found, "en")


def test_what_nobody_knows_is_asked_and_the_scenario_waits_for_the_answer(tmp_path: Path) -> None:
    found = fit([LOGS / "latin1.csv"])
    text = draft(found, "en")
    with pytest.raises(ScenarioError, match="still a question: How many counters") as refused:
        load_text(text)
    assert {fault.code for fault in refused.value.faults} == {"unanswered"}
    like = tmp_path / "like.yaml"
    like.write_text(MALL.replace("dukcapil", "instansi").replace(" ktp:", " cafe-pagi:").replace(
        ".ktp", ".cafe-pagi"), encoding="utf-8")  # fmt: skip
    lent = load_text(draft(fit([LOGS / "latin1.csv"], like=load(like)), "en"))
    assert "taken from" in lent.sources["agencies.instansi.counters"]


# Ugly logs

REFUSED = {
    "bomb.xlsx": "bomb", "damaged.xlsx": "workbook", "empty.csv": "empty", "old.xls": "old_excel",
    "no_arrival.csv": "no_arrival", "no_date.csv": "no_date", "only_names.csv": "empty",
    "broken_name.parquet": "parquet", "broken_zip.xlsx": "workbook",
}  # fmt: skip
USED = {
    "one_row.csv": (1, 1), "future_dates.csv": (15, 0), "wrong_order.csv": (20, 10),
    "called_another_day.csv": (21, 21),
}  # fmt: skip
"""Rows used as arrivals and as services, where not all 20 and not as the header says."""
WITH_ENDS = {
    "am_pm.csv", "decimal_commas.csv", "merged_cells.xlsx", "one_day.csv", "semicolons.csv",
    "sep_of_two_letters.csv",
    "two_header_rows.csv",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(path.name for path in LOGS.iterdir()))
def test_an_ugly_log_gets_a_clear_answer(name: str) -> None:
    if name in REFUSED:
        with pytest.raises(LogError) as refused:
            fit([LOGS / name])
        assert refused.value.code == REFUSED[name]
        assert name in refused.value.say("en") and name in refused.value.say("id")
        return
    found = fit([LOGS / name])
    arrivals, services = USED.get(name, (20, 20 if name in WITH_ENDS else 0))
    assert found.ledger.counts("arrivals")["used"] == arrivals
    assert found.ledger.counts("services")["used"] == services
    text = draft(found, "id")
    assert not any(line.split(": ")[-1].startswith(("=", "@")) for line in text.splitlines())
    try:
        load_text(text)
    except ScenarioError as error:
        assert {fault.code for fault in error.faults} == {"unanswered"}


def test_a_call_on_another_day_is_no_wait() -> None:
    """One of the two dates is wrong: a wait of 19 years would be the whole mean."""
    found = fit([LOGS / "called_another_day.csv"])
    assert found.ledger.counts("waits") == {"used": 20, "called_another_day": 1}
    assert found.waits().max() < 60


def test_a_chance_is_never_nothing() -> None:
    assert locale.chance(0.0004, "id") == "< 0,001" and locale.chance(0.48, "id") == "= 0,480"


def test_times_are_read_as_they_are_written() -> None:
    for name in ("indonesian_months.csv", "dots.csv", "to_24_00.csv", "merged_cells.xlsx"):
        found = fit([LOGS / name])
        assert found.period == ("2025-01-06", "2025-01-10")
        assert sorted(set(found.history.arrival // 60_000_000)) == [485, 500, 542, 640]
    assert (fit([LOGS / "to_24_00.csv"]).history.end == 24 * 3600 * 10**6).sum() == 5


def test_a_mapping_names_columns_and_changes_rules(tmp_path: Path) -> None:
    file = tmp_path / "columns.yaml"
    file.write_text(
        "columns: {arrival: Jam Ambil}\ndate: 2025-01-06\nrules: {forgotten_open: 1 h}\n"
    )
    told = read_mapping(file)
    assert told.order == ""
    assert told.rules.forgotten_open == 3600 * 10**6
    assert fit([LOGS / "no_date.csv"], told=told).period == ("2025-01-06", "2025-01-06")
    file.write_text("dates: month_first\n")
    assert read_mapping(file).order == "month_first"
    file.write_text("dates: american\n")
    with pytest.raises(LogError, match="day_first or month_first"):
        read_mapping(file)
    with pytest.raises(LogError, match="there is no column"):
        fit([LOGS / "dots.csv"], told=Told(columns={"arrival": "Jam Tiba"}))


HEAD = "Nomor;Tenant Mal;Layanan;Tanggal;Jam Ambil\n"


def log_of(folder: Path, dates: list[str], head: str = HEAD) -> Path:
    """Write a log with two tickets on each date."""
    file = folder / "log.csv"
    both = ("Samsat;pajak", "Bank;bayar")
    rows = [f"{2 * k + a};{name};{date};08:0{a}\n" for k, date in enumerate(dates)
            for a, name in enumerate(both)]  # fmt: skip
    file.write_text(head + "".join(rows), encoding="utf-8")
    return file


def asked(file: Path, told: Told | None = None) -> list[str]:
    return [one.key for one in doubts(fit([file], told=told))]


def test_a_column_that_may_be_the_agency_is_asked_about(tmp_path: Path) -> None:
    file = log_of(tmp_path, ["2025-01-06", "2025-01-07"])
    (doubt,) = doubts(fit([file]))
    assert (doubt.key, doubt.columns) == ("no_agency", ("Tenant Mal",))
    assert asked(file, Told(columns={"agency": "Tenant Mal"})) == []
    assert asked(log_of(tmp_path, ["2025-01-06"], HEAD.replace("Tenant Mal", "Instansi"))) == []


def test_a_date_that_cannot_be_read_is_not_that_of_the_row_above(tmp_path: Path) -> None:
    found = fit([log_of(tmp_path, ["2025-01-06", "kemarin", "2025-01-07", "", "-", "NULL"])])
    assert found.ledger.counts("arrivals") == {"used": 10, "unreadable": 2}
    assert found.tickets.filled_dates == 6
    assert [(one.key, one.rows) for one in doubts(found)][-1] == ("unreadable", 2)


def test_dates_that_can_be_read_either_way_are_asked_about(tmp_path: Path) -> None:
    head = HEAD.replace("Tenant Mal", "Instansi")
    odd = log_of(tmp_path, ["05/06/2025", "05/07/2025", "05/08/2025", "06/02/2025"], head)
    found = fit([odd])
    assert [one.key for one in doubts(found)] == ["day_first"]
    assert "dates: month_first" in described(found, Draft(found, "en"), "en")
    assert fit([odd], told=Told(order="month_first")).period == ("2025-05-06", "2025-06-02")
    assert asked(odd, Told(order="month_first")) == asked(odd, Told(order="day_first")) == []
    likely = log_of(tmp_path, ["02/06/2025", "03/06/2025", "04/06/2025"], head)
    assert fit([likely]).tickets.guessed and asked(likely) == []
    plain = log_of(tmp_path, ["06/06/2025", "13/06/2025", "08/06/2025"], head)
    assert not fit([plain]).tickets.guessed and asked(plain) == []


def test_the_shipped_example_is_what_the_simulator_gives_and_its_mall_comes_back() -> None:
    assert EXAMPLE.read_text(encoding="utf-8") == example()
    mall = load(EXAMPLE.parent.parent / "tutorial.yaml")
    again = load_text(draft(fit([EXAMPLE]), "en"))
    assert again.agencies["disdukcapil"].counters == mall.agencies["dukcapil"].counters
    assert again.calendar.breaks["fri"] == mall.calendar.breaks["fri"]
    for key, true in (("ktp", 13), ("kk", 7)):
        low, high = again.plausible[f"agencies.disdukcapil.services.{key}.time.mean"]
        assert low.value < true * 60e6 < high.value


@pytest.mark.parametrize(("lang", "says"), [("en", "2 to 3 at a time"), ("id", "2 sampai 3, pada")])
def test_counters_and_patience_are_told_with_a_figure(lang: str, says: str) -> None:
    found = fit([EXAMPLE])
    text = described(found, Draft(found, lang), lang)
    assert says in text and ":  [" not in text
    assert text.startswith(say("fit.draft.whole", lang))  # the answer, before what it rests on
    hours = "08:30–15:30" if lang == "en" else "08.30–15.30"
    pause = "break 11:30–14:00" if lang == "en" else "istirahat 11.30–14.00"
    assert hours in text and pause in text and say("fit.hours.ask", lang) in text
    left = found.ledger.counts("waits")["left"]
    assert left == found.patience.left and "no_call" not in found.ledger.counts("waits")
    assert f"{say('fit.reason.left', lang)} {left}" in text
    assert "Disdukcapil › ktp" in text and "disdukcapil.ktp" not in text
    made = load_text(draft(found, lang))
    assert made_of_them(made)
    apart = {"observed": "counted by hand in March"}
    other = made.model_copy(update={"sources": {**made.sources, **apart}})
    assert not made_of_them(other) and not made_of_them(load(ROOT / "scenarios/tutorial.yaml"))
    for mall, key in ((made, "agree_same"), (other, "agree")):
        answer = Answer.of(replicate(mall, 4, workers=1))
        within = sum(row.place == "within" for row in answer.counted)
        expected = say(f"page.counted.{key}", lang, within=within, all=len(answer.counted))
        assert compared(answer, lang) == expected
    answer = Answer.of(replicate(made, 4, workers=1))
    off = replace(answer, counted=tuple(replace(row, place="below") for row in answer.counted))
    n = len(off.counted)
    wrong = say("page.counted.disagree_same", lang, within=0, outside=n, all=n)
    assert compared(off, lang) == wrong


def test_the_docs_name_every_key_of_a_file_of_columns(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "how-to.md").read_text(encoding="utf-8")
    block = next(b for b in text.split("```yaml\n")[1:] if b.startswith("columns:"))
    file = tmp_path / "columns.yaml"
    file.write_text(block.split("```")[0], encoding="utf-8")
    told = read_mapping(file)
    assert set(told.columns) == set(FIELDS)
    assert told.date is not None and told.order == "day_first"
    below = file.read_text(encoding="utf-8").split("rules:")[1].splitlines()[1:]
    assert [line.split(":")[0].strip() for line in below] == [f.name for f in fields(Rules)]


@pytest.mark.skipif(not WARSAW.is_file(), reason="the log of Warsaw is not here")
def test_a_real_log_says_what_it_does_not_know() -> None:
    found = fit([WARSAW])
    assert found.snapshots == 5 * 60 * 10**6
    assert found.opening.hours["mon"].closes == 18 * 3600 * 10**6
    assert all(one.basis == "unknown" for one in found.services)
    assert found.patience.fit is None
    with pytest.raises(ScenarioError) as refused:
        load_text(draft(found, "en"))
    assert len(refused.value.faults) == 14


@pytest.mark.parametrize("lang", ["id", "en"])
def test_the_command_writes_the_scenario_beside_its_page(
    lang: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "mall.yaml"
    log = str(LOGS / "semicolons.csv")
    with pytest.raises(SystemExit) as ended:
        main(["fit", log, "--out", str(out), "--lang", lang, "--json"])
    assert not ended.value.code
    assert json.loads(capsys.readouterr().out)["rows"] == 20
    assert "2025-01-06" in out.read_text(encoding="utf-8")
    page = (tmp_path / "fit.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 2 and f'lang="{lang}"' in page


def test_a_fit_of_another_log_in_one_folder_says_what_it_replaces(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "mall.yaml"

    def said(name: str, target: Path) -> str:
        with pytest.raises(SystemExit):
            main(["fit", str(LOGS / name), "--out", str(target), "--lang", "en"])
        return capsys.readouterr().err

    assert "replaces" not in said("semicolons.csv", out)
    assert "replaces" not in said("semicolons.csv", out)
    assert "semicolons.csv" in said("dots.csv", out).splitlines()[0]
    assert "this replaces the earlier fit" in said("dots.csv", tmp_path / "other.yaml")
