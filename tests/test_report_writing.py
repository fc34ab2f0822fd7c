"""Outputs in a folder: the new result whole or the old one untouched, and nobody else's files."""

from __future__ import annotations

import errno
import hashlib
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from malls import mall

from sim.engine import simulate
from sim.errors import OutputError
from sim.log import Log
from sim.report import provenance as of
from sim.report.replacing import replace_files
from sim.report.writing import write_run
from sim.sampling import sample
from sim.scenario.loading import load_text
from sim.scenario.model import Scenario
from sim.statistics.measures import measure
from sim.statistics.results import Results, Run

ALWAYS = {"report.html", "run.json", "summary.json"}


@cache
def ran() -> tuple[Results, Log]:
    promise = {"wait": "10 min"}
    scenario = mall({"a": {"counters": 1, "promise": promise}}, hours="08:00-10:00")
    logs = [simulate(scenario, sample(scenario, 1, r)) for r in range(2)]
    measures = [measure(log, scenario) for log in logs]
    return Results.of(scenario, Run(1, "simpy"), measures), logs[0]


def contents(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


def files(**texts: str) -> Callable[[Path], None]:
    """Return a writer of small files; `__` in a name stands for a folder, `_` for a dot."""

    def write(folder: Path) -> None:
        for key, text in texts.items():
            path = folder / key.replace("__", "/").replace("_", ".")
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)

    return write


OLD = {"report_html": "old", "plots__waits_svg": "old", "summary_csv": "old"}
OLD["run_json"] = json.dumps({"files": ["report.html", "plots/waits.svg", "summary.csv"]})
NEW = {"report_html": "new", "plots__hall_svg": "new", "run_json": "{}"}


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """A folder with an earlier result and somebody else's notes."""
    folder = tmp_path / "mall"
    replace_files(folder, files(**OLD), "en")
    (folder / "notes.txt").write_text("mine")
    (folder / "plots" / "mine.png").write_text("mine")
    return folder


# A whole run


def test_a_run_writes_its_page_pictures_summary_and_provenance(tmp_path: Path) -> None:
    written = write_run(*ran(), tmp_path / "out")
    names = set(contents(tmp_path / "out"))
    assert {p.relative_to(tmp_path / "out").as_posix() for p in written} == names
    assert written[0].name == "report.html"
    pictures = {name for name in names if name.startswith("plots/")}
    assert names == ALWAYS | pictures
    assert {name.rpartition(".")[2] for name in pictures} == {"svg", "png"}
    assert set(json.loads((tmp_path / "out" / "run.json").read_text())["files"]) == names


def test_what_is_on_request_comes_on_request_and_goes_when_no_longer_asked_for(
    tmp_path: Path,
) -> None:
    write_run(*ran(), tmp_path, tables=True, replications=True, keep_log=True)
    asked = set(contents(tmp_path))
    assert {"summary.csv", "summary.xlsx", "replications.parquet"} <= asked
    assert Log.load(tmp_path / "log") == ran()[1]
    table = pd.read_csv(tmp_path / "summary.csv", keep_default_na=False, na_values=[""])
    assert len(table) == len(ran()[0].measures)
    frame = pd.read_parquet(tmp_path / "replications.parquet")
    assert len(frame) == len(ran()[0].to_frame())
    write_run(*ran(), tmp_path)
    assert set(contents(tmp_path)) == {
        name for name in asked if name in ALWAYS or name.startswith("plots/")
    }
    assert not (tmp_path / "log").exists()


# In place of an earlier result


def test_files_that_are_not_ours_stay(target: Path) -> None:
    replace_files(target, files(**NEW), "en")
    after = contents(target)
    assert after.pop("notes.txt") == after.pop("plots/mine.png") == b"mine"
    assert set(after) == {"report.html", "plots/hall.svg", "run.json"}
    assert after["report.html"] == b"new"


def test_what_is_no_run_leaves_a_run_in_its_folder_alone(target: Path) -> None:
    before = {p.name: p.read_bytes() for p in target.iterdir() if p.is_file()}
    replace_files(target, files(**{"comparison.txt": "verdict"}), "en")
    after = {p.name: p.read_bytes() for p in target.iterdir() if p.is_file()}
    assert after == {**before, "comparison.txt": b"verdict"}


def test_one_replication_makes_a_page_without_intervals(tmp_path: Path) -> None:
    scenario = mall({"a": {"counters": 1, "services": ["s"], "promise": {"wait": "5 min"}}})
    log = simulate(scenario, sample(scenario, 1))
    results = Results.of(scenario, Run(1, "simpy"), [measure(log, scenario)])
    assert write_run(results, log, tmp_path / "one", "en")[0].name == "report.html"


def test_a_file_of_ours_that_no_run_json_lists_stays(target: Path) -> None:
    (target / "summary.xlsx").write_text("hers")
    replace_files(target, files(**NEW), "en")
    assert (target / "summary.xlsx").read_text() == "hers"


