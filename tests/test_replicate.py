"""Replications: their numbers are a matter of seed and number, not of who does the work."""

from __future__ import annotations

import gc
import math
import multiprocessing
import os
import signal
import subprocess
import sys
import time
import weakref
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import nullcontext, suppress
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from malls import mall

from sim import Log, MallError, Results, Workload, replicate, sample, sampling, simulate
from sim.experiments import blocks as blocks_of
from sim.experiments import replicate as of
from sim.experiments import stopping
from sim.experiments.kept import Kept
from sim.experiments.pool import _ctrl_c_waits, pool, sharing
from sim.statistics.measures import measure
from sim.statistics.precision import Rule, replications_to_precision

TINY = mall({"a": {"counters": 1, "promise": {"wait": "10 min"}}}, hours="08:00-09:00")
MANY = 12  # three blocks, the last one short


@cache
def alone() -> Results:
    return replicate(TINY, MANY, seed=5, workers=1)


def equal(a: Results, b: Results) -> bool:
    return np.array_equal(a.total, b.total) and np.array_equal(a.n, b.n)


# Who does the work


def test_each_replication_is_the_flow_at_its_own_number() -> None:
    for number in (0, 7):
        numbers = measure(simulate(TINY, sample(TINY, 5, number)), TINY)
        assert np.array_equal(alone().total[number], numbers.total)
        assert np.array_equal(alone().n[number], numbers.n)


def test_two_workers_give_the_same_numbers_as_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own_module.py").write_text(
        "import os\ndef own(log): return {'pid': float(os.getpid())}\n"
        "def deadly(workload): os._exit(3)\n"
        "def mortal(workload):\n"
        "    if not os.path.exists(__file__ + '.died'):\n"
        "        open(__file__ + '.died', 'w').close()\n"
        "        os._exit(3)\n"
        "    return workload\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    own_module: Any = __import__("own_module")
    found = replicate(TINY, MANY, seed=5, workers=2, measures=own_module.own)
    assert np.array_equal(found.total[:, :-1], alone().total)
    assert np.array_equal(found.n[:, :-1], alone().n)
    pids = set(found.per_replication("pid", scope="own"))
    assert pids and os.getpid() not in pids
    with pytest.raises(MallError, match="worker process ended"):
        replicate(TINY, MANY, workers=2, transform=own_module.deadly)
    # A worker that dies once takes nothing with it: the pool begins anew.
    assert equal(alone(), replicate(TINY, MANY, seed=5, workers=2, transform=own_module.mortal))
    assert (tmp_path / "own_module.py.died").exists()


@pytest.mark.parametrize("kind", ["threads", "processes"])
def test_any_executor_gives_the_same_numbers(kind: str) -> None:
    executor: Executor = ThreadPoolExecutor(3)
    if kind == "processes":
        executor = ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn"))
    with executor:
        assert equal(alone(), replicate(TINY, MANY, seed=5, executor=executor))


def test_more_replications_change_none_of_the_first() -> None:
    fewer = replicate(TINY, 4, seed=5, workers=1)
    assert np.array_equal(fewer.total, alone().total[:4])


def test_another_seed_gives_other_numbers() -> None:
    assert not equal(alone(), replicate(TINY, MANY, seed=-5, workers=1))


# Precision


def precise_enough(executor: Executor | None = None) -> Results:
    return replicate(TINY, 60, precision=6, seed=1, workers=1, executor=executor)


