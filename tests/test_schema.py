"""The editor's schema: it accepts every sound scenario, and marks what nobody knows."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from sim.scenario import quantities as q
from sim.scenario.booking import Booking
from sim.scenario.distributions import FAMILIES, NAMES
from sim.scenario.examples import EXAMPLES, SMALL, example
from sim.scenario.families import ALWAYS, NAMELESS
from sim.scenario.keys import Key, keys_of, models
from sim.scenario.law_schema import PARAMETERS, forms
from sim.scenario.schema import json_schema
from sim.scenario.shapes import SCALARS, shape_of

ROOT = Path(__file__).parent.parent
SHIPPED = sorted((ROOT / "scenarios").rglob("*.yaml"))
VALID = sorted((ROOT / "tests/scenarios/valid").rglob("*.yaml"))
WORDS = ("title", "description", "errorMessage")
INVALID = ROOT / "tests/scenarios/invalid"
MALL = "name: x\ncalendar: {hours: 08:30-15:30}\n"


@cache
def validator(lang: str = "en") -> Any:
    return jsonschema.Draft7Validator(json_schema(lang))


def as_an_editor_reads(text: str) -> Any:
    """Editors keep dates and keys as text, as JSON knows no others."""
    return json.loads(json.dumps(_with_texts(YAML(typ="safe", pure=True).load(text))))


def _with_texts(data: Any) -> Any:
    if isinstance(data, dict):
        return {str(key): _with_texts(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_with_texts(item) for item in data]
    return data if isinstance(data, (bool, int, float, str)) or data is None else str(data)


def marked(text: str) -> list[str]:
    return [error.json_path for error in validator().iter_errors(as_an_editor_reads(text))]


def read(file: Path) -> str:
    return file.read_text(encoding="utf-8-sig")


# The schema itself


@pytest.mark.parametrize("lang", ["en", "id"])
def test_the_schema_is_one(lang: str) -> None:
    jsonschema.Draft7Validator.check_schema(json_schema(lang))


def test_only_words_differ_between_languages() -> None:
    def bare(node: Any) -> Any:
        if isinstance(node, dict):
            words = {k for k in node if k in WORDS and isinstance(node[k], str)}
            return {k: bare(v) for k, v in node.items() if k not in words}
        return [bare(item) for item in node] if isinstance(node, list) else node

    assert json_schema("en") != json_schema("id")
    assert bare(json_schema("en")) == bare(json_schema("id"))


def test_definitions_are_all_there_and_all_used() -> None:
    text = json.dumps(json_schema())
    named = {part.partition('"')[0] for part in text.split('"#/definitions/')[1:]}
    assert named == set(json_schema()["definitions"])


def test_every_key_has_title_description_and_the_default_of_its_model() -> None:
    definitions = json_schema()["definitions"]
    for model in set(models()) - {m for m in models() if m.__name__ == "Stop"}:
        for key in keys_of(model):
            found = definitions[model.__name__]["properties"][key.name]
            assert found["title"] and found["description"], key.path
            if "default" in found:
                assert str(found["default"]) in str(key.default), key.path
    assert definitions["Promise"]["properties"]["for"]["default"] == "90 %"


def test_a_type_without_a_shape_is_an_error() -> None:
    with pytest.raises(TypeError, match=r"Hall\.colour"):
        shape_of(Key("Hall", "colour", complex))


def test_the_file_that_scenarios_name_is_current() -> None:
    stored = (ROOT / "docs/scenario.schema.json").read_text(encoding="utf-8")
    made = json.dumps(json_schema("en"), ensure_ascii=False, indent=2) + "\n"
    assert stored == made, "say: mppsim schema > docs/scenario.schema.json"


@pytest.mark.parametrize("file", SHIPPED, ids=lambda f: f.stem)
def test_every_shipped_scenario_names_the_schema(file: Path) -> None:
    first = read(file).splitlines()[0]
    mark = "# yaml-language-server: $schema="
    assert first.startswith(mark)
    assert (file.parent / first.removeprefix(mark)).resolve() == ROOT / "docs/scenario.schema.json"


# What it accepts


@pytest.mark.parametrize("file", [*SHIPPED, *VALID], ids=lambda f: f.stem)
def test_sound_scenarios_are_accepted(file: Path) -> None:
    found = validator().iter_errors(as_an_editor_reads(read(file)))
    assert [f"{error.json_path}: {error.message}"[:200] for error in found] == []


@pytest.mark.parametrize("path", sorted(EXAMPLES))
def test_examples_are_accepted(path: str) -> None:
    assert marked(example(path)) == []


def test_a_file_that_extends_may_leave_out_and_remove_anything() -> None:
    change = "agencies: {a: {services: {s: {time: {mean: null, always: 2 min}}}, counters: null}}"
    mall = f"{MALL}{change}\njourneys: {{j: {{per_day: 2}}, k: null}}\n"
    assert marked(f"extends: base.yaml\n{mall}") == []
    assert "$.journeys.k" in marked(mall)


@pytest.mark.parametrize(
    "hours",
    [
        "08:30-15:30",
        "08.30-15.30",
        "8:30 – 15:30",
        "{mon-thu: 08:30-15:30, 'fri, sat': 9:00-11:00}",
    ],
)
def test_hours_may_be_written_in_many_ways(hours: str) -> None:
    assert marked(f"calendar: {{hours: {hours}}}") == []


@pytest.mark.parametrize("clock", ["08:00", "08.00", "8.30", "480", "'08:00'", "{mon-fri: 08.15}"])
def test_clock_times_may_be_numbers_to_an_editor(clock: str) -> None:
    assert marked(f"calendar: {{doors: {clock}}}") == []


_NUMBERS = st.decimals(0, 1000, places=2, allow_nan=False).map(lambda x: f"{x.normalize():f}")
_PARTS = st.decimals(0, 1, places=3, allow_nan=False).map(lambda x: f"{x.normalize():f}")
_SIGNS = st.sampled_from(["", "-", "+"])
_DURATIONS = st.builds(
    "{}{}{}".format, _NUMBERS, st.sampled_from(["", " "]), st.sampled_from([*q._UNITS, ""])
)
_SHARES = st.one_of(
    _PARTS,
    st.builds("{}{}".format, _NUMBERS, st.sampled_from(["%", " %"])),
    st.builds("{} {} {}".format, _PARTS, st.sampled_from(["of", "dari"]), _NUMBERS),
)
_CLOCKS = st.builds(
    "{}{}{:02}".format, st.integers(0, 24), st.sampled_from(":."), st.integers(0, 59)
)
_PLAIN = st.one_of(
    st.builds("{}{}".format, _SIGNS, _NUMBERS),
    st.builds("{}{}".format, _SIGNS, st.integers(0, 10**6)),
    st.builds("{}e{}".format, st.integers(1, 9), st.integers(-3, 3)),
)
_SPANS = st.builds("{}{}".format, _SIGNS, _DURATIONS)
KINDS = {
    "duration": (q.read_duration, _DURATIONS), "span": (q.read_span, _SPANS),
    "clock": (q.read_clock, _CLOCKS),
    "interval": (
        q.read_interval,
        st.builds("{}{}{}".format, _CLOCKS, st.sampled_from(["-", " - ", "–"]), _CLOCKS),
    ),
    "share": (q.read_share, _SHARES), "ratio": (q.read_ratio, st.one_of(_SHARES, _PLAIN)),
    "number": (q.read_number, _PLAIN), "positive": (q.read_positive, _PLAIN),
    "weight": (q.read_weight, _PLAIN), "integer": (q.read_integer, _PLAIN),
    "count": (q.read_count, _PLAIN),
}  # fmt: skip
_ANYTHING = st.text(alphabet="0189.:-+% ofmin", max_size=8).map(str.strip)


def allowed(kind: str, text: str) -> None:
    """Whatever is read is not marked, as a text or as what an editor makes of it."""
    try:
        KINDS[kind][0](text)
    except ValueError:
        return
    seen = jsonschema.Draft7Validator(SCALARS[kind])
    assert seen.is_valid(text), f"{kind} {text!r} as a text"
    assert seen.is_valid(as_an_editor_reads(text)), f"{kind} {text!r} as an editor reads it"


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_no_value_that_is_read_is_marked(kind: str, data: st.DataObject) -> None:
    allowed(kind, data.draw(st.one_of(KINDS[kind][1], _ANYTHING)).strip())


@pytest.mark.parametrize("unit", q._UNITS)
def test_every_unit_is_known(unit: str) -> None:
    allowed("duration", f"9 {unit}")
    assert not jsonschema.Draft7Validator(SCALARS["duration"]).is_valid(f"9 x{unit}")


@pytest.mark.parametrize("text", ["0", "1", "100 %", "99.5%", "2 of 100", "2 dari 100", ".5"])
def test_every_way_to_write_a_share_is_known(text: str) -> None:
    assert 0 <= q.read_share(text) <= 1
    allowed("share", text)


# Laws


def test_every_form_of_every_law_has_a_branch() -> None:
    known = {form.law for form in forms()}
    assert known == {"always", "nameless", *NAMES}
    for name, family in {"always": ALWAYS, "nameless": NAMELESS, **FAMILIES}.items():
        assert {form.keys for form in forms() if form.law == name} == set(family.forms)


def test_every_key_of_a_law_is_known() -> None:
    used = {key for form in forms() for key in (*form.keys, *form.optional)}
    assert used | {"dist", "share"} == set(PARAMETERS)


@pytest.mark.parametrize(
    ("time", "place"),
    [
        ("9 min", "$.agencies.a.services.s.time"),
        ("{mean: 9 min}", "$.agencies.a.services.s.time"),
        ("{mean: 9 min, sd: 1 min, cv: 1}", "$.agencies.a.services.s.time"),
        ("{mean: 9, sd: 1 min}", "$.agencies.a.services.s.time"),
        ("{dist: gama, mean: 9 min, sd: 1 min}", "$.agencies.a.services.s.time"),
        ("{dist: exponential, mean: 9 min, share: 5 %}", "$.agencies.a.services.s.time"),
        ("{dist: mixture, of: [{share: 1, always: 1 min}]}", "$.agencies.a.services.s.time"),
    ],
)
def test_laws_that_are_none_are_marked(time: str, place: str) -> None:
    agency = f"agencies: {{a: {{counters: 1, services: {{s: {{time: {time}}}}}}}}}\n"
    assert marked(f"{MALL}{agency}journeys: {{j: {{per_day: 1, stops: [a.s]}}}}") == [place]


def test_only_what_may_fall_below_zero_takes_a_minus() -> None:
    booking = "share: 10 %, every: 15 min, punctuality: {dist: normal, mean: -5 min, sd: 8 min}"
    assert {key.name for key in keys_of(Booking)} >= {"share", "every", "punctuality"}
    assert marked(f"extends: x.yaml\njourneys: {{j: {{booking: {{{booking}}}}}}}") == []
    assert marked("extends: x.yaml\nhall: {walk: {dist: normal, mean: -5 min, sd: 8 min}}") != []


# What it marks


def unknown_keys() -> list[Path]:
    found = []
    for file in sorted(INVALID.glob("*.yaml")):
        first = file.read_bytes().split(b"\n", 1)[0]
        if b"unknown key" in first and b"override" not in first:
            found.append(file)
    return found


def test_there_are_files_with_unknown_keys() -> None:
    assert len(unknown_keys()) >= 5


@pytest.mark.parametrize("file", unknown_keys(), ids=lambda f: f.stem)
def test_unknown_keys_are_marked(file: Path) -> None:
    assert marked(read(file))


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("name: A small mall\n", ""),
        ("per_day: 20, ", ""),
        ("mean: 9 min", "mean: 9"),
        ("mean: 9 min", "mean: 9,5 min"),
        ("40 %", "140 %"),
        ("dukcapil.kk,", "dukcapil,"),
        ("counters: 1", "counters: none"),
        ("counters: 1", "counters: {08:30: two}"),
        ("08:30-15:30", "08:30"),
        ("08:30-15:30", "{monday: 08:30-15:30}"),
        ("  kk: {per", "  k k: {per"),
        ("counters: 3", "counters: null"),
    ],
)
def test_what_the_schema_can_see_is_marked(right: str, wrong: str) -> None:
    assert SMALL.count(right) == 1
    assert marked(SMALL) == []
    assert marked(SMALL.replace(right, wrong)) != []


@pytest.mark.parametrize("name", ["unknown_key", "unknown_key_in_a_promise", "time_bare"])
def test_overlays_are_held_to_the_same_names(name: str) -> None:
    assert marked("extends: base.yaml\n" + read(INVALID / f"{name}.yaml"))


def test_a_message_says_what_is_expected() -> None:
    text = SMALL.replace("{hours: 0", "{hours: x")
    (english,) = validator("en").iter_errors(as_an_editor_reads(text))
    (indonesian,) = validator("id").iter_errors(as_an_editor_reads(text))
    assert english.schema["errorMessage"].startswith("Expected: an interval of the clock")
    assert indonesian.schema["errorMessage"].startswith("Yang diperlukan: rentang jam")
