"""The command: what it prints and where, its exit status, and what Ctrl-C leaves behind."""

from __future__ import annotations

import errno
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import sim.cli.commands
from sim import load
from sim.report.result_folder import folder_of
from sim.scenario.loading import load_text
from sim.scenario.writing import show as shown
from sim.words import LANGUAGES, say

ROOT = Path(__file__).parent.parent
SCENARIOS = ROOT / "scenarios"
COMMANDS = ("run", "compare", "validate", "show", "schema", "check")
MPPSIM = (sys.executable, "-c", "from sim.cli import main; main()")
TINY = """\
name: Mal Kecil é ≥
calendar: {days: mon, hours: 08:00-10:00}
agencies:
  bank:
    counters: 2
    promise: {wait: 5 min}
    services: {bayar: {time: {mean: 5 min, sd: 3 min}}}
journeys: {bayar: {per_day: 20, stops: [bank.bayar]}}
decision: {every_agency_keeps: promise}
"""
FAULTY = TINY.replace("counters", "counter").replace("per_day: 20", "per_day: -20")
MORE = "extends: tiny.yaml\nname: Lebih ramai\njourneys: {bayar: {per_day: 40}}\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MPPSIM_LANG", raising=False)
    for name, text in (("tiny.yaml", TINY), ("more.yaml", MORE), ("faulty.yaml", FAULTY)):
        Path(name).write_text(text, encoding="utf-8")
    return tmp_path


def mppsim(*words: str) -> Result:
    """Run the command in this process; what it does not catch fails the test."""
    result = CliRunner().invoke(sim.cli.app, words)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def shell(*words: str, **more: Any) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    env = {**os.environ, **more.pop("env", {})}
    return subprocess.run(
        [*MPPSIM, *words], capture_output=True, text=True, encoding="utf-8", timeout=60, env=env,
        **more,
    )  # fmt: skip


def strict_json(text: str) -> Any:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    return json.loads(text, parse_constant=refuse)


def contents(folder: Path = Path("results")) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


# mppsim


def test_version_is_printed() -> None:
    from importlib.metadata import version

    result = mppsim("--version")
    assert (result.exit_code, result.stdout) == (0, f"mppsim {version('mppsim')}\n")


def test_no_command_shows_what_there_is() -> None:
    out = mppsim().output
    assert all(command in out for command in COMMANDS)