@pytest.mark.parametrize("block", [1, 4, 7])
def test_precision_stops_at_one_number_whatever_the_blocks(
    block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_usual = precise_enough()
    assert Rule().minimum < as_usual.replications < 60, "the case must stop in between"
    monkeypatch.setattr(of, "BLOCK", block)
    monkeypatch.setattr(of, "TOGETHER", block)
    with ThreadPoolExecutor(3) as executor:
        found = precise_enough(executor)
    assert found.replications == as_usual.replications
    assert equal(found, as_usual)
    assert (found.run.precise, found.run.last_to_settle) == (True, as_usual.run.last_to_settle)


def test_precision_stops_where_the_rule_says_for_the_headline_measures() -> None:
    stopped = precise_enough()
    longer = replicate(TINY, 60, seed=1, workers=1)
    columns = stopping.headline(longer.measures, TINY)
    tolerances = [stopping._tolerance(longer.measures[k], 6) for k in columns]
    said = replications_to_precision(
        longer.total[:, columns], longer.n[:, columns], tolerances, Rule(maximum=60)
    )
    assert stopped.replications == said.stop
    last = longer.measures[columns[said.last]]
    assert stopped.run.last_to_settle == f"{last.name} {last.measure}".strip()


def test_the_headline_is_the_mall_and_every_promise() -> None:
    named = {
        (m.scope, m.name, m.measure)
        for m in (alone().measures[k] for k in stopping.headline(alone().measures, TINY))
    }
    of_mall = {"wait_in_visit.mean", "wait.mean", "fulfilled", "called_in_time"}
    assert named == {("mall", "", what) for what in of_mall} | {("agency", "a", "called_in_time")}


def test_at_the_ceiling_it_says_that_it_is_not_precise() -> None:
    found = replicate(TINY, 20, precision=0.01, seed=1, workers=1)
    assert (found.replications, found.run.precise) == (20, False)
    assert found.run.last_to_settle


def test_a_fixed_number_claims_no_precision() -> None:
    assert (alone().run.precise, alone().run.last_to_settle) == (None, "")


# Own functions


def in_the_hall(log: Log) -> dict[str, float]:
    return {"came": float(len(log.visit_rows.day))}


def test_own_measures_stand_beside_the_others() -> None:
    found = replicate(TINY, MANY, seed=5, workers=1, measures=in_the_hall)
    own = [(m.scope, m.measure) for m in found.measures][len(alone().measures) :]
    assert own == [("own", "came")] and found.run.own == ("came",)
    assert np.array_equal(
        found.per_replication("came", scope="own"), found.per_replication("visits")
    )
    assert math.isclose(found.estimate("came", scope="own").value, found.estimate("visits").value)
    assert np.array_equal(found.total[:, :-1], alone().total)


def test_an_own_measure_that_is_infinite_is_refused_by_name() -> None:
    with pytest.raises(MallError, match="'ratio' is inf in replication 0"):
        replicate(TINY, 3, workers=1, measures=lambda log: {"ratio": math.inf})


def test_an_estimate_and_its_row_among_all_intervals_are_one() -> None:
    table = alone().intervals().set_index(["scope", "name", "interval", "weekday", "measure"])
    for m in alone().measures:
        one = alone().estimate(m.measure, m.scope, m.name, m.interval, m.weekday)
        row = table.loc[(m.scope, m.name, m.interval, m.weekday, m.measure)]
        assert (one.method, one.n) == (row["method"], row["n"])
        assert [one.value, one.low, one.high] == pytest.approx(
            [row["mean"], row["low"], row["high"]], nan_ok=True
        )


def test_a_share_of_time_stays_between_never_and_always() -> None:
    """A counter that is always busy: the interval ends at 1, and one trial is one replication."""
    found = alone().intervals()
    shares = found[found["measure"].isin(["utilisation", "lost_to_calls"])]
    assert (
        len(shares) and shares["low"].dropna().ge(0).all() and shares["high"].dropna().le(1).all()
    )
    never = alone().estimate("lost_to_calls", "agency", sorted(TINY.agencies)[0])
    assert (never.value, never.method) == (0, "no events")
    assert never.high == pytest.approx(1 - 0.025 ** (1 / never.n))


def test_an_own_measure_may_be_absent_from_some_replications() -> None:
    number = iter(range(4))
    found = replicate(
        TINY, 4, workers=1, measures=lambda log: {"late": 3.0} if next(number) >= 2 else {}
    )
    values = found.per_replication("late", scope="own")
    assert np.array_equal(values, [np.nan, np.nan, 3.0, 3.0], equal_nan=True)
    assert found.estimate("late", scope="own").left_out == 2


def test_lambdas_run_here_unless_workers_are_asked_for() -> None:
    pids: set[int] = set()
    replicate(TINY, MANY, measures=lambda log: {"pid": float(pids.add(os.getpid()) or 0)})
    assert pids == {os.getpid()}
    with pytest.raises(MallError, match=r"importable .* workers=1"):
        replicate(TINY, MANY, workers=2, measures=lambda log: {})
    with pytest.raises(MallError, match="importable"):
        replicate(TINY, MANY, workers=2, transform=lambda workload: workload)


def test_a_transform_changes_what_the_engine_plays() -> None:
    same_day = sample(TINY, 5, 3)
    found = replicate(TINY, 4, seed=5, workers=1, transform=lambda workload: same_day)
    assert np.array_equal(found.total, alone().total[[3, 3, 3, 3]])


# What the caller sees


@pytest.mark.parametrize("threads", [0, 3])
def test_progress_only_goes_forward_and_ends_at_the_end(threads: int) -> None:
    seen: list[tuple[int, int]] = []
    with ThreadPoolExecutor(threads) if threads else nullcontext() as executor:
        replicate(TINY, MANY, workers=1, executor=executor, progress=lambda *now: seen.append(now))
    done = [now for now, _ in seen]
    assert done == sorted(set(done)) and done[-1] == MANY
    assert {most for _, most in seen} == {MANY}


def test_one_replication_has_values_and_no_intervals() -> None:
    found = replicate(TINY, 1, seed=5)
    one = found.estimate("visits")
    assert one.value == alone().per_replication("visits")[0]
    assert math.isnan(one.low) and math.isnan(one.high)
    assert len(found.intervals()) == len(found.measures)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"replications": 0}, "at least 1 replication"),
        ({"replications": -3}, "at least 1 replication"),
        ({"precision": 0.0}, "precision must be"),
        ({"precision": -1.0}, "precision must be"),
        ({"precision": math.nan}, "precision must be"),
        ({"precision": math.inf}, "precision must be"),
        ({"precision": 1.0, "replications": 19}, "at least 20 replications"),
        ({"workers": 0}, "at least 1 worker"),
        ({"workers": -2}, "at least 1 worker"),
        ({"engine": "nope"}, "there is no engine 'nope'; there is simpy"),
    ],
    ids=str,
)
def test_impossible_arguments_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(MallError, match=message):
        replicate(TINY, **{"workers": 1, **arguments})


