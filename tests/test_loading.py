"""From YAML text to a checked scenario: form, merging, places, folders, and the way back."""

from __future__ import annotations

import os
import pickle
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError, conlist

from sim.errors import ScenarioError
from sim.scenario.document import MOST_REPEATED, _syntax_fault, read_document
from sim.scenario.faults import Fault, Place
from sim.scenario.loading import load, load_text
from sim.scenario.locating import findings_in
from sim.scenario.model import Scenario, Staffing
from sim.scenario.observable import DURATIONS, OBSERVABLE, SHARES
from sim.scenario.quantities import HOUR, MINUTE
from sim.scenario.said import said
from sim.scenario.tree import Table, plain
from sim.scenario.writing import show
from sim.statistics.measures import measures_of
from sim.words import LANGUAGES

VALID = Path(__file__).parent / "scenarios" / "valid"
SHIPPED = Path(__file__).parent.parent / "scenarios"
BASE = (VALID / "base.yaml").read_text(encoding="utf-8")
EVERY = (VALID / "every_form.yaml").read_text(encoding="utf-8")
OVERLAY_ONLY = {"hours.yaml"}
FILES = sorted(file for file in VALID.rglob("*.yaml") if file.name not in OVERLAY_ONLY)


def faults(call: Any, *args: Any, **kwargs: Any) -> tuple[Fault, ...]:
    with pytest.raises(ScenarioError) as raised:
        call(*args, **kwargs)
    return raised.value.faults


def codes(call: Any, *args: Any, **kwargs: Any) -> list[str]:
    return [fault.code for fault in faults(call, *args, **kwargs)]


