"""The editor's schema: it accepts every sound scenario, and marks what nobody knows."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

from sim.scenario.schema import json_schema

ROOT = Path(__file__).parent.parent
SHIPPED = sorted((ROOT / "scenarios").rglob("*.yaml"))
VALID = sorted((ROOT / "tests/scenarios/valid").glob("*.yaml"))
WORDS = ("title", "description", "errorMessage")
INVALID = ROOT / "tests/scenarios/invalid"


@cache
def validator(lang: str = "en") -> Any:
    return jsonschema.Draft7Validator(json_schema(lang))


def as_an_editor_reads(file: Path) -> Any:
    """Editors keep dates as text, as JSON knows none."""
    data = YAML(typ="safe").load(file.read_text(encoding="utf-8-sig"))
    return json.loads(json.dumps(_with_texts(data)))


def _with_texts(data: Any) -> Any:
    if isinstance(data, dict):
        return {str(key): _with_texts(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_with_texts(item) for item in data]
    return data if isinstance(data, (bool, int, float, str)) or data is None else str(data)


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


@pytest.mark.parametrize("file", [*SHIPPED, *VALID], ids=lambda f: f.stem)
def test_sound_scenarios_are_accepted(file: Path) -> None:
    found = list(validator().iter_errors(as_an_editor_reads(file)))
    assert [f"{list(error.path)}: {error.message}"[:200] for error in found] == []


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
    assert list(validator().iter_errors(as_an_editor_reads(file)))


def test_the_file_that_scenarios_name_is_current() -> None:
    stored = json.loads((ROOT / "docs/scenario.schema.json").read_text(encoding="utf-8"))
    assert stored == json_schema("en"), "say: mppsim schema > docs/scenario.schema.json"


@pytest.mark.parametrize("file", SHIPPED, ids=lambda f: f.stem)
def test_every_shipped_scenario_names_the_schema(file: Path) -> None:
    first = file.read_text(encoding="utf-8").splitlines()[0]
    mark = "# yaml-language-server: $schema="
    assert first.startswith(mark)
    assert (file.parent / first.removeprefix(mark)).resolve() == ROOT / "docs/scenario.schema.json"