def test_a_replication_keeps_its_measures_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sampling, "AT_ONCE", 0)  # who is drawn together lives together
    kept: list[weakref.ref[Any]] = []
    most_alive = 0

    def watched(log: Log) -> dict[str, float]:
        nonlocal most_alive
        kept.append(weakref.ref(log))
        gc.collect()
        most_alive = max(most_alive, sum(ref() is not None for ref in kept))
        return {}

    def seen(workload: Workload) -> Workload:
        kept.append(weakref.ref(workload))
        return workload

    replicate(TINY, 6, workers=1, measures=watched, transform=seen)
    assert len(kept) == 12 and most_alive <= 4  # those of this replication and of the last


def test_stopping_early_leaves_no_process_behind() -> None:
    blocks = blocks_of.run_blocks(of.One(TINY, 5, "simpy", None, None), 10**6, 2)
    while not multiprocessing.active_children():  # until it pays
        assert len(next(blocks)) == stopping.BLOCK
    blocks.close()
    assert gone(multiprocessing.active_children)


def test_a_short_job_starts_no_process() -> None:
    began: list[int] = []
    replicate(TINY, MANY, seed=5, workers=2, progress=lambda *_: began.append(children()))
    assert began and not any(began)


@pytest.mark.parametrize("together", [5, 32])
def test_the_caller_and_its_workers_share_the_blocks(
    together: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever does a block, it has the same numbers and its place."""
    monkeypatch.setattr(blocks_of, "PAYS", 0.0)
    monkeypatch.setattr(of, "TOGETHER", together)
    began: list[int] = []
    found = replicate(TINY, 200, seed=5, workers=2, progress=lambda *_: began.append(children()))
    assert equal(found, replicate(TINY, 200, seed=5, workers=1)) and max(began) == 1
    assert gone(multiprocessing.active_children)


def test_experiments_share_one_pool_that_ends_with_what_is_inside(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(blocks_of, "PAYS", 0.0)
    whole = replicate(TINY, 40, seed=5, workers=1)
    with sharing():
        first = replicate(TINY, 40, seed=5, workers=2)
        pids = {child.pid for child in multiprocessing.active_children()}
        assert len(pids) == 1
        for pid in pids:  # it dies between two experiments, and is begun anew
            os.kill(pid, signal.SIGTERM)
        again = [replicate(TINY, 40, seed=5, workers=2) for _ in range(2)]
    assert gone(multiprocessing.active_children)
    assert all(equal(whole, found) for found in (first, *again))


def children() -> int:
    return len(multiprocessing.active_children())


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="POSIX signals")
def test_workers_leave_ctrl_c_to_their_caller_from_birth() -> None:
    with pool(1) as processes:
        blocked = processes.submit(signal.pthread_sigmask, signal.SIG_BLOCK, [])
        answer = processes.submit(signal.getsignal, signal.SIGINT)
        assert signal.SIGINT in blocked.result() and answer.result() == signal.SIG_IGN
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, [])


def test_ctrl_c_while_a_worker_starts_comes_when_it_has() -> None:
    reached = False
    with pytest.raises(KeyboardInterrupt), _ctrl_c_waits():
        signal.raise_signal(signal.SIGINT)
        reached = True
    assert reached and signal.getsignal(signal.SIGINT) is signal.default_int_handler


def gone(left: Callable[[], list[Any]], seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while left() and time.monotonic() < end:
        time.sleep(0.05)
    return not left()


# Scripts

SCRIPT = """
import multiprocessing, sys
sys.path.insert(0, {tests!r})
from malls import mall
from sim import MallError, replicate

print("began", flush=True)
tiny = mall({{"a": {{"counters": 1, "promise": {{"wait": "10 min"}}}}}}, hours="08:00-09:00")

def own(log):
    return {{"one": 1.0}}

def told(done, most):
    print(*(p.pid for p in multiprocessing.active_children()), flush=True)

if "long" in sys.argv:
    replicate(tiny, 10**6, workers=2, progress=told)
print(replicate(tiny, {many}, seed=5, workers=2).total.sum())
print(replicate(tiny, {many}, measures=own).estimate("one", scope="own").value)
try:
    replicate(tiny, {many}, measures=own, workers=2)
except MallError as error:
    print(error)
print(__file__, __spec__ is None)
"""


@pytest.fixture
def script(tmp_path: Path) -> Path:
    file = tmp_path / "unguarded.py"
    file.write_text(SCRIPT.format(tests=str(Path(__file__).parent), many=MANY))
    return file


@pytest.mark.parametrize("way", ["as a file", "as a module"])
def test_a_script_without_a_guard_runs_once_with_two_workers(script: Path, way: str) -> None:
    how = [script.name] if way == "as a file" else ["-m", script.stem]
    done = subprocess.run(
        [sys.executable, *how], cwd=script.parent, capture_output=True, text=True, timeout=60
    )
    assert done.stderr == ""
    began, total, own, refused, main = done.stdout.splitlines()
    assert (began, float(total), own) == ("began", alone().total.sum(), "1.0")
    assert "importable" in refused
    assert script.name in main and main.endswith(str(way == "as a file"))


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks into /proc")
def test_workers_end_with_their_caller_however_it_ends(script: Path) -> None:
    command = [sys.executable, script.name, "long"]
    with subprocess.Popen(
        command, cwd=script.parent, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as caller:
        assert caller.stdout is not None
        assert caller.stdout.readline() == "began\n"
        told = iter(caller.stdout.readline, "")  # they are started once it pays
        pids = next([int(pid) for pid in line.split()] for line in told if line.strip())
        caller.send_signal(signal.SIGKILL)
    assert len(pids) == 1  # the caller is the other one
    assert gone(lambda: [pid for pid in pids if runs(pid)])


def runs(pid: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def test_what_is_kept_grows_and_forgets_what_is_beyond_the_end() -> None:
    kept = Kept(2)
    rows = [(np.full(2, float(k)), np.full(2, k + 0.5), {}) for k in range(150)]
    for k in range(0, 150, 5):
        kept.extend(rows[k : k + 5])
    kept.drop_after(140)
    assert len(kept) == 140
    assert kept.total[:, 1].tolist() == list(range(140))
    assert kept.n[:, 0].tolist() == [k + 0.5 for k in range(140)]