def test_help_answers_without_the_heavy_packages() -> None:
    code = f"""
import sys
from sim.cli import main
for words in (["--help"], ["--version"], *([c, "--help"] for c in {COMMANDS!r})):
    try:
        main(words)
    except SystemExit as left:
        assert not left.code, words
heavy = {{"numpy", "scipy", "pandas", "matplotlib", "simpy", "numba", "pyarrow", "sim.scenario"}}
print(sorted(heavy & set(sys.modules)), file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "[]\n")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_has_its_help(command: str) -> None:
    import typer

    group: Any = typer.main.get_command(sim.cli.app)
    found = group.commands[command]
    assert found.help
    for parameter in found.params:
        if parameter.param_type_name == "option" and parameter.name != "help":
            assert parameter.help, f"{command} --{parameter.name}"


@pytest.mark.parametrize(
    "words",
    [
        ["runn", "tiny.yaml"],
        ["run"],
        ["compare", "tiny.yaml"],
        ["validate"],
        ["show"],
        ["run", "tiny.yaml", "--lang", "fr"],
        ["run", "tiny.yaml", "--replications", "0"],
        ["run", "tiny.yaml", "--replications", "many"],
        ["run", "tiny.yaml", "--seed", "1.5"],
        ["run", "tiny.yaml", "--workers", "0"],
        ["run", "tiny.yaml", "--replication", "3", "--no-such-option"],
        ["run", "tiny.yaml", "--engine", "nope"],
        ["run", "tiny.yaml", "--precision", "0"],
        ["run", "tiny.yaml", "--precision", "-1"],
        ["run", "tiny.yaml", "--precision", "nan"],
        ["run", "tiny.yaml", "--precision", "inf"],
        ["run", "tiny.yaml", "--precision", "1", "--replications", "19"],
        ["compare", "tiny.yaml", "more.yaml", "--replications", "1"],
        ["run", "no-such.yaml"],
        ["run", "."],
        ["show", "tiny.yaml/x"],
        ["run", "tiny.yaml", "--replications", "2", "--out", "tiny.yaml"],
        ["compare", "tiny.yaml", "more.yaml", "--replications", "2", "--out", "tiny.yaml/x"],
    ],
    ids=" ".join,
)
def test_bad_input_ends_with_2_and_a_message_and_writes_nothing(words: list[str]) -> None:
    before = contents(Path())
    result = mppsim(*words, *(["--workers", "1"] if words[0] == "compare" else []))
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr and "Traceback" not in result.stderr
    assert contents(Path()) == before


def test_faults_of_a_file_are_told_on_stderr_in_both_languages() -> None:
    for lang in LANGUAGES:
        for words in (["run"], ["show"], ["validate"], ["compare", "tiny.yaml"]):
            result = mppsim(*words, "faulty.yaml", "--lang", lang)
            assert (result.exit_code, result.stdout) == (2, "")
            *faults, last = result.stderr.splitlines()
            places = [fault.split()[0] for fault in faults]
            assert places == ["faulty.yaml:5:5", "faulty.yaml:8:29"]
            assert last == say("cli.faults", lang, n=2)
    assert "tidak dikenal" in mppsim("run", "faulty.yaml").stderr  # Indonesian by default


def test_the_language_may_stand_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MPPSIM_LANG", "en")
    assert "unknown key" in mppsim("run", "faulty.yaml").stderr
    assert "tidak dikenal" in mppsim("run", "faulty.yaml", "--lang", "id").stderr


# validate


def test_validate_lists_the_faults_of_all_files() -> None:
    Path("empty.yaml").write_text("")
    files = ("faulty.yaml", "tiny.yaml", "empty.yaml", "none.yaml")
    result = mppsim("validate", *files, "--lang", "en")
    assert result.exit_code == 2
    assert result.stdout == "tiny.yaml: no faults\n"
    named = [line.partition(":")[0] for line in result.stderr.splitlines()]
    assert named == ["faulty.yaml"] * 2 + ["empty.yaml", "none.yaml", "4 fault(s); nothing was run"]


def test_validate_passes_what_is_sound() -> None:
    result = mppsim("validate", "tiny.yaml", "more.yaml", "--lang", "en")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "tiny.yaml: no faults\nmore.yaml: no faults\n"


def test_validate_tells_machines_place_and_code() -> None:
    result = mppsim("validate", "faulty.yaml", "tiny.yaml", "--json", "--lang", "en")
    rows = strict_json(result.stdout)
    assert (result.exit_code, result.stderr) == (2, "")
    unknown = next(row for row in rows if row["code"] == "unknown_key")
    assert unknown["file"] == "faulty.yaml" and (unknown["line"], unknown["column"]) == (5, 5)
    assert unknown["path"] == "agencies.bank.counter" and "counters" in unknown["message"]
    sound = mppsim("validate", "tiny.yaml", "--json")
    assert (sound.exit_code, strict_json(sound.stdout)) == (0, [])


def test_validate_lays_overlays_over() -> None:
    Path("bad.yaml").write_text("agencies: {bank: {counters: 0}}\n")
    result = mppsim("validate", "tiny.yaml", "--with", "bad.yaml", "--lang", "en")
    assert result.exit_code == 2 and result.stderr.startswith("bad.yaml:1:29 ")


# show and schema


@pytest.mark.parametrize(
    "file", sorted(SCENARIOS.rglob("*.yaml")), ids=lambda f: f.relative_to(SCENARIOS).as_posix()
)
def test_what_show_prints_loads_again_to_an_equal_scenario(file: Path) -> None:
    result = mppsim("show", str(file))
    Path("shown.yaml").write_text(result.stdout, encoding="utf-8")
    assert (result.exit_code, result.stderr) == (0, "")
    assert load("shown.yaml") == load(file)
    assert mppsim("show", "shown.yaml").stdout == result.stdout


@pytest.mark.parametrize(
    ("whole", "changed"),
    [("counters: 2", "counters: 2\n    call: {missed: 0 %, tries: 3, every: 20 s, again_after: 5}"),
     ("per_day: 20", "per_day: 20, online_number: {share: 100 %}")],
)  # fmt: skip
def test_what_is_given_as_it_would_be_anyway_is_shown_where_it_means_something(
    whole: str, changed: str
) -> None:
    scenario = load_text(TINY.replace(whole, changed))
    assert load_text(shown(scenario)) == scenario != load_text(TINY)


@pytest.mark.parametrize(
    "file", sorted(SCENARIOS.rglob("*.yaml")), ids=lambda f: f.relative_to(SCENARIOS).as_posix()
)
def test_what_show_tells_machines_is_the_scenario(file: Path) -> None:
    data = strict_json(mppsim("show", str(file), "--json").stdout)
    scenario = load(file)
    assert data["name"] == scenario.name
    assert list(data["agencies"]) == list(scenario.agencies)
    for name, of in scenario.journeys.items():
        assert float(data["journeys"][name]["per_day"]) == of.per_day
        assert type(data["journeys"][name]["per_day"]) in (int, float)


def test_show_lays_overlays_over() -> None:
    Path("busier.yaml").write_text("demand: {scale: 1.1}\n")
    shown = mppsim("show", "tiny.yaml", "--with", "more.yaml", "--with", "busier.yaml").stdout
    assert "per_day: 40" in shown and "scale: 1.1" in shown and "counters: 2" in shown


def test_a_reader_that_leaves_early_gets_no_traceback() -> None:
    command = f"{' '.join(map(_quoted, MPPSIM))} show {_quoted(str(SCENARIOS))}/lhokseumawe.yaml"
    done = subprocess.run(
        f"({command}; echo $? >&2) | head -1", shell=True, capture_output=True, text=True,
        timeout=60, env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    assert done.stdout == "name: MPP Kota Lhokseumawe\n"
    assert done.stderr.strip() in ("0", "141")
    many = "".join(f"key{k}: 1\n" for k in range(3000))
    Path("many.yaml").write_text(many)
    command = f"{' '.join(map(_quoted, MPPSIM))} validate many.yaml"
    done = subprocess.run(
        f"({command} 2>&1; echo $? >&2) | head -1", shell=True, capture_output=True, text=True,
        timeout=60,
    )  # fmt: skip
    assert done.stdout.startswith("many.yaml:1:1") and done.stderr.strip() == "141"


def _quoted(word: str) -> str:
    import shlex

    return shlex.quote(word)


def test_schema_is_a_json_schema_in_both_languages() -> None:
    from jsonschema.validators import validator_for

    english, indonesian = (mppsim("schema", "--lang", lang) for lang in ("en", "id"))
    for result in (english, indonesian):
        schema = strict_json(result.stdout)
        assert (result.exit_code, result.stderr) == (0, "")
        validator_for(schema).check_schema(schema)
    assert english.stdout != indonesian.stdout


# run


def test_run_answers_in_five_lines_and_names_the_page() -> None:
    result = mppsim("run", "tiny.yaml", "--replications", "4", "--workers", "1", "--lang", "en")
    *answer, page = result.stdout.splitlines()
    assert result.exit_code == 0
    assert len(answer) == 5 and answer[0].startswith("Mal Kecil é ≥: ")
    assert page == f"The page: {Path('results/tiny/report.html')}"
    assert 'lang="en"' in Path("results/tiny/report.html").read_text(encoding="utf-8")
    written = set(contents(Path("results/tiny")))
    assert {"report.html", "run.json", "summary.json", "plots/waits.svg"} <= written
    assert not {"summary.xlsx", "replications.parquet"} & written
    run = json.loads(Path("results/tiny/run.json").read_text(encoding="utf-8"))
    assert (run["seed"], run["replications"], run["engine"]) == (0, 4, "compiled")
    assert {"numpy", "numba", "simpy"} <= set(run["packages"])


def test_two_scenarios_of_one_name_do_not_replace_each_other_unsaid() -> None:
    words = ("--replications", "2", "--workers", "1", "--lang", "en")
    Path("other").mkdir()
    Path("other/tiny.yaml").write_text(TINY.replace("Mal Kecil", "Mal Lain"), encoding="utf-8")
    assert "this replaces" not in mppsim("run", "tiny.yaml", *words).stderr
    assert "this replaces" not in mppsim("run", "tiny.yaml", *words).stderr
    said = mppsim("run", "other/tiny.yaml", *words).stderr
    assert "this replaces the result of another scenario in results/tiny: Mal Kecil é ≥" in said


def test_no_name_of_a_file_leads_out_of_the_results() -> None:
    named = {name: folder_of([Path(name)]).as_posix() for name in ("...yaml", "..yaml", ".yaml")}
    assert set(named.values()) <= {"results/scenario", "results/yaml"}
    assert folder_of([Path("a/b.yaml"), Path("c.yml")], "-vs-").as_posix() == "results/b-vs-c"


def test_the_help_says_which_language_it_is_in() -> None:
    out = " ".join(mppsim("--help").output.split())
    assert "--lang en" in out and "Bantuan ini berbahasa Inggris" in out


def test_run_writes_all_that_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(sim.cli.commands.typer, "launch", opened.append)
    out = Path("hasil ku é") / "satu"
    result = mppsim(
        "run", "tiny.yaml", "--with", "more.yaml", "--replications", "3", "--seed", "-7",
        "--workers", "1", "--engine", "simpy", "--out", str(out), "--tables",
        "--replications-table", "--log", "--open", "--json", "--lang", "id",
    )  # fmt: skip
    data = strict_json(result.stdout)  # nothing else on stdout
    assert result.exit_code == 0
    assert data["scenario"] == "Lebih ramai"
    assert (data["run"]["seed"], data["run"]["replications"]) == (-7, 3)
    assert say("cli.page", "id", path=out / "report.html") in result.stderr
    assert opened == [(out / "report.html").resolve().as_uri()]
    wanted = {"summary.xlsx", "summary.csv", "replications.parquet", "log/visit_rows.parquet"}
    assert wanted <= set(contents(out))
    assert strict_json((out / "summary.json").read_text(encoding="utf-8")) == data


def test_run_says_what_to_know_before_and_after() -> None:
    Path("crowd.yaml").write_text("journeys: {bayar: {per_day: 400}}\n")
    result = mppsim(
        "run", "tiny.yaml", "--with", "crowd.yaml", "--precision", "0.001", "--replications", "20",
        "--workers", "1", "--json", "--lang", "en",
    )  # fmt: skip
    assert result.exit_code == 0
    assert result.stderr.startswith("Note before the run: bank")
    assert "not yet as precise as asked" in result.stderr
    assert strict_json(result.stdout)["run"]["precise"] is False
    assert Path("results/tiny+crowd/report.html").exists()  # named after both files


def test_an_unwritable_folder_gives_a_plain_message_and_keeps_what_is_there() -> None:
    Path("results").write_text("in the way")
    result = mppsim("run", "tiny.yaml", "--replications", "2", "--workers", "1", "--lang", "en")
    assert result.exit_code == 2 and "stands in the way" in result.stderr
    assert Path("results").read_text() == "in the way"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.EIO, "Input/output error", "a.yaml"), "a.yaml: penyimpanannya tidak dapat"),
        (OSError(errno.ECHILD, "No child processes"), "ditolak oleh sistem: ECHILD"),
    ],
    ids=["known", "other"],
)
def test_what_the_system_refuses_is_said_in_indonesian(
    error: OSError, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise error

    monkeypatch.setattr("sim.scenario.loading.load", refused)
    result = mppsim("show", "tiny.yaml", "--lang", "id")
    assert result.exit_code == 2 and result.stderr.startswith(f"mppsim: {said}")


# compare


def test_compare_says_the_verdict_and_writes_it() -> None:
    words = ("compare", "tiny.yaml", "more.yaml", "--replications", "3", "--workers", "1")
    result = mppsim(*words, "--lang", "en", "--seed", "5")
    out = Path("results/tiny-vs-more")
    assert result.exit_code == 0
    assert result.stdout.startswith("Lebih ramai: ")
    assert "Newcomers: " in result.stdout and "3 paired replications" in result.stdout
    assert (out / "comparison.txt").read_text(encoding="utf-8") == result.stdout
    assert f"The page: {out}/compare.html" in result.stderr
    assert "Lebih ramai" in (out / "compare.html").read_text(encoding="utf-8")
    of_machines = mppsim(*words, "--json", "--seed", "5", "--out", "elsewhere")
    data = strict_json(of_machines.stdout)
    assert data["alternatives"][0]["name"] == "Lebih ramai" and data["base"]["seed"] == 5
    kept = strict_json(Path("elsewhere/comparison.json").read_text(encoding="utf-8"))
    assert kept == data
    assert "Warga baru" in mppsim(*words).stdout  # Indonesian by default


# What the surroundings are like


@pytest.mark.parametrize(
    "env",
    [
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "TERM": "dumb"},
        {"PYTHONIOENCODING": "cp1252", "NO_COLOR": "1", "COLUMNS": "40"},
    ],
    ids=lambda env: " ".join(env),
)
def test_old_terminals_and_locales_lose_nothing(env: dict[str, str]) -> None:
    done = shell("show", "tiny.yaml", env=env)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("name: Mal Kecil é ≥\n")


def test_a_full_disk_behind_stdout_gives_a_plain_message() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full")
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*MPPSIM, "show", "tiny.yaml"], stdout=full, stderr=subprocess.PIPE, text=True,
            timeout=60,
        )  # fmt: skip
    assert done.returncode == 2 and done.stderr.startswith("mppsim: ")
    assert len(done.stderr.splitlines()) == 1


# Ctrl-C

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and /proc")


ON_TERMINALS: list[subprocess.Popen[str]] = []


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    """Yield both ends of a terminal; what was started on it ends with the test."""
    ends = pty.openpty()
    yield ends
    for process in ON_TERMINALS:
        with suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
    ON_TERMINALS.clear()
    for end in ends:
        with suppress(OSError):
            os.close(end)


def started(terminal: tuple[int, int], *words: str) -> subprocess.Popen[str]:
    """Start the command with its stderr on a terminal, in a process group of its own."""
    process = subprocess.Popen(
        [*MPPSIM, *words], stdout=subprocess.PIPE, stderr=terminal[1], text=True,
        start_new_session=True,
    )  # fmt: skip
    ON_TERMINALS.append(process)
    return process


def read_until(terminal: tuple[int, int], what: str, seconds: float = 40) -> str:
    text, end = "", time.monotonic() + seconds
    while not re.search(what, text) and time.monotonic() < end:
        if select.select([terminal[0]], [], [], 0.05)[0]:
            text += os.read(terminal[0], 65536).decode("utf-8", "replace")
    assert re.search(what, text), text
    return text


def processes_of(session: int) -> list[str]:
    """Return the processes of a session that still run."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _, _, its = stat.read_text().rpartition(")")[2].split()[:4]
            if int(its) == session and state != "Z":
                found.append(stat.parent.name)
    return found