@pytest.mark.parametrize(
    "listed", [["../outside.txt"], ["notes.txt"], ["/etc/hostname"], "notes.txt", [1, None], None]
)
def test_no_run_json_makes_us_delete_what_we_do_not_write(target: Path, listed: Any) -> None:
    outside = target.parent / "outside.txt"
    outside.write_text("hers")
    (target / "run.json").write_text(json.dumps({"files": listed}))
    replace_files(target, files(**NEW), "en")
    assert outside.read_text() == "hers"
    assert (target / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("trouble", [PermissionError(errno.EACCES, "x"), KeyboardInterrupt()])
def test_trouble_at_any_step_leaves_the_old_result_whole(
    target: Path, trouble: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(target)
    steps = _count_steps(target, monkeypatch)
    assert steps == len(OLD) + len(NEW)
    for step in range(steps):
        _fail_at(step, trouble, monkeypatch)
        with pytest.raises((OutputError, KeyboardInterrupt)):
            replace_files(target, files(**NEW), "en")
        monkeypatch.undo()
        assert contents(target) == before, step


def test_ctrl_c_just_after_a_move_is_taken_back_too(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(target)
    replace = Path.replace
    for step in range(len(OLD) + len(NEW)):
        moves: list[Path] = []

        def moved(self: Path, goal: Path, step: int = step, moves: list[Path] = moves) -> Path:
            found = replace(self, goal)
            moves.append(goal)
            if len(moves) == step + 1:
                raise KeyboardInterrupt
            return found

        monkeypatch.setattr(Path, "replace", moved)
        with pytest.raises(KeyboardInterrupt):
            replace_files(target, files(**NEW), "en")
        monkeypatch.undo()
        assert contents(target) == before, step


def _count_steps(target: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    calls = _fail_at(10**6, KeyboardInterrupt(), monkeypatch)
    replace_files(target.parent / "copy", files(**OLD), "en")
    calls.clear()
    replace_files(target.parent / "copy", files(**NEW), "en")
    monkeypatch.undo()
    return len(calls)


def _fail_at(step: int, trouble: BaseException, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Let the step-th move of a file fail, and no other."""
    replace, calls = Path.replace, []

    def failing(self: Path, goal: Path) -> Path:
        calls.append(goal)
        if len(calls) == step + 1:
            raise trouble
        return replace(self, goal)

    monkeypatch.setattr(Path, "replace", failing)
    return calls


def test_trouble_while_writing_leaves_the_old_result_and_no_rubbish(target: Path) -> None:
    before = contents(target)

    def write(folder: Path) -> None:
        files(**NEW)(folder)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        replace_files(target, write, "en")
    assert contents(target) == before


def test_an_interrupted_first_run_leaves_no_folder(tmp_path: Path) -> None:
    def write(folder: Path) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        replace_files(tmp_path / "new", write, "en")
    assert not list(tmp_path.iterdir())


# Plain messages


def test_a_file_held_open_gives_a_message_that_names_it(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(self: Path, goal: Path) -> Path:
        raise PermissionError(errno.EACCES, "denied", str(self))

    monkeypatch.setattr(Path, "replace", locked)
    with pytest.raises(OutputError, match=r"run\.json.*another program holds it open.*is kept"):
        replace_files(target, files(**NEW), "en")
    with pytest.raises(OutputError, match="sedang dibuka program lain"):
        replace_files(target, files(**NEW), "id")


def test_a_full_disk_gives_a_message(target: Path) -> None:
    def write(folder: Path) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    before = contents(target)
    with pytest.raises(OutputError, match=r"disk of .* is full"):
        replace_files(target, write, "en")
    assert contents(target) == before


def test_a_file_where_the_folder_should_be_gives_a_message(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("hers")
    for place in (tmp_path / "out", tmp_path / "out" / "mall"):
        with pytest.raises(OutputError, match="stands in the way"):
            replace_files(place, files(**NEW), "en")
    assert (tmp_path / "out").read_text() == "hers"


def test_a_folder_where_a_file_should_be_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "report.html").mkdir()
    (tmp_path / "report.html" / "thesis.txt").write_text("hers")
    with pytest.raises(OutputError, match="is a folder"):
        replace_files(tmp_path, files(**NEW), "en")
    assert contents(tmp_path) == {"report.html/thesis.txt": b"hers"}


# Provenance


def test_provenance_holds_what_it_takes_to_get_the_result_again() -> None:
    found = json.loads(json.dumps(of.provenance(ran()[0], ["mppsim", "run", "x.yaml"])))
    assert found["seed"] == 1
    assert found["replications"] == 2
    assert found["engine"] == "simpy"
    assert found["command"] == ["mppsim", "run", "x.yaml"]
    assert load_text(found["scenario"]) == ran()[0].scenario
    digest = hashlib.sha256(found["scenario"].encode()).hexdigest()
    assert found["scenario_sha256"] == digest == of.fingerprint(ran()[0].scenario)
    assert all(found["packages"].values())


def test_scenarios_that_differ_have_different_hashes() -> None:
    def hash_of(counters: int) -> str:
        scenario: Scenario = mall({"a": counters})
        return of.fingerprint(scenario)

    assert hash_of(1) == hash_of(1) != hash_of(2)


def test_a_package_in_somebody_elses_checkout_claims_no_commit_of_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(of, "_git", lambda folder, *words: str(tmp_path))
    assert of.commit() is None
    root = Path(of.__file__).resolve().parents[2]
    answers = {"--show-toplevel": str(root), "HEAD": "abc"}
    monkeypatch.setattr(of, "_git", lambda folder, *words: answers.get(words[-1], "M sim/x.py"))
    assert of.commit() == {"id": "abc", "changed": True}


def test_without_git_there_is_no_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert of.commit() is None
