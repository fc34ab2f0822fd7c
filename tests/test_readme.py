"""What the README says is true: its blocks run, and what it names is there."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main

import sim
from sim.cli import app

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAPERS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("scenarios/*.md")])


def block(language: str) -> str:
    """Return the README's only block of a language."""
    found = re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    assert len(found) == 1
    return found[0]


def test_the_yaml_is_ten_lines_and_joins_the_mall(tmp_path: Path) -> None:
    overlay = block("yaml")
    assert len(overlay.splitlines()) == 10
    (path,) = re.findall(r"Save this as `(\S+)`", README)
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    (tmp_path / path).write_text(overlay, encoding="utf-8")

    base = sim.load(tmp_path / "scenarios" / "lhokseumawe.yaml")
    joined = sim.load(tmp_path / path)
    assert set(joined.agencies) - set(base.agencies) == {"samsat"}

    (alternative,) = sim.compare(base, joined, replications=6, seed=1, workers=1).alternatives
    blamed = {c.name: c.state for c in alternative.conditions if c.blamed and c.name}
    assert alternative.verdict == "may_not"
    assert blamed["bank"] == "broken"
    assert blamed["samsat"] != "broken"


def test_the_python_is_ten_lines_and_runs_as_a_script(tmp_path: Path) -> None:
    code = block("python")
    assert sum(bool(line) for line in code.splitlines()) <= 10
    script = tmp_path / "ten_lines.py"
    script.write_text(code.replace("replications=50", "replications=10"), encoding="utf-8")
    command = [sys.executable, "-W", "error", str(script)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    share, verdict = ran.stdout.splitlines()[:2]
    assert re.fullmatch(r"\d+% called in time, between \d+% and \d+%", share)
    assert re.fullmatch(r"(may_join|may_not|cannot_tell) [+-]\d+\.\d% fulfilled", verdict)


def test_the_pipeline_in_the_docstring_is_true(monkeypatch: pytest.MonkeyPatch) -> None:
    import doctest

    monkeypatch.chdir(ROOT)
    result = doctest.testmod(sim)
    assert result.attempted > 5
    assert result.failed == 0


def commands() -> dict[str, set[str]]:
    """Return the commands of `mppsim` with their options."""
    group = typer.main.get_command(app)
    known = {"": {option for p in group.params for option in p.opts}}
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        known[name] = {option for p in command.params for option in p.opts}
    return known


def test_the_table_names_every_command_and_no_other() -> None:
    named = re.findall(r"^\| `mppsim ([a-z][a-z-]*)", README, re.MULTILINE)
    assert sorted(named) == sorted(set(commands()) - {""})


@pytest.mark.parametrize("paper", PAPERS, ids=lambda p: p.name)
def test_commands_and_options_exist(paper: Path) -> None:
    known = commands()
    text = paper.read_text(encoding="utf-8")
    for call in re.findall(r"(?:`|^|/|\\)mppsim ([^`\n|]*)", text, re.MULTILINE):
        first, *rest = call.split()
        command = "" if first.startswith("--") else first
        assert command in known, call
        options = {word for word in (first, *rest) if word.startswith("--")}
        assert options <= known[command], call


def test_options_beside_a_command_are_its_own() -> None:
    for name, row in re.findall(r"^\| `mppsim ([a-z][a-z-]*)[^|]*\|(.*)\|$", README, re.MULTILINE):
        assert set(re.findall(r"`(--[a-z-]+)", row)) <= commands()[name], name


def test_make_has_what_the_papers_call() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for paper in PAPERS:
        text = paper.read_text(encoding="utf-8")
        assert set(re.findall(r"(?:`|^)make ([a-z-]+)", text, re.MULTILINE)) <= targets, paper


@pytest.mark.parametrize("paper", PAPERS, ids=lambda p: p.name)
def test_every_link_and_path_leads_somewhere(paper: Path) -> None:
    text = paper.read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#\s]+)\)", text) if "://" not in link]
    lost = [link for link in links if not (paper.parent / link).exists()]
    paths = re.findall(r"`((?:sim|tests|scenarios|docs|notebooks|\.ci)/[\w./-]+)`", text)
    lost += [path for path in paths if not (ROOT / path).exists()]
    assert [path for path in lost if path not in NOT_THERE_YET] == []


NOT_THERE_YET = ("scenarios/join/my-samsat.yaml",)
"""What the reader of the README makes herself."""


def test_the_readme_tells_every_limitation() -> None:
    """Each heading of docs/limitations.md has its words in the README's short list."""
    section = README.partition("## What it does not model")[2].partition("\n## ")[0]
    for word in ("groups", "change lines", "distances", "rent", "satisfaction"):
        assert word in section


def test_the_version_is_one() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (version,) = re.findall(r'^version = "(.*)"', project, re.MULTILINE)
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"mppsim {version}:" in README
    assert f"\n## {version}" in changes
