"""A join begins with questions: none of them runs, and answered they are a scenario."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sim import ScenarioError, load
from sim.cli import app

ROOT = Path(__file__).parent.parent
ANSWERS = {
    "counters": "2", "wait": "20 min", "for": "90 %", "mean": "4 min", "sd": "2 min",
    "per_day": "30", "quota": "100", "absence": "2 %", "reception.help": "40 %",
    "bank.bayar": "50 %", "journeys.pdam.per_day": "20 .. 40",
    "agencies.pdam.services.layanan.time.mean": "3 min .. 6 min",
}  # fmt: skip


def begun(tmp_path: Path, *words: str) -> tuple[int, str, Path]:
    folder = tmp_path / "scenarios"
    folder.mkdir(exist_ok=True)
    text = (ROOT / "scenarios" / "lhokseumawe.yaml").read_text(encoding="utf-8")
    (folder / "lhokseumawe.yaml").write_text(text, encoding="utf-8")
    base = str(folder / "lhokseumawe.yaml")
    result = CliRunner().invoke(app, ["new-join", words[0], "--base", base, *words[1:]])
    return result.exit_code, result.output, folder / "join" / f"{words[0]}.yaml"


@pytest.mark.parametrize("lang", ["en", "id"])
def test_every_unknown_is_a_question_and_answered_it_is_a_scenario(
    tmp_path: Path, lang: str
) -> None:
    status, said, path = begun(tmp_path, "pdam", "--lang", lang)
    assert status == 0, said
    text = path.read_text(encoding="utf-8")
    with pytest.raises(ScenarioError) as raised:
        load(path)
    assert {fault.code for fault in raised.value.faults} == {"unanswered"}
    assert len(raised.value.faults) == text.count('"? ')

    def answer(match: re.Match[str]) -> str:
        return f"{match[1]}: {ANSWERS.get(match[1], 'PDAM')}"

    path.write_text(re.sub(r'([\w.-]+): "\? [^"]*"', answer, text), encoding="utf-8")
    joined = load(path)
    assert joined.journeys["pdam"].per_day == 30
    assert {s.service for s in joined.stops_of("pdam")} >= {"bank.bayar", "reception.help"}


def test_the_form_asks_the_agency_in_its_language(tmp_path: Path) -> None:
    _, _, path = begun(tmp_path, "pdam")
    form = path.with_name("pdam-form.html").read_text(encoding="utf-8")
    assert "Berapa warga datang" in form and "Bank: Pembayaran" in form


@pytest.mark.parametrize(("name", "says"), [("bank", "bank"), ("a b", "a b")])
def test_a_name_that_is_taken_or_none_is_refused(tmp_path: Path, name: str, says: str) -> None:
    status, said, _ = begun(tmp_path, name, "--lang", "en")
    assert status == 2 and f"not called '{says}'" in said


def test_an_overlay_with_answers_is_not_written_over(tmp_path: Path) -> None:
    begun(tmp_path, "pdam")
    status, said, _ = begun(tmp_path, "pdam", "--lang", "en")
    assert status == 2 and "stands there already" in said
