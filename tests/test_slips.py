"""Slips of the pen that planners make: each is asked about, and all in one round."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic_core import PydanticCustomError

from sim.cli import main
from sim.errors import ScenarioError
from sim.report.beforehand import doubt_notes
from sim.scenario import quantities as q
from sim.scenario.doubts import doubts
from sim.scenario.examples import SMALL
from sim.scenario.faults import Fault
from sim.scenario.loading import load, load_text
from sim.scenario.shipped import shipped


def faults(text: str) -> list[Fault]:
    with pytest.raises(ScenarioError) as raised:
        load_text(text)
    return list(raised.value.faults)


def changed(*pairs: tuple[str, str]) -> str:
    text = SMALL
    for right, wrong in pairs:
        assert text.count(right) == 1
        text = text.replace(right, wrong)
    return text


# One round


def test_a_misspelt_stop_is_told_in_the_round_of_an_unreadable_value() -> None:
    text = changed(("mean: 9 min", "mean: 9"), ("[dukcapil.ktp]", "[dukcapil.kpt]"))
    assert [(f.path, f.code) for f in faults(text)] == [
        ("agencies.dukcapil.services.ktp.time.mean", "duration_unit"),
        ("journeys.ktp.stops[1]", "unknown_service"),
    ]


def test_a_stop_of_no_agency_is_told_beside_a_faulty_stop() -> None:
    text = changed(("[dukcapil.ktp]", "[dukcapil ktp]"), ("[dukcapil.kk,", "[nobody.kk,"))
    assert [f.path for f in faults(text)] == ["journeys.ktp.stops[1]", "journeys.kk.stops[1]"]


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (
            "  dukcapil:\n    counters: 3\n    services:",
            "  dukcapil:\n    counters: 3\n    service:",
        ),
        ("      ktp: {time", "      k p: {time"),
        ("  dukcapil:", "  duk capil:"),
        ("agencies:", "agency:"),
    ],
)
def test_a_misspelt_key_brings_no_faults_that_only_follow_from_it(right: str, wrong: str) -> None:
    found = {f.code for f in faults(changed((right, wrong)))}
    assert found and not found & {"unknown_service", "unknown_agency"}


# Numbers


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("1.200", "thousands"), ("1,200", "thousands"), ("12.500", "thousands"),
        ("1.200.000", "thousands_marked"), ("1,200,000.5", "thousands_marked"),
        ("1.200,5", "thousands_marked"), ("1,234", "decimal_comma"),
    ],
)  # fmt: skip
def test_marks_between_thousands_are_asked_about(written: str, code: str) -> None:
    with pytest.raises(PydanticCustomError) as raised:
        q.read_number(written)
    assert raised.value.context is not None
    assert [f.code for f in raised.value.context["found"]] == [code]


@pytest.mark.parametrize("written", ["1.234", "0.120", "1.25", "1200", "1200.500", "1.2e3"])
def test_decimals_that_can_be_read_in_one_way_are_read(written: str) -> None:
    assert q.read_number(written) == float(written)


@pytest.mark.parametrize(
    ("written", "remedy"), [("13,5 min", "13.5 min"), ("13,5", "13.5"), ("13,5 %", "13.5 %")]
)
def test_a_decimal_comma_in_braces_is_one_fault_with_its_remedy(written: str, remedy: str) -> None:
    found = faults(changed(("{time: {mean: 9 min, sd", f"{{time: {{mean: {written}, sd")))
    (comma,) = [f for f in found if f.code == "decimal_comma"]
    assert (comma.params["value"], comma.params["remedy"]) == (written, remedy)
    assert not [f for f in found if f.code in ("null_in_base", "dist_key")]


@pytest.mark.parametrize(
    ("read", "written", "remedy"),
    [(q.read_span, "5,9 min", "5.9 min"), (q.read_share, "5,9 %", "5.9 %"),
     (q.read_ratio, "5,9 %", "5.9 %"), (q.read_ratio, "5,9", "5.9")],
)  # fmt: skip
def test_the_remedy_of_a_decimal_comma_keeps_its_unit(
    read: Callable[[str], object], written: str, remedy: str
) -> None:
    with pytest.raises(PydanticCustomError) as raised:
        read(written)
    assert raised.value.context is not None
    (comma,) = raised.value.context["found"]
    assert comma.params == {"value": written, "remedy": remedy}


def test_a_number_as_a_key_that_is_none_stays_what_it_is() -> None:
    assert "decimal_comma" not in {f.code for f in faults(SMALL + "x: {a: b, 5 min}\n")}
    assert "decimal_comma" not in {f.code for f in faults(SMALL + "x:\n  a: 13\n  5 min:\n")}


# What can be run and is hardly meant


@pytest.mark.parametrize(
    ("right", "slip", "path", "said"),
    [
        ("per_day: 60", "per_day: 660000", "journeys.ktp.per_day", "write 2694; if of a month"),
        ("mean: 9 min", "mean: 200 min", "agencies.dukcapil.services.ktp.time", "write 200 s"),
        ("mean: 9 min, sd: 5 min", "mean: 9 s, sd: 5 s", "agencies.dukcapil.services.ktp.time",
         "write 9 min"),
        ("journeys:", "visitors: {general: {patience: {dist: exponential, mean: 50 s}}}\njourneys:",
         "visitors.general.patience", "write 50 min"),
        ("    services:\n      ktp:", "    promise: {wait: 20 h}\n    services:\n      ktp:",
         "agencies.dukcapil.promise.wait", "write 20 min"),
    ],
    ids=["a year's visits", "seconds as minutes", "minutes as seconds", "patience", "promise"],
)  # fmt: skip
def test_a_figure_that_nobody_means_is_asked_about(
    right: str, slip: str, path: str, said: str
) -> None:
    (doubt,) = doubts(load_text(changed((right, slip))))
    assert doubt.say("en").startswith(f"{path}: ") and said in doubt.say("en")
    assert path in doubt.say("id")


@pytest.mark.parametrize("name", shipped())
def test_no_shipped_scenario_is_in_doubt(name: str) -> None:
    assert doubts(load(shipped()[name])) == ()


def test_what_is_asked_about_runs_all_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "m.yaml"
    file.write_text(changed(("per_day: 60", "per_day: 3001")), encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["validate", str(file), "--lang", "id"])
    assert not ended.value.code
    assert "Periksa lagi: journeys.ktp.per_day: 3001 kunjungan" in capsys.readouterr().out
    assert doubt_notes([load(file)], "en")[0].startswith("Look again: journeys.ktp.per_day: 3001")
