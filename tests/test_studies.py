"""The commands that ask a question of many runs, as a person uses them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from sim.cli import app
from sim.experiments.explain import CAUSES
from sim.report.explanation import cause_of
from sim.words import say

MALL = """\
name: Small
calendar: {days: mon, hours: 08:00-10:00}
agencies:
  a:
    counters: 4
    services: {s: {time: {mean: 6 min, sd: 3 min}, promise: {wait: 5 min, for: 80 %}}}
journeys:
  all: {per_day: 40, stops: [a.s]}
"""


@pytest.fixture
def mall(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("small.yaml").write_text(MALL, encoding="utf-8")
    return Path("small.yaml")


def said(*words: str, status: int = 0) -> str:
    result = CliRunner().invoke(app, words)
    assert result.exit_code == status, result.output
    return result.stdout


@pytest.mark.parametrize("lang", ["en", "id"])
def test_capacity_answers_first_and_leaves_a_picture(mall: Path, lang: str) -> None:
    words = ("capacity", str(mall), "--replications", "3", "--workers", "1", "--lang", lang)
    first = said(*words).splitlines()[0]
    assert "a" in first and ("first promise" in first or "Janji pertama" in first)
    folder = Path("results/small")
    assert sorted(p.name for p in folder.iterdir()) == [
        "capacity.json", "capacity.png", "capacity.svg", "capacity.txt",
    ]  # fmt: skip
    data = json.loads((folder / "capacity.json").read_text(encoding="utf-8"))
    assert data["per_day"] == 40 and data["agencies"][0]["state"] == "crosses"


@pytest.mark.parametrize("lang", ["en", "id"])
def test_staffing_writes_an_overlay_that_runs_and_keeps_the_promise(mall: Path, lang: str) -> None:
    words = ("--replications", "10", "--workers", "1", "--lang", lang)
    text = said("staff", str(mall), "--certify", "40", "--shift", "1 h .. 2 h", *words)
    assert "8" in text.splitlines()[0]
    overlay = Path("results/small/staffing.yaml")
    shown = said("show", str(mall), "--with", str(overlay))
    assert "counters: 4" not in shown
    data = json.loads(Path("results/small/staffing.json").read_text(encoding="utf-8"))
    assert data["agencies"][0]["state"] == "kept" and data["shifts"]["a"]


@pytest.mark.parametrize("lang", ["en", "id"])
def test_a_sweep_leaves_a_table_with_its_figures_and_a_picture(mall: Path, lang: str) -> None:
    words = ("--replications", "2", "--workers", "1", "--lang", lang)
    text = said(
        "sweep", str(mall), "--set", "a.counters=2,4", "--set", "demand.scale=1,1.5", *words
    )
    assert {"en": "Counters = 2", "id": "Loket = 2"}[lang] in text
    assert {"en": " = 1.5: ", "id": " = 1,5: "}[lang] in text and "a.counters" not in text
    assert say("inputs.not_included_sweep", lang) in text
    folder = Path("results/small")
    rows = (folder / "sweep.csv").read_text(encoding="utf-8").splitlines()
    assert rows[0].startswith("point,a.counters,demand.scale,scenario,replication")
    assert (folder / "sweep-wait-mean.png").exists()


@pytest.mark.parametrize("lang", ["en", "id"])
def test_an_explanation_tells_each_part_of_a_wait(mall: Path, lang: str) -> None:
    crowded = MALL.replace("counters: 4", "counters: 2")
    mall.write_text(crowded, encoding="utf-8")
    worst = said("explain", str(mall), "--worst", "2", "--lang", lang)
    assert worst.count(cause_of("ahead", lang)) >= 3  # twice, and in the order of precedence
    assert cause_of("ahead", lang) in said("explain", str(mall), "--agency", "a", "--lang", lang)
    data: list[dict[str, Any]] = json.loads(said("explain", str(mall), "--worst", "1", "--json"))
    assert sum(data[0]["by_cause"].values()) == data[0]["end"] - data[0]["begin"]
    one = said("explain", str(mall), "--visit", str(data[0]["visit"]), "--lang", lang)
    assert one.splitlines()[0] == worst.splitlines()[0]


def test_causes_have_words_of_their_own() -> None:
    for lang in ("en", "id"):
        assert len({cause_of(cause, lang) for cause in CAUSES}) == len(CAUSES)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("capacity", "small.yaml", "--of", "x"), "no journey or agency 'x'"),
        (("capacity", "small.yaml", "--low", "2", "--high", "1"), "lower to a higher"),
        (("sweep", "small.yaml", "--set", "a.counters"), "PATH=VALUE"),
        (("sweep", "small.yaml", "--set", "a.countrs=1,2"), "counters"),
        (("staff", "small.yaml", "--shift", "long"), "write durations"),
        (("explain", "small.yaml", "--visit", "999"), "visits 1 to"),
        (("explain", "small.yaml", "--agency", "x"), "no agency 'x'"),
    ],
)
def test_what_cannot_be_asked_is_said_plainly(
    mall: Path, words: tuple[str, ...], says: str
) -> None:
    assert mall.exists()
    result = CliRunner().invoke(app, (*words, "--lang", "en"))
    assert (result.exit_code, says in result.stderr) == (2, True), result.stderr
