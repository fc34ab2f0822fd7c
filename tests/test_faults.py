"""The corpus of faults: files with one fault each, whose first line says what is expected."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

import sim.words
from sim.errors import ScenarioError
from sim.scenario.faults import Fault
from sim.scenario.loading import load
from sim.words import Sayable

HERE = Path(__file__).parent
CORPUS = sorted((HERE / "scenarios" / "invalid").glob("*.yaml"))
WORDS = Path(sim.words.__file__).parent


@cache
def faults_of(file: Path) -> tuple[Fault, ...]:
    with pytest.raises(ScenarioError) as raised:
        load(file)
    return raised.value.faults


def expected(file: Path) -> str:
    first = file.read_bytes().splitlines()[0].decode().removeprefix("\ufeff")
    assert first.startswith("# expect: "), f"{file.name}: the first line says what is expected"
    return first.removeprefix("# expect: ")


@pytest.mark.parametrize("file", CORPUS, ids=lambda file: file.stem)
def test_a_file_with_one_fault_gives_just_its_message(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(HERE)  # so that messages name files as they are named here
    named = file.relative_to(HERE)
    said = [fault.say().removeprefix(str(named)).lstrip(": ") for fault in faults_of(named)]
    assert said == [expected(file)]


ENGLISH = r"\b(?:the|should|must|is|not|an|of|than|valid|expected|found|input|could|cannot|with)\b"
OF_FILES = ("value", "old", "uses", "accepted", "near")
"""What stands in a message as the file says it."""


@pytest.mark.parametrize("file", CORPUS, ids=lambda file: file.stem)
def test_no_sentence_of_a_library_is_left_in_indonesian(file: Path) -> None:
    for fault in faults_of(file):
        others = {k: v for k, v in fault.params.items() if k not in OF_FILES}
        english = {k: v for k, v in others.items() if re.search(ENGLISH, _in_indonesian(v))}
        assert english == {}, fault.say("id")


def _in_indonesian(value: object) -> str:
    return value.say("id") if isinstance(value, Sayable) else str(value)


def test_the_corpus_is_large_enough() -> None:
    assert len(CORPUS) >= 60


def test_every_fault_is_reached_by_the_corpus_or_by_a_named_test() -> None:
    reached = {fault.code for file in CORPUS for fault in faults_of(file)}
    tests = "".join(file.read_text(encoding="utf-8") for file in HERE.glob("test_*.py"))
    codes = set(catalogue("en")) - {"did_you_mean"}
    unreached = sorted(
        code
        for code in codes - reached
        if not code.startswith("dist_") and f'"{code}"' not in tests  # laws have a test of theirs
    )
    assert unreached == []


def test_every_fault_that_is_found_has_its_words() -> None:
    reached = {fault.code for file in CORPUS for fault in faults_of(file)}
    assert reached <= set(catalogue("en"))


def test_both_languages_know_the_same_faults_with_the_same_placeholders() -> None:
    english, indonesian = catalogue("en"), catalogue("id")
    assert english.keys() == indonesian.keys()
    for code, text in english.items():
        assert placeholders(text) == placeholders(indonesian[code]), code


@pytest.mark.parametrize("lang", ["en", "id"])
def test_every_message_can_be_said(lang: str) -> None:
    for file in CORPUS:
        for fault in faults_of(file):
            said = fault.say(lang)
            assert "\n" not in said
            assert "{}" not in said.replace("found {}", "").replace("bukan {}", "")


def test_a_message_names_file_line_column_path_value_and_the_nearest_name() -> None:
    file = HERE / "scenarios" / "invalid" / "unknown_key.yaml"
    (fault,) = faults_of(file)
    assert (fault.place.file, fault.place.line, fault.place.column) == (str(file), 16, 5)
    assert fault.path == "agencies.dukcapil.counter"
    assert fault.say("en").endswith('unknown key; did you mean "counters"?')
    assert fault.say("id").endswith('kunci tidak dikenal; maksud Anda "counters"?')


def catalogue(lang: str) -> dict[str, str]:
    return tomllib.loads((WORDS / lang / "fault.toml").read_text(encoding="utf-8"))


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}