@pytest.mark.parametrize(
    ("words", "to"),
    [
        (("run", str(SCENARIOS / "lhokseumawe.yaml")), "the whole group"),
        (("compare", "tiny.yaml", "more.yaml"), "the command"),
    ],
    ids=["run", "compare"],
)
def test_ctrl_c_in_the_middle_leaves_the_old_result_and_nothing_else(
    words: tuple[str, ...], to: str, terminal: tuple[int, int]
) -> None:
    old = {"report.html": "old", "comparison.txt": "old"}
    Path("out").mkdir()
    for name, text in old.items():
        (Path("out") / name).write_text(text)
    more = ("--replications", "1000000", "--workers", "2", "--lang", "en", "--out", "out")
    process = started(terminal, *words, *more)
    read_until(terminal, r"[1-9]\d*/1000000")  # the progress has begun
    began = time.monotonic()
    (os.killpg if to == "the whole group" else os.kill)(process.pid, signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    assert time.monotonic() - began < 30  # three on a quiet machine; CI's is not
    assert (process.returncode, out) == (130, "")
    told = read_until(terminal, "half written")
    assert re.search(r"Stopped after [1-9]\d* of 1000000 replications", told)
    assert "Traceback" not in told and "leaked" not in told
    assert {file.name: file.read_text() for file in Path("out").iterdir()} == old
    end = time.monotonic() + 5
    while processes_of(process.pid) and time.monotonic() < end:
        time.sleep(0.05)
    assert processes_of(process.pid) == []


def test_ctrl_c_while_the_workers_start_is_as_quiet(terminal: tuple[int, int]) -> None:
    words = ("run", "tiny.yaml", "--replications", "1000000", "--workers", "2")
    process = started(terminal, *words)
    end = time.monotonic() + 40
    while len(processes_of(process.pid)) < 3 and time.monotonic() < end:
        time.sleep(0.005)  # the command, its tracker and a worker
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=60)
    told = read_until(terminal, re.escape(say("cli.interrupted", "id")[:20]))
    assert process.returncode == 130
    assert "Traceback" not in told and "leaked" not in told
    left = [file.name for file in Path("results").glob("*")]
    assert set(left) <= {".unfinished"}  # what the command itself had done by then