def stops(scenario: Scenario, journey: str) -> list[tuple[str, float]]:
    return [(stop.service, stop.share) for stop in scenario.journeys[journey].stops]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder called scenarios with one base in it."""
    inner = tmp_path / "scenarios"
    inner.mkdir()
    (inner / "base.yaml").write_text(BASE, encoding="utf-8")
    return inner


def put(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


# Valid files and the way back


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_is_shown_loads_again_to_an_equal_scenario(file: Path) -> None:
    scenario = load(file)
    again = load_text(show(scenario))
    assert again == scenario
    assert show(again) == show(scenario)


@pytest.mark.parametrize("file", sorted(SHIPPED.rglob("*.yaml")), ids=lambda file: file.stem)
def test_shipped_scenarios_load_and_show(file: Path) -> None:
    scenario = load(file)
    assert load_text(show(scenario)) == scenario


def test_all_ways_to_write_a_thing_mean_the_same() -> None:
    scenario = load(VALID / "every_form.yaml")
    assert scenario.description == "Folded over two lines."
    assert scenario.calendar.hours == {
        **dict.fromkeys(("mon", "tue", "wed"), (17 * HOUR // 2, 31 * HOUR // 2)),
        "fri": (17 * HOUR // 2, 16 * HOUR),
    }
    assert scenario.calendar.doors == {
        "mon": 8 * HOUR, "tue": 8 * HOUR, "wed": 8 * HOUR + 15 * MINUTE, "fri": 8 * HOUR,
    }  # fmt: skip
    assert scenario.agencies["dukcapil"].name == scenario.name == "Every form"
    assert scenario.stops_of("kk") == scenario.journeys["kk"].stops
    assert scenario.decision.present_citizens_lose_at_most == 0.02
    assert scenario.visitors["elderly"].patience is not None


@pytest.mark.parametrize(
    "name",
    ["null", "~", "<<", "yes", "0830", "a: b", "- a", "# a", "'", "a\nb", "ü – 信", "{", "&a"],
)
def test_any_name_is_shown_so_that_it_loads_again(name: str) -> None:
    scenario = load(VALID / "base.yaml").model_copy(
        update={"name": name, "sources": {"calendar": name}}
    )
    assert load_text(show(scenario)) == scenario


def test_what_says_nothing_is_not_shown() -> None:
    shown = show(load(VALID / "base.yaml"))
    assert "''" not in shown and "{}" not in shown and "null" not in shown


def test_every_scalar_is_read_as_text() -> None:
    root, found = read_document(b"a: 0830\nb: yes\nc: 08:30\nd: 1e3\ne: 'null'\nf: ~\n", "x.yaml")
    assert found == [] and root is not None
    assert plain(root) == {
        "a": "0830", "b": "yes", "c": "08:30", "d": "1e3", "e": "null", "f": None,
    }  # fmt: skip


def test_windows_files_keep_their_places(tmp_path: Path) -> None:
    file = tmp_path / "windows.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + BASE.replace("per_day: 60", "per_day: x").encode())
    unix = faults(load, file)[0].place
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert faults(load, file)[0].place == unix


def test_a_scenario_may_be_named_by_text_or_path() -> None:
    assert load(str(VALID / "base.yaml")) == load(VALID / "base.yaml") == load_text(BASE)


def test_aliases_repeat_a_value() -> None:
    text = BASE.replace("{mean: 9 min, sd: 5 min}", "&law {mean: 9 min, sd: 5 min}")
    services = load_text(text.replace("{mean: 12 min, cv: 0.6}", "*law")).agencies["dukcapil"]
    assert services.services["kk"].time == services.services["ktp"].time


def test_aliases_may_not_repeat_without_end() -> None:
    line = "x: &x [" + ", ".join(["1"] * 99) + "]\n"
    enough = MOST_REPEATED // 100
    assert read_document(f"{line}y: [{', '.join(['*x'] * enough)}]\n".encode(), "x")[1] == []
    _, found = read_document(f"{line}y: [{', '.join(['*x'] * (enough + 1))}]\n".encode(), "x")
    assert [fault.code for fault in found] == ["alias_explodes"]


# All faults in one go, each at its place


def test_all_faults_of_a_file_come_out_in_one_go_and_in_its_order() -> None:
    text = BASE.replace("per_day: 60", "per_day: sixty").replace("wait: 20 min", "wait: 20")
    text = text.replace("hours: 08:30-15:30", "hours: 0830-1530\n  hours: 8-9")
    text = text.replace("machines: 2", "machines: !!int 2, machins: 3").replace("cv: 0.6", "cv: -1")
    found = faults(load_text, text)
    assert [(fault.place.line, fault.code) for fault in found] == [
        (5, "clock_colon"), (6, "duplicate_key"), (15, "tag"), (15, "unknown_key"),
        (18, "duration_unit"), (21, "negative"), (23, "number"),
    ]  # fmt: skip


def test_cross_checks_come_out_in_one_go_too() -> None:
    text = BASE.replace("dukcapil.ktp]", "dukcapil.kpt]").replace("share: 88 %", "share: 80 %")
    text += "observed: {visits: 1 min}\n"
    assert codes(load_text, text) == [
        "class_shares", "unknown_service", "observed_number",
    ]  # fmt: skip


def test_a_syntax_error_is_the_one_fault_that_stops_the_list() -> None:
    assert codes(load_text, BASE.replace("per_day: 60", "per_day: sixty") + "x: [\n") == [
        "syntax_value"
    ]


def test_a_fault_in_an_overlay_points_into_the_overlay(folder: Path) -> None:
    over = put(folder, "faulty.yaml", "agencies: {dukcapil: {counters: many}}\n")
    (fault,) = faults(load, VALID / "base.yaml", [over])
    assert str(fault.place) == f"{over}:1:33"


def test_a_fault_in_the_base_points_into_the_base(folder: Path) -> None:
    put(folder, "base.yaml", BASE.replace("per_day: 60", "per_day: sixty"))
    over = put(folder, "over.yaml", "extends: base.yaml\nname: Over\n")
    (fault,) = faults(load, over)
    assert (Path(fault.place.file).name, fault.place.line) == ("base.yaml", 22)


def test_faults_come_in_the_order_of_the_files_the_lowest_first(folder: Path) -> None:
    put(folder, "base.yaml", BASE.replace("per_day: 60", "per_day: sixty"))
    over = put(folder, "a.yaml", "extends: base.yaml\nname: [a]\n")
    found = faults(load, over, overrides={"demand.scale": "x"})
    assert [Path(fault.place.file).name for fault in found] == [
        "base.yaml", "a.yaml", "override demand.scale",
    ]  # fmt: skip


def test_faults_survive_the_way_back_from_a_worker() -> None:
    with pytest.raises(ScenarioError) as raised:
        load_text("name: x\n")
    again = pickle.loads(pickle.dumps(raised.value))
    assert again.faults == raised.value.faults and str(again) == str(raised.value)


def test_what_only_pydantic_would_say_is_still_a_fault() -> None:
    class Pair(BaseModel):
        both: conlist(int, max_length=2)  # type: ignore[valid-type]

    with pytest.raises(ValidationError) as raised:
        Pair.model_validate({"both": [1, 2, 3]})
    assert [f.code for f in findings_in(raised.value, Pair)] == ["not_valid"]


# Merging


def test_null_removes_and_takes_its_notes_along() -> None:
    scenario = load(VALID / "overlay_removes.yaml")
    assert list(scenario.journeys) == ["ktp"]
    assert list(scenario.agencies["dukcapil"].services) == ["ktp"]
    assert scenario.agencies["dukcapil"].counters == Staffing(((17 * HOUR // 2, 3),))
    assert scenario.class_shares == {"general": 1.0}
    assert list(scenario.observed) == ["dukcapil.ktp.wait.mean"]
    assert list(scenario.sources) == ["journeys"]
    assert list(scenario.plausible) == ["journeys.ktp.per_day"]


def test_a_note_on_a_removed_thing_is_a_fault_where_the_same_file_makes_it(folder: Path) -> None:
    over = (
        "extends: base.yaml\njourneys: {kk: null}\nagencies: {dukcapil: {services: {kk: null}}}\n"
    )
    over += "sources: {journeys.kk: guess}\n"
    assert codes(load, put(folder, "over.yaml", over)) == ["path_unknown"]


def test_a_list_is_replaced_and_the_rest_stays() -> None:
    scenario = load(VALID / "overlay_replaces_a_list.yaml")
    assert stops(scenario, "kk") == [("dukcapil.kk", 1), ("kiosk.ticket", 1)]
    assert scenario.journeys["kk"].per_day == 20


def test_added_stops_keep_their_order() -> None:
    scenario = load(VALID / "overlay_adds_stops.yaml")
    assert stops(scenario, "ktp") == [
        ("desk.copy", 0.1), ("kiosk.ticket", 1), ("desk.ask", 0.05), ("desk.copy", 1),
        ("dukcapil.ktp", 1),
    ]  # fmt: skip
    again = load(VALID / "overlay_on_an_overlay.yaml")
    assert stops(again, "ktp") == stops(scenario, "ktp")
    assert [service for service, _ in stops(again, "kk")][-2:] == ["desk.ask", "desk.copy"]


def test_keys_merge_by_name_down_to_the_last() -> None:
    base, over = load(VALID / "base.yaml"), load(VALID / "join" / "bank.yaml")
    assert over.name == "The bank joins"
    assert over.calendar == base.calendar
    assert over.agencies["dukcapil"] == base.agencies["dukcapil"]
    assert set(over.agencies) == {*base.agencies, "bank"}


@pytest.mark.parametrize("name", ["overlay_replaces_a_list", "overlay_adds_stops", "join/bank"])
def test_an_overlay_is_the_same_run_directly_or_over_its_base(name: str) -> None:
    over = VALID / f"{name}.yaml"
    assert load(over) == load(VALID / "base.yaml", [over]) == load(over, [over])


def test_an_overlay_of_an_overlay_brings_what_it_extends() -> None:
    top = VALID / "overlay_on_an_overlay.yaml"
    over = load(VALID / "base.yaml", [top])
    assert {**dict(load(top)), "name": ""} == {**dict(over), "name": ""}


def test_overlays_stack_and_their_order_changes_nothing_but_the_name() -> None:
    bank, hours = VALID / "join" / "bank.yaml", VALID / "join" / "hours.yaml"
    one, other = (load(VALID / "base.yaml", stack) for stack in ([bank, hours], [hours, bank]))
    assert one.name == "The bank joins + Shorter hours"
    assert one.model_copy(update={"name": other.name}) == other
    assert one.calendar.breaks == {} and "bank" in one.agencies


def test_a_text_for_readers_may_be_in_both_languages() -> None:
    text = BASE.replace("calendar:", "description: {id: Minggu biasa, en: A usual week}\ncalendar:")
    scenario = load_text(text)
    assert scenario.description == "A usual week"
    assert [said(scenario.description, lang) for lang in LANGUAGES] == [
        "Minggu biasa",
        "A usual week",
    ]
    again = load_text(show(scenario))
    assert again == scenario and again.description.by_lang == scenario.description.by_lang
    other = load_text(text, overrides={"description": "Two weeks"})
    assert said(other.description, "id") == other.description == "Two weeks"


def test_descriptions_of_overlays_join_language_by_language(folder: Path) -> None:
    one = put(folder, "a.yaml", "description: {id: Bank ikut., en: The bank joins.}\n")
    other = put(folder, "b.yaml", "description: Jam baru.\n")
    both = load(folder / "base.yaml", [one, other]).description
    assert said(both, "id") == "Bank ikut. + Jam baru."
    assert said(both, "en") == "The bank joins. + Jam baru."


CONFLICTS = {
    "values": ("journeys: {ktp: {per_day: 70}}", "journeys: {ktp: {per_day: 80}}"),
    "value and removal": ("journeys: {ktp: null}", "journeys: {ktp: {per_day: 80}}"),
    "removal and value": ("journeys: {ktp: {per_day: 80}}", "journeys: {ktp: null}"),
    "lists": ("entrance: [kiosk.ticket]", "entrance: [dukcapil.kk]"),
    "list and added stop": (
        "journeys: {ktp: {stops: [dukcapil.kk, dukcapil.ktp]}}",
        "journeys: {ktp: {add_stops: [{after: dukcapil.ktp, stop: kiosk.ticket}]}}",
    ),
    "added stop and list": (
        "journeys: {ktp: {add_stops: [{after: dukcapil.ktp, stop: dukcapil.kk}]}}",
        "journeys: {ktp: {stops: [dukcapil.kk, dukcapil.ktp]}}",
    ),
    "the same stop with two shares": (
        "journeys: {ktp: {add_stops: [{after: dukcapil.ktp, stop: dukcapil.kk, share: 5 %}]}}",
        "journeys: {ktp: {add_stops: [{after: dukcapil.ktp, stop: dukcapil.kk, share: 6 %}]}}",
    ),
    "mapping and number": (
        "agencies: {dukcapil: {counters: {08:30: 5}}}",
        "agencies: {dukcapil: {counters: 5}}",
    ),
}


@pytest.mark.parametrize("pair", CONFLICTS.values(), ids=CONFLICTS)
def test_overlays_that_contradict_each_other_are_a_fault_naming_both(
    folder: Path, pair: tuple[str, str]
) -> None:
    one, other = (put(folder, f"{n}.yaml", text + "\n") for n, text in zip("ab", pair, strict=True))
    (fault,) = (f for f in faults(load, folder / "base.yaml", [one, other]) if f.code == "conflict")
    assert Path(fault.place.file).name == "b.yaml" and fault.place.line == 1
    assert "a.yaml:1:" in fault.say()


def test_overlays_that_agree_are_no_conflict(folder: Path) -> None:
    text = "journeys: {ktp: {per_day: 70, add_stops: [{after: dukcapil.ktp, stop: dukcapil.kk}]}}\n"
    text += "visitors: {elderly: null, general: {share: null}}\n"
    one, other = put(folder, "a.yaml", text), put(folder, "b.yaml", text)
    assert load(folder / "base.yaml", [one, other]) == load(folder / "base.yaml", [one])


def test_an_overlay_contradicts_an_overlay_that_is_run_as_the_base(folder: Path) -> None:
    ramadan = put(folder, "r.yaml", "extends: base.yaml\njourneys: {ktp: {per_day: 40}}\n")
    mine = put(folder, "m.yaml", "extends: base.yaml\njourneys: {ktp: {per_day: 70}}\n")
    free = put(folder, "f.yaml", "journeys: {ktp: {per_day: 70}}\n")
    assert codes(load, ramadan, [mine]) == ["conflict"]
    assert load(ramadan, [free]).journeys["ktp"].per_day == 70


def test_an_overlay_for_another_mall_is_a_fault(folder: Path) -> None:
    put(folder, "other.yaml", BASE)
    over = put(folder, "over.yaml", "extends: other.yaml\nname: Over\n")
    assert codes(load, folder / "base.yaml", [over]) == ["other_base"]


def test_files_that_extend_each_other_are_a_fault(folder: Path) -> None:
    one = put(folder, "one.yaml", "extends: two.yaml\n")
    put(folder, "two.yaml", "extends: one.yaml\n")
    assert codes(load, one) == ["extends_cycle"]


def test_a_removed_thing_still_in_use_names_both_places(folder: Path) -> None:
    over = put(folder, "over.yaml", "extends: base.yaml\nagencies:\n  dukcapil: null\n")
    (fault,) = faults(load, over)
    assert (fault.code, Path(fault.place.file).name, fault.place.line) == (
        "removed_in_use", "over.yaml", 3,
    )  # fmt: skip
    assert "base.yaml:22:44" in fault.say()


# Overrides


def test_an_override_sets_a_value_by_its_path() -> None:
    base = VALID / "base.yaml"
    scenario = load(
        base,
        overrides={
            "agencies.dukcapil.counters": "3",
            "dukcapil.services.ktp.time": "{always: 7 min}",  # agencies may be left out
            "journeys.kk.stops[1]": {"kiosk.ticket": 0.5},
            "demand.profile.08:00": 12,
            "hall": {"capacity": 100, "seats": None},
            "calendar.doors": "08:00",
            "visitors.elderly": None,
            "visitors.general.share": "null",
        },
    )
    assert scenario.agencies["dukcapil"].counters == Staffing(((0, 3),))
    assert scenario.agencies["dukcapil"].services["ktp"].time.sd == 0
    assert stops(scenario, "kk") == [("kiosk.ticket", 0.5), ("dukcapil.kk", 1)]
    assert scenario.demand.profile is not None and scenario.demand.profile["mon"][0][1] == 12
    assert (scenario.hall.capacity, scenario.hall.seats) == (100, None)
    assert scenario.calendar.doors is not None and scenario.calendar.doors["mon"] == 8 * HOUR
    assert scenario.class_shares == {"general": 1.0}


def test_an_override_wins_over_overlays_that_agree(folder: Path) -> None:
    over = put(folder, "a.yaml", "journeys: {ktp: {per_day: 70}}\n")
    scenario = load(folder / "base.yaml", [over], {"journeys.ktp.per_day": 80})
    assert scenario.journeys["ktp"].per_day == 80


@pytest.mark.parametrize(
    ("path", "value", "code", "near"),
    [
        ("", "3", "override_empty", ""),
        ("dukcapill.counters", "3", "override_nowhere", "dukcapil"),
        ("agencies.dukcapill.counters", "3", "override_nowhere", "dukcapil"),
        ("journeys.ktp.stops[9]", "kiosk.ticket", "override_nowhere", ""),
        ("agencies.dukcapil.counter", "3", "unknown_key", "counters"),
        ("calendar.hours.mon", "08:00-12:00", "override_nowhere", ""),
        ("journeys.ktp.per_day", "many", "number", ""),
        ("journeys.ktp.per_day", "{a: [}", "syntax_value", ""),
        ("journeys.ktp.per_day", None, "missing_removed", ""),
        ("hall", None, "nothing_to_remove", ""),
    ],
)
def test_a_faulty_override_is_named_as_such(path: str, value: Any, code: str, near: str) -> None:
    (fault,) = faults(load, VALID / "base.yaml", overrides={path: value})
    assert fault.code == code
    assert str(fault.place) == f"override {path}"
    assert fault.params.get("near", "") == near


def test_an_override_of_one_day_leaves_the_days_written_with_it_alone() -> None:
    found = faults(load, VALID / "base.yaml", overrides={"calendar.breaks.mon": "12:00-13:00"})
    assert [fault.code for fault in found] == ["weekday_twice"]  # mon-thu stands there too
    scenario = load(VALID / "base.yaml", overrides={"calendar.breaks.fri": "12:00-13:00"})
    assert scenario.calendar.breaks["fri"] == ((12 * HOUR, 13 * HOUR),)


def test_an_overlay_that_shortens_the_hours_makes_late_keys_of_the_base_idle(folder: Path) -> None:
    put(folder, "base.yaml", BASE.replace("09:30: 4}", "09:30: 4, 15:00: 2}"))
    hours = "calendar: {hours: 08:30-14:30, last_ticket: 14:00, breaks: null}\n"
    over = put(folder, "a.yaml", f"extends: base.yaml\n{hours}")
    assert load(over).calendar.hours is not None
    put(folder, "a.yaml", f"extends: base.yaml\n{hours}agencies: {{kiosk: {{machines: 1}}}}\n")
    text = over.read_text() + "  dukcapil: {counters: {14:45: 1}}\n"
    text = text.replace("{kiosk: {machines: 1}}", "\n  kiosk: {machines: 1}")
    assert codes(load, put(folder, "a.yaml", text)) == ["table_outside"]


# Files and folders


def test_a_base_may_lie_anywhere_in_the_folder_called_scenarios(folder: Path) -> None:
    deep = put(folder, "a/b/c.yaml", "extends: ../../base.yaml\nname: Deep\n")
    assert load(deep).name == "Deep"
    assert load(folder / "a" / ".." / "a" / "b" / "c.yaml").name == "Deep"


def test_without_a_folder_called_scenarios_only_the_own_folder_is_open(tmp_path: Path) -> None:
    put(tmp_path, "base.yaml", BASE)
    below = put(tmp_path, "mine/below/base.yaml", BASE)
    assert load(put(tmp_path, "mine/a.yaml", "extends: below/base.yaml\nname: A\n")).name == "A"
    assert codes(load, put(below.parent, "b.yaml", "extends: ../../base.yaml\n")) == [
        "path_outside"
    ]


@pytest.mark.parametrize("name", ["/etc/hostname", "C:\\base.yaml", "c:/base.yaml", "\\\\host\\x"])
def test_absolute_paths_are_refused_on_every_system(folder: Path, name: str) -> None:
    assert codes(load, put(folder, "a.yaml", f"extends: '{name}'\n")) == ["path_absolute"]


def test_a_backslash_in_a_path_means_the_same_on_every_system(folder: Path) -> None:
    assert load(put(folder, "join/a.yaml", "extends: ..\\base.yaml\nname: A\n")).name == "A"


def test_a_link_out_of_the_folder_is_refused_and_one_within_is_not(
    folder: Path, tmp_path: Path
) -> None:
    secret = put(tmp_path, "secret.yaml", BASE)
    (folder / "out.yaml").symlink_to(secret)
    (folder / "in.yaml").symlink_to(folder / "base.yaml")
    (folder / "up").symlink_to(tmp_path, target_is_directory=True)
    (folder / "round.yaml").symlink_to(folder / "round.yaml")
    for name, code in [("out.yaml", "path_outside"), ("up/secret.yaml", "path_outside")]:
        assert codes(load, put(folder, "a.yaml", f"extends: {name}\n")) == [code]
    assert load(put(folder, "b.yaml", "extends: in.yaml\nname: B\n")).name == "B"
    assert codes(load, put(folder, "c.yaml", "extends: round.yaml\n")) in (
        ["unreadable"], ["not_found"],
    )  # fmt: skip


def test_a_file_named_on_the_command_line_may_be_a_link(folder: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.yaml"
    link.symlink_to(folder / "base.yaml")
    assert load(link) == load(folder / "base.yaml")


def test_what_is_no_file_is_a_fault_with_its_reason(folder: Path) -> None:
    assert codes(load, folder) == ["is_folder"]
    assert codes(load, folder / "base.yml") == ["not_found"]
    assert faults(load, folder / "base.yml")[0].params["near"] == "base.yaml"
    assert codes(load, "a\0b") in (["unreadable"], ["not_found"], ["not_found_among"])
    assert codes(load, folder / ("x" * 5000)) in (
        ["unreadable"],
        ["not_found"],
        ["not_found_among"],
    )
    (folder / "mkdocs.yml").write_text("site_name: none of ours\n", encoding="utf-8")
    (there,) = faults(load, folder / "q")
    assert "base.yaml" in there.params["there"] and "mkdocs" not in there.params["there"]
    if hasattr(os, "mkfifo"):
        os.mkfifo(folder / "pipe")  # reading one would wait for ever
        assert codes(load, folder / "pipe") == ["not_a_file"]
    assert codes(load, folder / "base.yaml", [folder / "a.yaml", folder / "b.yaml"]) == [
        "not_found", "not_found",
    ]  # fmt: skip


def test_a_file_that_may_not_be_read_is_a_fault(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", denied)
    (fault,) = faults(load, folder / "base.yaml")
    assert fault.code == "unreadable" and "there is no permission" in fault.say()
    assert "tidak ada izin" in fault.say("id")


def test_broken_yaml_that_nobody_foresaw_is_a_fault_in_our_words() -> None:
    fault = _syntax_fault(ValueError("the parser's own words"), Place("file.yaml"))
    assert fault.code == "syntax" and "own words" not in fault.say()


def test_a_text_without_a_folder_names_no_files() -> None:
    assert codes(load_text, "extends: base.yaml\n") == ["no_folder"]
    law = "{dist: empirical, file: times.csv}"
    assert codes(load_text, BASE.replace("{mean: 9 min, sd: 5 min}", law)) == ["no_folder"]


def test_a_table_is_looked_for_beside_the_file_that_names_it(folder: Path) -> None:
    law = "{mean: null, sd: null, dist: empirical, file: times.csv, unit: min}"
    text = f"agencies: {{dukcapil: {{services: {{ktp: {{time: {law}}}}}}}}}\n"
    over = put(folder, "join/over.yaml", f"extends: ../base.yaml\n{text}")
    put(folder, "join/times.csv", "4\n6\n")
    assert load(over).agencies["dukcapil"].services["ktp"].time.mean == 5 * MINUTE
    assert load(folder / "base.yaml", [over]) == load(over)


def test_one_name_for_two_tables_is_a_fault(folder: Path) -> None:
    law = "dist: empirical, file: times.csv, unit: min}"
    put(folder, "base.yaml", BASE.replace("mean: 9 min, sd: 5 min}", law))
    text = (
        f"agencies: {{dukcapil: {{services: {{kk: {{time: {{mean: null, cv: null, {law}}}}}}}}}\n"
    )
    over = put(folder, "join/over.yaml", f"extends: ../base.yaml\n{text}")
    put(folder, "times.csv", "4\n6\n")
    put(folder, "join/times.csv", "4\n6\n")
    assert load(over).agencies["dukcapil"].services["kk"].time.mean == 5 * MINUTE
    put(folder, "join/times.csv", "5\n8\n")
    assert set(codes(load, over)) == {"file_twice"}


@pytest.mark.parametrize(
    ("data", "code"), [(b"4\xff\n", "not_utf8"), (b"4\n" * 2_500_001, "too_big")]
)
def test_an_unreadable_table_is_a_fault_of_the_law(folder: Path, data: bytes, code: str) -> None:
    law = "{dist: empirical, file: times.csv, unit: min}"
    base = put(folder, "base.yaml", BASE.replace("{mean: 9 min, sd: 5 min}", law))
    (folder / "times.csv").write_bytes(data)
    (fault,) = faults(load, base)
    assert (fault.code, fault.path) == (code, "agencies.dukcapil.services.ktp.time.file")


# Notes: sources, plausible, observed


@pytest.mark.parametrize(
    "path",
    [
        "calendar", "calendar.hours", "calendar.hours.mon", "calendar.doors", "demand.profile",
        "demand.profile.8.00", "hall", "hall.walk", "visitors.general", "agencies", "dukcapil",
        "dukcapil.services.ktp.time", "agencies.dukcapil.services.ktp.time.mean", "ktp.per_day",
        "dukcapil.promise.for", "journeys.ktp.stops[1]", "entrance",
        "calendar.breaks.tue", "decision.refused_at_most",
    ],
)  # fmt: skip
def test_a_source_may_name_anything_by_its_path(path: str) -> None:
    scenario = load_text(BASE + f"sources: {{'{path}': guess}}\n")
    assert load_text(show(scenario)) == scenario


@pytest.mark.parametrize(
    "path", ["calendar.hours.sat", "calender", "ktp.time", "dukcapil.services.ktp.time.mean.x"]
)
def test_a_source_of_nothing_is_a_fault(path: str) -> None:
    assert codes(load_text, BASE + f"sources: {{'{path}': guess}}\n") == ["path_unknown"]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("visits_per_day", "80"), ("visits.mon", "80"), ("wait", "9 min"),
        ("dukcapil.wait", "9 min"),
        ("agencies.dukcapil.services.kk.called_in_time", "92 %"), ("dukcapil.utilisation", "0.9"),
        ("journeys.ktp.time_in_mall.mean", "1 h"), ("elderly.left", "2 of 100"),
        ("visitors.elderly.left.fri", "2 of 100"), ("in_hall.max", "60"),
    ],
)  # fmt: skip
def test_what_a_mall_counts_may_be_observed(path: str, value: str) -> None:
    scenario = load_text(BASE + f"observed: {{{path}: {value}}}\n")
    assert load_text(show(scenario)) == scenario


def test_whatever_may_be_observed_is_measured() -> None:
    measured = {(m.scope, m.measure) for m in measures_of(load(VALID / "base.yaml"))}
    assert {(scope, m) for scope, known in OBSERVABLE.items() for m in known} <= measured
    assert {*DURATIONS, *SHARES} <= {measure for _, measure in measured}


# Nothing but ScenarioError, and in good time

HOSTILE = {
    "brackets": "[" * 200_000,
    "braces": "{a: " * 50_000,
    "dashes": "- " * 99_999,
    "question marks": "? " * 99_999,
    "quotes": "'" * 199_999,
    "exclamations": "!" * 199_999,
    "anchors": "&a " * 60_000,
    "percents": "%" * 199_999,
    "one key again and again": "a: 1\n" * 5_000,
    "unknown keys": "".join(f"key{n}: 1\n" for n in range(5_000)),
    "doubling aliases": "a: &a [x]\n"
    + "".join(f"k{n}: &b{n} [*{f'b{n - 1}' if n else 'a'}, *{f'b{n - 1}' if n else 'a'}]\n"
              for n in range(64)),
    "too big": "#" * 200_001,
    "deep block": "".join("  " * n + "a:\n" for n in range(400)),
    "code point that is none": 'a: "\\UFFFFFFFF"',
    "half a character": 'a: "\\ud800"',
}  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_texts_are_refused_in_good_time(text: str) -> None:
    begin = time.process_time()
    assert codes(load_text, text)
    assert time.process_time() - begin < 10


def test_too_large_a_file_is_not_parsed() -> None:
    assert codes(load_text, HOSTILE["too big"]) == ["too_big"]


def test_a_scenario_of_700_lines_loads_in_half_a_second(folder: Path) -> None:
    agencies = "".join(
        f"  a{n}:\n    counters: {{08:30: 3, 09:30: 4}}\n    services:\n"
        f"      s:\n        time:\n          mean: 9 min\n          sd: 5 min\n"
        for n in range(80)
    )
    journeys = "".join(f"  j{n}:\n    per_day: 3\n    stops: [a{n}.s]\n" for n in range(80))
    text = BASE.replace("journeys:\n", f"{agencies}journeys:\n{journeys}")
    file = put(folder, "large.yaml", text)
    assert text.count("\n") > 700
    load(file)  # imports
    took = []
    for _ in range(3):
        begin = time.process_time()
        load(file)
        took.append(time.process_time() - begin)
    assert min(took) < 0.5


def load_or_refuse(text: str) -> Scenario | None:
    """Load a text: anything but a scenario or a ScenarioError fails the test."""
    try:
        scenario = load_text(text)
    except ScenarioError as error:
        assert error.faults
        assert all(fault.say("id") for fault in error.faults)
        return None
    return scenario


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=200))
def test_random_bytes_are_a_tree_or_faults(data: bytes) -> None:
    root, found = read_document(data, "x.yaml")
    assert isinstance(root, Table) or found


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=60) | st.text("{}[]:,-?&*!|>'\"%@`# \n\tab01<~.", max_size=60))
def test_random_texts_raise_nothing_but_scenario_errors(text: str) -> None:
    load_or_refuse(text)
    load_or_refuse(f"{BASE}{text}\n")


WORDS = sorted({word for word in EVERY.replace(",", " ").replace("}", " ").split() if word})
SCALARS = st.sampled_from([*WORDS, "null", "~", "''", "-1", "1e400", ".nan", "0", "24:00", "0,5"])
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(SCALARS, inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None, max_examples=150)
@given(st.dictionaries(st.sampled_from(sorted(Scenario.model_fields)), TREES, max_size=6))
def test_random_yaml_raises_nothing_but_scenario_errors(data: dict[str, Any]) -> None:
    try:
        load(VALID / "base.yaml", overrides=data)
    except ScenarioError as error:
        assert all(fault.say("en") for fault in error.faults)


@settings(deadline=None, max_examples=100)
@given(st.data())
def test_a_mutated_file_loads_and_shows_or_is_refused(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([BASE, EVERY]))
    for _ in range(data.draw(st.integers(1, 3))):
        begin = data.draw(st.integers(0, len(text)))
        end = begin + data.draw(st.integers(0, 12))
        text = text[:begin] + data.draw(st.text(max_size=3) | SCALARS) + text[end:]
    scenario = load_or_refuse(text)
    if scenario is not None:
        assert load_text(show(scenario)) == scenario


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_a_file_with_another_value_loads_and_shows_or_is_refused(data: st.DataObject) -> None:
    words = EVERY.split(" ")
    for _ in range(data.draw(st.integers(1, 2))):
        words[data.draw(st.integers(0, len(words) - 1))] = data.draw(SCALARS)
    scenario = load_or_refuse(" ".join(words))
    if scenario is not None:
        assert load_text(show(scenario)) == scenario


def test_weekdays_are_read_in_indonesian_too() -> None:
    from sim.scenario.weekdays import read_weekdays, write_weekdays

    assert read_weekdays("Senin-Kamis, jumat") == ("mon", "tue", "wed", "thu", "fri")
    assert write_weekdays(read_weekdays("sabtu, ahad")) == "sat, sun"
    breaks = {"senin-kamis": "12:30-14:00", "jum'at": "11:30-14:00"}
    written = load(VALID / "base.yaml", overrides={"calendar.breaks": breaks})
    assert written.calendar.breaks == load(VALID / "base.yaml").calendar.breaks


def test_a_count_of_a_year_is_one_of_a_day() -> None:
    counted = load(VALID / "base.yaml", overrides={"observed.visits": "68600 in 245 days"})
    assert counted.observed["visits"].value == 280
