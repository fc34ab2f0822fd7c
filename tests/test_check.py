"""Regression: what moved is named, what did not passes, and no reference is half written."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from sim import MallError, OutputError, load, replicate
from sim.cli import app
from sim.report.regression import MOST_ROWS, described
from sim.scenario.model import Scenario
from sim.verification.check import (
    CITIZENS,
    REPLICATIONS,
    SEED,
    Checked,
    Shift,
    check,
    references,
    renew,
)

TINY = """\
name: Tiny
calendar: {days: mon, hours: 08:00-10:00}
agencies:
  bank:
    counters: 2
    promise: {wait: 5 min}
    services: {bayar: {time: {mean: 5 min, sd: 3 min}}}
journeys: {bayar: {per_day: 40, stops: [bank.bayar]}}
"""
FILE = Path("scenarios/join/tiny.yaml")
REFERENCE = Path("results/reference/join/tiny.json")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write(FILE, TINY)
    return tmp_path


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def made() -> dict[str, Any]:
    assert list(renew([FILE], workers=1)) == [REFERENCE]
    return stored()


def stored() -> dict[str, Any]:
    return json.loads(REFERENCE.read_text())  # type: ignore[no-any-return]


def edit(change: Callable[[dict[str, Any]], None]) -> Checked:
    """Change the reference and check it."""
    data = stored()
    change(data)
    REFERENCE.write_text(json.dumps(data))
    return check(REFERENCE, workers=1)


def command(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["check", "--workers", "1", *words])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.stdout, result.stderr


# What does not move


def test_what_did_not_change_passes() -> None:
    measures = len(made()["measures"])
    assert check(REFERENCE, workers=1) == Checked(FILE.as_posix(), measures, False, ())
    status, out, err = command("--lang", "en")
    assert (status, err) == (0, "")
    assert out == f"{FILE.as_posix()}: as the reference ({measures} measures)\n"


def test_a_scenario_is_loaded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made()
    read: list[str] = []

    def counted(file: str | Path) -> Scenario:
        read.append(Path(file).name)
        return load(file)

    monkeypatch.setattr("sim.verification.check.load", counted)
    result = CliRunner().invoke(app, ["check", "--workers", "1"])
    assert result.exit_code == 0 and read == [FILE.name]


def test_a_reference_says_what_it_takes_to_get_it_again() -> None:
    reference = made()
    assert (reference["seed"], reference["replications"]) == (SEED, REPLICATIONS)
    results = replicate(load(FILE), REPLICATIONS, seed=SEED, workers=1)
    k = results.position("wait.mean", "agency", "bank")
    sums = [results.total[:, k].sum(), results.n[:, k].sum()]
    assert reference["measures"]["agency bank wait.mean"] == sums


def test_a_shift_of_the_last_bit_is_called_so_and_passes() -> None:
    made()

    def nudge(reference: dict[str, Any]) -> None:
        reference["measures"]["agency bank wait.mean"][0] *= 1 + 1e-9

    (shift,) = edit(nudge).shifts
    assert (shift.measure, shift.kind) == ("agency bank wait.mean", "last_bit")
    status, out, _ = command("--lang", "en")
    assert status == 0 and "but for the last bit in 1 of" in out and len(out.splitlines()) == 1


@pytest.mark.parametrize(("part", "kind"), [(0.9e-6, "last_bit"), (1.1e-6, "moved")])
def test_numbers_may_differ_by_a_millionth(part: float, kind: str) -> None:
    made()

    def nudge(reference: dict[str, Any]) -> None:
        numbers = reference["measures"]["mall wait.mean"]
        assert not numbers[0].is_integer()
        numbers[0] *= 1 + part

    assert [shift.kind for shift in edit(nudge).shifts] == [kind]


@pytest.mark.parametrize(
    ("before", "now", "same"),
    [
        (20_000, 20_001, True),
        (20_000, 20_002, True),
        (20_000, 20_003, False),
        (10_000, 9_999, True),
        (9_000, 9_001, False),
        (0, 0, True),
        (0, 1, False),
    ],
)
def test_counts_may_differ_by_one_citizen_in_ten_thousand(
    before: int, now: int, same: bool
) -> None:
    from sim.verification.check import _same

    assert _same(float(before), float(now)) == same
    assert _same(float(now), float(before)) == same
    assert CITIZENS == 1e-4


# What moves


def test_a_changed_service_time_moves_waits_and_no_arrivals() -> None:
    made()
    write(FILE, TINY.replace("mean: 5 min, sd", "mean: 6 min, sd"))
    found = check(REFERENCE, workers=1)
    names = {shift.measure for shift in found.moved}
    assert found.scenario_changed and "agency bank wait.mean" in names
    assert "mall visits" not in names
    status, out, _ = command("--lang", "en")
    lines = out.splitlines()
    assert status == 1
    assert lines[0] == f"{FILE.as_posix()}: {len(names)} of {found.measures} measures moved"
    assert lines[1].strip() == "The scenario itself is not the one of the reference."
    assert ["measure", "reference", "now"] in [line.split() for line in lines]
    row = next(line for line in lines if line.split()[:3] == ["agency", "bank", "wait.mean"])
    before, now = (float(word) for word in row.split()[3:])
    results = replicate(load(FILE), REPLICATIONS, seed=SEED, workers=1)
    assert before < now
    assert math.isclose(now, results.estimate("wait.mean", "agency", "bank").value, abs_tol=1e-6)


@pytest.mark.parametrize("measure", ["wait.p90", "wait.max"])
def test_quantiles_and_maxima_are_shown_as_they_are_reported(measure: str) -> None:
    made()

    def nudge(reference: dict[str, Any]) -> None:
        reference["measures"][f"agency bank {measure}"][0] *= 1.5

    (shift,) = edit(nudge).shifts
    results = replicate(load(FILE), REPLICATIONS, seed=SEED, workers=1)
    value = results.estimate(measure, "agency", "bank").value
    assert shift.now is not None and math.isclose(shift.now, value)
    assert shift.before is not None and math.isclose(shift.before, 1.5 * value)


def test_measures_that_went_or_came_are_named() -> None:
    made()

    def rename(reference: dict[str, Any]) -> None:
        measures = reference["measures"]
        measures["agency bank riots"] = measures.pop("agency bank tickets")

    gone, new = edit(rename).moved
    assert (gone.measure, gone.kind, gone.now) == ("agency bank riots", "gone", None)
    assert (new.measure, new.kind, new.before) == ("agency bank tickets", "new", None)
    for lang, words in (("en", ("gone", "new")), ("id", ("hilang", "baru"))):
        status, out, _ = command("--lang", lang)
        rows = {line.split()[2]: line.split()[3:] for line in out.splitlines()[2:]}
        assert status == 1
        assert rows["riots"][1] == words[0] and rows["tickets"][0] == words[1]


def test_a_measure_that_nobody_met_any_more_is_said_so() -> None:
    shift = Shift("agency bank wait.mean", "moved", 1.5, None)
    text = described([Checked("x.yaml", 10, False, (shift,))], "en")
    assert text.splitlines()[-1].split() == ["agency", "bank", "wait.mean", "1.500000", "nobody"]


def test_a_long_table_is_cut_and_says_so() -> None:
    shifts = tuple(Shift(f"m{k:03}", "moved", 1.0, 2.0) for k in range(MOST_ROWS + 7))
    lines = described([Checked("x.yaml", 99, False, shifts)], "en").splitlines()
    assert len(lines) == MOST_ROWS + 3 and "7 more" in lines[-1] and "--json" in lines[-1]


def test_a_changed_scenario_is_said_even_where_no_number_moved() -> None:
    made()
    write(FILE, TINY.replace("name: Tiny", "name: Another"))
    found = check(REFERENCE, workers=1)
    assert found.scenario_changed and not found.shifts
    status, out, _ = command("--lang", "en")
    assert status == 0 and "not the one of the reference" in out


def test_json_holds_all_and_nothing_else() -> None:
    made()
    edit(lambda reference: reference["measures"].pop("mall visits"))
    status, out, err = command("--json")
    (data,) = json.loads(out)
    assert (status, err) == (1, "")
    assert (data["scenario"], data["moved"]) == (FILE.as_posix(), 1)
    (shift,) = data["shifts"]
    assert (shift["measure"], shift["kind"], shift["before"]) == ("mall visits", "new", None)


# What happened, and the proof


def told_after(*changes: tuple[str, str]) -> tuple[Checked, str]:
    """Change the scenario of a reference; return what check finds and says."""
    text = TINY
    for before, after in changes:
        text = text.replace(before, after)
    write(FILE, text)
    return check(REFERENCE, workers=1), command("--lang", "en")[1]


def test_a_changed_scenario_is_structural_and_said_as_a_planner_would() -> None:
    made()
    found, out = told_after(("counters: 2", "counters: 3"))
    assert found.proof is not None and "structural" in found.proof.happened
    assert "numerical" not in found.proof.happened
    assert found.proof.structure == ("-     counters: 2", "+     counters: 3")
    assert "    bank › Counters: 2 → 3\n" in out


def test_a_reference_whose_words_are_gone_shows_its_lines() -> None:
    made()

    def of_old(reference: dict[str, Any]) -> None:
        reference["model"] = [line.replace("counters", "windows") for line in reference["model"]]
        reference["measures"]["mall wait.mean"][0] += 9.0

    found = edit(of_old)
    assert found.proof is not None and found.proof.before is None
    assert "-     windows: 2" in command("--lang", "en")[1]


def test_a_measure_more_is_structural_and_nothing_else() -> None:
    made()
    found = edit(lambda reference: reference["measures"].pop("mall visits"))
    assert found.proof is not None and found.proof.happened == ("structural",)


def test_other_rows_of_the_same_scenario_are_numerical_and_the_first_is_shown() -> None:
    made()
    first, second = stored()["rows"][:2]

    def another_row(reference: dict[str, Any]) -> None:
        reference["rows"][1] = second.replace("served", "reneged")
        reference["measures"]["mall wait.mean"][0] += 9.0

    found = edit(another_row)
    assert found.proof is not None and found.proof.happened == ("numerical",)
    row = found.proof.first_row
    assert row is not None and (row.same, row.now) == (first, second)
    assert row.before == second.replace("served", "reneged") and row.hour == "mon 08:00"
    out = command("--lang", "en")[1]
    assert f"last that is the same: {first}\n" in out and f"now: {second}\n" in out


def test_beyond_the_rows_that_are_kept_the_hour_is_named() -> None:
    made()

    def another_hour(reference: dict[str, Any]) -> None:
        reference["hours"]["mon 09:00"] = "0" * 12
        reference["measures"]["mall wait.mean"][0] += 9.0

    found = edit(another_hour)
    assert found.proof is not None and found.proof.first_row is not None
    assert found.proof.first_row.hour == "mon 09:00"
    assert "first differ in the hour mon 09:00" in command("--lang", "en")[1]


@pytest.mark.parametrize(
    ("tolerance", "shift", "state"),
    [("", 0.2, "alike"), ("", -0.2, "alike"), ("", 3.0, "other"), ("", -3.0, "other"),
     ("tolerance: 30 min", 3.0, "alike"),
     ("tolerance: 10 s", 0.2, "other")],
)  # fmt: skip
def test_mean_waits_are_compared_within_what_is_tolerated(
    tolerance: str, shift: float, state: str
) -> None:
    write(FILE, TINY + tolerance)
    made()

    def shorter(reference: dict[str, Any]) -> None:
        reference["measures"]["mall wait.mean"][0] += 9.0
        reference["waits"]["mall wait.mean"] = [
            [total - shift * n, n] for total, n in reference["waits"]["mall wait.mean"]
        ]

    found = edit(shorter)
    assert found.proof is not None
    (wait,) = found.proof.waits
    assert (wait.measure, wait.state) == ("mall wait.mean", state)
    assert math.isclose(wait.change.value, shift, abs_tol=1e-9)
    assert ("statistical" in found.proof.happened) == (state == "other")
    assert "whole mall" in command("--lang", "en")[1]


def test_a_change_of_few_runs_is_not_called_alike_where_it_cannot_be_told() -> None:
    made()
    found, _ = told_after(("mean: 5 min, sd", "mean: 5.5 min, sd"))
    assert found.proof is not None
    assert {wait.state for wait in found.proof.waits} == {"cannot_tell"}


def test_a_reference_without_proofs_still_tells_what_moved() -> None:
    made()

    def of_before(reference: dict[str, Any]) -> None:
        for key in ("model", "rows", "hours", "waits"):
            del reference[key]
        reference["measures"]["mall wait.mean"][0] += 9.0

    found = edit(of_before)
    assert found.moved and found.proof is not None and found.proof.happened == ()
    assert json.loads(command("--json")[1])[0]["happened"] == []


# References


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "3",
        "{}",
        '{"scenario": "x.yaml", "scenario_hash": "", "seed": 1, "replications": 5}',
        '{"scenario": "x.yaml", "scenario_hash": "", "seed": "one", "replications": 5,'
        ' "measures": {}}',
        '{"scenario": "x.yaml", "scenario_hash": "", "seed": 1, "replications": 5,'
        ' "measures": {"mall visits": 3}}',
        '{"scenario": "x.yaml", "scenario_hash": "", "seed": 1, "replications": 5,'
        ' "measures": {"mall visits": [1]}}',
        '{"scenario": "x.yaml", "scenario_hash": "", "seed": 1, "replications": 5,'
        ' "measures": {"mall visits": [NaN, Infinity]}}',
        '{"scenario": "x.yaml", "scenario_hash": "", "seed": 1, "replications": 5, "measures": []}',
    ],
)
def test_a_broken_reference_gives_a_plain_message(text: str) -> None:
    made()
    REFERENCE.write_text(text)
    with pytest.raises(MallError, match=r"tiny\.json is not a reference .*check --update"):
        check(REFERENCE, workers=1)
    status, out, err = command("--lang", "en")
    assert (status, out) == (2, "") and "is not a reference" in err
    assert "bukan acuan" in command()[2]


def test_a_reference_of_a_scenario_that_is_gone_names_it() -> None:
    made()
    FILE.unlink()
    status, _, err = command("--lang", "en")
    assert status == 2 and f"there is no file {FILE.as_posix()}" in err


def test_no_reference_names_the_remedy() -> None:
    for words in ([], [str(FILE)]):
        status, _, err = command(*words, "--lang", "en")
        assert status == 2 and "make one: mppsim check --update" in err
    with pytest.raises(MallError, match="there is no reference"):
        references()


def test_update_writes_only_what_is_named() -> None:
    other = Path("scenarios/other.yaml")
    write(other, TINY)
    status, out, _ = command("--update", "--lang", "en", str(FILE), str(other))
    assert status == 0
    paths = [str(REFERENCE), str(Path("results/reference/other.json"))]
    assert out.splitlines() == [f"Written: {path}" for path in paths]
    assert references() == [REFERENCE, Path("results/reference/other.json")]
    for file in (FILE, other):
        write(file, TINY.replace("mean: 5 min, sd", "mean: 6 min, sd"))
    before = Path(paths[1]).read_bytes()
    assert command("--update", str(FILE), "--reason", "slower")[0] == 0
    assert command(str(FILE))[0] == 0
    assert Path(paths[1]).read_bytes() == before
    assert command()[0] == 1
    assert command("--update", "--reason", "slower")[0] == 0  # all that have one
    assert command()[0] == 0


def test_update_tells_machines_what_it_wrote() -> None:
    status, out, err = command("--update", "--json", str(FILE))
    assert (status, json.loads(out)) == (0, [REFERENCE.as_posix()])
    assert REFERENCE.name in err


def test_numbers_that_moved_want_a_reason_which_stays_in_the_reference() -> None:
    made()
    write(FILE, TINY.replace("per_day: 40", "per_day: 60"))
    before = REFERENCE.read_text()
    status, _, err = command("--update", str(FILE), "--lang", "en")
    assert status == 2 and "--reason" in err
    assert REFERENCE.read_text() == before
    assert command("--update", str(FILE), "--reason", "Sejak April, 60 sehari")[0] == 0
    assert stored()["reason"] == "Sejak April, 60 sehari"
    assert command(str(FILE))[0] == 0
    assert command("--update", str(FILE))[0] == 0  # nothing moved: no reason is asked for
    assert stored()["reason"] == "Sejak April, 60 sehari"


def test_a_scenario_without_a_reference_is_not_passed_over() -> None:
    made()
    assert command()[0] == 0
    write(Path("scenarios/new.yaml"), TINY)
    status, out, err = command("--lang", "en")
    assert status == 1 and "join/tiny.yaml: as the reference" in out
    assert err == "scenarios/new.yaml has no reference; make one: " + (
        "mppsim check --update scenarios/new.yaml\n"
    )
    assert command(str(FILE))[0] == 0  # who names files asks for these


def test_a_reference_holds_no_path_of_this_machine(folder: Path) -> None:
    list(renew([folder / FILE], workers=1))
    assert stored()["scenario"] == FILE.as_posix()
    assert str(folder) not in REFERENCE.read_text()
    with pytest.raises(MallError, match="outside this folder"):
        list(renew([folder.parent / "elsewhere.yaml"], workers=1))


def test_scenarios_of_one_name_have_references_of_their_own() -> None:
    for file in (Path("scenarios/tiny.yaml"), Path("mine/tiny.yaml")):
        write(file, TINY)
        list(renew([file], workers=1))
    list(renew([FILE], workers=1))
    assert len(references()) == 3


def test_a_reference_is_replaced_whole_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    made()
    before = REFERENCE.read_bytes()
    write(FILE, TINY.replace("mean: 5 min, sd", "mean: 6 min, sd"))

    def interrupted(self: Path, target: Path) -> Path:
        assert self.read_text().endswith("}\n"), "what is put in place is whole"
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", interrupted)
        with pytest.raises(KeyboardInterrupt):
            list(renew([FILE], workers=1, reason="slower"))
    assert REFERENCE.read_bytes() == before
    assert [file.name for file in REFERENCE.parent.iterdir()] == [REFERENCE.name]


def test_where_nothing_can_be_written_it_says_so() -> None:
    write(Path("results"), "a file where a folder is needed")
    with pytest.raises(OutputError, match="cannot write"):
        list(renew([FILE], workers=1))
    status, _, err = command("--update", str(FILE), "--lang", "en")
    assert status == 2 and "cannot write" in err


def test_a_faulty_scenario_changes_no_reference() -> None:
    made()
    before = REFERENCE.read_bytes()
    write(FILE, TINY.replace("counters", "counter"))
    status, _, err = command("--update", str(FILE), "--lang", "en")
    assert status == 2 and 'did you mean "counters"?' in err
    assert REFERENCE.read_bytes() == before


# What is shipped


def test_every_shipped_scenario_has_a_reference() -> None:
    root = Path(__file__).parent.parent
    shipped = {
        file.relative_to(root / "scenarios").with_suffix("")
        for file in (root / "scenarios").rglob("*.yaml")
    }
    referred = {
        file.relative_to(root / "results/reference").with_suffix("")
        for file in (root / "results/reference").rglob("*.json")
    }
    assert referred == shipped