def test_ctrl_c_while_a_reference_is_made_says_which_were_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from sim.verification import check

    def renew(files: Any, workers: Any, reason: str) -> Iterator[Path]:
        yield Path("results/reference/first.json")
        raise KeyboardInterrupt

    def leave(status: int) -> None:
        raise SystemExit(status)

    monkeypatch.setattr(check, "renew", renew)
    monkeypatch.setattr(sim.cli.commands, "_leave_at_once", leave)
    result = mppsim("check", "--update", "--lang", "en")
    assert result.exit_code == 130
    assert result.stdout == f"Written: {Path('results/reference/first.json')}\n"
    assert result.stderr == say("cli.interrupted", "en") + "\n"


def test_run_plays_only_the_dates_that_are_asked_for() -> None:
    Path("year.yaml").write_text("calendar: {days: 2025-01-01 .. 2025-12-31}\n")
    common = ("run", "tiny.yaml", "--replications", "2", "--workers", "1", "--json", "--lang", "en")
    result = mppsim(*common, "--with", "year.yaml", "--days", "2025-03-03..2025-03-07")
    assert result.exit_code == 0
    text = Path("results/tiny+year/report.html").read_text(encoding="utf-8")
    assert "2 simulated runs of 5 days each" in text
    refused = mppsim(*common, "--days", "2025-03-03..2025-03-07")  # tiny.yaml has no dates
    assert refused.exit_code == 2
    assert refused.stderr.startswith("override calendar.only ")
    assert "means something only among dates" in refused.stderr
