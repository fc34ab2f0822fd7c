"""The reference is what the models say, and its examples are true."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from sim.scenario.distributions import read_distribution
from sim.scenario.document import parse
from sim.scenario.examples import EXAMPLES, LAWS, SMALL, example, value_of
from sim.scenario.index import WANTED, place_of
from sim.scenario.keys import keys_of, models, places
from sim.scenario.law_schema import Form, forms
from sim.scenario.loading import load, load_text
from sim.scenario.reference import reference
from sim.scenario.schema import ADD_STOPS, ADDITION, EXTENDS
from sim.scenario.tree import plain

PAGE = Path(__file__).parent.parent / "docs/reference.md"
KEYS = {key.path for model in models() for key in keys_of(model)}
OF_OVERLAYS = {key.path for key in (EXTENDS, ADD_STOPS, *ADDITION)}
IN_STOPS = {"Stop.service", "Stop.share"} | {
    f"{model}.{key}"
    for model, keys in {
        "Choice": "choose by",
        "AnyOrder": "any_order",
        "Repeat": "repeat share at_most",
    }.items()
    for key in keys.split()
}
"""Keys of a model that is written as a text, or as a share by name."""
FORMS = [
    (form, text)
    for law, texts in LAWS.items()
    for form, text in zip([form for form in forms() if form.law == law], texts, strict=True)
]


def test_the_page_is_current() -> None:
    said = "say: python -m sim.scenario.reference > docs/reference.md"
    assert PAGE.read_text(encoding="utf-8") == reference(), said


@pytest.mark.parametrize(("arguments", "lang"), [([], "en"), (["id"], "id")])
def test_the_command_writes_the_page_in_either_language(arguments: list[str], lang: str) -> None:
    command = [sys.executable, "-m", "sim.scenario.reference", *arguments]
    written = subprocess.run(command, capture_output=True, check=True, cwd=PAGE.parent.parent)
    assert written.stdout.decode("utf-8") == reference(lang)


def test_every_key_stands_on_the_page_with_its_example() -> None:
    page = reference()
    for path in KEYS | OF_OVERLAYS:
        assert f"### `{path.partition('.')[2]}`: " in page, path
        assert example(path) in page, path


def test_every_key_has_its_example_and_no_example_is_left_over() -> None:
    assert set(EXAMPLES) == KEYS | OF_OVERLAYS


def test_the_small_mall_is_sound() -> None:
    assert load_text(SMALL).name == "A small mall"


@pytest.mark.parametrize("path", sorted(EXAMPLES))
def test_every_example_can_be_laid_over_the_small_mall(path: str, tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(SMALL, encoding="utf-8")
    text = example(path)
    if path != "Scenario.extends":
        assert "extends:" not in text
        text = f"extends: small.yaml\n{text}"
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text(text, encoding="utf-8")
    assert load(overlay) != load_text(SMALL) or path in ("Addition.share",)


@pytest.mark.parametrize("path", sorted(KEYS - IN_STOPS))
def test_every_example_shows_its_key(path: str) -> None:
    assert value_of(path) is not None
    model, _, name = path.partition(".")
    assert model in places()
    assert re.search(rf"\b{name}:", example(path))


def test_examples_stay_short() -> None:
    assert {path for path in EXAMPLES if example(path).count("\n") > 6} == set()


# The index

TABLE = """call tickets booking order quota last_ticket come_back capacity seats balking patience
    patience_in_mall counters hours serves speed breaks at_break open absence late away told_at
    outage people documents incomplete park choose any_order needs repeat days holidays seasons
    day_of_month month special profile surges growth day_to_day moved_from set_up wrap_up by_hour
    back_office online_number"""
"""What decides a wait in a real mall, by the word that says it."""


@pytest.mark.parametrize("lang", ["en", "id"])
def test_the_index_leads_to_every_word_that_decides_a_wait(lang: str) -> None:
    page = reference(lang)
    head = page[: page.index("yaml", page.index("\n## "))]  # up to the first example of a mall
    links = dict(re.findall(r"\[`([^`]+)`\]\(#([^)]+)\)", head))
    places = re.findall(r"`([A-Za-z_.]+)`", head)
    assert {place.rpartition(".")[2] for place in places} >= set(TABLE.split())
    assert len(links) > 40
    anchors: dict[str, str] = {}
    for heading in re.findall(r"^#+ (.*)$", page, re.MULTILINE):
        plain = "".join(c for c in heading.lower() if c.isalnum() or c in " -_").replace(" ", "-")
        number = sum(a == plain or re.fullmatch(rf"{re.escape(plain)}-\d+", a) is not None
                     for a in anchors)  # fmt: skip
        anchors[f"{plain}-{number}" if number else plain] = heading
    for place, anchor in links.items():
        assert anchors[anchor].startswith(f"`{place.rpartition('.')[2]}`: "), place


def test_the_index_names_keys_at_their_places() -> None:
    page = reference()
    for path in (path for paths in WANTED.values() for path in paths):
        assert path in KEYS
        assert f"`{place_of(path)}`" in page


# Laws


def test_every_form_of_every_law_has_its_example() -> None:
    assert [form for form, _ in FORMS] == list(forms())


@pytest.mark.parametrize(("form", "text"), FORMS, ids=[text for _, text in FORMS])
def test_the_example_of_a_law_is_of_its_form_and_can_be_drawn(form: Form, text: str) -> None:
    root, faults = parse(f"time: {text}", "law.yaml")
    assert root is not None and faults == []
    raw = plain(root)["time"]
    assert set(form.keys) <= set(raw) <= {"dist", *form.keys, *form.optional}
    assert raw.get("dist") == (form.law if form.has_name else None)
    law = read_distribution(raw, read_table=lambda _: ["minutes", "4", "5", "9"])
    assert law.mean > 0


def test_yaml_that_editors_read_is_the_yaml_that_is_loaded() -> None:
    for path in EXAMPLES:
        root, _ = parse(example(path), path)
        assert root is not None
        keys = list(plain(root))
        assert keys == list(YAML(typ="safe", pure=True).load(example(path))), path
