"""`mppsim describe`: every section, from the scenario alone, and nothing in it is markup."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from malls import mall, scenario_of
from typer.testing import CliRunner

from sim.cli import app
from sim.report.description import markdown, render, sections
from sim.report.flows import DOOR, EXIT, drawn, flows
from sim.scenario.figures import figures
from sim.scenario.loading import load
from sim.scenario.shipped import shipped

STRESS = (
    "1.1", "1.2", "1.3", "2.1", "2.2", "2.3", "2.4", "2.5.1", "2.5.2", "2.5.3", "2.5.4", "2.5.5",
    "3.1", "3.2", "3.3", "3.4", "4.1", "4.2", "4.3", "5.1", "5.2", "5.3", "5.4", "6.1",
)  # fmt: skip


@pytest.mark.parametrize("lang", ["en", "id"])
def test_every_section_of_the_guideline_is_there(lang: str) -> None:
    found = sections(load(shipped()["lhokseumawe"]), lang)
    assert tuple(section.title.split()[0] for section in found) == STRESS
    assert all(section.said for section in found)


def test_every_shipped_scenario_is_described() -> None:
    for file in shipped().values():
        scenario = load(file)
        text = markdown(scenario, "id")
        named = [agency.name or name for name, agency in scenario.agencies.items()]
        assert [name for name in named if name not in text.replace("\\", "")] == []
        ElementTree.fromstring(str(drawn(scenario, "id")))


def test_laws_are_called_in_the_language_of_the_page() -> None:
    times = {"always": "5 min"}, {"dist": "uniform", "low": "5 min", "high": "9 min"}
    agencies = {
        name: {"counters": 1, "services": {"s": {"time": time}}}
        for name, time in zip("ab", times, strict=True)
    }
    scenario = scenario_of({
        "name": "m", "calendar": {"days": "mon", "hours": "08:00-12:00"}, "agencies": agencies,
        "journeys": {"all": {"per_day": 10, "stops": ["a.s", "b.s"]}},
    })  # fmt: skip
    for lang, said in (("id", ["Konstan", "Seragam"]), ("en", ["Constant", "Uniform"])):
        assert [row[2] for row in sections(scenario, lang)[8].tables[0].rows] == said


@pytest.mark.parametrize("lang", ["id", "en"])
def test_what_the_author_wrote_is_in_the_language_of_the_page(lang: str) -> None:
    scenario = load(shipped()["lhokseumawe"])
    text = markdown(scenario, lang)
    for one, other in [("Satu minggu biasa", "An ordinary week"), ("jam layanan", "hours of serv")]:
        assert (one in text) == (other not in text) == (lang == "id"), one
    assert ("| asumsi |" in text) == (lang == "id") and ("| assumption |" in text) == (lang == "en")


def test_every_figure_stands_with_its_source_or_as_an_assumption() -> None:
    scenario = load(shipped()["lhokseumawe"])
    of = {section.title[:3]: section for section in sections(scenario, "en")}
    rows = [len(of[number].tables[0].rows) for number in ("3.1", "3.4")]
    assert sum(rows) == len(figures(scenario))
    assert rows[0] == sum(figure.kind == "source" for figure in figures(scenario))


def test_flows_are_kept_at_every_agency() -> None:
    """Who comes to a place leaves it; who enters by the door leaves by the exit."""
    scenario = load(shipped()["lhokseumawe"])
    found = flows(scenario)
    for place in scenario.agencies:
        came = sum(n for (_, b), n in found.items() if b == place)
        went = sum(n for (a, _), n in found.items() if a == place)
        assert came == pytest.approx(went)
    total = sum(float(journey.per_day) for journey in scenario.journeys.values())
    assert sum(n for (a, _), n in found.items() if a == DOOR) == pytest.approx(total)
    assert sum(n for (_, b), n in found.items() if b == EXIT) == pytest.approx(total)


def test_an_optional_stop_takes_its_share_past() -> None:
    stops = ["a.s", {"b.s": "25 %"}, "c.s"]
    scenario = mall({"a": 1, "b": 1, "c": 1}, journeys={"all": {"per_day": 100, "stops": stops}})
    assert flows(scenario) == pytest.approx(
        {(DOOR, "a"): 100, ("a", "b"): 25, ("a", "c"): 75, ("b", "c"): 25, ("c", EXIT): 100}
    )


def test_names_from_a_stranger_are_text_alone() -> None:
    evil = "<script>alert(1)</script> | [x](javascript:y)"
    scenario = scenario_of({
        "name": evil, "calendar": {"days": "mon", "hours": "08:00-12:00"},
        "agencies": {"a": {"name": evil, "counters": 1,
                           "services": {"s": {"name": evil, "time": {"always": "5 min"}}}}},
        "journeys": {"all": {"name": evil, "per_day": 10, "stops": ["a.s"]}},
    })  # fmt: skip
    assert "<script" not in render(scenario, "en")
    assert re.search(r"(?<!\\)<script|(?<!\\)\]\(java", markdown(scenario, "en")) is None


def test_the_command_writes_both_and_runs_nothing(tmp_path: Path) -> None:
    words = ["describe", str(shipped()["tutorial"]), "--out", str(tmp_path), "--lang", "en"]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0
    assert "Nothing was run" in result.stdout
    assert {"description.md", "description.html"} <= {path.name for path in tmp_path.iterdir()}
