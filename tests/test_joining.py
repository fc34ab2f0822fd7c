"""Several newcomers: every combination has its verdict, and the order follows from them."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html import escape
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from sim import MallError, compare, load, plan
from sim.cli import app
from sim.experiments.joining import Combination, JoinPlan
from sim.report.joining import _why_this, described, names
from sim.words import say

BASE = """\
name: Base
calendar: {days: mon, hours: 08:00-11:00}
agencies:
  a:
    counters: 1
    services: {s: {time: {mean: 4 min, sd: 2 min}, promise: {wait: 15 min, for: 70 %}}}
  till:
    counters: 1
    services: {pay: {time: {mean: 3 min, sd: 1 min}, promise: {wait: 10 min, for: 70 %}}}
journeys:
  first: {per_day: 15, stops: [a.s, till.pay]}
decision: {every_agency_keeps: promise}
"""
JOIN = """\
extends: base.yaml
name: %(name)s
agencies:
  %(name)s: {counters: 2, services: {t: {time: {mean: 4 min, sd: 2 min}}}}
journeys:
  %(name)s: {per_day: %(number)d, stops: [%(name)s.t, till.pay]}
"""


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """A till that bears one more agency of either kind, and not both."""
    monkeypatch.chdir(tmp_path)
    Path("base.yaml").write_text(BASE, encoding="utf-8")
    for name, number in (("x", 22), ("y", 22)):
        text = JOIN % {"name": name, "number": number}
        Path(f"{name}.yaml").write_text(text, encoding="utf-8")
    return [Path("base.yaml"), Path("x.yaml"), Path("y.yaml")]


def test_each_alone_may_join_and_both_may_not(files: list[Path]) -> None:
    base, *joins = files
    found = plan(base, joins, 60, workers=1)
    verdicts = {c.who: c.alternative.verdict for c in found.combinations}
    assert verdicts == {("x",): "may_join", ("y",): "may_join", ("x", "y"): "may_not"}
    assert found.order == ("x",)
    alone = compare(load(base), load("x.yaml"), 60, workers=1).alternatives[0]
    first = found.combinations[0].alternative
    assert [c.estimate for c in first.conditions] == [c.estimate for c in alone.conditions]


@pytest.mark.parametrize(
    ("may", "order", "why"),
    [
        (["a", "ab", "abc"], ("a", "b", "c"), "only"),
        (["c", "bc", "abc"], ("c", "b", "a"), "only"),
        (["a", "b", "bc"], ("b", "c"), "only"),
        (["a", "b", "ab", "bc"], ("a", "b"), "given"),
        (["a", "b", "c", "ab", "ac", "bc", "abc"], ("a", "b", "c"), "any"),
        (["a", "b"], ("a",), ""),
        (["ab", "abc"], (), ""),
        ([], (), ""),
    ],
)
def test_an_order_is_one_in_which_every_step_may(
    may: list[str], order: tuple[str, ...], why: str
) -> None:
    found = JoinPlan(
        comparison=None,  # type: ignore[arg-type]
        newcomers=("a", "b", "c"),
        combinations=tuple(
            Combination(tuple(who), _verdict("may_join" if who in may else "may_not"))
            for who in ("a", "b", "c", "ab", "ac", "bc", "abc")
        ),
    )
    assert found.order == order
    values = {"n": len(found.orders), "all": 6}
    said = say(f"study.joining.order_{why}", "en", **values) if why else ""
    assert "".join(_why_this(found, "en")) == said


def _verdict(verdict: str) -> Any:
    return SimpleNamespace(as_assumed=verdict)


def test_a_plan_takes_draws_and_its_verdicts_hold_them(files: list[Path]) -> None:
    """With a demand of today that may be anything, nobody surely may join."""
    draws = [{"journeys.first.per_day": f"{n}"} for n in range(2, 80, 2)]
    Path("draws.json").write_text(json.dumps({"set": draws}), encoding="utf-8")
    words = ["plan", *map(str, files), "--replications", "20", "--workers", "1", "--lang", "en"]
    words += ["--no-find-repair", "--no-break-even"]
    plain, drawn = (
        CliRunner().invoke(app, [*words, *more])
        for more in ([], ["--input-uncertainty", "draws.json"])
    )
    assert plain.exit_code == drawn.exit_code == 0, drawn.output
    assert "not included in the verdict" in plain.stdout and "x: may join." in plain.stdout
    assert "included in the verdict: 39 draws" in drawn.stdout
    assert "x: may join." not in drawn.stdout


@pytest.mark.parametrize("lang", ["en", "id"])
def test_the_command_says_the_order_first_and_writes_a_page(files: list[Path], lang: str) -> None:
    words = ("plan", *map(str, files), "--replications", "20", "--workers", "1", "--lang", lang)
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    told = [line.split(":")[0].strip() for line in result.stderr.splitlines()]
    assert told.count("x + y") == 2  # before repairs are looked for, and before break-evens
    lines = result.stdout.splitlines()
    combinations = [line.split(":")[0] for line in lines if re.match("  [^ ]", line)]
    assert combinations == ["  x", "  y", "  x + y"]
    not_looked = [line[2] for line in lines if say("study.joining.not_looked", lang) in line]
    assert not_looked == ["y"]  # x is a step, and x + y may not
    assert say("cli.sheets", lang, path="").strip() in result.stderr
    assert any(line.startswith(("Step 1: x", "Langkah 1: x")) for line in lines)
    (folder,) = Path("results").iterdir()
    page = (folder / "compare.html").read_text(encoding="utf-8")
    assert (
        page.index(escape(lines[0]))
        < page.index(say("compare.page.question", lang, name="").strip(" :")[-12:])
        < page.index("<h3>")
    )
    assert page.count(say("sheet.joins", lang)) == 0  # said once, at the head
    data = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    assert [c["who"] for c in data["combinations"]] == [["x"], ["y"], ["x", "y"]]


def test_newcomers_are_called_what_their_agencies_are_and_each_step_names_its_repair(
    files: list[Path],
) -> None:
    text = files[1].read_text(encoding="utf-8").replace("x: {counters", "x: {name: Ex, counters")
    files[1].write_text(text, encoding="utf-8")
    found = plan(files[0], files[1:], 20, workers=1)
    assert names(found) == {"x": "Ex", "y": "y"}
    alone = found.combinations[0].alternative
    mended = replace(alone, repair=alone)
    mended.__dict__["conditions"] = (
        replace(alone.conditions[0], state="broken", before="kept"), *alone.conditions[1:],
    )  # fmt: skip
    assert mended.as_assumed == "may_join_if"
    first = replace(found.combinations[0], alternative=mended)
    said = described(replace(found, combinations=(first, *found.combinations[1:])), "en")
    assert "was not looked at" not in said  # no break-evens were asked for
    step = said.index("Step 1: Ex joins.")
    assert said.index("It holds if this is done") > step
    assert "Input uncertainty is not included" in said and " are assumptions " in said


def test_newcomers_of_one_name_or_too_many_are_refused(files: list[Path]) -> None:
    for joins in ([], [files[1], files[1]], [Path(f"{k}.yaml") for k in range(6)]):
        with pytest.raises(MallError, match="one to 5 newcomers"):
            plan(files[0], joins, 2, workers=1)
