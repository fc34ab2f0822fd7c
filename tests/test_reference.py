"""The reference is what the models say, and its examples are true."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.scenario.examples import EXAMPLES, SMALL, example
from sim.scenario.keys import keys_of, models
from sim.scenario.loading import load, load_text
from sim.scenario.reference import reference

PAGE = Path(__file__).parent.parent / "docs/reference.md"


def test_the_page_is_current() -> None:
    said = "say: python -m sim.scenario.reference > docs/reference.md"
    assert PAGE.read_text(encoding="utf-8") == reference(), said


def test_every_key_has_its_example() -> None:
    known = {key.path for model in models() for key in keys_of(model)}
    assert sorted(known - set(EXAMPLES)) == []


def test_the_small_mall_is_sound() -> None:
    assert load_text(SMALL).name == "A small mall"


@pytest.mark.parametrize("path", sorted(set(EXAMPLES) - {"Scenario.extends"}))
def test_every_example_can_be_laid_over_the_small_mall(path: str, tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(SMALL, encoding="utf-8")
    (tmp_path / "times.csv").write_text("minutes\n4\n9\n12\n", encoding="utf-8")
    overlay = tmp_path / "overlay.yaml"
    text = example(path)
    if "extends:" not in text:
        text = "extends: small.yaml\n" + text
    overlay.write_text(text, encoding="utf-8")
    load(overlay)
