"""The pages of docs/: their commands run, their words are ours, and the site has all of them."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sim.cli import app
from sim.words import catalogue

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
MADE = {"commands.md", "python.md"}
"""Pages that are made of the program when the site is built."""


def steps(page: str) -> list[list[str]]:
    """Return the commands of a page, without the language."""
    blocks = re.findall(r"^```sh\n(.*?)^```", (DOCS / page).read_text("utf-8"), re.M | re.S)
    lines = "".join(blocks).replace(" --lang en", "").splitlines()
    return [shlex.split(line)[1:] for line in lines]


def test_a_planner_s_first_hour_is_the_same_in_both_languages() -> None:
    assert steps("first-hour.md") == steps("id/first-hour.md") != []


QUICK = ("example", "validate", "new-join")


@pytest.mark.parametrize("which", ["quick", pytest.param("all", marks=pytest.mark.long)])
def test_the_commands_of_the_first_hour_run(
    which: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPPSIM_LANG", "id")
    for step in steps("first-hour.md"):
        if which == "all" or step[0] in QUICK:
            ran = CliRunner().invoke(app, step)
            assert ran.exit_code == 0, (step, ran.output)
    assert (tmp_path / "results" / "tutorial" / "report.html").exists() == (which == "all")


def test_the_glossary_has_the_words_of_both_catalogues() -> None:
    text = (DOCS / "glossary.md").read_text("utf-8")
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| [^|]+ \|$", text, re.M)
    texts = {lang: " ".join(catalogue(lang).values()).lower() for lang in ("en", "id")}
    terms = [row for row in rows if row[0] not in ("English", "---")]
    assert len(terms) >= 15
    for english, indonesian in terms:
        assert re.search(rf"\b{english}s?\b", texts["en"]), english
        assert re.search(rf"\b{indonesian}\b", texts["id"]), indonesian


def test_the_site_has_every_page_once() -> None:
    text = (ROOT / "mkdocs.yml").read_text("utf-8").partition("\nnav:")[2]
    pages = re.findall(r": (\S+\.md)$", text, re.M)
    written = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")}
    assert sorted(pages) == sorted(written | MADE)


def anchor(heading: str) -> str:
    """Return the anchor of a heading, as both the site and hosts of code make it."""
    return re.sub(r"[^\w\- ]", "", heading.lower().replace("`", "")).strip().replace(" ", "-")


@pytest.mark.parametrize(
    "paper", sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *ROOT.glob("scenarios/*.md")]),
    ids=lambda p: p.relative_to(ROOT).as_posix(),
)  # fmt: skip
def test_every_link_and_anchor_leads_somewhere(paper: Path) -> None:
    lost = []
    for link in re.findall(r"\]\(([^)\s]+)\)", paper.read_text("utf-8")):
        path, _, of = link.partition("#")
        target = paper if not path else paper.parent / path
        if "://" in link or path in MADE:
            continue
        headings = re.findall(r"^#+ (.+)$", target.read_text("utf-8"), re.M) if of else []
        if not target.exists() or (of and of not in {anchor(h) for h in headings}):
            lost.append(link)
    assert lost == []
