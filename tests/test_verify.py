"""`mppsim verify` proves what is right, and finds what is wrong."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim import Log, MallError, Scenario, Workload, simulate, verify
from sim.cli import main
from sim.report.verification import described, plain, render
from sim.scenario.loading import load
from sim.scenario.shipped import copy_example, shipped, shipped_logs
from sim.verification.difference import first_difference
from sim.verification.verify import QUICK, Verification, limit_of


@pytest.fixture(scope="module")
def quick() -> Verification:
    return verify("compiled")


def test_the_installed_program_proves_itself(quick: Verification) -> None:
    assert quick.wrong == ()
    assert quick.weak == ()
    assert {proof.name for proof in quick.of("exact")} == set(QUICK)
    assert len(quick.proofs) > 500


@pytest.mark.long
def test_the_reference_engine_proves_itself_too() -> None:
    assert verify("simpy").holds


def test_the_limit_keeps_all_estimates_together_within_one_percent(quick: Verification) -> None:
    assert limit_of(1) == pytest.approx(2.5758, abs=1e-4)
    estimates = sum(proof.right is None for proof in quick.proofs)
    assert quick.limit == limit_of(estimates) > 4


@pytest.mark.parametrize("lang", ["en", "id"])
def test_every_proof_is_told(quick: Verification, lang: str) -> None:
    text, page = described(quick, lang), render(quick, lang)
    data = json.loads(json.dumps(plain(quick), allow_nan=False))
    assert all(proof.name in text for proof in quick.proofs)
    assert all(f"{proof.name}</th>" in page for proof in quick.of("exact"))
    assert len(data["proofs"]) == len(quick.proofs)
    assert data["holds"] is True


# Engines that are wrong


def hasty(scenario: Scenario, workload: Workload) -> Log:
    """Give everybody a tenth less of the counter's time."""
    return simulate(scenario, replace(workload, time=workload.time * 9 // 10), "compiled")


def unfair(scenario: Scenario, workload: Workload) -> Log:
    """Call who is served anyway a microsecond too late in the log."""
    log = simulate(scenario, workload, "compiled")
    rows = log.stop_rows
    late = np.where(rows.called > rows.ticket, rows.called + 1, rows.called)
    return replace(log, stop_rows=replace(rows, called=late))


def broken(scenario: Scenario, workload: Workload) -> Log:
    raise ZeroDivisionError("no counters")


@pytest.mark.parametrize("engine", [hasty, unfair, broken])
def test_a_wrong_engine_is_found_wrong_by_days_and_by_rows(engine: object) -> None:
    found = verify(engine, parts=("traces", "engines", "laws"))  # type: ignore[arg-type]
    assert not found.holds
    assert {proof.part for proof in found.wrong} >= {"engines", "laws"}
    assert all(proof.detail for proof in found.wrong)
    assert "WRONG" in described(found, "en")


def test_exact_answers_find_an_engine_that_is_hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.verification.verify.QUICK", ("SS-MM1-080",))
    found = verify(hasty, parts=("exact",))
    assert "utilisation" in [proof.what for proof in found.wrong]


def test_the_first_row_that_differs_is_named() -> None:
    scenario = load(shipped()["features/quota"])
    from sim import sample

    workload = sample(scenario, 1)
    one = simulate(scenario, workload)
    other = unfair(scenario, workload)
    unlike = first_difference(one, other)
    assert unlike is not None
    assert unlike.table == "stops"
    assert list(unlike.one) == list(unlike.other) == ["called"]
    assert "." in unlike.other["called"]
    assert first_difference(one, one) is None


def test_unknown_levels_and_parts_are_named() -> None:
    with pytest.raises(MallError, match="quick, full"):
        verify(level="slow")  # type: ignore[arg-type]
    with pytest.raises(MallError, match="traces, engines"):
        verify(parts=("nothing",))  # type: ignore[arg-type]


def test_a_workload_for_fewer_counters_is_refused() -> None:
    """It says of each counter whether its officer comes; of others it would say nothing."""
    from malls import mall

    from sim import WorkloadError, sample

    workload = sample(mall({"a": 2}), 1)
    with pytest.raises(WorkloadError, match="other counters"):
        simulate(mall({"a": 3}), workload, "compiled")


# Shipped scenarios


def test_every_shipped_scenario_can_be_copied_and_loaded(tmp_path: Path) -> None:
    for name in shipped():
        copies = copy_example(name, tmp_path)
        assert load(copies[0]) == load(shipped()[name])


def test_what_a_planner_changed_is_not_overwritten(tmp_path: Path) -> None:
    copy = copy_example("tutorial", tmp_path)[0]
    assert copy == tmp_path / "scenarios" / "tutorial.yaml"
    copy.write_text("name: mine\n", encoding="utf-8")
    with pytest.raises(MallError, match="is there already"):
        copy_example("tutorial", tmp_path)
    assert copy.read_text(encoding="utf-8") == "name: mine\n"


def test_example_lists_and_copies(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["example"], ["example", "tutorial", "--into", str(tmp_path), "--lang", "en"]):
        with pytest.raises(SystemExit) as left:
            main(words)
        assert left.value.code == 0
    said = capsys.readouterr().out
    assert "join/imigrasi" in said
    assert f"mppsim run {tmp_path / 'scenarios' / 'tutorial.yaml'}" in said
    with pytest.raises(SystemExit):
        main(["example", "nowhere"])
    assert "tutorial" in capsys.readouterr().err


def test_the_ticket_log_is_an_example_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (copied,) = copy_example("logs/tickets.csv", tmp_path)
    assert copied.read_bytes() == shipped_logs()["logs/tickets.csv"].read_bytes()
    with pytest.raises(SystemExit) as ended:
        main(["example", "logs/tickets.csv", "--into", str(tmp_path), "--lang", "en"])
    assert not ended.value.code
    assert f"mppsim fit {copied}" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["example"])
    assert "logs/tickets.csv" in capsys.readouterr().out.splitlines()
